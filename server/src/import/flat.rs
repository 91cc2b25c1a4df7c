//! Events laid out flat, a field a column: CSV and Parquet files, ours and others', and Porter's
//! entries. Columns have the names of an export, or of the published CSV; what has another name is
//! kept in the context.

use daybook_model::{ActorType, Change, Event, Named, Resource, Timestamp};
use serde_json::{Map, Value};

use super::fields::{Object, bare};
use crate::intake::{Code, Fault};

/// What the log adds to an event; the log that it comes into gives its own.
const OURS: [&str; 2] = ["seq", "received_at"];

/// Other names of columns.
const ALIASES: [(&str, &str); 4] = [
    ("started_at", "occurred_at"),
    ("preview_environment_id", "environment_id"),
    ("preview_environment_name", "environment_name"),
    ("timestamp", "occurred_at"),
];

/// Columns that are called otherwise in a file: its name, and ours.
pub type Mapping = Vec<(String, String)>;

/// Reads a row. What has no field of its own is kept under `rest` in the context.
pub(super) fn event(row: Object, mapping: &Mapping, rest: &str) -> Result<Event, Fault> {
    let mut cells = Cells(named(row, mapping)?);
    let at = cells.text("occurred_at")?;
    let at = at.ok_or_else(|| Fault::new(Code::Missing, "occurred_at", "is missing"))?;
    let at: Timestamp =
        at.parse().map_err(|e| Fault::invalid("occurred_at", format!("{at:?} {e}")))?;
    let kind = cells.text("actor_type")?.map(|text| text.to_ascii_lowercase());
    let kind = kind.map_or(Ok(ActorType::User), |text| {
        text.parse().map_err(|e| Fault::invalid("actor_type", format!("{text:?} {e}")))
    })?;
    let action = cells.text("action")?;
    let action = action.ok_or_else(|| Fault::new(Code::Missing, "action", "is missing"))?;
    let mut event = bare(at, kind, action);
    event.id = cells.text("id")?;
    event.actor.id = cells.text("actor_id")?;
    event.actor.name = cells.text("actor_name")?;
    event.actor.email = cells.text("actor_email")?;
    event.source = cells.text("source")?;
    event.operation = cells.word("operation")?;
    event.outcome = cells.word("outcome")?;
    event.error = cells.text("error")?;
    let request = &mut event.request;
    request.method = cells.text("method")?;
    request.path = cells.text("path")?;
    request.status_code = cells.word("status_code")?;
    request.remote_ip = cells.text("remote_ip")?;
    request.user_agent = cells.text("user_agent")?;
    request.request_id = cells.text("request_id")?;
    request.session_id = cells.text("session_id")?;
    let (kind, id, name) =
        (cells.text("resource_type")?, cells.text("resource_id")?, cells.text("resource_name")?);
    if kind.is_some() || id.is_some() || name.is_some() {
        event.resource = Some(Resource { kind: kind.unwrap_or_default(), id, name });
    }
    event.application = cells.thing("application")?;
    event.cluster = cells.thing("cluster")?;
    event.environment = cells.thing("environment")?;
    event.run_id = cells.text("run_id")?;
    event.webhook_id = cells.text("webhook_id")?;
    event.webhook_event_id = cells.text("webhook_event_id")?;
    event.installation_id = cells.text("installation_id")?;
    event.blueprint = cells.text("blueprint")?;
    event.entity = cells.text("entity")?;
    event.message = cells.text("message")?;
    let (before, after) = (cells.json("before")?, cells.json("after")?);
    if before.is_some() || after.is_some() {
        let [before, after] = [before, after].map(Option::unwrap_or_default);
        event.change = Some(Change { before, after });
    }
    event.context = cells.json("context")?;
    cells.0.retain(|key, value| {
        !OURS.contains(&key.as_str()) && !value.is_null() && value.as_str() != Some("")
    });
    if !cells.0.is_empty() {
        keep(&mut event, rest, cells.0);
    }
    Ok(event)
}

/// Porter's entries call a person by their e-mail address.
pub(super) fn porter(row: Object) -> Result<Event, Fault> {
    let mut event = event(row, &Vec::new(), "porter")?;
    if event.actor.email.is_none() {
        event.actor.email = event.actor.name.clone().filter(|name| name.contains('@'));
    }
    Ok(event)
}

/// The row under our names. No two columns may mean the same.
fn named(row: Object, mapping: &Mapping) -> Result<Object, Fault> {
    let mut renamed = Object::new();
    for (key, value) in row {
        let mapped =
            mapping.iter().find(|(theirs, _)| *theirs == key).map(|(_, ours)| ours.as_str());
        let alias = || ALIASES.iter().find(|(other, _)| *other == key).map(|(_, ours)| *ours);
        let name = mapped.or_else(alias).unwrap_or(&key).to_owned();
        if renamed.insert(name.clone(), value).is_some() {
            return Err(Fault::invalid(
                name,
                "is there under two names; map one of them to another",
            ));
        }
    }
    Ok(renamed)
}

fn keep(event: &mut Event, rest: &str, cells: Map<String, Value>) {
    let mut context = match event.context.take() {
        Some(Value::Object(context)) => context,
        Some(other) => Map::from_iter([("value".to_owned(), other)]),
        None => Map::new(),
    };
    context.insert(rest.to_owned(), cells.into());
    event.context = Some(context.into());
}

/// The cells that are not read yet.
struct Cells(Object);

impl Cells {
    /// A cell's text; nothing where it is empty.
    fn text(&mut self, name: &str) -> Result<Option<String>, Fault> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(Fault::invalid(name, "is neither a text nor a number")),
        }
    }

    /// A cell's text as a word of a vocabulary, or a number.
    fn word<T: std::str::FromStr<Err: std::fmt::Display>>(
        &mut self,
        name: &str,
    ) -> Result<Option<T>, Fault> {
        let read =
            |text: String| text.parse().map_err(|e| Fault::invalid(name, format!("{text:?} {e}")));
        self.text(name)?.map(read).transpose()
    }

    /// A cell's JSON, written as text or as it is.
    fn json(&mut self, name: &str) -> Result<Option<Value>, Fault> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|e| Fault::invalid(name, format!("is not JSON: {e}"))),
            Some(value) => Ok(Some(value)),
        }
    }

    fn thing(&mut self, name: &str) -> Result<Option<Named>, Fault> {
        let (id, name) = (self.text(&format!("{name}_id"))?, self.text(&format!("{name}_name"))?);
        let is_there = id.is_some() || name.is_some();
        Ok(is_there.then(|| Named { id: id.unwrap_or_default(), name }))
    }
}
