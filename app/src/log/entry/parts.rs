//! The parts of an entry that take room: a tab for each.

use daybook_model::{Entry, Event, change::Diff, view::Part};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::fact_line::Facts;
use crate::{
    log::{diff::Changes, facts},
    reactive::{dynamic, memo},
    ui::{code, copy::CopyButton},
    url::{History, LogAddress},
};

/// The tabs and what they show.
#[component]
pub(super) fn Parts(
    /// Where we are.
    log: LogAddress,
    /// The entry, perhaps without what the list omits.
    entry: Entry,
    /// The same as it is masked for the reader, where this one was revealed.
    masked: Option<Event>,
) -> impl IntoView {
    let first = first(&entry);
    // The part that was chosen stays while entries are walked.
    let asked = log.part(|view| view.part);
    let chosen = memo(move || asked.get().unwrap_or(first));
    let count = entry.event.change.as_ref().map(|change| Diff::of(change).changed.len());
    let entry = StoredValue::new(entry);
    let choose = move |part| log.change(History::Replace, |view| view.part = Some(part));
    let tab = move |part: Part| {
        let selected = memo(move || chosen.get() == part);
        view! {
            <button
                type="button"
                role="tab"
                class="tab"
                id=tab_id(part)
                aria-selected=Signal::derive(move || if selected.get() { "true" } else { "false" })
                aria-controls="panel-part"
                tabindex=Signal::derive(move || if selected.get() { "0" } else { "-1" })
                on:click=move |_| choose(part)
            >
                {part.label()}
                {count.filter(|_| part == Part::Changes).map(|n| view! { <span class="tab-count">{n}</span> })}
            </button>
        }
    };
    let walk = move |event: web_sys::KeyboardEvent| {
        let last = Part::ALL.len() - 1;
        let at = Part::ALL.iter().position(|part| *part == chosen.get_untracked()).unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % (last + 1),
            "ArrowLeft" => (at + last) % (last + 1),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        choose(Part::ALL[to]);
        let tab = document().get_element_by_id(&tab_id(Part::ALL[to]));
        if let Some(Ok(tab)) = tab.map(JsCast::dyn_into::<HtmlElement>) {
            let _ = tab.focus();
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label="More of this entry" on:keydown=walk>
            {Part::ALL.map(tab).into_iter().collect_view()}
        </div>
        <div id="panel-part" class="part" role="tabpanel" tabindex="0" aria-labelledby=Signal::derive(move || tab_id(chosen.get()))>
            {dynamic(move || entry.with_value(|entry| content(log, entry, masked.as_ref(), chosen.get())))}
        </div>
    }
}

fn tab_id(part: Part) -> String {
    format!("tab-{part}")
}

/// Whether the entry has this, here or only in the log.
fn has(entry: &Entry, part: &str) -> bool {
    entry.omitted.iter().any(|name| name == part)
}

/// Where nothing was changed, what the producer says beside it comes first.
fn first(entry: &Entry) -> Part {
    let changed = has(entry, "change") || entry.event.change.is_some();
    if !changed && (has(entry, "context") || entry.event.context.is_some()) {
        Part::Context
    } else {
        Part::Changes
    }
}

fn content(log: LogAddress, entry: &Entry, masked: Option<&Event>, part: Part) -> AnyView {
    let event = &entry.event;
    let pending = match part {
        Part::Changes => has(entry, "change"),
        Part::Context => has(entry, "context"),
        Part::Fields => false,
        Part::Raw => !entry.omitted.is_empty(),
    };
    if pending {
        return view! { <span class="skeleton"></span> }.into_any();
    }
    match part {
        Part::Changes => match event.change.clone() {
            Some(change) => view! { <Changes change /> }.into_any(),
            None => unchanged(entry).into_any(),
        },
        Part::Context => match &event.context {
            Some(context) => json(serde_json::to_string_pretty(context)).into_any(),
            None => view! { <p class="muted">"The producer sent no context."</p> }.into_any(),
        },
        Part::Fields => {
            let all = facts::all(entry);
            let facts = match masked {
                Some(masked) => facts::revealed(all, masked),
                None => all,
            };
            view! { <Facts log facts /> }.into_any()
        }
        Part::Raw => json(serde_json::to_string_pretty(entry)).into_any(),
    }
}

/// Why there is nothing to compare.
pub(crate) fn unchanged(entry: &Entry) -> impl IntoView + use<> {
    let (what, why) = if entry.event.is_read_only() {
        ("Read-only event.", "It only read, so there is nothing that it could have changed.")
    } else {
        ("No snapshot was captured.", "The producer did not send the state before and after.")
    };
    view! { <p class="muted"><strong>{what}</strong>" "{why}</p> }
}

/// JSON as it is, to read and to copy.
fn json(value: serde_json::Result<String>) -> impl IntoView {
    // What was read as JSON can be written as JSON.
    let text = value.unwrap_or_default();
    view! {
        <div class="raw">
            <CopyButton text=text.clone() what="JSON" />
            <pre>{code::json(&text)}</pre>
        </div>
    }
}
