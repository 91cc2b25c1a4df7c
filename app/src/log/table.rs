//! The rows.

use daybook_model::{Column, Entry, Page, Seq, Timestamp};
use leptos::prelude::*;

use crate::{
    log::{
        columns::{Columns, heading::Headings},
        row::Row,
        terms::ChipId,
    },
    reactive::{memo, when},
    ui::time::{Zone, day_heading},
    url::LogAddress,
};

/// A line of the table.
#[derive(Debug, Clone, PartialEq)]
enum Line {
    /// A heading over a day.
    Day(String),
    /// An entry.
    Entry(Box<Entry>),
}

impl Line {
    fn key(&self) -> (Seq, String) {
        match self {
            Self::Day(text) => (0, text.clone()),
            Self::Entry(entry) => (entry.seq, String::new()),
        }
    }
}

/// A page of entries. Every heading sorts, every row opens its entry.
#[component]
pub(crate) fn Table(
    /// Where we are.
    log: LogAddress,
    /// Which columns.
    columns: Columns,
    /// The chip that is edited.
    editing: RwSignal<Option<ChipId>>,
    /// By whose clock.
    zone: RwSignal<Zone>,
    /// The rows.
    page: Signal<Option<Page>>,
    /// Whether the rows are of an earlier question.
    stale: Signal<bool>,
) -> impl IntoView {
    let sort = log.part(|view| view.sort);
    // Days are headings only where the rows are in the order of time.
    let dated = memo(move || sort.get().column != Column::Time);
    let hot = RwSignal::new(None::<Seq>);
    let lines = memo(move || {
        page.with(|page| {
            page.as_ref()
                .map(|page| lines(&page.entries, page.now, zone.get(), dated.get()))
                .unwrap_or_default()
        })
    });
    let known = move || page.with(Option::is_some);

    view! {
        <table class="log-table" class:stale=stale class:dated=dated style:--columns=Signal::derive(move || columns.tracks()) aria-label="Entries" aria-busy=Signal::derive(move || stale.get().then_some("true")) role="table" on:pointerleave=move |_| hot.set(None)>
            <thead role="rowgroup">
                <Headings log columns editing />
            </thead>
            <tbody role="rowgroup">
                <For each=move || lines.get() key=Line::key let:line>
                    {match line {
                        Line::Day(text) => view! {
                            <tr class="day" role="row"><th scope="rowgroup" role="rowheader">{text}</th></tr>
                        }.into_any(),
                        Line::Entry(entry) => view! { <Row log entry=*entry columns zone hot dated /> }.into_any(),
                    }}
                </For>
                {when(move || !known(), move || view! {
                    {(0..14).map(|_| view! {
                        <tr class="waiting" role="row" aria-hidden="true">
                            {columns.placed().iter().map(|_| view! { <td role="cell"><span class="skeleton"></span></td> }).collect_view()}
                        </tr>
                    }).collect_view()}
                })}
            </tbody>
        </table>
    }
}

/// The entries, with a heading where the day changes.
fn lines(entries: &[Entry], now: Timestamp, zone: Zone, dated: bool) -> Vec<Line> {
    let mut lines = Vec::with_capacity(entries.len() + 4);
    let mut day = String::new();
    for entry in entries {
        if !dated {
            let heading = day_heading(entry.event.occurred_at, now, zone);
            if heading != day {
                lines.push(Line::Day(heading.clone()));
                day = heading;
            }
        }
        lines.push(Line::Entry(Box::new(entry.clone())));
    }
    lines
}
