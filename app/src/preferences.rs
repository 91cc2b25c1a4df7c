//! What the reader prefers, remembered by this browser: none of it belongs into a link.

mod diff;

use daybook_model::Field;
use leptos::prelude::*;

use crate::reactive::effect;
use crate::ui::time::Zone;

pub(crate) use diff::{DiffStyle, Extent};

/// Everything the reader prefers, apart from the colours, which `ui::theme` keeps.
#[derive(Clone, Copy)]
pub(crate) struct Preferences {
    /// Whose clock times are shown by.
    pub(crate) zone: RwSignal<Zone>,
    /// Whether the list follows the log.
    pub(crate) live: RwSignal<bool>,
    /// Whether single letters are shortcuts.
    pub(crate) shortcuts: RwSignal<bool>,
    /// The facets that are in view beside the usual ones.
    pub(crate) facets: RwSignal<Vec<Field>>,
    /// How changes are shown.
    pub(crate) diff: DiffStyle,
}

impl Preferences {
    /// Recalls the preferences and remembers what becomes of them.
    pub(crate) fn recall() -> Self {
        let zone = if recall("zone").as_deref() == Some("utc") { Zone::Utc } else { Zone::Local };
        let preferences = Self {
            zone: RwSignal::new(zone),
            live: RwSignal::new(recall("live").as_deref() != Some("off")),
            shortcuts: RwSignal::new(recall("shortcuts").as_deref() != Some("off")),
            facets: RwSignal::new(
                recall("facets")
                    .unwrap_or_default()
                    .split(' ')
                    .filter_map(Field::from_key)
                    .collect(),
            ),
            diff: DiffStyle::recall(),
        };
        effect(move || {
            remember("zone", if preferences.zone.get() == Zone::Utc { "utc" } else { "local" });
        });
        effect(move || remember("live", if preferences.live.get() { "on" } else { "off" }));
        effect(move || {
            remember("shortcuts", if preferences.shortcuts.get() { "on" } else { "off" });
        });
        effect(move || {
            let keys: Vec<_> = preferences.facets.get().iter().map(|field| field.key()).collect();
            remember("facets", &keys.join(" "));
        });
        preferences
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// What was remembered under a key.
pub(crate) fn recall(key: &str) -> Option<String> {
    storage()?.get_item(&format!("daybook.{key}")).ok()?
}

/// Remembers a text under a key, or that there is none.
pub(crate) fn remember_or_forget(key: &str, value: Option<&str>) {
    match value {
        Some(value) => remember(key, value),
        None => {
            if let Some(storage) = storage() {
                let _ = storage.remove_item(&format!("daybook.{key}"));
            }
        }
    }
}

/// Where storage is forbidden or full, the preference lasts as long as the page.
fn remember(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&format!("daybook.{key}"), value);
    }
}
