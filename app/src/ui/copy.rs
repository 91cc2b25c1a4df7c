//! Copying to the clipboard.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlDocument, HtmlTextAreaElement};

use super::{
    announce::announce,
    icon::{Icon, icon},
};
use crate::reactive::dynamic;

/// A button that copies a text and says so.
#[component]
pub(crate) fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// What it is, for the button's name: "Copy request id".
    #[prop(into)]
    what: String,
    /// The words on the button, where it has some.
    #[prop(optional)]
    shown: &'static str,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let name = format!("Copy {what}");
    let copy = move |_| {
        let said = format!("Copied {what}");
        spawn_local(async move {
            if copy_text(&text.get_untracked()).await {
                announce(&said);
                // The button may be gone by now, and its signals with it.
                let _ = copied.try_set(true);
                let later = move || {
                    let _ = copied.try_set(false);
                };
                set_timeout(later, Duration::from_millis(1_500));
            } else {
                announce("Could not copy: the browser does not allow it here");
            }
        });
    };
    let class = if shown.is_empty() { "icon-button copy" } else { "button copy" };
    // What the button says is not said again beside it.
    let tip = shown.is_empty().then(|| name.clone());
    view! {
        <button type="button" class=class class:copied=copied aria-label=name data-tip=tip on:click=copy>
            {dynamic(move || icon(if copied.get() { Icon::Check } else { Icon::Copy }))}
            {shown}
        </button>
    }
}

/// Puts a text on the clipboard; whether that worked.
pub(crate) async fn copy_text(text: &str) -> bool {
    // Outside HTTPS and localhost there is no clipboard object: take the old way.
    if !window().is_secure_context() {
        return copy_by_selection(text).is_some();
    }
    JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok()
}

fn copy_by_selection(text: &str) -> Option<()> {
    let focused = document().active_element();
    let area =
        document().create_element("textarea").ok()?.dyn_into::<HtmlTextAreaElement>().ok()?;
    area.set_class_name("visually-hidden");
    area.set_value(text);
    document().body()?.append_child(&area).ok()?;
    area.select();
    let done = document().dyn_into::<HtmlDocument>().ok()?.exec_command("copy");
    area.remove();
    if let Some(Ok(focused)) = focused.map(JsCast::dyn_into::<web_sys::HtmlElement>) {
        // It had the focus a moment ago; if it refuses now, nothing is lost.
        let _ = focused.focus();
    }
    done.is_ok_and(|done| done).then_some(())
}
