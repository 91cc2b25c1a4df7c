//! Our own events, and entries as they are exported.

use std::fmt;

use daybook_model::{Event, Timestamp};
use serde::{
    Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::intake::{Code, Fault, SourceTable, parse_event};

/// What the log adds to an event; the log that it comes into gives its own.
const OURS: [&str; 2] = ["seq", "received_at"];

/// Reads an event or an entry.
pub(super) fn event(text: &str, now: Timestamp, sources: &SourceTable) -> Result<Event, Fault> {
    let raw: &RawValue = serde_json::from_str(text)
        .map_err(|e| Fault::whole(Code::NotJson, format!("is not JSON: {e}")))?;
    let text = raw.get();
    if !["\"seq\"", "\"received_at\"", "\"omitted\""].iter().any(|key| text.contains(key)) {
        return parse_event(text, now, sources);
    }
    let members = serde_json::Deserializer::from_str(text).deserialize_map(Members);
    let Ok(members) = members else { return parse_event(text, now, sources) };
    if members.iter().any(|(key, value)| key == "omitted" && value.get() != "[]") {
        return Err(Fault::invalid(
            "omitted",
            "says that this entry is not whole; import an export instead",
        ));
    }
    let keep = members.iter().filter(|(key, _)| !OURS.contains(&key.as_str()) && key != "omitted");
    let mut event = String::with_capacity(text.len());
    for (key, value) in keep {
        event.push(if event.is_empty() { '{' } else { ',' });
        event.push_str(&serde_json::Value::from(key.as_str()).to_string());
        event.push(':');
        event.push_str(value.get());
    }
    event.push_str(if event.is_empty() { "{}" } else { "}" });
    parse_event(&event, now, sources)
}

/// The members of an object, each as it stands, also those that are there twice.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}
