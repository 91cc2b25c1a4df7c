//! What comes in over HTTP, good and bad.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use daybook::intake::{Batch, BatchError, BodyKind, SourceTable, normalise, parse_batch};
use daybook_model::{
    Actor, ActorType, Change, Event, Named, Operation, Outcome, Request, Resource, Timestamp,
};
use proptest::{collection, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn parse(body: &[u8], kind: BodyKind) -> Result<Batch, BatchError> {
    parse_batch(body, kind, now(), &SourceTable::default())
}

const GOOD: &str =
    r#"{"occurred_at":"2026-11-20T11:00:00Z","actor":{"type":"user"},"action":"UpdateApp"}"#;

/// The refusal of an event that stands between two good ones, as code, field, message.
fn refusal(event: &str) -> (String, String, String) {
    let array = parse(format!("[{GOOD},{event},{GOOD}]").as_bytes(), BodyKind::Json).unwrap();
    let lines =
        parse(format!("{GOOD}\n{event}\r\n\n{GOOD}\n").as_bytes(), BodyKind::Ndjson).unwrap();
    assert_eq!(array.events.iter().map(|e| e.0).collect::<Vec<_>>(), [0, 2], "{:?}", array.refused);
    assert_eq!(lines.events.iter().map(|e| e.0).collect::<Vec<_>>(), [0, 3], "{:?}", lines.refused);
    assert_eq!(array.refused, lines.refused);
    let [refusal] = array.refused.as_slice() else { panic!("{:?}", array.refused) };
    assert_eq!(refusal.index, 1);
    (refusal.code.clone(), refusal.field.clone(), refusal.message.clone())
}

/// A good event with more members, which may spell out a key a second time.
fn with(members: &str) -> String {
    format!("{},{members}}}", GOOD.strip_suffix('}').unwrap())
}

fn deep(levels: usize) -> String {
    format!(r#"{{"a":{}{}}}"#, "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn every_bad_event_is_refused_by_field_and_its_neighbours_stay() {
    let time = |text: &str| GOOD.replace("2026-11-20T11:00:00Z", text);
    let cases = [
        (with(r#""colour":"red""#), "unknown_field", "colour"),
        (with(r#""request":{"verb":"GET"}"#), "unknown_field", "request.verb"),
        (with(r#""resource":{"type":"app","tags":[]}"#), "unknown_field", "resource.tags"),
        (with(r#""seq":3"#), "unknown_field", "seq"),
        (with(r#""action":"Other""#), "duplicate_field", "action"),
        (with(r#""request":{"path":"/a","path":"/b"}"#), "duplicate_field", "request.path"),
        (with(r#""context":{"a":[{"b":1,"b":2}]}"#), "duplicate_field", "context.a[0].b"),
        (with(r#""change":{"before":{"k":1,"k":1}}"#), "duplicate_field", "change.before.k"),
        (GOOD.replace("UpdateApp", ""), "invalid", "action"),
        (GOOD.replace(r#","action":"UpdateApp""#, ""), "missing", "action"),
        (GOOD.replace(r#"{"type":"user"}"#, "{}"), "missing", "actor.type"),
        (GOOD.replace("\"user\"", "\"ghost\""), "invalid", "actor.type"),
        (GOOD.replace("\"user\"", "7"), "invalid", "actor.type"),
        (GOOD.replace(r#"{"type":"user"}"#, r#"["user"]"#), "invalid", "actor"),
        (time("yesterday"), "invalid", "occurred_at"),
        (time("1601-01-01T00:00:00Z"), "invalid", "occurred_at"),
        (time("9999-12-31T23:59:59Z"), "invalid", "occurred_at"),
        (time("2200-01-01T00:00:00Z"), "invalid", "occurred_at"),
        (time("2026-11-21T12:00:00.001Z"), "invalid", "occurred_at"),
        (with(r#""request":{"status_code":-200}"#), "invalid", "request.status_code"),
        (with(r#""request":{"status_code":99}"#), "invalid", "request.status_code"),
        (with(r#""request":{"status_code":600}"#), "invalid", "request.status_code"),
        (with(r#""request":{"status_code":70000}"#), "invalid", "request.status_code"),
        (with(r#""request":{"status_code":"200"}"#), "invalid", "request.status_code"),
        (with(r#""operation":"sudo""#), "invalid", "operation"),
        (with(r#""source":"My Tool""#), "invalid", "source"),
        (with(r#""id":"""#), "invalid", "id"),
        (with(&format!(r#""id":"{}""#, "é".repeat(129))), "too_large", "id"),
        (with(r#""application":{"id":"","name":"web"}"#), "invalid", "application.id"),
        (with(r#""message":"a\u0000b""#), "invalid", "message"),
        (with(r#""context":{"a":{"b\u0000":1}}"#), "invalid", "context.a"),
        (with(r#""change":{"after":{"list":[1,"\u0000"]}}"#), "invalid", "change.after.list[1]"),
        (
            with(&format!(r#""request":{{"path":"/{}"}}"#, "x".repeat(8192))),
            "too_large",
            "request.path",
        ),
        (with(&format!(r#""message":"{}""#, "x".repeat(10_000_000))), "too_large", "message"),
        (
            with(&format!(r#""context":{{"blob":"{}"}}"#, "x".repeat(1 << 20))),
            "too_large",
            "context.blob",
        ),
        (with(&format!(r#""context":{}"#, deep(64))), "invalid", "context"),
        (with(&format!(r#""context":{}"#, deep(5000))), "invalid", "context"),
        (with(r#""context":{"n":1e999}"#), "invalid", "context.n"),
        (with(r#""message":"\ud800""#), "invalid", "message"),
        ("null".to_owned(), "invalid", ""),
        ("[]".to_owned(), "invalid", ""),
    ];
    for (event, code, field) in cases {
        let (c, f, message) = refusal(&event);
        let start = event.get(..200).unwrap_or(&event);
        assert_eq!((c.as_str(), f.as_str()), (code, field), "{message} in {start}");
        assert!(!message.is_empty() && message.len() < 2000, "{message}");
    }
}

#[test]
fn messages_are_for_people() {
    let message = |members: &str| refusal(&with(members)).2;
    assert_eq!(
        message(r#""request":{"status_code":-1}"#),
        "is integer `-1`, but must be a whole number from 100 to 599"
    );
    assert_eq!(message(r#""action":"Other""#), "is there twice");
    assert_eq!(message(r#""outcome":"maybe""#), "is `maybe`, but must be `success` or `failure`");
    assert_eq!(message(r#""request":"GET /""#), "is string \"GET /\", but must be an object");
    assert_eq!(message(r#""colour":1"#), "is not a field of an event; extras belong in `context`");
}

#[test]
fn a_body_that_is_no_batch_says_where() {
    let error = |body: &[u8]| parse(body, BodyKind::Json).unwrap_err().to_string();
    assert_eq!(error(b"hello"), "the body is not JSON: expected value at line 1 column 1");
    assert_eq!(
        error(b""),
        "the body is cut short: it ends at line 1, column 0, in the middle of a value"
    );
    assert_eq!(
        error(&GOOD.as_bytes()[..40]),
        "the body is cut short: it ends at line 1, column 40, in the middle of a value"
    );
    assert_eq!(error(b"[{\"a\":\"\xff\"}]"), "the body is not UTF-8: byte 7 is 0xff");
    assert_eq!(error(b"3"), "the body is neither an event (an object) nor an array of events");
    assert!(error(format!("[{GOOD}").as_bytes()).contains("cut short"));
    assert!(error(format!("[{GOOD}] x").as_bytes()).contains("trailing characters"));
    assert!(error(b"[{\"a\":\"\0\"}]").contains("control character"));
    assert!(!parse(b"[0,", BodyKind::Json).unwrap_err().is_size());
    assert!(parse(&vec![b' '; (64 << 20) + 1], BodyKind::Json).unwrap_err().is_size());
    let many = format!("[{}0]", "0,".repeat(200_000));
    assert_eq!(parse(many.as_bytes(), BodyKind::Json), Err(BatchError::TooMany));
    assert_eq!(parse("0\n".repeat(200_000).as_bytes(), BodyKind::Ndjson), Err(BatchError::TooMany));
}

#[test]
fn a_bad_line_does_not_lose_the_others() {
    let body = [
        GOOD.as_bytes(),
        b"{\"a\":\xc3}",
        b"{\"a\":\"\0\"}",
        &GOOD.as_bytes()[..30],
        GOOD.as_bytes(),
    ]
    .join(&b'\n');
    let batch = parse(&body, BodyKind::Ndjson).unwrap();
    assert_eq!(batch.events.len(), 2);
    let codes: Vec<_> = batch.refused.iter().map(|r| (r.index, r.code.as_str())).collect();
    assert_eq!(codes, [(1, "not_json"), (2, "not_json"), (3, "not_json")]);
    assert_eq!(batch.refused[0].message, "is not UTF-8: byte 5 of the line is 0xc3");
}

#[test]
fn what_is_left_out_is_derived() {
    let event = |members: &str| {
        let mut batch = parse(with(members).as_bytes(), BodyKind::Json).unwrap();
        batch.events.pop().unwrap_or_else(|| panic!("{:?}", batch.refused)).1
    };
    let failed = event(
        r#""request":{"method":"post","status_code":404,"user_agent":"porter-cli/1.4","path":""}"#,
    );
    assert_eq!(failed.outcome, Some(Outcome::Failure));
    assert_eq!(failed.source.as_deref(), Some("cli"));
    assert_eq!(failed.request.method.as_deref(), Some("POST"));
    assert_eq!(failed.request.path, None);
    let told = event(
        r#""outcome":"success","source":"api","request":{"status_code":404,"user_agent":"kubectl/1"},"change":{"before":null}"#,
    );
    assert_eq!((told.outcome, told.source.as_deref()), (Some(Outcome::Success), Some("api")));
    assert_eq!(told.change, None);
    assert_eq!(event(r#""message":null,"application":{"id":""}"#).application, None);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9 _./:-]{1,24}", "[^\\x00]{1,12}"]
}

fn some(text: impl Strategy<Value = String>) -> impl Strategy<Value = Option<String>> {
    option::of(text)
}

fn free_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|n| json!(f64::from(n) / 4.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            collection::btree_map(text(), inner, 0..4)
                .prop_map(|m| Value::Object(Map::from_iter(m))),
        ]
    })
}

fn named() -> impl Strategy<Value = Option<Named>> {
    option::of((text_with_ink(), some(text())).prop_map(|(id, name)| Named { id, name }))
}

fn text_with_ink() -> impl Strategy<Value = String> {
    text().prop_filter("not blank", |t| !t.trim().is_empty())
}

prop_compose! {
    fn request()(
        method in some("[A-Z]{3,7}"), path in some(text()), status_code in option::of(100u16..600),
        remote_ip in some(text()), user_agent in some(text()), request_id in some(text()), session_id in some(text()),
    ) -> Request {
        Request { method, path, status_code, remote_ip, user_agent, request_id, session_id }
    }
}

prop_compose! {
    fn event()(
        (id, millis, kind, who) in (some(text_with_ink()), 0..now().millis(), select(ActorType::ALL), [some(text()), some(text()), some(text())]),
        (source, action, operation, outcome, error) in
            (some("[a-z0-9_]{1,64}"), text_with_ink(), option::of(select(Operation::ALL)), option::of(select(Outcome::ALL)), some(text())),
        request in request(),
        resource in option::of((text_with_ink(), some(text()), some(text()))),
        things in [named(), named(), named()],
        references in [some(text()), some(text()), some(text()), some(text()), some(text()), some(text()), some(text())],
        change in option::of((free_json(), free_json())),
        context in option::of(free_json()),
    ) -> Event {
        let [actor_id, name, email] = who;
        let [application, cluster, environment] = things;
        let [run_id, webhook_id, webhook_event_id, installation_id, blueprint, entity, message] = references;
        Event {
            id, occurred_at: Timestamp::saturating(millis), actor: Actor { kind, id: actor_id, name, email },
            source, action, operation, outcome, error, request,
            resource: resource.map(|(kind, id, name)| Resource { kind, id, name }),
            application, cluster, environment, run_id, webhook_id, webhook_event_id, installation_id, blueprint, entity,
            change: change.map(|(before, after)| Change { before, after }), context, message,
        }
    }
}

proptest! {
    #[test]
    fn any_valid_event_comes_back_equal(mut event in event()) {
        normalise(&mut event, &SourceTable::default());
        let mut twice = event.clone();
        normalise(&mut twice, &SourceTable::default());
        prop_assert_eq!(&twice, &event);
        let body = serde_json::to_vec(&event).unwrap();
        for kind in [BodyKind::Json, BodyKind::Ndjson] {
            let batch = parse(&body, kind).unwrap();
            prop_assert_eq!(&batch.refused, &[]);
            prop_assert_eq!(&batch.events, &[(0, event.clone())]);
        }
    }

    #[test]
    fn mutated_json_never_panics(event in event(), cuts in collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6)) {
        let mut body = serde_json::to_vec(&[&event]).unwrap();
        for (at, byte) in cuts {
            let at = at.index(body.len());
            if byte % 3 == 0 { body.truncate(at.max(1)) } else { body[at] = byte }
        }
        for kind in [BodyKind::Json, BodyKind::Ndjson] {
            if let Ok(batch) = parse(&body, kind) {
                prop_assert!(batch.events.len() + batch.refused.len() >= usize::from(kind == BodyKind::Ndjson && !body.trim_ascii().is_empty()));
            }
        }
    }
}
