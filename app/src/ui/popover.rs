//! A button and what floats when it is pressed. The browser's popover does the layer, Esc, the
//! click outside and one at a time; this places it and hands the focus over and back.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{number::px, unique_id};
use crate::reactive::{dynamic, effect, when};

/// Which edges of the button and of what floats meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Align {
    /// The left ones.
    #[default]
    Start,
    /// The middles.
    Centre,
    /// The right ones.
    End,
}

/// Where it goes when there is room on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Side {
    /// Below the button.
    #[default]
    Below,
    /// Above it.
    Above,
}

/// What floats, for a part of it that comes late.
#[derive(Clone, Copy)]
pub(crate) struct Floating(Callback<()>);

impl Floating {
    /// Lets a part of what `settle` takes care of say that it came late.
    pub(crate) fn provide(settle: impl Fn() + Send + Sync + 'static) {
        provide_context(Self(Callback::new(move |()| settle())));
    }

    /// Puts it into its place and hands the focus over, now that there is more of it.
    pub(crate) fn settle(self) {
        self.0.run(());
    }
}

/// A button and a floating panel. The panel's content exists while it is open, and its first
/// field, or else its first control, takes the focus.
#[component]
pub(crate) fn Popover(
    /// What the button shows.
    #[prop(into)]
    trigger: ViewFn,
    /// The button's name, where what it shows is no text.
    #[prop(optional, into)]
    label: MaybeProp<String>,
    /// The button's class.
    #[prop(default = "button")]
    class: &'static str,
    /// What floats: `dialog`, `menu` or `listbox`.
    #[prop(default = "dialog")]
    kind: &'static str,
    /// Where it goes.
    #[prop(optional)]
    align: Align,
    /// Whether it is open, for those who open or close it from elsewhere.
    #[prop(optional)]
    open: Option<RwSignal<bool>>,
    /// What floats.
    children: ChildrenFn,
) -> impl IntoView {
    let open = open.unwrap_or_else(|| RwSignal::new(false));
    let id = unique_id("popover");
    let button = NodeRef::<html::Button>::new();
    let panel = NodeRef::<html::Div>::new();

    let put = move || {
        if let (Some(button), Some(panel)) = (button.get_untracked(), panel.get_untracked()) {
            place(&button, &panel, align, Side::Below);
        }
    };
    let settle = move || {
        // The content is there before the next frame is painted.
        request_animation_frame(move || {
            put();
            if let Some(panel) = panel.get_untracked() {
                focus_first(&panel);
            }
        });
    };
    // The browser opens and closes; the signal follows. Meanwhile, the signal must not lead.
    let turning = StoredValue::new(false);
    let toggled = move |_: web_sys::Event| {
        let Some(panel) = panel.get_untracked() else { return };
        let shows = panel.matches(":popover-open").unwrap_or(false);
        turning.set_value(false);
        open.set(shows);
    };
    let toggling = move |e: web_sys::Event| {
        let opens = js_sys::Reflect::get(&e, &"newState".into())
            .is_ok_and(|s| s.as_string().as_deref() == Some("open"));
        turning.set_value(true);
        open.set(opens);
        if !opens {
            return give_back(button, panel);
        }
        settle();
    };
    // Who sets the signal opens and closes too.
    effect(move || {
        let (opens, Some(panel)) = (open.get(), panel.get()) else { return };
        if !turning.get_value() && opens != panel.matches(":popover-open").unwrap_or(opens) {
            // Refused only where the panel is just leaving the document.
            let _ = if opens { panel.show_popover() } else { panel.hide_popover() };
        }
    });
    let follow = move || {
        if open.get_untracked() {
            put();
        }
    };
    let resize = window_event_listener(ev::resize, move |_| follow());
    let scroll = window_event_listener(ev::scroll, move |_| follow());
    on_cleanup(move || {
        resize.remove();
        scroll.remove();
    });

    view! {
        <button
            type="button"
            class=class
            node_ref=button
            popovertarget=id.clone()
            aria-haspopup=kind
            aria-expanded=Signal::derive(move || if open.get() { "true" } else { "false" })
            aria-label=Signal::derive(move || label.get())
        >
            {dynamic(move || trigger.run())}
        </button>
        <div id=id class="popover" popover="auto" node_ref=panel on:beforetoggle=toggling on:toggle=toggled>
            {when(move || open.get(), move || {
                Floating::provide(settle);
                children()
            })}
        </div>
    }
}

/// Moves a floating element beside its anchor, inside the window, and gives it the height there is.
pub(crate) fn place(anchor: &Element, panel: &HtmlElement, align: Align, side: Side) {
    const GAP: f64 = 4.0;
    const EDGE: f64 = 8.0;
    let (Some(vw), Some(vh)) = (size(window().inner_width()), size(window().inner_height())) else {
        return;
    };
    let style = panel.style();
    let set = |name: &str, value: f64| drop(style.set_property(name, &px(value)));
    // Measured as large as it wants to be.
    set("--room", vh);
    let (a, p) = (anchor.get_bounding_client_rect(), panel.get_bounding_client_rect());
    let (above, below) = (a.top() - GAP - EDGE, vh - a.bottom() - GAP - EDGE);
    let up = match side {
        Side::Above => p.height() <= above || above > below,
        Side::Below => p.height() > below && above > below,
    };
    let room = if up { above } else { below }.max(96.0);
    let height = p.height().min(room);
    let left = match align {
        Align::Start => a.left(),
        Align::Centre => a.left() + (a.width() - p.width()) / 2.0,
        Align::End => a.right() - p.width(),
    };
    set("--room", room);
    set("left", left.min(vw - EDGE - p.width()).max(EDGE));
    set("top", if up { a.top() - GAP - height } else { a.bottom() + GAP });
}

fn size(of: Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>) -> Option<f64> {
    of.ok()?.as_f64()
}

const FIELDS: &str = "input:not([disabled]), select:not([disabled]), textarea:not([disabled])";
const CONTROLS: &str = "a[href], button:not([disabled]), [tabindex='0']";

fn focus_first(panel: &HtmlElement) {
    if !focus_field(panel) {
        focus(panel, CONTROLS);
    }
}

/// Puts the focus into the first field inside, or what is marked with `data-autofocus`. Whether
/// there is one.
pub(crate) fn focus_field(inside: &Element) -> bool {
    focus(inside, "[data-autofocus]") || focus(inside, FIELDS)
}

fn focus(inside: &Element, selector: &str) -> bool {
    let found = inside
        .query_selector(selector)
        .ok()
        .flatten()
        .and_then(|f| f.dyn_into::<HtmlElement>().ok());
    found.is_some_and(|found| found.focus().is_ok())
}

/// The focus goes back to the button, unless the reader has put it elsewhere.
fn give_back(button: NodeRef<html::Button>, panel: NodeRef<html::Div>) {
    let (Some(button), Some(panel)) = (button.get_untracked(), panel.get_untracked()) else {
        return;
    };
    let focused = document().active_element();
    let lost = focused.is_none_or(|f| f.tag_name() == "BODY" || panel.contains(Some(&f)));
    if lost {
        let _ = button.focus();
    }
}
