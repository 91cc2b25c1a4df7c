//! What the colours mean, how often, and one click to narrow to it.

use daybook_model::{Field, Outcome, Severity, Term, View, field::StatusTerm};
use leptos::prelude::*;

use super::{
    series::{Series, What},
    state::State,
};
use crate::{
    log::terms::{Standing, standing, toggle},
    reactive::dynamic,
    ui::{
        icon::{Icon, icon},
        number::grouped,
    },
    url::LogAddress,
};

/// The parts of the bars, the lowest first.
#[component]
pub(super) fn Legend(
    /// The chart's state.
    state: State,
    /// Where we are.
    log: LogAddress,
) -> impl IntoView {
    let items =
        move || state.series.with(|all| all.iter().map(|series| item(log, series)).collect_view());
    view! { <ul class="chart-legend" role="list" aria-label="Legend">{dynamic(items)}</ul> }
}

fn item(log: LogAddress, series: &Series) -> impl IntoView + use<> {
    let Series { label, class, what, .. } = series;
    let inside = view! {
        <i class=format!("swatch {class}")></i>
        <span>{label.clone()}</span>
        " "
        <b>{grouped(series.total())}</b>
    };
    let link = |exclude: bool| {
        narrowed(what, exclude, &log.view_untracked())?;
        let what = what.clone();
        Some(Signal::derive(move || {
            let view = log.view();
            narrowed(&what, exclude, &view).map(|view| log.href(&view))
        }))
    };
    let name = label.clone();
    let chosen = match what {
        What::Value(field, term) => {
            standing(&log.view_untracked(), *field, term) == Standing::Included
        }
        _ => false,
    };
    let only = link(false).map(|href| {
        (href, if chosen { format!("No longer only {name}") } else { format!("Only {name}") })
    });
    let without = link(true).map(|href| (href, format!("Exclude {name}")));
    view! {
        <li class="legend-item" class:chosen=chosen>
            {match only {
                Some((href, tip)) => view! { <a class="legend-only" href=href data-tip=tip>{inside}</a> }.into_any(),
                None => view! { <span class="legend-only">{inside}</span> }.into_any(),
            }}
            {without.map(|(href, tip)| view! {
                <a class="legend-not" href=href aria-label=tip.clone() data-tip=tip>{icon(Icon::Minus)}</a>
            })}
        </li>
    }
}

/// The first page of the view with only this part of the bars, or without it, or as it was where it
/// already is so. `None` where no filter says that.
fn narrowed(what: &What, exclude: bool, view: &View) -> Option<View> {
    let mut view = view.clone();
    view.cursor = None;
    match (what, exclude) {
        (What::Value(field, term), _) => toggle(&mut view, *field, term, exclude),
        (What::Severity(Severity::ServerError), _) => {
            toggle(&mut view, Field::Status, &class(5)?, exclude);
        }
        (What::Severity(Severity::Failure), false) => {
            view.filter.add(Field::Outcome, false, failure()?);
            view.filter.add(Field::Status, true, class(5)?);
        }
        // Whatever says nothing of an outcome is not a failure.
        (What::Severity(Severity::Quiet), false) => {
            view.filter.add(Field::Outcome, true, failure()?);
            view.filter.add(Field::Status, true, class(4)?);
            view.filter.add(Field::Status, true, class(5)?);
        }
        (What::Severity(Severity::Quiet), true) => {
            view.filter.add(Field::Outcome, false, failure()?);
        }
        (What::Severity(Severity::Failure), true) | (What::Others, _) => return None,
    }
    Some(view)
}

fn class(digit: u16) -> Option<Term> {
    Field::Status.value(&StatusTerm::Class(digit).to_string()).ok().map(Term::Is)
}

fn failure() -> Option<Term> {
    Field::Outcome.value(Outcome::Failure.as_str()).ok().map(Term::Is)
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::{Entry, Event, Span, Timestamp};

    fn entry(json: &str) -> Entry {
        let json = format!(
            r#"{{"occurred_at":"2026-11-20T13:32:04Z","actor":{{"type":"user"}},"action":"a"{json}}}"#
        );
        let event: Event = serde_json::from_str(&json).expect("an event");
        Entry { seq: 1, received_at: Timestamp::MIN, event, omitted: Vec::new() }
    }

    #[test]
    fn a_part_of_the_bars_leads_to_what_it_counts() {
        // As they are after they were brought to one form: the outcome follows from the status.
        let entries = [
            r#","outcome":"success","request":{"status_code":200}"#,
            r#","outcome":"failure","request":{"status_code":404}"#,
            r#","outcome":"failure","request":{"status_code":503}"#,
            r#","outcome":"failure""#,
            r#","outcome":"success""#,
            "",
        ]
        .map(entry);
        for severity in Severity::ALL {
            let what = What::Severity(severity);
            for exclude in [false, true] {
                let Some(view) = narrowed(&what, exclude, &View::default()) else {
                    assert_eq!((severity, exclude), (Severity::Failure, true));
                    continue;
                };
                for entry in &entries {
                    let is = Severity::of(&entry.event) == severity;
                    assert_eq!(view.filter.matches(entry, Span::ALL), is != exclude, "{what:?}");
                }
            }
        }
    }

    #[test]
    fn a_value_is_taken_back_by_the_same_click() {
        let get = Field::Method.value("GET").map(Term::Is).expect("a method");
        let what = What::Value(Field::Method, get);
        let view = narrowed(&what, false, &View::default()).expect("a link");
        assert_eq!(view.to_string(), "method=GET");
        assert_eq!(narrowed(&what, false, &view).expect("a link"), View::default());
        assert!(narrowed(&What::Others, false, &view).is_none());
    }
}
