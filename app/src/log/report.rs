//! The head of a printed page: what on a screen is said by fields, menus and chips.

use daybook_model::{Histogram, Page, Span, Tab};
use leptos::prelude::*;

use crate::{
    log::{
        names::Names,
        scope::{filter_words, tab_name},
        share::pinned_to,
    },
    reactive::dynamic,
    session::Session,
    ui::{
        number::{counted, grouped},
        time::{Zone, long, span_with_year, zone_name},
    },
    url::LogAddress,
};

/// Seen on paper alone.
#[component]
pub(crate) fn Report(
    /// Where we are.
    log: LogAddress,
    /// What values are called.
    names: Names,
    /// By whose clock.
    zone: RwSignal<Zone>,
    /// The rows.
    page: Signal<Option<Page>>,
    /// The bars, which know how many entries there are.
    bars: Signal<Option<Histogram>>,
    /// The tabs of the project.
    tabs: Signal<Option<Vec<Tab>>>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let told = move || {
        let (view, zone) = (log.view(), zone.get());
        let (span, now, as_of) =
            page.with(|page| page.as_ref().map(|p| (p.span, p.now, p.as_of)))?;
        let time = if span == Span::ALL {
            "All time".to_owned()
        } else {
            span_with_year(span, false, zone)
        };
        let (filter, tab) = tabs.with(|tabs| {
            let tabs = tabs.as_deref().unwrap_or_default();
            (
                filter_words(&view, tabs, names),
                tab_name(&view, tabs).map(|name| format!(", {name}")),
            )
        });
        let rows = page.with(|page| {
            let (before, n) = page.as_ref().map(|p| (p.before, p.entries.len() as u64))?;
            let rows = format!("{}–{}", grouped((before + 1).min(before + n)), grouped(before + n));
            let total = bars.with(|bars| bars.as_ref().map(|bars| bars.total))?;
            let whole = counted(total, "entry", "entries");
            let all = if n == total { String::new() } else { ": not all of them".into() };
            Some(format!("Rows {rows} of {whole}{all}"))
        });
        let viewer = session.viewer.with(|viewer| Some(viewer.as_ref()?.email.clone()));
        let by = viewer.map(|email| format!(", by {email}"));
        Some(view! {
            <h2>{format!("Audit log of {}", log.project())}{tab}</h2>
            <dl>
                <dt>"Time"</dt><dd>{time}", "{zone_name(zone)}</dd>
                <dt>"Filter"</dt><dd>{filter}</dd>
                {rows.map(|rows| view! { <dt>"On this paper"</dt><dd>{rows}</dd> })}
                <dt>"As of"</dt><dd>{long(now, zone)}{format!(", complete to entry #{}", grouped(as_of))}{by}</dd>
                <dt>"These entries"</dt><dd>{log.absolute(&pinned_to(&view, span, as_of))}</dd>
            </dl>
        })
    };
    view! { <section class="report">{dynamic(told)}</section> }
}
