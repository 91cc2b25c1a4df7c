//! One event, read strictly: unknown fields, a key twice and a wrong type are faults that name
//! the path.

use daybook_model::Event;
use serde::Deserialize;
use serde_ignored::Path;
use serde_json::value::RawValue;
use serde_path_to_error::Track;

use super::{Code, Fault};

/// Reads an event from the text of one JSON value.
pub(super) fn event(text: &str) -> Result<Event, Fault> {
    // Keeping track of the path costs as much as reading. So that is done for a fault only.
    match plain(text) {
        Some(event) => Ok(event),
        None => tracked(text),
    }
}

/// The event, if nothing at all is wrong with it.
fn plain(text: &str) -> Option<Event> {
    let mut known = text.trim_start().starts_with('{');
    let mut parser = serde_json::Deserializer::from_str(text);
    let event = serde_ignored::deserialize(&mut parser, |_| known = false).ok()?;
    parser.end().ok()?;
    Some(event).filter(|_| known && objects_only(text).is_ok())
}

/// The same event, or what is wrong with it and where.
fn tracked(text: &str) -> Result<Event, Fault> {
    if !text.trim_start().starts_with('{') {
        return Err(Fault::whole(Code::Invalid, "is not an object"));
    }
    let mut unknown = Vec::new();
    let mut track = Track::new();
    let mut parser = serde_json::Deserializer::from_str(text);
    let tracked = serde_path_to_error::Deserializer::new(&mut parser, &mut track);
    let event: Event = serde_ignored::deserialize(tracked, |path| unknown.push(path_text(&path)))
        .map_err(|e| fault(&track.path().to_string(), &e))?;
    parser.end().map_err(|e| fault("", &e))?;
    match unknown.as_slice() {
        [] => objects_only(text).map(|()| event),
        [field] => Err(Fault::new(
            Code::UnknownField,
            field,
            "is not a field of an event; extras belong in `context`",
        )),
        [field, others @ ..] => Err(Fault::new(
            Code::UnknownField,
            field,
            format!(
                "and {} more are not fields of an event; extras belong in `context`",
                others.len()
            ),
        )),
    }
}

/// The path without the marks that `serde_ignored` leaves for optional values.
fn path_text(path: &Path<'_>) -> String {
    let (parent, step) = match path {
        Path::Root => return String::new(),
        Path::Seq { parent, index } => return format!("{}[{index}]", path_text(parent)),
        Path::Map { parent, key } => (parent, key.as_str()),
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => {
            return path_text(parent);
        }
    };
    join(&path_text(parent), step)
}

fn join(parent: &str, key: &str) -> String {
    if parent.is_empty() { key.to_owned() } else { format!("{parent}.{key}") }
}

/// Says in our words what serde says in its own.
fn fault(path: &str, error: &serde_json::Error) -> Fault {
    let path = path.trim_end_matches(".?");
    let path = if path == "." || path == "?" { "" } else { path };
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(text, _)| text);
    let quoted = |prefix| said.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('`'));
    if let Some(key) = quoted("duplicate field `") {
        return Fault::new(Code::DuplicateField, join(path, key), "is there twice");
    }
    if let Some(key) = quoted("missing field `") {
        return Fault::new(Code::Missing, join(path, key), "is missing");
    }
    if said == "recursion limit exceeded" {
        let top = path.split(['.', '[']).next().unwrap_or_default();
        return Fault::invalid(
            top,
            format!("is nested more than {} levels deep", super::MAX_DEPTH),
        );
    }
    if let Some((word, words)) =
        said.strip_prefix("unknown variant ").and_then(|s| s.split_once(", expected "))
    {
        return Fault::invalid(path, format!("is {word}, but must be {words}"));
    }
    let mismatch =
        said.strip_prefix("invalid type: ").or_else(|| said.strip_prefix("invalid value: "));
    if let Some((found, wanted)) = mismatch.and_then(|s| s.rsplit_once(", expected ")) {
        return Fault::invalid(
            path,
            format!("is {found}, but must be {}", wanted_text(path, wanted)),
        );
    }
    match said {
        "expected value" if !path.is_empty() => Fault::invalid(path, "is not a text"),
        _ if error.is_data() => Fault::invalid(path, said),
        _ => Fault::invalid(path, format!("cannot be read: {said}")),
    }
}

fn wanted_text<'t>(path: &str, wanted: &'t str) -> &'t str {
    match wanted {
        _ if path == "request.status_code" => "a whole number from 100 to 599",
        "u16" | "u64" => "a whole number",
        _ if wanted.starts_with("struct ") => "an object",
        other => other,
    }
}

/// Serde reads an array as a struct, field by field. Nobody writes events like that on purpose.
fn objects_only(text: &str) -> Result<(), Fault> {
    #[derive(Deserialize)]
    struct Parts<'a> {
        #[serde(borrow)]
        actor: Option<&'a RawValue>,
        request: Option<&'a RawValue>,
        resource: Option<&'a RawValue>,
        application: Option<&'a RawValue>,
        cluster: Option<&'a RawValue>,
        environment: Option<&'a RawValue>,
        change: Option<&'a RawValue>,
    }
    let Ok(parts) = serde_json::from_str::<Parts<'_>>(text) else { return Ok(()) };
    let parts = [
        ("actor", parts.actor),
        ("request", parts.request),
        ("resource", parts.resource),
        ("application", parts.application),
        ("cluster", parts.cluster),
        ("environment", parts.environment),
        ("change", parts.change),
    ];
    match parts.into_iter().find(|(_, part)| part.is_some_and(|p| p.get().starts_with('['))) {
        Some((field, _)) => Err(Fault::invalid(field, "is an array, but must be an object")),
        None => Ok(()),
    }
}
