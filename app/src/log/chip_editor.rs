//! What floats under a chip: its values, with counts and type-ahead.

use std::{collections::BTreeSet, time::Duration};

use daybook_model::{FacetCounts, FacetValue, Field, Term};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use crate::{
    api,
    load::load,
    log::{
        chip::move_link,
        names::Names,
        terms::{ChipId, START_AND_STOP, start_and_stop, toggle},
    },
    reactive::{dynamic, effect, memo, when},
    ui::combobox::{ComboOption, Combobox},
    url::{History, LogAddress},
};

/// How long typing must rest before more values are asked for.
const REST: Duration = Duration::from_millis(150);

/// The values to choose from. Each choice is in force at once; all of one visit are one step back.
#[component]
pub(crate) fn ChipEditor(
    /// Where we are.
    log: LogAddress,
    /// What values are called.
    names: Names,
    /// Which chip.
    id: ChipId,
    /// The facets as counted.
    facets: Signal<Option<Vec<FacetCounts>>>,
    /// The chosen values.
    terms: Memo<BTreeSet<Term>>,
    /// Closes it.
    close: Callback<()>,
) -> impl IntoView {
    let field = id.field;
    let typed = RwSignal::new(String::new());
    let rested = RwSignal::new(String::new());
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let cancel = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    on_cleanup(cancel);
    let type_text = Callback::new(move |text: String| {
        typed.set(text.trim().to_owned());
        cancel();
        let rest = move || rested.set(typed.get_untracked());
        timer.set_value(set_timeout_with_handle(rest, REST).ok());
    });

    let question = memo(move || field.is_facet().then(|| (log.view(), rested.get())));
    let found = load(question.into(), move |(view, text), signal| async move {
        api::facet_values(&log.project(), &view, field, &text, signal).await
    });
    effect(move || found.value.with(|found| names.learn_from_facets(found.as_slice())));

    let options = memo(move || {
        let known = facets
            .with(|facets| facets.as_ref()?.iter().find(|facet| facet.field == field).cloned());
        let found = found.value.get();
        let values =
            found.into_iter().chain(known).flat_map(|facet| facet.values).collect::<Vec<_>>();
        list(field, names, &terms.read(), &values, &typed.read())
    });

    let corrects = StoredValue::new(false);
    let choose = move |value: String| {
        let Some(chosen) = meant(field, &value) else { return };
        let history = if corrects.get_value() { History::Replace } else { History::Push };
        corrects.set_value(true);
        log.change(history, |view| {
            view.cursor = None;
            if id.off {
                let mut terms = id.take(view);
                if chosen.is_subset(&terms) {
                    terms.retain(|term| !chosen.contains(term));
                } else {
                    terms.extend(chosen);
                }
                id.put(view, terms);
            } else {
                // Several are one choice: what stands already stays, unless all of them do.
                let stands = |term: &Term| id.terms(view).contains(term);
                let all = chosen.iter().all(stands);
                let changed: Vec<_> = chosen.into_iter().filter(|t| all || !stands(t)).collect();
                for term in changed {
                    toggle(view, field, &term, id.exclude);
                }
            }
        });
    };
    let verb = if id.exclude { "is not" } else { "is" };
    let negated = Signal::derive(move || move_link(log, id, ChipId { exclude: !id.exclude, ..id }));
    let switched = Signal::derive(move || move_link(log, id, ChipId { off: !id.off, ..id }));
    let placeholder = if field.is_facet() {
        format!("Find {}…", in_sentence(field))
    } else {
        format!("{} …", field.label())
    };

    view! {
        <div class="chip-editor">
            <Combobox
                label=format!("{} {verb}", field.label())
                placeholder
                options
                busy=found.waiting
                on_toggle=choose
                on_text=type_text
            />
            {dynamic(move || found.failure.get().map(|failure| view! { <p class="problem" role="alert">{failure.message()}</p> }))}
            {when(move || !terms.read().is_empty(), move || view! {
                <p class="chip-editor-acts">
                    <a class="button quiet" href=negated on:click=move |_| close.run(())>
                        {if id.exclude { "Include instead" } else { "Exclude instead" }}
                    </a>
                    <a class="button quiet" href=switched on:click=move |_| close.run(())>
                        {if id.off { "Switch on" } else { "Switch off" }}
                    </a>
                </p>
            })}
        </div>
    }
}

/// What can be chosen: the chosen values first, then those that occur, then what can be typed.
fn list(
    field: Field,
    names: Names,
    chosen: &BTreeSet<Term>,
    values: &[FacetValue],
    typed: &str,
) -> Vec<ComboOption> {
    let count = |term: &Term| match term {
        Term::Is(value) => values.iter().find(|v| v.value == value.as_str()).map(|v| v.count),
        Term::Absent | Term::Present => None,
    };
    let mut terms: Vec<Term> = chosen.iter().cloned().collect();
    let occurring = values.iter().filter_map(|v| field.value(&v.value).ok()).map(Term::Is);
    let classes = ["2xx", "3xx", "4xx", "5xx"].into_iter().filter(|_| field == Field::Status);
    let classes = classes.filter_map(|class| field.value(class).ok()).map(Term::Is);
    let typed = Some(typed)
        .filter(|text| !text.is_empty())
        .and_then(|text| field.value(text).ok())
        .map(Term::Is);
    let presence = [Term::Present, Term::Absent].into_iter().filter(|_| field.is_facet());
    for term in occurring.chain(classes).chain(typed).chain(presence) {
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    let option = |term: Term| ComboOption {
        value: term.to_query(),
        label: names.of_term(field, &term),
        count: count(&term),
        checked: chosen.contains(&term),
    };
    let both = start_and_stop(field).map(|both| ComboOption {
        value: BOTH.to_owned(),
        label: START_AND_STOP.to_owned(),
        count: both.iter().map(count).try_fold(0, |sum, n| Some(sum + n?)),
        checked: both.is_subset(chosen),
    });
    both.into_iter().chain(terms.into_iter().map(option)).collect()
}

/// Stands for the two operations that are one choice; no operation is called so.
const BOTH: &str = "start stop";

/// What an option stands for.
fn meant(field: Field, value: &str) -> Option<BTreeSet<Term>> {
    if value == BOTH
        && let Some(both) = start_and_stop(field)
    {
        return Some(both);
    }
    Term::parse(field, value).ok().map(|term| BTreeSet::from([term]))
}

/// The field within a sentence: "actor", but "IP address".
fn in_sentence(field: Field) -> String {
    let label = field.label();
    if label.chars().nth(1).is_some_and(char::is_uppercase) {
        label.to_owned()
    } else {
        label.to_lowercase()
    }
}
