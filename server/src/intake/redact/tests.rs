use daybook_model::Change;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn redacted(before: &Value, after: &Value) -> Change {
    let mut event: Event = serde_json::from_value(json!({
        "occurred_at": "2026-11-20T12:00:00Z", "actor": {"type": "user"}, "action": "a",
        "change": {"before": before, "after": after}
    }))
    .expect("an event");
    Redactor::default().redact(&mut event);
    event.change.expect("a change")
}

#[test]
fn nothing_of_a_secret_is_kept_but_whether_it_changed() {
    let gone = || json!({"$redacted": true});
    let changed = || json!({"$redacted": "changed"});
    for (before, after, kept_before, kept_after) in [
        // Changed, the same, new, gone.
        (
            json!({"password": "a"}),
            json!({"password": "b"}),
            json!({"password": gone()}),
            json!({"password": changed()}),
        ),
        (
            json!({"password": "a"}),
            json!({"password": "a"}),
            json!({"password": gone()}),
            json!({"password": gone()}),
        ),
        (json!(null), json!({"password": "a"}), json!(null), json!({"password": gone()})),
        (
            json!({"password": null}),
            json!({"password": "a"}),
            json!({"password": null}),
            json!({"password": gone()}),
        ),
        (json!({"password": "a"}), json!({}), json!({"password": gone()}), json!({})),
        // Whatever it is, and however deep.
        (
            json!({"a": [{"tokens": ["x", "y"]}]}),
            json!({"a": [{"tokens": ["x"]}]}),
            json!({"a": [{"tokens": gone()}]}),
            json!({"a": [{"tokens": changed()}]}),
        ),
        (
            json!({"pass": 1234}),
            json!({"pass": 1235}),
            json!({"pass": gone()}),
            json!({"pass": changed()}),
        ),
        // Pairs of a name and a value, wherever they stand.
        (
            json!([{"name": "A", "value": "1"}, {"name": "DB_PASSWORD", "value": "x"}]),
            json!([{"name": "DB_PASSWORD", "value": "x"}, {"name": "A", "value": "2"}]),
            json!([{"name": "A", "value": "1"}, {"name": "DB_PASSWORD", "value": gone()}]),
            json!([{"name": "DB_PASSWORD", "value": gone()}, {"name": "A", "value": "2"}]),
        ),
        // A secret of Kubernetes keeps its names, and no copy.
        (
            json!({"kind": "Secret", "data": {"a": "eA=="}}),
            json!({"kind": "Secret", "data": {"a": "eQ==", "b": "eg=="}, "metadata": {"name": "n", "annotations": {LAST_APPLIED: "{\"data\":{}}"}}}),
            json!({"kind": "Secret", "data": {"a": gone()}}),
            json!({"kind": "Secret", "data": {"a": changed(), "b": gone()}, "metadata": {"name": "n", "annotations": {LAST_APPLIED: gone()}}}),
        ),
        // By its looks.
        (
            json!({"url": "postgres://a:b@c/d"}),
            json!({"url": "postgres://a:x@c/d"}),
            json!({"url": gone()}),
            json!({"url": changed()}),
        ),
        // Under names of all kinds, as pairs of all kinds, and in texts.
        (
            json!({"PGPASS": "a", "pw": "a", "pin": 1234, "pinned": 1234, "spin": "2", "pwd_changed_at": "2026-11-20"}),
            json!({"PGPASS": "b", "pw": "a", "pins": [1], "pin": 3}),
            json!({"PGPASS": gone(), "pw": gone(), "pin": gone(), "pinned": 1234, "spin": "2", "pwd_changed_at": "2026-11-20"}),
            json!({"PGPASS": changed(), "pw": gone(), "pins": [1], "pin": 3}),
        ),
        (
            json!([{"key": "TOKEN", "val": "x"}, {"Name": "PGPASS", "Value": "x"}, {"field": "pin", "old": "1", "new": "2"}]),
            json!([{"key": "TOKEN", "val": "y"}, {"key": "HOST", "val": "y"}]),
            json!([{"key": "TOKEN", "val": gone()}, {"Name": "PGPASS", "Value": gone()}, {"field": "pin", "old": gone(), "new": gone()}]),
            json!([{"key": "TOKEN", "val": changed()}, {"key": "HOST", "val": "y"}]),
        ),
        (
            json!({"command": "psql --password x", "dsn": "Host=db;Password=x;", "next": "/a?token=x", "page": "/a?page=2"}),
            json!({"command": "psql --password y", "dsn": "Host=db", "next": "/a?token=x", "page": "/a?page=3"}),
            json!({"command": gone(), "dsn": gone(), "next": gone(), "page": "/a?page=2"}),
            json!({"command": changed(), "dsn": "Host=db", "next": gone(), "page": "/a?page=3"}),
        ),
        (
            json!({"env": "[{\"name\": \"TOKEN\", \"value\": \"x\"}]", "plain": "[{\"name\": \"HOST\", \"value\": \"x\"}]"}),
            json!({"env": "[{\"name\": \"TOKEN\", \"value\": \"y\"}]", "plain": "{\"spin\": \"x\"}"}),
            json!({"env": gone(), "plain": "[{\"name\": \"HOST\", \"value\": \"x\"}]"}),
            json!({"env": changed(), "plain": "{\"spin\": \"x\"}"}),
        ),
        // What says nothing, or was masked by its producer, stays.
        (
            json!({"password": "", "token": true}),
            json!({"password": "***", "token": false}),
            json!({"password": "", "token": true}),
            json!({"password": "***", "token": false}),
        ),
    ] {
        let change = redacted(&before, &after);
        assert_eq!(
            (&change.before, &change.after),
            (&kept_before, &kept_after),
            "{before} {after}"
        );
    }
}

/// Values with secrets in them here and there; all secrets contain `hush`.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (0..3_u8).prop_map(Value::from),
        "[ab]".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let secret =
            prop_oneof![Just(json!(null)), "hush[ab]".prop_map(Value::from), Just(json!(["hush"]))];
        let member = prop_oneof![("[ab]", inner.clone()), ("(password|api_key|Token)", secret),];
        prop_oneof![
            prop::collection::vec(inner, 0..3).prop_map(Value::from),
            prop::collection::vec(member, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The value with everything under a secret key taken away.
fn open(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let open = |(key, value): (&String, &Value)| {
                (!Keys::default().is_secret(key)).then(|| (key.clone(), open(value)))
            };
            Value::Object(members.iter().filter_map(open).collect())
        }
        Value::Array(items) => items.iter().map(open).collect(),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn secrets_go_and_the_rest_stays(before in value(), after in value()) {
        let change = redacted(&before, &after);
        let text = serde_json::to_string(&change).expect("json");
        prop_assert!(!text.contains("hush"), "{}", text);
        prop_assert_eq!(open(&change.before), open(&before));
        prop_assert_eq!(open(&change.after), open(&after));
        // The states differ after it where they did before.
        prop_assert_eq!(change.before == change.after, before == after);
        // An export that comes back is the same event.
        let again = redacted(&change.before, &change.after);
        prop_assert_eq!((again.before, again.after), (change.before, change.after));
    }
}
