//! Whoever may see less from now on takes nothing away that was begun before.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
    response::Response,
};
use daybook::{extract::SESSION_COOKIE, patience::Patience, settings::Settings};
use daybook_model::account::{Grant, Role};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, event},
    roles::person,
};

const JUDGED: Duration = Duration::from_millis(20);
const AUDITOR: &str = "ada@acme.dev";

/// A log of some megabytes, and the session of an auditor of all of it.
async fn begun() -> (TestApp, String) {
    let patience = Patience { judged: JUDGED, ..Patience::default() };
    let app = TestApp::with(Settings { patience, ..Settings::default() }).await;
    let events: Vec<Value> = (0..3_000)
        .map(|i| {
            let mut event = event(&format!("e{i}"), 1);
            event["context"] = json!("x".repeat(5_000));
            event
        })
        .collect();
    assert!(app.ingest(Value::from(events).to_string()).await.status.is_success());
    let session = person(&app, AUDITOR, &[(app.project, Grant::of(Role::Auditor))]).await;
    (app, session)
}

/// From now on the auditor sees failures alone.
async fn narrow(app: &TestApp) {
    let person = app.state.people.find(AUDITOR).await.unwrap().unwrap();
    let filter = "outcome=failure".parse().unwrap();
    let grant = Grant { filter, ..Grant::of(Role::Auditor) };
    app.state.people.set_grant(person.id, app.project, &grant).await.unwrap();
}

async fn begin(app: &TestApp, session: &str, path: &str) -> Response {
    let request = Request::get(format!("/api/projects/acme/{path}"))
        .header(header::COOKIE, format!("{SESSION_COOKIE}={session}"));
    let response = app.begin(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    response
}

/// Reads on, slowly, until the body ends or breaks off.
async fn broke_off(mut body: Body) -> bool {
    while let Some(frame) = body.frame().await {
        if frame.is_err() {
            return true;
        }
        tokio::time::sleep(JUDGED * 2).await;
    }
    false
}

#[tokio::test]
async fn an_export_that_waits_is_not_handed_over() {
    let (app, session) = begun().await;
    let wanted = json!({"query": "range=24h", "format": "ndjson"});
    let path = "/api/projects/acme/exports";
    let created = app.as_person(&session, Method::POST, path, Some(wanted)).await.json();
    let file = format!("{path}/{}/file", created["id"].as_str().unwrap());
    narrow(&app).await;
    let answer = app.as_person(&session, Method::GET, &file, None).await;
    assert_eq!(answer.status, StatusCode::GONE);
}

#[tokio::test]
async fn an_export_under_way_breaks_off() {
    let (app, session) = begun().await;
    let path = "export?range=24h&format=ndjson";
    assert!(!broke_off(begin(&app, &session, path).await.into_body()).await, "it may be had");
    let mut body = begin(&app, &session, path).await.into_body();
    body.frame().await.unwrap().unwrap();
    narrow(&app).await;
    assert!(broke_off(body).await, "it goes on");
}

#[tokio::test]
async fn an_export_breaks_off_where_exporting_is_switched_off() {
    let (app, session) = begun().await;
    let mut body = begin(&app, &session, "export?range=24h").await.into_body();
    body.frame().await.unwrap().unwrap();
    let admin = person(&app, "root@acme.dev", &[(app.project, Grant::of(Role::Admin))]).await;
    let path = "/api/projects/acme/settings/export";
    let off = Some(json!({"enabled": false}));
    let answer = app.as_person(&admin, Method::PUT, path, off).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(broke_off(body).await, "it goes on");
}

#[tokio::test]
async fn a_live_stream_ends_with_what_it_showed() {
    let (app, session) = begun().await;
    let mut body = begin(&app, &session, "live").await.into_body();
    for _ in 0..2 {
        body.frame().await.unwrap().unwrap();
    }
    narrow(&app).await;
    app.ingest(json!([event("late", 0)]).to_string()).await;
    let rest = tokio::time::timeout(Duration::from_secs(20), body.collect()).await;
    let rest = rest.expect("it goes on").unwrap().to_bytes();
    assert!(!String::from_utf8_lossy(&rest).contains("late"), "no more is shown");
}
