//! Events come in; bad ones are refused by name and take nothing with them.

use axum::{body::Body, http::StatusCode};
use serde_json::{Value, json};

use crate::app::{TestApp, event};

fn batch(events: &[Value]) -> String {
    Value::from(events.to_vec()).to_string()
}

#[tokio::test]
async fn a_bad_event_does_not_lose_the_others() {
    let app = TestApp::start().await;
    let mut unknown = event("b", 2);
    unknown["colour"] = json!("red");
    let answer = app.ingest(batch(&[event("a", 1), unknown, event("c", 3)])).await;
    assert_eq!(answer.status, StatusCode::OK);
    let report = answer.json();
    assert_eq!(
        (&report["stored"], &report["duplicates"], &report["head"]),
        (&json!(2), &json!(0), &json!(2))
    );
    let refused = &report["refused"];
    assert_eq!(refused.as_array().map(Vec::len), Some(1));
    assert_eq!((&refused[0]["index"], &refused[0]["field"]), (&json!(1), &json!("colour")));
}

#[tokio::test]
async fn sending_twice_stores_once_and_other_content_is_told() {
    let app = TestApp::start().await;
    assert_eq!(app.ingest(batch(&[event("a", 1)])).await.json()["stored"], 1);
    let again = app.ingest(batch(&[event("a", 1)])).await;
    assert_eq!((again.status, &again.json()["duplicates"]), (StatusCode::OK, &json!(1)));
    let mut other = event("a", 1);
    other["action"] = json!("DeleteApp");
    let differs = app.ingest(batch(&[other])).await;
    assert_eq!(differs.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(differs.json()["refused"][0]["code"], "duplicate_differs");
    assert_eq!(app.get("/api/projects/acme/events/1").await.json()["action"], "UpdateApp");
}

#[tokio::test]
async fn each_bad_event_is_refused_with_its_field() {
    let app = TestApp::start().await;
    let with = |change: fn(&mut Value)| {
        let mut bad = event("bad", 1);
        change(&mut bad);
        bad
    };
    let cases: [(&str, Value); 9] = [
        ("occurred_at", with(|e| e["occurred_at"] = json!("1601-01-01T00:00:00Z"))),
        ("occurred_at", with(|e| e["occurred_at"] = json!("9999-12-31T00:00:00Z"))),
        ("occurred_at", with(|e| e["occurred_at"] = json!("2026-11-22T12:00:01Z"))),
        ("request.status_code", with(|e| e["request"]["status_code"] = json!(-1))),
        ("actor.type", with(|e| e["actor"]["type"] = json!("robot"))),
        ("message", with(|e| e["message"] = json!("a\u{0}b"))),
        ("message", with(|e| e["message"] = json!("x".repeat(9000)))),
        ("request.pathh", with(|e| e["request"]["pathh"] = json!("/"))),
        ("id", with(|e| e["id"] = json!("x".repeat(129)))),
    ];
    for (field, bad) in cases {
        let answer = app.ingest(batch(std::slice::from_ref(&bad))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert_eq!(answer.json()["refused"][0]["field"], field, "{}", answer.json());
    }
    let twice = event("k", 1).to_string().replacen(
        "\"action\":",
        "\"action\":\"DeleteApp\",\"action\":",
        1,
    );
    let answer = app.ingest(format!("[{twice}]")).await;
    let refused = &answer.json()["refused"][0];
    assert_eq!(
        (&refused["field"], &refused["code"]),
        (&json!("action"), &json!("duplicate_field"))
    );
    assert_eq!(app.get("/api/projects/acme/events?range=all").await.json()["entries"], json!([]));
}

#[tokio::test]
async fn a_broken_body_is_refused_whole() {
    let app = TestApp::start().await;
    let mut not_utf8 = batch(&[event("a", 1)]).into_bytes();
    let at = not_utf8.windows(4).position(|w| w == b"Maya").unwrap();
    not_utf8[at] = 0xff;
    for body in
        [Body::from("no json"), Body::from("[{\"id\":"), Body::from(""), Body::from(not_utf8)]
    {
        let answer = app.ingest(body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(!answer.error().1.is_empty());
    }
    let answer = app.post_as(&app.token, "/api/projects/acme/events", "text/plain", "[]").await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(app.get("/api/projects/acme/events?range=all").await.json()["entries"], json!([]));
}

#[tokio::test]
async fn a_body_over_the_limit_and_a_large_field_are_refused() {
    let app = TestApp::start().await;
    let answer = app.ingest(vec![b' '; 64 * 1024 * 1024 + 1]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let mut large = event("large", 1);
    large["context"] = json!({"note": "x".repeat(10 * 1024 * 1024)});
    let answer = app.ingest(batch(&[event("a", 1), large])).await;
    assert_eq!((answer.status, &answer.json()["stored"]), (StatusCode::OK, &json!(1)));
    assert_eq!(answer.json()["refused"][0]["code"], "too_large");
}

#[tokio::test]
async fn lines_are_judged_one_by_one() {
    let app = TestApp::start().await;
    let body = format!("{}\n{{oops\n\n{}\n", event("a", 1), event("b", 2));
    let answer =
        app.post_as(&app.token, "/api/projects/acme/events", "application/x-ndjson", body).await;
    assert_eq!((answer.status, &answer.json()["stored"]), (StatusCode::OK, &json!(2)));
    assert_eq!(answer.json()["refused"].as_array().map(Vec::len), Some(1));
}
