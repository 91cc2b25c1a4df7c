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
        format!("{} {verb} {}", field.label(), self.words(names))
    }

    /// The values alone: "Reading".
    pub(crate) fn words(&self, names: Names) -> String {
        values_text(self.field, &self.terms, names)
    }
}

/// What the tab of a view leaves out unless it is asked for, by the view or by its filter.
pub(crate) fn hidden_by(view: &View, tabs: &[Tab]) -> Option<LeftOut> {
    let key = view.tab.as_deref().unwrap_or(tab::ALL);
    let tab = tabs.iter().find(|tab| tab.key == key)?;
    let (&field, choice) = tab.left_out(&view.filter)?.choices.iter().next()?;
    Some(LeftOut { field, terms: choice.include.clone() })
}

/// What the tab hides, and the way to it; nothing where it hides nothing. It is no choice of the reader's and
/// does not look like one.
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
    let said = move || {
        let (out, shown) = hides.get()?;
        let (phrase, words) = (out.phrase(names), out.words(names));
        let href = log.filter_link(|view| view.hidden = !shown);
        Some(if shown {
            view! { <p class="left-out"><span class="left-out-words">"Shown here: "{words}</span><a href=href aria-label=format!("Leave out again: {phrase}")>"Leave out"</a></p> }.into_any()
        } else {
            view! {
                <p class="left-out" data-tip=format!("This tab leaves these out by itself: {phrase}")>
                    <span class="left-out-words">"Left out here: "{words}</span>
                    <a class="chip-remove" href=href aria-label=format!("Remove {phrase}") data-tip="Show these too">{icon(Icon::Close)}</a>
                </p>
            }
            .into_any()
        })
    };
    dynamic(said)
}
