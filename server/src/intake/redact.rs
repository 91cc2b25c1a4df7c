//! Secrets are taken out before anything is stored.
//!
//! What stands in their place is settled in [`daybook_model::change`]. Nothing of a value is kept,
//! not even a digest, which would let somebody with the file try out guesses. So two events with
//! one id that differ in nothing but secrets are the same event to the log: whether the secret
//! changed is kept, and that is what is compared.

mod config;
mod keys;
mod text;

pub use config::RedactorError;

use daybook_model::{Event, change::Redaction};
use serde_json::{Map, Value};

use keys::Keys;

/// Where Kubernetes keeps a copy of an object in the object.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Knows what a secret looks like.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    keys: Keys,
}

impl Redactor {
    /// Takes the secrets out of an event's states and context. Doing it twice changes nothing.
    pub fn redact(&self, event: &mut Event) {
        if let Some(change) = &mut event.change {
            // The state after is compared to what was there before.
            self.walk(&mut change.after, Some(&change.before));
            self.walk(&mut change.before, None);
        }
        if let Some(context) = &mut event.context {
            self.walk(context, None);
        }
    }

    /// Looks through a value, beside what was in its place before, if that is of interest.
    fn walk(&self, value: &mut Value, before: Option<&Value>) {
        match value {
            Value::Object(members) => self.members(members, before),
            Value::Array(items) => {
                let earlier = before.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                for (index, item) in items.iter_mut().enumerate() {
                    let before = counterpart(item, index, earlier);
                    self.walk(item, before);
                }
            }
            Value::String(text) if self.is_secret(text) => take(value, before),
            _ => {}
        }
    }

    fn members(&self, members: &mut Map<String, Value>, before: Option<&Value>) {
        let manifest = members.get("kind").and_then(Value::as_str) == Some("Secret");
        let named = self.names_a_secret(members);
        for (key, value) in members {
            let before = before.and_then(|before| before.get(key));
            let is_secret = self.keys.is_secret(key)
                || (named && is_one_of(VALUES, key))
                || (self.keys.is_pin(key) && text::is_number(value));
            if is_secret {
                take(value, before);
            } else if manifest && matches!(key.as_str(), "data" | "stringData") {
                each(value, before);
            } else {
                if manifest && key == "metadata" {
                    let copy =
                        value.pointer_mut("/annotations").and_then(|a| a.get_mut(LAST_APPLIED));
                    let earlier = before.and_then(|b| b.pointer("/annotations")?.get(LAST_APPLIED));
                    if let Some(copy) = copy {
                        take(copy, earlier);
                    }
                }
                self.walk(value, before);
            }
        }
    }

    /// Whether it is a pair such as `{"name": "DB_PASSWORD", "value": …}`, or says of a field what it was and is.
    fn names_a_secret(&self, members: &Map<String, Value>) -> bool {
        // Whatever is larger is no pair.
        members.len() <= PAIR
            && members.iter().any(|(key, name)| {
                let says = |name: &str| self.keys.is_secret(name) || self.keys.is_pin(name);
                is_one_of(NAMES, key) && name.as_str().is_some_and(says)
            })
    }

    /// Whether a text is a secret, or holds one: by its looks, as `--password X` or `?token=X`, or as JSON.
    fn is_secret(&self, text: &str) -> bool {
        text::is_secret(text) || text::assigns(text, |name| self.keys.is_secret(name)) || {
            // What is written as text within a text is written longer each time: this ends soon.
            let is_json = text.trim_start().starts_with(['{', '[']);
            let value = is_json.then(|| serde_json::from_str::<Value>(text).ok()).flatten();
            value.is_some_and(|value| {
                let mut open = value.clone();
                self.walk(&mut open, None);
                open != value
            })
        }
    }
}

/// What has the name in a pair of a name and a value, and what has the value; in no particular case.
const NAMES: &[&str] =
    &["name", "key", "k", "variable", "field", "header", "parameter", "property"];
const VALUES: &[&str] = &[
    "value",
    "values",
    "val",
    "v",
    "old",
    "new",
    "before",
    "after",
    "old_value",
    "new_value",
    "oldvalue",
    "newvalue",
];
/// How many members a pair has at most, with what else is said of it.
const PAIR: usize = 16;

fn is_one_of(words: &[&str], key: &str) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(key))
}

/// What was in an item's place: the item of its name or id, else the one at its index.
fn counterpart<'b>(item: &Value, index: usize, before: &'b [Value]) -> Option<&'b Value> {
    let known = |key: &str| item.get(key).is_some_and(|v| v.is_string() || v.is_number());
    let Some(key) = ["id", "key", "name", "Name", "Key"].into_iter().find(|key| known(key)) else {
        return before.get(index);
    };
    // Most often nothing moved; looking through all of them each time would take too long.
    let same = |other: &&Value| other.get(key) == item.get(key);
    before.get(index).filter(same).or_else(|| before.iter().take(LOOK_THROUGH).find(same))
}

/// How many items are looked through for the one of the same name.
const LOOK_THROUGH: usize = 256;

/// Takes each member's value out, and leaves the names.
fn each(value: &mut Value, before: Option<&Value>) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(key, value)| {
            take(value, before.and_then(|before| before.get(key)));
        }),
        other => take(other, before),
    }
}

/// Takes a value out, unless it says nothing or was taken out already.
fn take(value: &mut Value, before: Option<&Value>) {
    let says_nothing = match value {
        Value::Null | Value::Bool(_) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Number(_) => false,
    };
    if says_nothing || Redaction::of(value).is_some() {
        return;
    }
    let changed = before.is_some_and(|before| !before.is_null() && before != value);
    *value = Redaction::marker(changed);
}

#[cfg(test)]
mod tests;
