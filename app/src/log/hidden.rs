//! What a tab leaves out unless it is asked for: said like a filter, and taken away like one.

use std::collections::BTreeSet;

use daybook_model::{Field, Tab, Term, View, tab};
use leptos::prelude::*;

use crate::{
    log::{
        names::Names,
        terms::{ChipId, values_text},
    },
    reactive::{dynamic, memo},
    ui::icon::{Icon, icon},
    url::LogAddress,
};

/// What a tab leaves out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LeftOut {
    field: Field,
    terms: BTreeSet<Term>,
}

impl LeftOut {
    /// In words: "Resource type is not Reading".
    pub(crate) fn phrase(&self, names: Names) -> String {
        let Self { field, terms } = self;
        let verb = ChipId { field: *field, exclude: true, off: false }.verb(terms);
        format!("{} {verb} {}", field.label(), values_text(*field, terms, names))
    }
}

/// What the tab of a view leaves out unless it is asked for.
pub(crate) fn hidden_by(view: &View, tabs: &[Tab]) -> Option<LeftOut> {
    let key = view.tab.as_deref().unwrap_or(tab::ALL);
    let tab = tabs.iter().find(|tab| tab.key == key)?;
    let (&field, choice) = tab.hides.choices.iter().next()?;
    Some(LeftOut { field, terms: choice.include.clone() })
}

/// A chip for what the tab hides; nothing where it hides nothing.
#[component]
pub(crate) fn Hidden(
    /// Where we are.
    log: LogAddress,
    /// What values are called.
    names: Names,
    /// The tabs.
    tabs: Signal<Option<Vec<Tab>>>,
) -> impl IntoView {
    let hides = memo(move || {
        let view = log.view();
        let out = tabs.with(|tabs| hidden_by(&view, tabs.as_deref().unwrap_or_default()))?;
        Some((out, view.hidden))
    });
    let chip = move || {
        let (LeftOut { field, terms }, shown) = hides.get()?;
        let id = ChipId { field, exclude: true, off: shown };
        let (verb, words) = (id.verb(&terms), values_text(field, &terms, names));
        let phrase = format!("{} {verb} {words}", field.label());
        let href = log.filter_link(|view| view.hidden = !shown);
        let acts = if shown {
            view! { <a class="chip-off" href=href aria-label=format!("Leave out again: {phrase}") data-tip="Leave out again">"off"</a> }.into_any()
        } else {
            view! {
                <a class="chip-remove" href=href aria-label=format!("Remove {phrase}") data-tip="Show these too">
                    {icon(Icon::Close)}
                </a>
            }
            .into_any()
        };
        Some(view! {
            <p class="chip hidden-chip exclude" class:off=shown data-tip="This tab leaves these out by itself">
                <span class="chip-field">{field.label()}</span>
                <span class="chip-verb">{verb}</span>
                <span class="chip-values">{words}</span>
                {acts}
            </p>
        })
    };
    dynamic(chip)
}
