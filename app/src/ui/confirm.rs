//! What cannot be taken back is asked once, in its place.

use leptos::{html, prelude::*};

use crate::reactive::{dynamic, effect};

/// A button that asks before it does what it says.
#[component]
pub(crate) fn Confirm(
    /// What it says.
    word: &'static str,
    /// The button's name, which says what it is done to as well: "Revoke ci-deployer".
    #[prop(into)]
    name: String,
    /// What is asked, and what becomes of it.
    question: &'static str,
    /// Whether something is lost by it: then it looks so.
    #[prop(default = true)]
    grave: bool,
    /// Whether it is being done.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// It is meant.
    on_confirm: Callback<()>,
) -> impl IntoView {
    let asking = RwSignal::new(false);
    let (yes, first) = (NodeRef::<html::Button>::new(), NodeRef::<html::Button>::new());
    let left = StoredValue::new(false);
    // The focus goes where the answer is, and back where the question was.
    effect(move || {
        if let Some(button) = yes.get() {
            let _ = button.focus();
        }
    });
    effect(move || {
        if let Some(button) = first.get()
            && left.get_value()
        {
            left.set_value(false);
            let _ = button.focus();
        }
    });
    let leave = move || {
        left.set_value(true);
        asking.set(false);
    };
    let name = StoredValue::new(name);
    dynamic(move || {
        if !asking.get() {
            return view! {
                <button type="button" class="button quiet" class:grave=grave node_ref=first aria-label=name.get_value() disabled=busy on:click=move |_| asking.set(true)>{word}</button>
            }
            .into_any();
        }
        view! {
            <span class="confirm" role="group" aria-label=name.get_value() on:keydown=move |event| if event.key() == "Escape" { leave() }>
                <span class="confirm-question">{question}</span>
                <span class="confirm-acts">
                    <button
                        type="button"
                        class="button danger"
                        node_ref=yes
                        on:click=move |_| {
                            asking.set(false);
                            on_confirm.run(());
                        }
                    >
                        {word}
                    </button>
                    <button type="button" class="button quiet" on:click=move |_| leave()>"Cancel"</button>
                </span>
            </span>
        }
        .into_any()
    })
}
