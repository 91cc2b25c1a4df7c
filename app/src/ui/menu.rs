//! A menu: a button and a list of what can be done or chosen.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::{
    icon::{Icon, icon},
    popover::{Align, Popover},
};
use crate::reactive::dynamic;

/// The open menu, for the items inside to close it.
#[derive(Clone, Copy)]
struct Opened(RwSignal<bool>);

/// A button that opens a menu. Its children are [`MenuItem`]s, [`MenuRule`]s and [`MenuTitle`]s.
#[component]
pub(crate) fn Menu(
    /// What the button shows.
    #[prop(into)]
    trigger: ViewFn,
    /// The button's name, where what it shows is no text; also the menu's.
    #[prop(optional, into)]
    label: MaybeProp<String>,
    /// The button's class.
    #[prop(default = "button")]
    class: &'static str,
    /// Where the menu goes.
    #[prop(optional)]
    align: Align,
    /// Whether it is open, for those who open or close it from elsewhere.
    #[prop(optional)]
    open: Option<RwSignal<bool>>,
    /// The items.
    children: ChildrenFn,
) -> impl IntoView {
    let open = open.unwrap_or_else(|| RwSignal::new(false));
    let children = StoredValue::new(children);
    view! {
        <Popover trigger label class kind="menu" align open>
            <div class="menu" role="menu" aria-label=Signal::derive(move || label.get()) on:keydown=move |e| walk(&e)>
                {provide_context(Opened(open))}
                {children.with_value(|children| children())}
            </div>
        </Popover>
    }
}

/// One thing to do, one place to go to, or one of several to choose from.
#[component]
pub(crate) fn MenuItem(
    /// Drawn before the text.
    #[prop(optional, into)]
    glyph: Option<Icon>,
    /// Where it leads, where it is a link.
    #[prop(optional, into)]
    href: MaybeProp<String>,
    /// Whether what it leads to is a file, to be kept.
    #[prop(optional)]
    download: bool,
    /// Whether it is the chosen one, where one of several is.
    #[prop(optional, into)]
    checked: MaybeProp<bool>,
    /// A word after the text, such as a key.
    #[prop(optional, into)]
    hint: MaybeProp<String>,
    /// What happens when it is taken.
    #[prop(optional, into)]
    on_select: Option<Callback<()>>,
    /// The text.
    children: Children,
) -> impl IntoView {
    let close = use_context::<Opened>();
    let taken = move || {
        if let Some(Opened(open)) = close {
            open.set(false);
        }
        if let Some(on_select) = on_select {
            on_select.run(());
        }
    };
    let choice = checked.get_untracked().is_some();
    let role = if choice { "menuitemradio" } else { "menuitem" };
    let state = Signal::derive(move || checked.get().map(|c| if c { "true" } else { "false" }));
    let inside = view! {
        {choice.then(|| view! { <span class="menu-check">{dynamic(move || checked.get().unwrap_or(false).then(|| icon(Icon::Check)))}</span> })}
        {glyph.map(icon)}
        <span class="menu-text">{children()}</span>
        {dynamic(move || hint.get().map(|hint| view! { <span class="menu-hint">{hint}</span> }))}
    };
    if href.get_untracked().is_some() {
        view! {
            <a class="menu-item" role=role tabindex="-1" href=Signal::derive(move || href.get()) download=download.then_some("") aria-checked=state on:click=move |_| taken()>
                {inside}
            </a>
        }
        .into_any()
    } else {
        view! {
            <button type="button" class="menu-item" role=role tabindex="-1" aria-checked=state on:click=move |_| taken()>
                {inside}
            </button>
        }
        .into_any()
    }
}

/// A line between items.
#[component]
pub(crate) fn MenuRule() -> impl IntoView {
    view! { <div class="menu-rule" role="separator"></div> }
}

/// A heading over items.
#[component]
pub(crate) fn MenuTitle(
    /// The words.
    children: Children,
) -> impl IntoView {
    view! { <div class="menu-title" role="presentation">{children()}</div> }
}

/// Arrows, Home, End and first letters move the focus among the items.
fn walk(event: &KeyboardEvent) {
    let Some(menu) = event.current_target().and_then(|t| t.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let items = items(&menu);
    if items.is_empty() {
        return;
    }
    let focused = document().active_element();
    let at = items.iter().position(|i| focused.as_ref().is_some_and(|f| f == i.as_ref()));
    let last = items.len() - 1;
    let key = event.key();
    let to = match key.as_str() {
        "ArrowDown" => at.map_or(0, |at| if at == last { 0 } else { at + 1 }),
        "ArrowUp" => at.map_or(last, |at| if at == 0 { last } else { at - 1 }),
        "Home" => 0,
        "End" => last,
        // As in a native menu, the key leaves it: nothing in it is a stop of its own.
        "Tab" => {
            if let Some(popover) = menu
                .closest("[popover]")
                .ok()
                .flatten()
                .and_then(|p| p.dyn_into::<HtmlElement>().ok())
            {
                let _ = popover.hide_popover();
            }
            return;
        }
        letter
            if letter.chars().count() == 1
                && letter != " "
                && !event.ctrl_key()
                && !event.meta_key() =>
        {
            let letter = letter.to_ascii_lowercase();
            let begins = |i: &usize| {
                items[*i]
                    .text_content()
                    .unwrap_or_default()
                    .trim()
                    .to_ascii_lowercase()
                    .starts_with(&letter)
            };
            let after = at.map_or(0, |at| at + 1);
            let Some(found) = (after..items.len()).chain(0..after).find(begins) else { return };
            found
        }
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    let _ = items[to].focus();
}

fn items(menu: &HtmlElement) -> Vec<HtmlElement> {
    let Ok(found) = menu.query_selector_all("[role^=menuitem]:not([disabled])") else {
        return Vec::new();
    };
    (0..found.length()).filter_map(|i| found.item(i)?.dyn_into().ok()).collect()
}
