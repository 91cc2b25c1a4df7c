//! A part of the settings: what it is about, and the button that opens the form to add to it.

use leptos::{html, prelude::*};

use crate::{
    reactive::{effect, when},
    ui::{
        icon::{Icon, icon},
        popover::focus_field,
    },
};

/// A form that is there when it is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Adding {
    word: &'static str,
    adds: bool,
    open: RwSignal<bool>,
    button: NodeRef<html::Button>,
}

impl Adding {
    /// One whose button says this.
    pub(crate) fn new(word: &'static str) -> Self {
        Self { word, adds: true, open: RwSignal::new(false), button: NodeRef::new() }
    }

    /// One that changes what is there.
    pub(crate) fn changing(word: &'static str) -> Self {
        Self { adds: false, ..Self::new(word) }
    }

    /// Closes it; the focus goes back to the button.
    pub(crate) fn close(self) {
        self.open.set(false);
        if let Some(button) = self.button.get_untracked() {
            let _ = button.focus();
        }
    }
}

/// The section: its heading, what it is, the button of its form.
#[component]
pub(crate) fn Section(
    /// Its fragment in the address.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// What it is, in a sentence or two.
    hint: &'static str,
    /// What can be added.
    #[prop(optional)]
    adding: Option<Adding>,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let heading = format!("{id}-title");
    let labelled = heading.clone();
    view! {
        <section id=id aria-labelledby=labelled>
            <header class="part-head">
                <div>
                    <h2 id=heading tabindex="-1">{title}</h2>
                    <p class="hint">{hint}</p>
                </div>
                {adding.map(|adding| view! { <AddButton adding /> })}
            </header>
            {children()}
        </section>
    }
}

/// The button that opens a form, and closes it.
#[component]
pub(crate) fn AddButton(
    /// The form.
    adding: Adding,
) -> impl IntoView {
    let Adding { word, adds, open, button } = adding;
    let expanded = Signal::derive(move || if open.get() { "true" } else { "false" });
    view! {
        <button type="button" class="button" node_ref=button aria-expanded=expanded on:click=move |_| open.update(|open| *open = !*open)>
            {adds.then(|| icon(Icon::Plus))}
            {word}
        </button>
    }
}

/// The form, while it is open; the focus goes to its first field.
#[component]
pub(crate) fn Added(
    /// Whether it is.
    adding: Adding,
    /// The form.
    children: ChildrenFn,
) -> impl IntoView {
    let form = NodeRef::<html::Div>::new();
    effect(move || {
        if let Some(form) = form.get() {
            request_animation_frame(move || {
                focus_field(&form);
            });
        }
    });
    let children = StoredValue::new(children);
    when(
        move || adding.open.get(),
        move || view! { <div class="adding" node_ref=form>{children.with_value(|children| children())}</div> },
    )
}

/// Sends the form, or leaves it.
#[component]
pub(crate) fn FormActs(
    /// What it does.
    word: &'static str,
    /// Whether that is under way.
    busy: RwSignal<bool>,
    /// What it is left by.
    adding: Adding,
) -> impl IntoView {
    view! {
        <div class="form-acts">
            <button type="submit" class="button primary" disabled=busy>{word}</button>
            <button type="button" class="button quiet" on:click=move |_| adding.close()>"Cancel"</button>
        </div>
    }
}
