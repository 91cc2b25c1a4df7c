//! Entries as other systems read them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

use daybook::streams;
use daybook_model::{Entry, stream::StreamFormat};
use serde_json::{Value, json};

/// An entry with everything that one can have.
fn full() -> Value {
    json!({
        "seq": 8_841_220, "received_at": "2026-11-20T12:00:01.000Z", "id": "7f3a90c1",
        "occurred_at": "2026-11-20T12:00:00.120Z",
        "actor": {"type": "user", "id": "58392", "name": "Maya Ortiz", "email": "maya@acme.dev"},
        "source": "dashboard", "action": "UpdateEnvGroup", "operation": "update", "outcome": "failure",
        "error": "the group is locked", "message": "Maya could not update billing-env",
        "request": {
            "method": "PATCH", "path": "/api/v2/env-groups/eg_12?dry=1", "status_code": 409,
            "remote_ip": "203.0.113.7", "user_agent": "porter-cli/1.2", "request_id": "req-1",
            "session_id": "sess-1",
        },
        "resource": {"type": "environment_group", "id": "eg_12", "name": "billing-env"},
        "application": {"id": "app_3", "name": "billing"}, "cluster": {"id": "eu-1", "name": "Europe"},
        "environment": {"id": "pr-7", "name": "preview"},
        "run_id": "run-1", "webhook_id": "wh-1", "webhook_event_id": "whe-1", "installation_id": "inst-1",
        "blueprint": "service", "entity": "billing-service",
        "change": {"before": {"RETRY_LIMIT": "3"}, "after": {"RETRY_LIMIT": "10"}},
        "context": {"ticket": "OPS-12"},
    })
}

fn entry(change: impl FnOnce(&mut Value)) -> Entry {
    let mut value = full();
    change(&mut value);
    serde_json::from_value(value).unwrap()
}

fn written(format: StreamFormat, entry: &Entry) -> Value {
    let mut out = Vec::new();
    streams::write(format, false, "acme", entry, &mut out).unwrap();
    assert_eq!(out.split(|byte| *byte == b'\n').count(), 2, "a line");
    serde_json::from_slice(&out).unwrap()
}

/// Every text and number of a tree.
fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.values().for_each(|value| leaves(value, found)),
        Value::Array(items) => items.iter().for_each(|value| leaves(value, found)),
        Value::String(text) => found.push(text.clone()),
        other => found.push(other.to_string()),
    }
}

fn all(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    leaves(value, &mut found);
    found
}

#[test]
fn whatever_an_entry_has_is_there_in_every_format() {
    for (operation, action) in
        [("update", "UpdateEnvGroup"), ("login", "SignIn"), ("token_created", "x")]
    {
        let entry = entry(|e| {
            e["operation"] = json!(operation);
            e["action"] = json!(action);
        });
        for format in [StreamFormat::Daybook, StreamFormat::Ocsf, StreamFormat::Ecs] {
            let found = all(&written(format, &entry));
            for leaf in all(&serde_json::to_value(&entry).unwrap()) {
                // OCSF has paths in two parts and times as numbers as well.
                let parts: Vec<_> = match format {
                    StreamFormat::Ocsf => leaf.split('?').map(str::to_owned).collect(),
                    _ => vec![leaf.clone()],
                };
                for part in parts {
                    let there = found.contains(&part)
                        || format == StreamFormat::Ocsf
                            && (part == "2026-11-20T12:00:01.000Z"
                                && found.contains(&"1795176001000".into())
                                || part == "user" && found.contains(&"User".into())
                                || part == "failure" && found.contains(&"Failure".into()));
                    assert!(there, "{part} is not in {format} of {operation}: {found:?}");
                }
            }
        }
    }
}

#[test]
fn an_event_of_ocsf_is_of_the_class_that_was_done() {
    let class = |change: fn(&mut Value)| {
        let event = written(StreamFormat::Ocsf, &entry(change));
        let number = |key: &str| event[key].as_u64().unwrap();
        assert_eq!(number("type_uid"), number("class_uid") * 100 + number("activity_id"));
        assert_eq!(number("category_uid"), number("class_uid") / 1_000);
        // What the schema requires of every event, and of those of this class.
        for required in ["metadata", "time", "severity_id", "activity_id"] {
            assert!(!event[required].is_null(), "{required}");
        }
        let of_class: &[&str] = match number("class_uid") {
            6003 => &["actor", "api", "src_endpoint"],
            3001 => &["user"],
            3002 => &["user", "service"],
            other => panic!("{other}"),
        };
        for required in of_class {
            assert!(event[required].is_object(), "{required}");
        }
        assert!(event["actor"]["user"]["name"].is_string());
        (number("class_uid"), number("activity_id"))
    };
    assert_eq!(class(|_| {}), (6003, 3));
    assert_eq!(class(|e| e["operation"] = json!("create")), (6003, 1));
    assert_eq!(class(|e| e["operation"] = json!("export")), (6003, 2));
    assert_eq!(class(|e| e["operation"] = json!("delete")), (6003, 4));
    assert_eq!(class(|e| e["operation"] = json!("restart")), (6003, 99));
    assert_eq!(class(|e| e["operation"] = Value::Null), (6003, 0));
    assert_eq!(class(|e| e["operation"] = json!("login")), (3002, 1));
    assert_eq!(class(|e| e["operation"] = json!("logout")), (3002, 2));
    assert_eq!(class(|e| e["operation"] = json!("token_revoked")), (3001, 99));
    assert_eq!(class(|e| e["operation"] = json!("invite_accepted")), (3001, 1));
    assert_eq!(class(|e| e["operation"] = json!("member_removed")), (3001, 5));
    assert_eq!(
        class(|e| {
            e["source"] = json!("daybook");
            e["action"] = json!("ChangePassword");
        }),
        (3001, 3)
    );
    // What is known of nothing but an actor and an action has what is required too.
    let bare = |e: &mut Value| {
        *e = json!({"seq": 1, "received_at": e["received_at"], "occurred_at": e["occurred_at"],
                    "actor": {"type": "system"}, "action": "tick"});
    };
    assert_eq!(class(bare), (6003, 0));
}

#[test]
fn a_document_of_ecs_has_types_that_its_category_expects() {
    let expected = |category: &str| -> &[&str] {
        match category {
            "api" => &["access", "change", "creation", "deletion", "end", "info", "start"],
            "authentication" => &["start", "end", "info"],
            "iam" => &["change", "creation", "deletion", "info", "user"],
            other => panic!("{other}"),
        }
    };
    for operation in daybook_model::Operation::ALL {
        let document =
            written(StreamFormat::Ecs, &entry(|e| e["operation"] = json!(operation.as_str())));
        let event = &document["event"];
        let category = event["category"][0].as_str().unwrap();
        for kind in event["type"].as_array().unwrap() {
            assert!(expected(category).contains(&kind.as_str().unwrap()), "{operation}: {event}");
        }
    }
    let host = written(StreamFormat::Ecs, &entry(|e| e["request"]["remote_ip"] = json!("bastion")));
    assert_eq!(host["source"], json!({"address": "bastion"}), "no address is none");
}

#[test]
fn each_format_stays_as_it_is_documented() {
    for format in StreamFormat::ALL {
        let mut out = Vec::new();
        let syslog = *format == StreamFormat::Structured;
        streams::write(*format, syslog, "acme", &entry(|_| {}), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        if syslog {
            insta::assert_snapshot!(format.as_str(), text);
        } else {
            let mut value: Value = serde_json::from_str(&text).unwrap();
            if let Some(version) = value.pointer_mut("/metadata/product/version") {
                *version = json!("…");
            }
            insta::assert_json_snapshot!(format.as_str(), value);
        }
    }
}
