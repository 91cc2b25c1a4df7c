//! What an event must keep to beyond its types.

use daybook_model::{
    Event, Timestamp,
    ingest::{MAX_AHEAD, MAX_ID, MAX_TEXT},
};
use serde_json::Value;

use super::{Code, Fault};

/// How deep free JSON may be nested. Readers bound the depth too, and answers wrap an event in
/// some levels of their own.
pub const MAX_DEPTH: usize = 64;

/// Checks a normalised event: lengths, characters, numbers, time.
pub fn check(event: &Event, now: Timestamp) -> Result<(), Fault> {
    for (field, text) in texts(event) {
        check_text(field, text)?;
    }
    if let Some(id) = &event.id {
        check_id(id)?;
    }
    for (field, text) in required(event) {
        if text.trim().is_empty() {
            return Err(Fault::invalid(field, "is empty"));
        }
    }
    if let Some(code) = event.request.status_code.filter(|code| !(100..=599).contains(code)) {
        return Err(Fault::invalid(
            "request.status_code",
            format!("is {code}, but must be a whole number from 100 to 599"),
        ));
    }
    if let Some(source) = &event.source {
        check_source(source)?;
    }
    check_time(event.occurred_at, now)?;
    if let Some(change) = &event.change {
        check_json("change.before", &change.before)?;
        check_json("change.after", &change.after)?;
    }
    event.context.as_ref().map_or(Ok(()), |context| check_json("context", context))
}

fn check_time(at: Timestamp, now: Timestamp) -> Result<(), Fault> {
    if at >= Timestamp::END {
        return Err(Fault::invalid("occurred_at", "is outside the years 1970 to 2199"));
    }
    if at > now.plus_millis(MAX_AHEAD) {
        return Err(Fault::invalid(
            "occurred_at",
            format!("{at} is more than 24 hours ahead of the log's clock, {now}"),
        ));
    }
    Ok(())
}

fn check_id(id: &str) -> Result<(), Fault> {
    if id.trim().is_empty() {
        return Err(Fault::invalid("id", "is empty; leave it out where there is none"));
    }
    match id.chars().count() {
        0..=MAX_ID => Ok(()),
        length => Err(Fault::new(
            Code::TooLarge,
            "id",
            format!("has {length} characters; at most {MAX_ID} are taken"),
        )),
    }
}

fn check_source(source: &str) -> Result<(), Fault> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if source.len() <= 64 && source.bytes().all(fits) {
        return Ok(());
    }
    Err(Fault::invalid("source", format!("is {source:?}, but must be 1 to 64 of a-z, 0-9 and _")))
}

fn check_text(field: &str, text: &str) -> Result<(), Fault> {
    if text.len() > MAX_TEXT {
        let message = format!("has {} bytes; at most {MAX_TEXT} are taken", text.len());
        return Err(Fault::new(Code::TooLarge, field, message));
    }
    check_nul(field, text)
}

fn check_nul(field: &str, text: &str) -> Result<(), Fault> {
    match text.find('\0') {
        Some(at) => Err(Fault::invalid(field, nul_at(at))),
        None => Ok(()),
    }
}

fn check_json(path: &str, value: &Value) -> Result<(), Fault> {
    match look_for_fault(value, MAX_DEPTH) {
        None => Ok(()),
        Some(Found::TooDeep) => {
            Err(Fault::invalid(path, format!("is nested more than {MAX_DEPTH} levels deep")))
        }
        Some(Found::Nul { steps, message }) => {
            let steps = steps.iter().rev().map(String::as_str);
            Err(Fault::invalid(std::iter::once(path).chain(steps).collect::<String>(), message))
        }
    }
}

/// What is wrong inside free JSON.
enum Found {
    TooDeep,
    Nul {
        /// The way to the value, innermost first. It is spelt out only once something was found:
        /// a path for every value would cost the square of an event that is made for it.
        steps: Vec<String>,
        message: String,
    },
}

impl Found {
    fn under(self, step: impl FnOnce() -> String) -> Self {
        match self {
            Self::TooDeep => Self::TooDeep,
            Self::Nul { mut steps, message } => {
                steps.push(step());
                Self::Nul { steps, message }
            }
        }
    }

    fn nul(message: String) -> Self {
        Self::Nul { steps: Vec::new(), message }
    }
}

fn look_for_fault(value: &Value, depth: usize) -> Option<Found> {
    match value {
        Value::String(text) => text.find('\0').map(|at| Found::nul(nul_at(at))),
        Value::Array(_) | Value::Object(_) if depth == 0 => Some(Found::TooDeep),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            look_for_fault(item, depth - 1).map(|found| found.under(|| format!("[{index}]")))
        }),
        Value::Object(object) => object.iter().find_map(|(key, value)| {
            if key.contains('\0') {
                return Some(Found::nul(format!("has a key with a NUL character, {key:?}")));
            }
            look_for_fault(value, depth - 1).map(|found| found.under(|| format!(".{key}")))
        }),
        _ => None,
    }
}

fn nul_at(at: usize) -> String {
    format!("has a NUL character (at byte {at})")
}

/// The texts that must not be empty where they are.
fn required(event: &Event) -> impl Iterator<Item = (&'static str, &str)> {
    [
        Some(("action", event.action.as_str())),
        event.resource.as_ref().map(|r| ("resource.type", r.kind.as_str())),
        event.application.as_ref().map(|n| ("application.id", n.id.as_str())),
        event.cluster.as_ref().map(|n| ("cluster.id", n.id.as_str())),
        event.environment.as_ref().map(|n| ("environment.id", n.id.as_str())),
    ]
    .into_iter()
    .flatten()
}

/// Every plain text of an event with its path.
fn texts(event: &Event) -> impl Iterator<Item = (&'static str, &str)> {
    let request = &event.request;
    let optional = [
        ("id", &event.id),
        ("actor.id", &event.actor.id),
        ("actor.name", &event.actor.name),
        ("actor.email", &event.actor.email),
        ("source", &event.source),
        ("error", &event.error),
        ("request.method", &request.method),
        ("request.path", &request.path),
        ("request.remote_ip", &request.remote_ip),
        ("request.user_agent", &request.user_agent),
        ("request.request_id", &request.request_id),
        ("request.session_id", &request.session_id),
        ("run_id", &event.run_id),
        ("webhook_id", &event.webhook_id),
        ("webhook_event_id", &event.webhook_event_id),
        ("installation_id", &event.installation_id),
        ("blueprint", &event.blueprint),
        ("entity", &event.entity),
        ("message", &event.message),
    ];
    let named = [
        ("application.id", "application.name", &event.application),
        ("cluster.id", "cluster.name", &event.cluster),
        ("environment.id", "environment.name", &event.environment),
    ];
    let named =
        named.into_iter().filter_map(|(id, name, thing)| thing.as_ref().map(|t| (id, name, t)));
    let resource = event.resource.iter().flat_map(|r| {
        [
            ("resource.type", Some(&r.kind)),
            ("resource.id", r.id.as_ref()),
            ("resource.name", r.name.as_ref()),
        ]
    });
    std::iter::once(("action", event.action.as_str()))
        .chain(optional.into_iter().filter_map(|(field, text)| text.as_deref().map(|t| (field, t))))
        .chain(resource.filter_map(|(field, text)| text.map(|t| (field, t.as_str()))))
        .chain(named.flat_map(|(id, name, thing)| {
            std::iter::once((id, thing.id.as_str())).chain(thing.name.as_deref().map(|n| (name, n)))
        }))
}
