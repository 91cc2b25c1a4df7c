//! Light or dark. The style sheets hold both; `data-theme` on the root chooses, and without it the
//! system does.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

use super::icon::{Icon, icon};

use crate::reactive::dynamic;

const KEY: &str = "daybook.theme";

/// What the reader has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    /// As the system says, and following it.
    #[default]
    System,
    /// Paper and ink.
    Light,
    /// Lamp-black.
    Dark,
}

impl Theme {
    /// In the order the switch walks through them.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// As shown to people.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::System => "As the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// Its picture.
    pub(crate) const fn icon(self) -> Icon {
        match self {
            Self::System => Icon::Half,
            Self::Light => Icon::Sun,
            Self::Dark => Icon::Moon,
        }
    }

    const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    /// What was chosen earlier in this browser.
    pub(crate) fn stored() -> Self {
        let stored = storage().and_then(|s| s.get_item(KEY).ok().flatten());
        Self::ALL.into_iter().find(|t| t.attribute() == stored.as_deref()).unwrap_or_default()
    }

    /// Makes the page look so.
    pub(crate) fn apply(self) {
        let Some(root) = document().document_element() else { return };
        // Neither call fails: the name of the attribute is a constant and a valid one.
        let _ = match self.attribute() {
            Some(value) => root.set_attribute("data-theme", value),
            None => root.remove_attribute("data-theme"),
        };
    }

    /// Makes the page look so, now and the next time.
    pub(crate) fn choose(self) {
        self.apply();
        if let Some(storage) = storage() {
            // A browser that keeps nothing (private mode, quota) still shows the theme.
            let _ = match self.attribute() {
                Some(value) => storage.set_item(KEY, value),
                None => storage.remove_item(KEY),
            };
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// A button that walks through the themes.
#[component]
pub(crate) fn ThemeSwitch() -> impl IntoView {
    let theme = RwSignal::new(Theme::stored());
    let next = Signal::derive(move || {
        let now = theme.get();
        let at = Theme::ALL.iter().position(|&t| t == now).unwrap_or_default();
        Theme::ALL[(at + 1) % Theme::ALL.len()]
    });
    let name = Signal::derive(move || {
        format!("Colours: {}. Change to: {}", theme.get().label(), next.get().label())
    });
    let walk = move |_| {
        let next = next.get_untracked();
        next.choose();
        theme.set(next);
    };
    view! {
        <button type="button" class="icon-button" aria-label=name data-tip=name on:click=walk>
            {dynamic(move || icon(theme.get().icon()))}
        </button>
    }
}

/// A signal that changes whenever the colours do, by choice or by the system: for what is painted
/// and not styled.
pub(crate) fn colours() -> Signal<u32> {
    let version = RwSignal::new(0);
    let changed = Closure::<dyn Fn()>::new(move || {
        let _ = version.try_update(|v| *v += 1);
    });
    let function = changed.as_ref().unchecked_ref::<js_sys::Function>();

    let system = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
    if let Some(system) = &system {
        // Fails for no known input; without it the colours follow at the next drawing.
        let _ = system.add_event_listener_with_callback("change", function);
    }
    let root = web_sys::MutationObserver::new(function).ok();
    if let (Some(observer), Some(html)) = (&root, document().document_element()) {
        let options = web_sys::MutationObserverInit::new();
        options.set_attributes(true);
        options.set_attribute_filter(&js_sys::Array::of1(&"data-theme".into()));
        let _ = observer.observe_with_options(&html, &options);
    }
    let kept = StoredValue::new_local((changed, system, root));
    on_cleanup(move || {
        kept.with_value(|(changed, system, root)| {
            if let Some(system) = system {
                let _ = system.remove_event_listener_with_callback(
                    "change",
                    changed.as_ref().unchecked_ref(),
                );
            }
            if let Some(root) = root {
                root.disconnect();
            }
        });
    });
    version.into()
}
