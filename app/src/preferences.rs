//! What the reader prefers, remembered by this browser: none of it belongs into a link.

use leptos::prelude::*;

use crate::reactive::effect;
use crate::ui::time::Zone;

/// Everything the reader prefers, apart from the colours, which `ui::theme` keeps.
#[derive(Clone, Copy)]
pub(crate) struct Preferences {
    /// Whose clock times are shown by.
    pub(crate) zone: RwSignal<Zone>,
    /// Whether single letters are shortcuts.
    pub(crate) shortcuts: RwSignal<bool>,
}

impl Preferences {
    /// Recalls the preferences and remembers what becomes of them.
    pub(crate) fn recall() -> Self {
        let zone = if recall("zone").as_deref() == Some("utc") { Zone::Utc } else { Zone::Local };
        let preferences = Self {
            zone: RwSignal::new(zone),
            shortcuts: RwSignal::new(recall("shortcuts").as_deref() != Some("off")),
        };
        effect(move || {
            remember("zone", if preferences.zone.get() == Zone::Utc { "utc" } else { "local" });
        });
        effect(move || {
            remember("shortcuts", if preferences.shortcuts.get() { "on" } else { "off" });
        });
        preferences
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn recall(key: &str) -> Option<String> {
    storage()?.get_item(&format!("daybook.{key}")).ok()?
}

/// Where storage is forbidden or full, the preference lasts as long as the page.
fn remember(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&format!("daybook.{key}"), value);
    }
}
