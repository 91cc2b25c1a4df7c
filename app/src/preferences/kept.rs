//! Where preferences are kept: by the server for the person, with a copy in this browser, which is
//! there at once. What the server does not have yet is noted, so that it is neither lost nor
//! overwritten by what the server still says.

use std::{cell::Cell, collections::BTreeMap, time::Duration};

use daybook_model::settings::{Settings, SettingsChange};
use leptos::{prelude::*, task::spawn_local};

use crate::{api, reactive::effect, session::Session};

/// In front of each key in this browser.
const PREFIX: &str = "daybook.";
/// The keys that the server does not have yet, parted by spaces.
const UNSENT: &str = "daybook.unsent";
/// Whose copy it is.
const WHOSE: &str = "daybook.viewer";
/// Kept for this browser alone: read before there is an app.
const THEME: &str = "daybook.theme";
/// How long is waited for more before the server is told.
const GATHER: Duration = Duration::from_millis(300);

thread_local! {
    /// Whether the server will be told soon.
    static SOON: Cell<bool> = const { Cell::new(false) };
    /// What tells it, once that is there.
    static TELL: Cell<Option<fn()>> = const { Cell::new(None) };
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Where storage is forbidden or full, the preference lasts as long as the page.
fn set(key: &str, value: Option<&str>) {
    if let Some(storage) = storage() {
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}

/// What was remembered under a key.
pub(crate) fn recall(key: &str) -> Option<String> {
    get(&format!("{PREFIX}{key}"))
}

/// Remembers a text under a key, or that there is none.
pub(crate) fn remember(key: &str, value: Option<&str>) {
    if recall(key).as_deref() == value {
        return;
    }
    set(&format!("{PREFIX}{key}"), value);
    let mut keys = unsent();
    if !keys.iter().any(|other| other == key) {
        keys.push(key.to_owned());
    }
    note(&keys);
    if let Some(tell) = TELL.get()
        && !SOON.replace(true)
    {
        set_timeout(tell, GATHER);
    }
}

fn unsent() -> Vec<String> {
    get(UNSENT).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

fn note(unsent: &[String]) {
    set(UNSENT, Some(unsent.join(" ").as_str()).filter(|keys| !keys.is_empty()));
}

/// Tells the server what it does not have yet. Where that fails it is told with the next change, or
/// when the page is opened again.
fn send() {
    SOON.set(false);
    let change: BTreeMap<_, _> =
        unsent().into_iter().map(|key| (key.clone(), recall(&key))).collect();
    if change.is_empty() {
        return;
    }
    spawn_local(async move {
        let change = SettingsChange(change);
        if api::keep_settings(&change).await.is_ok() {
            // What was changed meanwhile is still to be told.
            let told = |key: &String| change.0.get(key) == Some(&recall(key));
            let left: Vec<_> = unsent().into_iter().filter(|key| !told(key)).collect();
            note(&left);
        }
    });
}

/// Brings this browser's copy and the server's together as soon as it is known who looks; `adopt`
/// is told where the copy became another one.
pub(super) fn follow(session: Session, adopt: impl Fn() + Copy + 'static) {
    TELL.set(Some(send));
    effect(move || {
        let Some(email) = session.viewer.with(|viewer| Some(viewer.as_ref()?.email.clone())) else {
            return;
        };
        if get(WHOSE).is_some_and(|whose| whose != email) {
            // Somebody else's, told or not.
            take(&Settings::new(), &[]);
            note(&[]);
            adopt();
        }
        set(WHOSE, Some(&email));
        spawn_local(async move {
            let Ok(settings) = api::settings().await else { return };
            if take(&settings, &unsent()) {
                adopt();
            }
            send();
        });
    });
}

/// Makes the copy what the server has, but for what it was not told yet. Whether that changed it.
fn take(settings: &Settings, unsent: &[String]) -> bool {
    let Some(storage) = storage() else { return false };
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok().flatten());
    let ours =
        |key: &String| key.starts_with(PREFIX) && ![UNSENT, WHOSE, THEME].contains(&key.as_str());
    let gone: Vec<_> = keys
        .filter(ours)
        .filter_map(|key| key.strip_prefix(PREFIX).map(str::to_owned))
        .filter(|key| !settings.contains_key(key))
        .collect();
    let kept = settings.iter().map(|(key, value)| (key, Some(value.as_str())));
    let mut changed = false;
    for (key, value) in kept.chain(gone.iter().map(|key| (key, None))) {
        if !unsent.contains(key) && recall(key).as_deref() != value {
            set(&format!("{PREFIX}{key}"), value);
            changed = true;
        }
    }
    changed
}
