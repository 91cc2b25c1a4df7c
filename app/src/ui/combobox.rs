//! A list to choose several from, with a field that narrows it. The focus stays in the field; the
//! list is walked by `aria-activedescendant`.

use leptos::prelude::*;
use web_sys::{KeyboardEvent, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::{
    icon::{Icon, icon},
    number::grouped,
    unique_id,
};

use crate::reactive::{dynamic, effect, memo};

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ComboOption {
    /// What is reported when it is toggled.
    pub(crate) value: String,
    /// What is shown.
    pub(crate) label: String,
    /// How often it occurs, where that is known.
    pub(crate) count: Option<u64>,
    /// Whether it is chosen.
    pub(crate) checked: bool,
}

/// A field and a list of options under it. Typing narrows the list here and is reported, so that
/// more can be fetched; Enter and a click toggle.
#[component]
pub(crate) fn Combobox(
    /// Everything to choose from, in the order shown.
    #[prop(into)]
    options: Signal<Vec<ComboOption>>,
    /// What is chosen here, for screen readers.
    #[prop(into)]
    label: String,
    /// Shown in the empty field.
    #[prop(into, default = "Find…".into())]
    placeholder: String,
    /// Whether several can be chosen at once.
    #[prop(default = true)]
    multiple: bool,
    /// Whether more options are on their way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// A value was toggled, or, where only one can be chosen, taken.
    #[prop(into)]
    on_toggle: Callback<String>,
    /// The text of the field changed.
    #[prop(optional, into)]
    on_text: Option<Callback<String>>,
) -> impl IntoView {
    let list_id = unique_id("listbox");
    let option_id = {
        let list = StoredValue::new(list_id.clone());
        move |i: usize| list.with_value(|list| format!("{list}-{i}"))
    };
    let text = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    let shown = memo(move || {
        let wanted = text.read().trim().to_lowercase();
        let mut options = options.get();
        options.retain(|o| {
            o.label.to_lowercase().contains(&wanted) || o.value.to_lowercase().contains(&wanted)
        });
        options
    });
    let at = memo(move || active.get().min(shown.read().len().saturating_sub(1)));
    effect(move || scroll_to(&option_id(at.get())));

    let toggle = move |i: usize| {
        let value = shown.with_untracked(|shown| shown.get(i).map(|o| o.value.clone()));
        if let Some(value) = value {
            active.set(i);
            on_toggle.run(value);
        }
    };
    let typed = move |value: String| {
        active.set(0);
        text.set(value.clone());
        if let Some(on_text) = on_text {
            on_text.run(value);
        }
    };
    let key = move |e: KeyboardEvent| {
        let (now, last) = (at.get_untracked(), shown.read_untracked().len().saturating_sub(1));
        match e.key().as_str() {
            "ArrowDown" => active.set(if now == last { 0 } else { now + 1 }),
            "ArrowUp" => active.set(if now == 0 { last } else { now - 1 }),
            "PageDown" => active.set((now + 8).min(last)),
            "PageUp" => active.set(now.saturating_sub(8)),
            "Enter" => toggle(now),
            _ => return,
        }
        e.prevent_default();
        e.stop_propagation();
    };
    let note = Signal::derive(move || match (shown.read().is_empty(), busy.get()) {
        (_, true) => "Looking…",
        (true, false) => "Nothing found",
        (false, false) => "",
    });
    let row = move |i: usize, option: ComboOption| {
        let ComboOption { label, count, checked, .. } = option;
        view! {
            <li
                id=option_id(i)
                class="option"
                class:active=Signal::derive(move || at.get() == i)
                role="option"
                aria-selected=if checked { "true" } else { "false" }
                // The focus stays in the field.
                on:pointerdown=|e| e.prevent_default()
                on:click=move |_| toggle(i)
            >
                {multiple.then(|| view! { <span class="option-check">{checked.then(|| icon(Icon::Check))}</span> })}
                <span class="option-label" title=label.clone()>{label.clone()}</span>
                {count.map(|n| view! { <span class="option-count">{grouped(n)}</span> })}
            </li>
        }
    };
    view! {
        <div class="combobox">
            <div class="combobox-field">
                {icon(Icon::Search)}
                <input
                    type="text"
                    role="combobox"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=placeholder
                    aria-label=label.clone()
                    aria-expanded="true"
                    aria-autocomplete="list"
                    aria-controls=list_id.clone()
                    aria-activedescendant=Signal::derive(move || (!shown.read().is_empty()).then(|| option_id(at.get())))
                    prop:value=text
                    on:input:target=move |e| typed(e.target().value())
                    on:keydown=key
                />
            </div>
            <ul id=list_id class="listbox" role="listbox" aria-label=label aria-multiselectable=multiple.then_some("true") aria-busy=Signal::derive(move || busy.get().then_some("true"))>
                {dynamic(move || shown.get().into_iter().enumerate().map(|(i, o)| row(i, o)).collect_view())}
            </ul>
            <p class="combobox-note" class:said=Signal::derive(move || !note.get().is_empty()) role="status">{note}</p>
        </div>
    }
}

fn scroll_to(id: &str) {
    if let Some(option) = document().get_element_by_id(id) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        option.scroll_into_view_with_scroll_into_view_options(&options);
    }
}
