//! The heading over the entries of a run.

use daybook_model::{Field, Filter, Outcome, Range, RunSummary, Sort, Term, range::Preset};
use leptos::prelude::*;

use crate::{
    reactive::when,
    ui::{
        middle::Middle,
        number::counted,
        text::{first_upper, one_line},
    },
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
    let RunSummary { run: id, title, began, entries, at, outcome, status } = run;
    let (title, shown_id) = (one_line(&title), one_line(&id));
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
    let status = match (status, outcome) {
        (Some(status), _) => first_upper(&status.replace('_', " ").to_ascii_lowercase()),
        (None, Some(outcome)) => outcome.label().to_owned(),
        (None, None) => "No status".to_owned(),
    };
    let severity = (outcome == Some(Outcome::Failure)).then_some("failure");
    // What is one entry took no time that the log knows of.
    let took = (entries > 1).then(|| took(at.millis() - began.millis()));
    // A list that begins with the newest has its runs told from their beginning all the same.
    let turned = log.part(move |view| shown > 1 && view.sort == Sort::default());
    let all = counted(entries, "entry", "entries");
    let extent = if entries == shown as u64 { all } else { format!("{shown} of {all}") };
    view! {
        <tr class="run" role="row">
            <th scope="rowgroup" role="rowheader">
                <span class="run-title">{title}</span>
                <span class="run-status" data-severity=severity>{status}</span>
                {took.map(|took| view! { <span class="run-took" data-tip="From its first entry to its latest">{took}</span> })}
                {when(move || turned.get(), || view! { <span class="run-order">"oldest first"</span> })}
                <a class="run-all" href=href>
                    <span>{extent}</span>" "<span class="run-id"><Middle text=shown_id /></span>
                </a>
            </th>
        </tr>
    }
}

/// How long a run took, to be read at a glance: `42 s`, `3 min 12 s`, `1 h 5 min`.
fn took(millis: i64) -> String {
    let seconds = millis / 1_000;
    match seconds {
        ..=0 => format!("{} ms", millis.max(0)),
        1..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::took;

    #[test]
    fn a_length_has_the_two_units_that_matter() {
        for (millis, text) in [
            (-5, "0 ms"),
            (420, "420 ms"),
            (42_900, "42 s"),
            (192_000, "3 min 12 s"),
            (3_900_000, "1 h 5 min"),
            (100_000_000, "1 d 3 h"),
        ] {
            assert_eq!(took(millis), text);
        }
    }
}
