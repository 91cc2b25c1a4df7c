//! A window of the page's own, over all else: the browser's modal dialog.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

use super::{
    icon::{Icon, icon},
    popover::{Floating, focus_field},
    unique_id,
};

use crate::reactive::{effect, when};

/// A modal dialog with a heading. Esc, its button and a click beside it close it; the focus goes
/// back to where it was. Its content exists while it is open.
#[component]
pub(crate) fn Dialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// The heading.
    #[prop(into)]
    title: Signal<String>,
    /// What it says.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let heading = unique_id("dialog");
    // A field, once the content is there, is a better place to start than the button.
    let settle = move || {
        request_animation_frame(move || {
            if let Some(dialog) = node.get_untracked() {
                focus_field(&dialog);
            }
        });
    };
    effect(move || {
        let (opens, Some(dialog)) = (open.get(), node.get()) else { return };
        if opens && !dialog.open() {
            // Refused only where the dialog is just leaving the document.
            let _ = dialog.show_modal();
            settle();
        } else if !opens && dialog.open() {
            dialog.close();
        }
    });
    // Everything visible is inside one child: a click on the dialog itself is one beside it.
    let beside = move |e: web_sys::MouseEvent| {
        let target = e.target().and_then(|t| t.dyn_into::<web_sys::HtmlDialogElement>().ok());
        if target.is_some() {
            open.set(false);
        }
    };
    view! {
        <dialog class="dialog" node_ref=node aria-labelledby=heading on:close=move |_| open.set(false) on:click=beside>
            <div class="dialog-body">
                <header class="dialog-head">
                    <h2 id=heading.clone()>{title}</h2>
                    <button type="button" class="icon-button" aria-label="Close" on:click=move |_| open.set(false)>
                        {icon(Icon::Close)}
                    </button>
                </header>
                {when(move || open.get(), move || {
                    Floating::provide(settle);
                    children()
                })}
            </div>
        </dialog>
    }
}
