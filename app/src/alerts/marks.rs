//! When a rule would have fired, as marks over the bars that lead to the entries.

use daybook_model::{
    Filter, Histogram, Range, Span, View,
    alert::{Backtest, Episode},
};
use leptos::prelude::*;

use crate::{
    clock::Clock,
    preferences::Preferences,
    ui::{number::counted, time::span_text},
    url::log_href,
};

/// The width is divided into so many links, so that a finger finds each on a phone.
const LINKS: usize = 14;

/// The marks: one over each bar in which it would have fired.
#[component]
pub(super) fn Marks(
    /// The project.
    project: StoredValue<String>,
    /// What the rule watches.
    filter: Filter,
    /// What it watches over time.
    bars: Histogram,
    /// When it would have fired.
    tried: Backtest,
) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let (Histogram { span, buckets, .. }, Backtest { episodes, as_of, .. }) = (bars, tried);
    let watched = Filter { as_of: Some(as_of), ..filter };
    let (from, length) = (span.from.millis(), span.millis().max(1) as f64);
    let share = |at: i64| ((at - from) as f64 / length).clamp(0.0, 0.999_999);
    let mut links: Vec<Link<'_>> = (0..LINKS).map(|_| Link::default()).collect();
    for bar in &buckets {
        let inside = episodes.iter().filter(|e| e.at >= bar.from && e.at < bar.to);
        let middle = f64::midpoint(share(bar.from.millis()), share(bar.to.millis())) * LINKS as f64;
        let number = (0..LINKS).rfind(|&n| middle >= n as f64).unwrap_or_default();
        let link = &mut links[number];
        let before = link.episodes.len();
        link.episodes.extend(inside);
        if link.episodes.len() > before {
            link.marks.push(middle.fract() * 100.0);
        }
    }
    let width = 100.0 / LINKS as f64;
    // A mark is narrower than its bar, so that each is seen by itself.
    let bucket = format!("{:.3}%", (LINKS * 100) as f64 / buckets.len().max(1) as f64);
    let shown = |(n, link): (usize, Link<'_>)| {
        let first = link.episodes.iter().map(|e| e.at).min()?;
        let last = link.episodes.iter().map(|e| e.at).max()?;
        let view = View { filter: entries(&link.episodes, &watched)?, ..View::default() };
        let href = project.with_value(|project| log_href(project, &view));
        let when = Span::new(first, last.plus_millis(1))
            .map(|span| span_text(span, clock.now_untracked(), zone.get_untracked()))
            .unwrap_or_default();
        let tip = format!("{}, {when}", counted(link.episodes.len() as u64, "time", "times"));
        let name = format!("{tip}: its entries");
        let marks = link.marks.into_iter();
        let marks = marks.map(|at| view! { <i style=("--at", format!("{at:.1}%"))></i> });
        let style = format!("{:.3}%", n as f64 * width);
        Some(view! {
            <li style=("--at", style)>
                <a class="fires" href=href aria-label=name data-tip=tip>{marks.collect_view()}</a>
            </li>
        })
    };
    let links: Vec<_> = links.into_iter().enumerate().filter_map(shown).collect();
    view! { <ul class="fires-line" style=("--bucket", bucket) role="list" aria-label="When it would have fired">{links}</ul> }
}

/// The marks of a part of the width, and what they stand for.
#[derive(Default)]
struct Link<'a> {
    episodes: Vec<&'a Episode>,
    /// Where the marks are in it, in hundredths.
    marks: Vec<f64>,
}

/// The filter of the entries of some episodes; of several, all that the rule watches from the first to the last.
fn entries(episodes: &[&Episode], watched: &Filter) -> Option<Filter> {
    if let [one] = episodes {
        return Some(one.filter(watched, watched.as_of?));
    }
    let from = episodes.iter().map(|episode| episode.from).min()?;
    let to = episodes.iter().map(|episode| episode.last_at).max()?.plus_millis(1);
    Some(Filter { range: Range::Between(Span::new(from, to)?), ..watched.clone() })
}
