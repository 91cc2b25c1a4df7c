//! Which field makes an event too large.

use std::fmt;

use daybook_model::ingest::MAX_EVENT;
use serde::{
    Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Code, Fault};

/// How deep the field is looked for.
const MAX_LEVELS: usize = 4;

/// The refusal of an event that is longer than [`MAX_EVENT`], which names the field that takes
/// most of it. Nothing of the event is kept in memory for that.
pub(super) fn too_large(text: &str) -> Fault {
    let mut path = String::new();
    let mut inner = text;
    // Each level is read once more, so an event made of levels must not be followed to its end.
    for _ in 0..MAX_LEVELS {
        let Some((key, value)) = largest(inner).filter(|(_, value)| value.len() > text.len() / 2)
        else {
            break;
        };
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&key);
        inner = value;
    }
    let place = if path.is_empty() { "has" } else { "makes the event too large: it has" };
    let message =
        format!("{place} {} bytes of JSON; an event has at most {MAX_EVENT}", inner.len());
    Fault::new(Code::TooLarge, path, message)
}

fn largest(text: &str) -> Option<(String, &str)> {
    serde_json::Deserializer::from_str(text).deserialize_map(Largest).ok().flatten()
}

struct Largest;

impl<'de> Visitor<'de> for Largest {
    type Value = Option<(String, &'de str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut largest: Self::Value = None;
        while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
            let value = value.get();
            if largest.as_ref().is_none_or(|(_, other)| other.len() < value.len()) {
                largest = Some((key, value));
            }
        }
        Ok(largest)
    }
}
