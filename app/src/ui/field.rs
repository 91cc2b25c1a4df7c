//! A field of a form with its label, what helps to fill it in, and what is wrong with it.

use leptos::prelude::*;

use super::unique_id;
use crate::reactive::dynamic;

/// A line of text.
#[component]
pub(crate) fn TextField(
    /// What it is for.
    label: &'static str,
    /// What is in it.
    value: RwSignal<String>,
    /// `text`, `email`, `password`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Whether it has to be filled in.
    #[prop(optional)]
    required: bool,
    /// What helps to fill it in.
    #[prop(optional, into)]
    hint: MaybeProp<String>,
    /// What is wrong with it.
    #[prop(into)]
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let id = unique_id("field");
    let (help, wrong) = (format!("{id}-help"), format!("{id}-wrong"));
    let told = format!("{wrong} {help}");
    view! {
        <div class="form-field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                type=kind
                autocomplete=autocomplete
                spellcheck="false"
                required=required
                aria-invalid=Signal::derive(move || problem.with(Option::is_some).then_some("true"))
                aria-describedby=told
                bind:value=value
            />
            <p id=wrong class="problem" role="alert">{dynamic(move || problem.get())}</p>
            <p id=help class="hint">{dynamic(move || hint.get())}</p>
        </div>
    }
}

/// Some lines of text.
#[component]
pub(crate) fn TextArea(
    /// What it is for.
    label: &'static str,
    /// What is in it.
    value: RwSignal<String>,
    /// The most characters.
    most: usize,
    /// Whether it has to be filled in.
    #[prop(optional)]
    required: bool,
    /// What helps to fill it in.
    hint: &'static str,
    /// What is wrong with it.
    #[prop(into)]
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let id = unique_id("field");
    let (help, wrong) = (format!("{id}-help"), format!("{id}-wrong"));
    let told = format!("{wrong} {help}");
    view! {
        <div class="form-field">
            <label for=id.clone()>{label}</label>
            <textarea
                id=id
                class="field"
                rows="3"
                autocomplete="off"
                required=required
                maxlength=most.to_string()
                aria-invalid=Signal::derive(move || problem.with(Option::is_some).then_some("true"))
                aria-describedby=told
                prop:value=value
                on:input:target=move |event| value.set(event.target().value())
            ></textarea>
            <p id=wrong class="problem" role="alert">{dynamic(move || problem.get())}</p>
            <p id=help class="hint">{hint}</p>
        </div>
    }
}

/// One of a few.
#[component]
pub(crate) fn Select(
    /// What it is for.
    label: &'static str,
    /// The chosen one's word.
    value: RwSignal<String>,
    /// Words and what they are called.
    options: Vec<(String, String)>,
    /// What helps to choose.
    #[prop(optional, into)]
    hint: MaybeProp<String>,
) -> impl IntoView {
    let id = unique_id("field");
    let help = format!("{id}-help");
    let option = move |(word, name): (String, String)| {
        let chosen = value.with_untracked(|value| *value == word);
        view! { <option value=word selected=chosen>{name}</option> }
    };
    view! {
        <div class="form-field">
            <label for=id.clone()>{label}</label>
            <select id=id aria-describedby=help.clone() on:change=move |event| value.set(event_target_value(&event))>
                {options.into_iter().map(option).collect_view()}
            </select>
            <p id=help class="hint">{dynamic(move || hint.get())}</p>
        </div>
    }
}
