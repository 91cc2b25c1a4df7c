//! Fields of foreign records, taken out one by one; what is left goes to the context.

use daybook_model::{ActorType, Event, Request, Timestamp};
use serde_json::{Map, Value};

use crate::intake::{Code, Fault};

pub(super) type Object = Map<String, Value>;

/// Reads a record.
pub(super) fn object(text: &str) -> Result<Object, Fault> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Fault::whole(Code::Invalid, "is not an object")),
        Err(error) => Err(Fault::whole(Code::NotJson, format!("is not JSON: {error}"))),
    }
}

/// Takes a text that is not empty out of a record. Anything else stays where it is.
pub(super) fn take_text(object: &mut Object, key: &str) -> Option<String> {
    text(object.get(key))?;
    match object.remove(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// Takes a text that must be there.
pub(super) fn required(object: &mut Object, key: &str) -> Result<String, Fault> {
    match object.get(key) {
        None | Some(Value::Null) => Err(Fault::new(Code::Missing, key, "is missing")),
        Some(Value::String(text)) if !text.is_empty() => {
            Ok(take_text(object, key).unwrap_or_default())
        }
        Some(_) => Err(Fault::invalid(key, "is not a text, or is empty")),
    }
}

/// A text that is not empty.
pub(super) fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// What lies at the end of a path of keys and indices, parted by dots. A JSON pointer would do, but
/// makes two texts of each of its parts, and most of the paths that are tried lead nowhere.
pub(super) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => value.get(step),
    })
}

/// The first of these fields as an instant. It stays in the record: it may be finer than ours.
pub(super) fn time(object: &Object, keys: &[&str]) -> Result<Timestamp, Fault> {
    let found = keys.iter().find_map(|key| text(object.get(*key)).map(|text| (*key, text)));
    let Some((key, text)) = found else {
        return Err(Fault::new(Code::Missing, keys[0], "is missing"));
    };
    text.parse().map_err(|error| Fault::invalid(key, format!("{text:?} {error}")))
}

/// An event of which only the required fields are known.
pub(crate) fn bare(occurred_at: Timestamp, kind: ActorType, action: String) -> Event {
    Event {
        id: None,
        occurred_at,
        actor: daybook_model::Actor { kind, id: None, name: None, email: None },
        source: None,
        action,
        operation: None,
        outcome: None,
        error: None,
        request: Request::default(),
        resource: None,
        application: None,
        cluster: None,
        environment: None,
        run_id: None,
        webhook_id: None,
        webhook_event_id: None,
        installation_id: None,
        blueprint: None,
        entity: None,
        change: None,
        context: None,
        message: None,
    }
}
