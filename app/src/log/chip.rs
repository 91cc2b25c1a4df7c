//! One chip: a sentence that is edited in place.

use std::collections::BTreeSet;

use daybook_model::{FacetCounts, Term};
use leptos::prelude::*;

use crate::{
    later::{Later, later},
    log::{
        chip_editor::ChipEditorProps,
        names::Names,
        terms::{ChipId, values_text},
    },
    reactive::{dynamic, effect},
    ui::{
        icon::{Icon, icon},
        lazy::loading,
        popover::Popover,
    },
    url::LogAddress,
};

/// Field, verb, values. The verb negates, the values open the editor.
#[component]
pub(crate) fn Chip(
    /// Where we are.
    log: LogAddress,
    /// What values are called.
    names: Names,
    /// Which chip.
    id: ChipId,
    /// The facets as counted.
    facets: Signal<Option<Vec<FacetCounts>>>,
    /// The chip that is edited.
    editing: RwSignal<Option<ChipId>>,
) -> impl IntoView {
    let terms = log.part(move |view| id.terms(view));
    let open = RwSignal::new(false);
    // The popover and the page agree on which chip is edited, whoever begins.
    effect(move || open.set(editing.get() == Some(id)));
    Effect::new(move |was: Option<bool>| {
        let opens = open.get();
        let edited = editing.get_untracked() == Some(id);
        if opens && !edited {
            editing.set(Some(id));
        } else if was == Some(true) && !opens && edited {
            editing.set(None);
        }
        opens
    });

    let words = Signal::derive(move || values_text(id.field, &terms.get(), names));
    let verb = Signal::derive(move || id.verb(&terms.read()));
    let other = ChipId { exclude: !id.exclude, ..id };
    let negated = Signal::derive(move || move_link(log, id, other));
    let switched = Signal::derive(move || move_link(log, id, ChipId { off: !id.off, ..id }));
    let removed = Signal::derive(move || log.filter_link(|view| drop(id.take(view))));
    let field = id.field.label();
    let negate_tip = Signal::derive(move || format!("Change to “{}”", other.verb(&terms.read())));

    let close = Callback::new(move |()| open.set(false));
    let editor = move || ChipEditorProps { log, names, id, facets, terms, close };

    view! {
        <li class="chip" class:off=id.off class:exclude=id.exclude>
            <span class="chip-field">{field}</span>
            <a class="chip-verb" href=negated data-tip=negate_tip>{verb}</a>
            <Popover
                class="chip-values"
                open
                label=Signal::derive(move || format!("{field} {} {}: edit", verb.get(), words.get()))
                trigger=move || dynamic(move || if terms.read().is_empty() { "…".to_owned() } else { words.get() })
            >
                {later(move || Later::ChipEditor(editor()), loading)}
            </Popover>
            {id.off.then(|| view! { <a class="chip-off" href=switched data-tip="Switch on">"off"</a> })}
            <a class="chip-remove" href=removed aria-label=Signal::derive(move || format!("Remove {field} {} {}", verb.get(), words.get())) data-tip="Remove">
                {icon(Icon::Close)}
            </a>
        </li>
    }
}

/// A link to the view where a chip's values stand under another one.
pub(crate) fn move_link(log: LogAddress, from: ChipId, to: ChipId) -> String {
    log.filter_link(|view| {
        let terms: BTreeSet<Term> = from.take(view);
        to.put(view, terms);
    })
}
