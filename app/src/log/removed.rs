//! Says that the log had more of a time than it has now: retention removed it.

use daybook_model::{
    Page, Span, Timestamp,
    retention::{DAY, Retained, Taken},
};
use leptos::prelude::*;

use crate::{
    api,
    clock::Clock,
    load::load,
    preferences::Preferences,
    reactive::{dynamic, memo},
    ui::{
        icon::{Icon, icon},
        number::{counted, grouped},
        time::day,
    },
    url::LogAddress,
};

/// The days that a span is a part of.
fn whole_days(span: Span) -> Span {
    let start = |at: Timestamp| Timestamp::saturating(at.millis().div_euclid(DAY) * DAY);
    let (from, to) = (start(span.from), start(span.to.plus_millis(DAY - 1)));
    Span::new(from.max(Span::ALL.from), to.min(Span::ALL.to)).unwrap_or(span)
}

/// The note.
#[component]
pub(crate) fn Removed(
    /// Where we are.
    log: LogAddress,
    /// The rows, whose time it is about.
    page: Signal<Option<Page>>,
) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let span = memo(move || page.with(|page| page.as_ref().map(|page| page.span)));
    // Asked by whole days: a running range is another one each second.
    let days = memo(move || span.get().map(whole_days));
    let told = load(days.into(), move |days, _| async move {
        api::retention::retained(&log.project(), days).await
    });
    dynamic(move || {
        let (Retained { mut removed, restored }, span) = (told.value.get()?, span.get()?);
        let all = removed.len();
        removed.retain(|taken| taken.first < span.to && taken.last >= span.from);
        // What came back is known of all of them together.
        let restored = if removed.len() == all { restored } else { 0 };
        let first = removed.iter().map(|taken| taken.first).min()?;
        let last = removed.iter().map(|taken| taken.last).max()?;
        let count: Option<u64> = removed.iter().map(|taken: &Taken| taken.count).sum();
        if count.is_some_and(|count| restored >= count) {
            return None;
        }
        let back = match restored {
            0 => String::new(),
            1 => " 1 of them was brought back.".to_owned(),
            n => format!(" {} of them were brought back.", grouped(n)),
        };
        let what =
            count.map_or_else(|| "Entries".to_owned(), |count| counted(count, "entry", "entries"));
        let (now, zone) = (clock.now_untracked(), zone.get());
        let [first, last] = [first, last].map(|at| day(at, now, zone));
        Some(view! {
            <p class="pinned removed-note" role="note">
                {icon(Icon::Clock)}
                <span><strong>"This time is not all there. "</strong>{format!("{what} from {first} to {last} were removed by retention.{back}")}</span>
            </p>
        })
    })
}
