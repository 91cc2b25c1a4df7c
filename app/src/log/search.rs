//! The search: any part of a path, a person, a token, an application, …

use std::time::Duration;

use daybook_model::filter::MAX_SEARCH;
use leptos::{html, leptos_dom::helpers::TimeoutHandle, prelude::*};
use web_sys::KeyboardEvent;

use crate::{
    log::masked::masking,
    reactive::{dynamic, effect, memo},
    ui::icon::{Icon, icon},
    url::{History, LogAddress},
};

/// What stands in the field where searching is refused.
const OFF: &str = "No search: addresses are masked for you";
/// Why, at length.
const WHY: &str = "A search looks through addresses too, which are masked for you. Choose from the facets instead.";
/// How long typing must rest before the search is made.
const REST: Duration = Duration::from_millis(250);

/// The field. What is typed becomes part of the address: one step of history for a visit to the
/// field, however often it is corrected.
#[component]
pub(crate) fn Search(
    /// Where we are.
    log: LogAddress,
    /// The field itself, for the shortcut.
    field: NodeRef<html::Input>,
) -> impl IntoView {
    let searched = log.part(|view| view.filter.search.clone().unwrap_or_default());
    let text = RwSignal::new(searched.get_untracked());
    let corrects = StoredValue::new(false);
    let timer = StoredValue::new(None::<TimeoutHandle>);

    // Back, a link or another part of the page may change the search; a text that means the same
    // as the address is left as it is typed.
    effect(move || {
        let searched = searched.get();
        if normal(&text.get_untracked()) != searched {
            text.set(searched);
        }
    });

    let cancel = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    on_cleanup(cancel);
    let search = move || {
        cancel();
        let wanted = normal(&text.get_untracked());
        if wanted == searched.get_untracked() {
            return;
        }
        let history = if corrects.get_value() { History::Replace } else { History::Push };
        corrects.set_value(true);
        log.change(history, |view| {
            view.cursor = None;
            view.filter.search = (!wanted.is_empty()).then_some(wanted);
        });
    };
    let typed = move |value: String| {
        text.set(value);
        cancel();
        timer.set_value(set_timeout_with_handle(search, REST).ok());
    };
    let clear = move || {
        text.set(String::new());
        search();
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
    };
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            search();
            corrects.set_value(false);
        }
        "Escape" if !text.read_untracked().is_empty() => {
            event.stop_propagation();
            clear();
        }
        "Escape" => {
            if let Some(field) = field.get_untracked() {
                let _ = field.blur();
            }
        }
        _ => {}
    };

    // The server looks through addresses too, so it refuses.
    let off = memo(move || !masking(log).is_none());
    let placeholder = Signal::derive(move || {
        if off.get() { OFF } else { "Search paths, people, tokens, applications, clusters" }
    });

    view! {
        <search class="search" class:off=off title=Signal::derive(move || off.get().then_some(WHY))>
            {icon(Icon::Search)}
            <input
                type="text"
                node_ref=field
                class="search-field"
                placeholder=placeholder
                disabled=off
                aria-label="Search the log"
                aria-keyshortcuts="/"
                inputmode="search"
                enterkeyhint="search"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                maxlength=MAX_SEARCH.to_string()
                prop:value=text
                on:input:target=move |event| typed(event.target().value())
                on:focus=move |_| corrects.set_value(false)
                on:keydown=key
            />
            {dynamic(move || if text.read().is_empty() && off.get() {
                ().into_any()
            } else if text.read().is_empty() {
                view! { <kbd class="key" aria-hidden="true">"/"</kbd> }.into_any()
            } else {
                view! {
                    <button type="button" class="icon-button" aria-label="Clear the search" data-tip="Clear" on:click=move |_| clear()>
                        {icon(Icon::Close)}
                    </button>
                }
                .into_any()
            })}
        </search>
    }
}

/// The text as the address has it.
fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
