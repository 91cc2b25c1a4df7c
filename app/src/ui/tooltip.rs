//! Tooltips: any element with `data-tip="…"` has one.
//!
//! One layer serves the whole document, so a table of a thousand cells costs nothing. It shows on
//! hover, on focus and on tap, is plain text, can itself be hovered, and goes away by Esc. What
//! cannot have the focus and says something nowhere else needs `tabindex="0"`.

use std::time::Duration;

use leptos::{ev, html, leptos_dom::helpers::TimeoutHandle, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

use super::popover::{Align, Side, place};

const ID: &str = "tooltip";
/// How long a pointer rests before a tooltip shows. The focus does not wait.
const REST: Duration = Duration::from_millis(350);

/// The layer that shows them. It belongs once into the page, at its end.
#[component]
pub(crate) fn Tooltips() -> impl IntoView {
    let panel = NodeRef::<html::Div>::new();
    let owner = StoredValue::new_local(None::<Element>);
    let timer = StoredValue::new(None::<TimeoutHandle>);

    let cancel = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    let hide = move || {
        cancel();
        if let Some(owner) = owner.try_update_value(Option::take).flatten() {
            let _ = owner.remove_attribute("aria-describedby");
            if let Some(panel) = panel.get_untracked() {
                let _ = panel.hide_popover();
            }
        }
    };
    let show = move |target: &Element| {
        let Some(panel) = panel.get_untracked() else { return };
        let Some(text) = target.get_attribute("data-tip").filter(|t| !t.is_empty()) else { return };
        if owner.with_value(|o| o.as_ref() == Some(target)) {
            return;
        }
        hide();
        panel.set_text_content(Some(&text));
        if panel.show_popover().is_err() {
            return;
        }
        place(target, &panel, Align::Centre, Side::Above);
        // An element that is named by the same words must not be described by them as well.
        if target.get_attribute("aria-label").as_deref() != Some(&text) {
            let _ = target.set_attribute("aria-describedby", ID);
        }
        owner.set_value(Some(target.clone()));
    };

    let over = window_event_listener(ev::pointerover, move |e: PointerEvent| {
        if e.pointer_type() == "touch" {
            return;
        }
        match tipped(&e) {
            Over::Target(target) => {
                if owner.with_value(|o| o.as_ref() == Some(&target)) {
                    return cancel();
                }
                cancel();
                let wait = set_timeout_with_handle(move || show(&target), REST).ok();
                timer.set_value(wait);
            }
            Over::Nothing if owner.with_value(Option::is_some) => {
                cancel();
                timer.set_value(set_timeout_with_handle(hide, Duration::from_millis(100)).ok());
            }
            Over::Tip | Over::Nothing => cancel(),
        }
    });
    let down = window_event_listener(ev::pointerdown, move |e: PointerEvent| match tipped(&e) {
        Over::Target(target) if e.pointer_type() == "touch" => show(&target),
        Over::Tip => {}
        _ => hide(),
    });
    let focus = window_event_listener(ev::focusin, move |e| {
        let focused = e.target().and_then(|t| t.dyn_into::<Element>().ok());
        match focused {
            Some(target)
                if target.has_attribute("data-tip") && matches(&target, ":focus-visible") =>
            {
                show(&target);
            }
            // A tap shows it before it brings the focus.
            Some(target) if owner.with_value(|o| o.as_ref() == Some(&target)) => {}
            _ => hide(),
        }
    });
    let key = window_event_listener(ev::keydown, move |e| {
        if e.key() == "Escape" {
            hide();
        }
    });
    let scroll = window_event_listener(ev::scroll, move |_| hide());
    on_cleanup(move || {
        over.remove();
        down.remove();
        focus.remove();
        key.remove();
        scroll.remove();
    });

    view! { <div id=ID class="tooltip" role="tooltip" popover="manual" node_ref=panel></div> }
}

enum Over {
    Target(Element),
    Tip,
    Nothing,
}

fn tipped(event: &PointerEvent) -> Over {
    let Some(element) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) else {
        return Over::Nothing;
    };
    match element.closest(".tooltip, [data-tip]") {
        Ok(Some(found)) if found.id() == ID => Over::Tip,
        Ok(Some(found)) => Over::Target(found),
        _ => Over::Nothing,
    }
}

fn matches(element: &Element, selector: &str) -> bool {
    element.matches(selector).unwrap_or(false)
}
