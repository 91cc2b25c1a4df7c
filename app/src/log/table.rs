//! The rows.

use daybook_model::{Column, Entry, Page, RunSummary, Seq, Timestamp};
use leptos::prelude::*;

use crate::{
    later::{Later, later},
    log::{
        columns::{Columns, heading::Headings},
        groups::{Group, groups},
        row::Row,
        run::RunHeadingProps,
        terms::ChipId,
    },
    reactive::{each, memo, when},
    ui::{
        lazy::nothing,
        time::{Zone, day_heading},
    },
    url::LogAddress,
};

/// A line of the table.
#[derive(Debug, Clone, PartialEq)]
enum Line {
    /// A heading over a day.
    Day(String),
    /// A heading over the entries of a run.
    Run(RunSummary, usize),
    /// An entry, and whether its row says its date.
    Entry(Box<Entry>, bool),
}

impl Line {
    /// Tells it from the others: a heading that says something else is another one.
    fn key(&self) -> String {
        match self {
            Self::Day(text) => format!("day {text}"),
            Self::Run(run, shown) => format!("{run:?} {shown}"),
            Self::Entry(entry, dated) => format!("{} {dated}", entry.seq),
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
    let dated = memo(move || sort.get().column != Column::Time);
    let hot = RwSignal::new(None::<Seq>);
    let listed = memo(move || {
        page.with(|page| {
            page.as_ref()
                .map(|page| {
                    let days = Days { now: page.now, zone: zone.get(), wanted: !dated.get() };
                    runs.with(|runs| lines(&page.entries, runs, days))
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
                {each(move || listed.get(), Line::key, move |line| match line {
                    Line::Day(text) => view! {
                        <tr class="day" role="row"><th scope="rowgroup" role="rowheader">{text}</th></tr>
                    }.into_any(),
                    Line::Run(run, shown) => later(move || Later::RunHeading(RunHeadingProps { log, run: run.clone(), shown }), nothing).into_any(),
                    Line::Entry(entry, dated) => view! { <Row log fresh={fresh.get_untracked() < entry.seq} entry=*entry columns zone hot dated /> }.into_any(),
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

/// What headings of days are made by; none where rows are not in the order of time.
#[derive(Clone, Copy)]
struct Days {
    now: Timestamp,
    zone: Zone,
    wanted: bool,
}

/// The rows, with headings where the day changes and over each run.
fn lines(entries: &[Entry], runs: &[RunSummary], days: Days) -> Vec<Line> {
    let day_of = |entry: &Entry| day_heading(entry.event.occurred_at, days.now, days.zone);
    let mut lines = Vec::with_capacity(entries.len() + runs.len() + 4);
    let mut day = String::new();
    for Group { lead, entries } in groups(entries, runs) {
        let today = if days.wanted { day_of(lead) } else { String::new() };
        if today != day {
            lines.push(Line::Day(today.clone()));
            day = today;
        }
        let run = lead.event.run_id.as_deref();
        if let Some(summary) = runs.iter().find(|summary| Some(summary.run.as_str()) == run) {
            lines.push(Line::Run(summary.clone(), entries.len()));
        }
        lines.extend(entries.into_iter().map(|entry| {
            let dated = !days.wanted || day_of(entry) != day;
            Line::Entry(Box::new(entry.clone()), dated)
        }));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::Event;

    fn entry(seq: Seq, at: &str, run: Option<&str>) -> Entry {
        let json = format!(r#"{{"occurred_at":"{at}","actor":{{"type":"user"}},"action":"a"}}"#);
        let mut event: Event = serde_json::from_str(&json).expect("an event");
        event.run_id = run.map(str::to_owned);
        Entry { seq, received_at: event.occurred_at, event, omitted: Vec::new() }
    }

    fn told(lines: Vec<Line>) -> Vec<String> {
        let tell = |line| match line {
            Line::Day(text) => text,
            Line::Run(run, shown) => format!("{} {shown}", run.run),
            Line::Entry(entry, dated) => {
                format!("{}{}", entry.seq, if dated { " dated" } else { "" })
            }
        };
        lines.into_iter().map(tell).collect()
    }

    #[test]
    fn a_run_is_told_as_it_went_under_the_day_it_ended() {
        let entries = [
            entry(4, "2026-11-21T00:10:00Z", Some("r")),
            entry(3, "2026-11-21T00:05:00Z", None),
            entry(2, "2026-11-20T23:50:00Z", Some("r")),
            entry(1, "2026-11-20T09:00:00Z", None),
        ];
        let at = entries[0].event.occurred_at;
        let run = RunSummary {
            run: "r".into(),
            title: "Deploy".into(),
            began: at,
            entries: 2,
            at,
            outcome: None,
            status: None,
        };
        let days = Days { now: at, zone: Zone::Utc, wanted: true };
        let (today, yesterday) = ("Today, Saturday 21 November", "Yesterday, Friday 20 November");
        assert_eq!(
            told(lines(&entries, std::slice::from_ref(&run), days)),
            [today, "r 2", "2 dated", "4", "3", yesterday, "1"]
        );
        assert_eq!(told(lines(&entries, &[], days)), [today, "4", "3", yesterday, "2", "1"]);
        let sorted = Days { wanted: false, ..days };
        assert_eq!(told(lines(&entries[1..2], &[], sorted)), ["3 dated"]);
    }
}
