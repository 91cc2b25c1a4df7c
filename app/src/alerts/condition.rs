//! When a rule fires: the kind of condition, and what belongs to it.

use daybook_model::Field;
use leptos::prelude::*;

use super::draft::{Draft, KINDS, Length, UNITS};
use crate::{
    reactive::{memo, when},
    settings::form::Form,
    ui::field::{Select, TextField},
};

/// Facets, by their names.
fn facets() -> Vec<(String, String)> {
    let facets = Field::ALL.iter().filter(|field| field.is_facet());
    facets.map(|field| (field.key().to_owned(), field.label().to_owned())).collect()
}

/// The fields.
#[component]
pub(super) fn ConditionFields(
    /// What stands in them.
    draft: Draft,
    /// What is wrong with them.
    form: Form,
) -> impl IntoView {
    let kinds = KINDS.map(|(word, name)| (word.to_owned(), name.to_owned())).to_vec();
    let is = move |kinds: &'static [&'static str]| {
        memo(move || draft.kind.with(|kind| kinds.contains(&kind.as_str())))
    };
    let (counts, lasts, has_field, groups) = (
        is(&["count", "distinct"]),
        is(&["count", "distinct", "absence"]),
        is(&["distinct", "new"]),
        is(&["any", "count", "distinct", "new"]),
    );
    let hours = is(&["unusual_hour"]);
    // Hours are learned of somebody.
    let begin = move || {
        if draft.by.with_untracked(String::is_empty) {
            draft.by.set(Field::Actor.key().to_owned());
        }
    };
    let groupings = || {
        let all = (String::new(), "All entries together".to_owned());
        std::iter::once(all)
            .chain(
                facets()
                    .into_iter()
                    .map(|(key, name)| (key, format!("Each {} by itself", lower(&name)))),
            )
            .collect::<Vec<_>>()
    };
    view! {
        <Select label="Fires on" value=draft.kind options=kinds />
        {when(move || has_field.get(), move || view! { <Select label="Values of" value=draft.field options=facets() /> })}
        <div class="field-row">
            {when(move || counts.get(), move || view! {
                <TextField label="At least" value=draft.at_least required=true problem=form.problem_of("condition.at_least") />
            })}
            {when(move || lasts.get(), move || view! {
                <LengthField label="Within" length=draft.window problem=form.problem_of("condition.window") />
            })}
        </div>
        {when(move || groups.get(), move || view! { <Select label="Count" value=draft.by options=groupings() /> })}
        {when(move || hours.get(), move || {
            begin();
            view! { <Select label="Whose hours" value=draft.by options=facets() /> }
        })}
    }
}

/// A name within a sentence; `IP address` stays.
fn lower(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain([second]).chain(letters).collect()
        }
        _ => name.to_owned(),
    }
}

/// A number and its unit.
#[component]
pub(super) fn LengthField(
    /// What it is for.
    label: &'static str,
    /// What stands in it.
    length: Length,
    /// What is wrong with it.
    #[prop(into)]
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let units = UNITS.map(|(unit, name)| (unit.to_string(), name.to_owned())).to_vec();
    view! {
        <div class="length-field">
            <TextField label value=length.number required=true problem />
            <Select label="Unit" value=length.unit options=units />
        </div>
    }
}
