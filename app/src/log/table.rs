//! The rows.

use daybook_model::{Column, Entry, Page, Seq, Sort, Timestamp};
use leptos::prelude::*;

use crate::{
    log::row::Row,
    reactive::{dynamic, memo, when},
    ui::{
        icon::{Icon, icon},
        time::{Zone, day_heading},
    },
    url::LogAddress,
};

/// The columns: what each is sorted by, and its heading.
const COLUMNS: [(Column, &str); 6] = [
    (Column::Time, "Time"),
    (Column::Actor, "Actor"),
    (Column::Method, "Method"),
    (Column::Status, "Status"),
    (Column::Resource, "Resource"),
    (Column::Action, "Action"),
];

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
        <table class="log-table" class:stale=stale class:dated=dated aria-label="Entries" aria-busy=Signal::derive(move || stale.get().then_some("true")) role="table" on:pointerleave=move |_| hot.set(None)>
            <thead role="rowgroup">
                <tr role="row">
                    {COLUMNS.map(|(column, label)| view! { <Heading log sort column label /> }).into_iter().collect_view()}
                </tr>
            </thead>
            <tbody role="rowgroup">
                <For each=move || lines.get() key=Line::key let:line>
                    {match line {
                        Line::Day(text) => view! {
                            <tr class="day" role="row"><th scope="colgroup" colspan="6" role="rowheader">{text}</th></tr>
                        }.into_any(),
                        Line::Entry(entry) => view! { <Row log entry=*entry zone hot dated /> }.into_any(),
                    }}
                </For>
                {when(move || !known(), move || view! {
                    {(0..14).map(|_| view! {
                        <tr class="waiting" role="row" aria-hidden="true">
                            {COLUMNS.map(|_| view! { <td role="cell"><span class="skeleton"></span></td> }).into_iter().collect_view()}
                        </tr>
                    }).collect_view()}
                })}
            </tbody>
        </table>
    }
}

/// A heading that sorts by its column; again, the other way round.
#[component]
fn Heading(
    log: LogAddress,
    sort: Memo<Sort>,
    column: Column,
    label: &'static str,
) -> impl IntoView {
    let here = move || Some(sort.get()).filter(|sort| sort.column == column);
    let next = move || match here() {
        Some(sort) => Sort { column, descending: !sort.descending },
        // What is newest or worst comes first, words from A to Z.
        None => Sort { column, descending: matches!(column, Column::Time | Column::Status) },
    };
    let href = Signal::derive(move || {
        let sort = next();
        log.filter_link(|view| view.sort = sort)
    });
    let state = Signal::derive(move || {
        here().map(|sort| if sort.descending { "descending" } else { "ascending" })
    });
    let arrow = move || {
        here().map(|sort| icon(if sort.descending { Icon::ArrowDown } else { Icon::ArrowUp }))
    };
    view! {
        <th scope="col" role="columnheader" aria-sort=state class=format!("col-{}", column.key())>
            <a href=href>{label}{dynamic(arrow)}</a>
        </th>
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
