//! What entries are written as. Whatever an entry has is in it: what a schema has no place for stands where
//! the schema keeps such things.

mod ecs;
mod ocsf;

use std::io;

use daybook_model::{Entry, Named, Resource, stream::StreamFormat};
use serde_json::{Map, Value, json};

use super::syslog;

/// Writes an entry of a project: a line, or a message of syslog.
pub fn write(
    format: StreamFormat,
    to_syslog: bool,
    project: &str,
    entry: &Entry,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let text = match format {
        StreamFormat::Structured => return syslog::frame(project, entry, None, out),
        StreamFormat::Daybook => serde_json::to_string(entry)?,
        StreamFormat::Ocsf => serde_json::to_string(&ocsf::event(project, entry))?,
        StreamFormat::Ecs => serde_json::to_string(&ecs::document(project, entry))?,
    };
    if to_syslog {
        return syslog::frame(project, entry, Some(&text), out);
    }
    out.extend_from_slice(text.as_bytes());
    out.push(b'\n');
    Ok(())
}

/// An object that is put together from what there is.
#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    /// A member, where it has a value.
    fn with(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
        self
    }

    /// A member that is there in any case.
    fn and(self, name: &str, value: impl Into<Value>) -> Self {
        self.with(name, Some(value))
    }

    /// A member, unless it has nothing in it.
    fn part(self, name: &str, object: Self) -> Self {
        let value = object.some();
        self.with(name, value)
    }

    /// The object, unless nothing is in it.
    fn some(self) -> Option<Value> {
        (!self.0.is_empty()).then_some(Value::Object(self.0))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

/// Which entry it is, among those of all projects.
fn uid(project: &str, entry: &Entry) -> String {
    format!("{project}/{}", entry.seq)
}

fn named(named: Option<&Named>) -> Option<Value> {
    let named = named?;
    Object::default().and("id", named.id.as_str()).with("name", named.name.as_deref()).some()
}

fn resource(resource: Option<&Resource>) -> Option<Value> {
    let Resource { kind, id, name } = resource?;
    Object::default()
        .and("type", kind.as_str())
        .with("id", id.as_deref())
        .with("name", name.as_deref())
        .some()
}

/// The states before and after.
fn change(entry: &Entry) -> Option<Value> {
    let change = entry.event.change.as_ref()?;
    Some(json!({ "before": change.before, "after": change.after }))
}

/// A path as requested, before and behind its question mark.
fn path_and_query(entry: &Entry) -> (Option<&str>, Option<&str>) {
    match entry.event.request.path.as_deref() {
        None => (None, None),
        Some(path) => path
            .split_once('?')
            .map_or((Some(path), None), |(path, query)| (Some(path), Some(query))),
    }
}

/// Whether a resource is somebody, to whom something was done.
fn is_somebody(resource: &Resource) -> bool {
    matches!(resource.kind.as_str(), "user" | "person" | "member" | "account" | "service_account")
}
