//! What is sent and answered.

use daybook_model::{
    ActorType, Operation, Outcome,
    export::{Format, State},
    ingest::MAX_ID,
};
use serde_json::{Map, Value, json};

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

/// Every schema, by name.
pub(super) fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let count = || json!({ "type": "integer", "minimum": 0 });
    let time = || json!({ "type": "string", "format": "date-time" });
    let span = object(&["from", "to"], json!({ "from": time(), "to": time() }));
    let words = |all: Vec<&str>| json!({ "type": "string", "enum": all });
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
    for name in
        ["actors", "methods", "resource_types", "ips", "actions", "application_ids", "cluster_ids"]
    {
        porter.insert(name.into(), ids());
        porter.insert(format!("{name}_exclude"), ids());
    }
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
        "Any": {},
        "Error": object(&["error"], json!({ "error": object(&["code", "message"], json!({
            "code": text(), "message": text(), "field": text(),
        })) })),
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
        "NewExport": closed(&[], json!({
            "query": text(),
            "format": words(Format::ALL.iter().map(|f| f.as_str()).collect()),
            "columns": { "type": ["string", "null"] },
            "trailer": { "type": "boolean" },
            "formulas": words(vec!["escaped", "exact"]),
        })),
        "Estimate": object(&["matching", "rows", "bytes", "capped", "span", "as_of"], json!({
            "matching": count(), "rows": count(), "bytes": count(), "max_rows": count(),
            "capped": { "type": "boolean" }, "span": span, "as_of": count(),
        })),
        "Export": object(&["id", "state", "format", "file_name", "rows", "bytes", "as_of", "created_at"], json!({
            "id": text(),
            "state": words(State::ALL.iter().map(|s| s.as_str()).collect()),
            "format": words(Format::ALL.iter().map(|f| f.as_str()).collect()),
            "file_name": text(), "rows": count(), "bytes": count(),
            "sha256": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
            "estimate": named("Estimate"), "as_of": count(), "created_at": time(), "ended_at": time(),
        })),
        "ExportSettings": closed(&["enabled"], json!({
            "enabled": { "type": "boolean" },
            "max_rows": { "type": ["integer", "null"], "minimum": 1, "maximum": i64::MAX },
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
