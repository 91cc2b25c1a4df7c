//! What is sent and answered.

use daybook_model::{ActorType, Operation, Outcome, ingest::MAX_ID};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::error::ErrorBody;

/// A schema by its name.
pub(super) fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A list.
pub(super) fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// An object of which these members are required.
fn object(required: &[&str], members: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": members })
}

/// The same, and it has no others.
fn closed(required: &[&str], members: Value) -> Value {
    let mut schema = object(required, members);
    schema["additionalProperties"] = false.into();
    schema
}

/// The schemas of types of the model, made from the types.
pub(super) struct Schemas(SchemaGenerator);

impl Schemas {
    /// None yet.
    pub(super) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        Self(settings.into_generator())
    }

    /// The schema of a type; those that have a name are kept under it.
    pub(super) fn of<T: JsonSchema>(&mut self) -> Value {
        self.0.subschema_for::<T>().to_value()
    }

    /// Every schema, by name.
    pub(super) fn all(mut self) -> Value {
        // Said of every operation, by one who cannot name its type.
        self.of::<ErrorBody>();
        let mut all = by_hand();
        if let Some(all) = all.as_object_mut() {
            all.extend(self.0.take_definitions(true));
        }
        all
    }
}

/// What is said of events is more than their type says, and the published shapes have no types here.
fn by_hand() -> Value {
    let text = || json!({ "type": "string" });
    let count = || json!({ "type": "integer", "minimum": 0 });
    let time = || json!({ "type": "string", "format": "date-time" });
    let span = object(&["from", "to"], json!({ "from": time(), "to": time() }));
    let ids = || list(json!({ "type": ["string", "integer"], "minimum": 0 }));
    let codes = || {
        list(json!({ "oneOf": [
        { "type": "integer", "minimum": 100, "maximum": 599 },
        { "type": "string", "pattern": "^[1-5]([0-9]{2}|xx)$" },
    ] }))
    };
    let event = event();
    let mut entry = event.clone();
    if let Some(members) = entry.get_mut("properties").and_then(Value::as_object_mut) {
        members.insert("seq".into(), count());
        members.insert("received_at".into(), time());
        members.insert("omitted".into(), list(text()));
    }
    entry["required"] = json!(["seq", "received_at", "occurred_at", "actor", "action"]);
    let mut porter: Map<String, Value> = Map::new();
    for name in ["start_date", "end_date", "path"] {
        porter.insert(name.into(), text());
    }
    porter.insert("search".into(), json!({ "type": "string", "maxLength": 255 }));
    for name in ["actors", "resource_types", "ips", "actions", "application_ids", "cluster_ids"] {
        porter.insert(name.into(), ids());
        porter.insert(format!("{name}_exclude"), ids());
    }
    let methods = || {
        let known = [&crate::porter::METHODS[..], &[""]].concat();
        list(json!({ "enum": known }))
    };
    porter.insert("methods".into(), methods());
    porter.insert("methods_exclude".into(), methods());
    porter.insert("status_codes".into(), codes());
    porter.insert("status_codes_exclude".into(), codes());
    let dates = ["start_date", "end_date"];
    let porter_filter = closed(&dates, Value::Object(porter.clone()));
    porter.insert(
        "page".into(),
        json!({ "type": "integer", "minimum": 1, "maximum": crate::porter::MAX_PAGE }),
    );
    porter.insert("as_of".into(), json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX }));
    json!({
        "PortError": object(&["ok", "error", "message"], json!({
            "ok": { "const": false }, "error": text(), "message": text(),
        })),
        "Event": event,
        "Entry": entry,
        "Page": object(&["entries", "before", "span", "as_of", "now"], json!({
            "entries": list(named("Entry")), "before": count(), "previous": { "type": ["string", "null"] },
            "next": { "type": ["string", "null"] }, "span": span, "as_of": count(), "now": time(),
        })),
        "IngestReport": object(&["stored", "duplicates", "refused", "head"], json!({
            "stored": count(), "duplicates": count(), "head": count(),
            "refused": list(object(&["index", "code", "message"], json!({
                "index": count(), "code": text(), "field": text(), "message": text(),
            }))),
        })),
        "PorterFilter": porter_filter,
        "PorterQuery": closed(&dates, porter.into()),
        "PorterPage": object(&["entries", "page", "page_size", "total", "as_of"], json!({
            "entries": list(object(&["id", "occurred_at", "action", "actor_type"], json!({
                "id": text(), "occurred_at": time(), "method": text(), "path": text(), "action": text(),
                "actor_type": text(), "actor_id": text(), "actor_name": text(), "resource_type": text(),
                "resource_name": text(), "status_code": count(), "source": text(),
            }))),
            "page": count(), "page_size": count(), "total": count(), "next_page": count(), "as_of": count(),
        })),
        "PortAudits": object(&["ok", "audits"], json!({
            "ok": { "const": true }, "audits": list(json!({ "type": "object" })),
        })),
    })
}

fn event() -> Value {
    let text = || json!({ "type": ["string", "null"] });
    let words = |all: Vec<Value>| json!({ "enum": all });
    let or_null =
        |all: Vec<&str>| words(all.into_iter().map(Value::from).chain([Value::Null]).collect());
    let place = || {
        json!({
            "type": ["object", "null"], "required": ["id"], "additionalProperties": false,
            "properties": { "id": { "type": "string" }, "name": text() },
        })
    };
    let request = json!({
        "type": ["object", "null"], "additionalProperties": false,
        "properties": {
            "method": text(), "path": text(),
            "status_code": { "type": ["integer", "null"], "minimum": 100, "maximum": 599 },
            "remote_ip": text(), "user_agent": text(), "request_id": text(), "session_id": text(),
        },
    });
    closed(
        &["occurred_at", "actor", "action"],
        json!({
            "id": { "type": ["string", "null"], "maxLength": MAX_ID },
            "occurred_at": { "type": "string", "format": "date-time" },
            "actor": closed(&["type"], json!({
                "type": words(ActorType::ALL.iter().map(|w| w.as_str().into()).collect()),
                "id": text(), "name": text(), "email": text(),
            })),
            "source": text(),
            "action": { "type": "string", "minLength": 1 },
            "operation": or_null(Operation::ALL.iter().map(|w| w.as_str()).collect()),
            "outcome": or_null(Outcome::ALL.iter().map(|w| w.as_str()).collect()),
            "error": text(),
            "request": request,
            "resource": {
                "type": ["object", "null"], "required": ["type"], "additionalProperties": false,
                "properties": { "type": { "type": "string" }, "id": text(), "name": text() },
            },
            "application": place(), "cluster": place(), "environment": place(),
            "run_id": text(), "webhook_id": text(), "webhook_event_id": text(), "installation_id": text(),
            "blueprint": text(), "entity": text(),
            "change": {
                "type": ["object", "null"], "additionalProperties": false,
                "properties": { "before": {}, "after": {} },
            },
            "context": {}, "message": text(),
        }),
    )
}
