//! The heading over the entries of a run.

use daybook_model::{Field, Filter, Outcome, Range, RunSummary, Term, range::Preset};
use leptos::prelude::*;

use crate::{
    log::names::first_upper,
    ui::{middle::Middle, number::counted},
    url::LogAddress,
};

/// A run, its latest status, and a link to all of its entries.
#[component]
pub(crate) fn RunHeading(
    /// Where we are.
    log: LogAddress,
    /// The run.
    run: RunSummary,
    /// How many of its entries follow.
    shown: usize,
) -> impl IntoView {
    let id = run.run.clone();
    let href = Signal::derive(move || {
        log.filter_link(|view| {
            let mut filter = Filter {
                range: Range::Last(Preset::All),
                as_of: view.filter.as_of,
                ..Filter::default()
            };
            if let Ok(value) = Field::Run.value(&id) {
                filter.add(Field::Run, false, Term::Is(value));
            }
            view.filter = filter;
            view.tab = None;
            view.off.clear();
        })
    });
    let status = match (&run.status, run.outcome) {
        (Some(status), _) => first_upper(&status.replace('_', " ").to_lowercase()),
        (None, Some(outcome)) => outcome.label().to_owned(),
        (None, None) => "No status".to_owned(),
    };
    let severity = (run.outcome == Some(Outcome::Failure)).then_some("failure");
    let all = counted(run.entries, "entry", "entries");
    let extent = if run.entries == shown as u64 { all } else { format!("{shown} of {all}") };
    view! {
        <tr class="run" role="row">
            <th scope="rowgroup" role="rowheader">
                <span class="run-name">"Run "<Middle text=run.run /></span>
                <span class="run-status" data-severity=severity>{status}</span>
                <a href=href>{extent}</a>
            </th>
        </tr>
    }
}
