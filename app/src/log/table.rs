//! The rows.

use daybook_model::{Column, Entry, Page, RunSummary, Seq, Timestamp};
use leptos::prelude::*;

use crate::{
    log::{
        columns::{Columns, heading::Headings},
        row::Row,
        run::RunHeading,
        terms::ChipId,
    },
    reactive::{each, memo, when},
    ui::time::{Zone, day_heading},
    url::LogAddress,
};

/// A line of the table.
#[derive(Debug, Clone, PartialEq)]
enum Line {
    /// A heading over a day.
    Day(String),
    /// A heading over the entries of a run.
    Run(RunSummary, usize),
    /// An entry.
    Entry(Box<Entry>),
}

impl Line {
    /// Tells it from the others: a heading that says something else is another one.
    fn key(&self) -> String {
        match self {
            Self::Day(text) => format!("day {text}"),
            Self::Run(run, shown) => format!("{run:?} {shown}"),
            Self::Entry(entry) => entry.seq.to_string(),
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
    /// The runs that the rows belong to, where they are to stand together.
    runs: RwSignal<Vec<RunSummary>>,
    /// Whether the rows are of an earlier question.
    stale: Signal<bool>,
    /// Rows behind this place in the log arrived while the reader was looking.
    fresh: RwSignal<Seq>,
) -> impl IntoView {
    let sort = log.part(|view| view.sort);
    // Days are headings only where the rows are in the order of time.
    let grouped = memo(move || runs.with(|runs| !runs.is_empty()));
    let dated = memo(move || sort.get().column != Column::Time || grouped.get());
    let hot = RwSignal::new(None::<Seq>);
    let lines = memo(move || {
        page.with(|page| {
            page.as_ref()
                .map(|page| {
                    if grouped.get() {
                        runs.with(|runs| by_run(&page.entries, runs))
                    } else {
                        lines(&page.entries, page.now, zone.get(), dated.get())
                    }
                })
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
                {each(move || lines.get(), Line::key, move |line| match line {
                    Line::Day(text) => view! {
                        <tr class="day" role="row"><th scope="rowgroup" role="rowheader">{text}</th></tr>
                    }.into_any(),
                    Line::Run(run, shown) => view! { <RunHeading log run shown /> }.into_any(),
                    Line::Entry(entry) => view! { <Row log fresh={fresh.get_untracked() < entry.seq} entry=*entry columns zone hot dated /> }.into_any(),
                })}
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

/// The entries of each run together, at the place of the first of them; those without a run as they are.
fn by_run(entries: &[Entry], runs: &[RunSummary]) -> Vec<Line> {
    let mut lines = Vec::with_capacity(entries.len() + runs.len());
    let mut done = Vec::<&str>::new();
    for entry in entries {
        let Some(run) = entry.event.run_id.as_deref() else {
            lines.push(Line::Entry(Box::new(entry.clone())));
            continue;
        };
        if done.contains(&run) {
            continue;
        }
        done.push(run);
        let own = entries.iter().filter(|e| e.event.run_id.as_deref() == Some(run));
        if let Some(summary) = runs.iter().find(|summary| summary.run == run) {
            lines.push(Line::Run(summary.clone(), own.clone().count()));
        }
        lines.extend(own.map(|entry| Line::Entry(Box::new(entry.clone()))));
    }
    lines
}
