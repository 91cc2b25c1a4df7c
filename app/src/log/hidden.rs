//! What a tab leaves out unless it is asked for: said like a filter, and taken away like one.

use daybook_model::{Tab, tab};
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
    let here = log.part(|view| (view.tab.clone(), view.hidden));
    let hides = memo(move || {
        let (key, shown) = here.get();
        let key = key.as_deref().unwrap_or(tab::ALL);
        let choice = tabs.with(|tabs| {
            let tab = tabs.iter().flatten().find(|tab| tab.key == key)?;
            tab.hides.choices.iter().next().map(|(&field, choice)| (field, choice.include.clone()))
        })?;
        Some((choice, shown))
    });
    let chip = move || {
        let ((field, terms), shown) = hides.get()?;
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
