//! What the reader prefers: none of it belongs into a link. Kept for the person, see `kept`.

mod diff;
mod kept;

use daybook_model::Field;
use leptos::prelude::*;

use crate::{session::Session, ui::time::Zone};

pub(crate) use diff::{DiffStyle, Extent};
pub(crate) use kept::{recall, remember};

/// Everything the reader prefers, apart from the colours, which `ui::theme` keeps for the browser,
/// and the columns of tabs, which `log::columns` reads.
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
    /// Tells that what was remembered became something else, by another browser of the same person.
    pub(crate) adopted: RwSignal<()>,
}

impl Preferences {
    /// Recalls the preferences and remembers what becomes of them.
    pub(crate) fn recall() -> Self {
        let preferences = Self {
            zone: RwSignal::new(zone()),
            live: RwSignal::new(is_on("live")),
            shortcuts: RwSignal::new(is_on("shortcuts")),
            facets: RwSignal::new(facets()),
            diff: DiffStyle::recall(),
            adopted: RwSignal::new(()),
        };
        let Self { zone, live, shortcuts, facets, .. } = preferences;
        keep("zone", move || (if zone.get() == Zone::Utc { "utc" } else { "local" }).into());
        keep("live", move || on(live.get()));
        keep("shortcuts", move || on(shortcuts.get()));
        keep("facets", move || {
            facets.with(|all| all.iter().map(|f| f.key()).collect::<Vec<_>>().join(" "))
        });
        preferences
    }

    /// Keeps them in step with what the server keeps for the person, from now on.
    pub(crate) fn follow(self, session: Session) {
        kept::follow(session, move || self.adopt());
    }

    /// Takes over what is remembered now.
    fn adopt(self) {
        adopt(self.zone, zone());
        adopt(self.live, is_on("live"));
        adopt(self.shortcuts, is_on("shortcuts"));
        adopt(self.facets, facets());
        self.diff.adopt();
        self.adopted.set(());
    }
}

/// Remembers what becomes of a preference; as it is at first needs no remembering.
fn keep(key: &'static str, text: impl Fn() -> String + 'static) {
    let text: Box<dyn Fn() -> String> = Box::new(text);
    Effect::new(move |known: Option<String>| {
        let now = text();
        if known.is_some_and(|known| known != now) {
            remember(key, Some(&now));
        }
        now
    });
}

/// Sets what differs, and leaves alone what does not.
fn adopt<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|now| *now != value) {
        signal.set(value);
    }
}

fn zone() -> Zone {
    if recall("zone").as_deref() == Some("utc") { Zone::Utc } else { Zone::Local }
}

fn is_on(key: &str) -> bool {
    recall(key).as_deref() != Some("off")
}

fn on(value: bool) -> String {
    if value { "on" } else { "off" }.to_owned()
}

fn facets() -> Vec<Field> {
    recall("facets").unwrap_or_default().split(' ').filter_map(Field::from_key).collect()
}
