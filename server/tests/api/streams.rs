//! Streams: what is sent to other systems, through real connections to receivers that misbehave.

#[path = "streams/changes.rs"]
mod changes;
#[path = "streams/delivery.rs"]
mod delivery;
#[path = "streams/process.rs"]
mod process;
#[path = "streams/random.rs"]
mod random;
#[path = "streams/receiver.rs"]
pub(crate) mod receiver;
#[path = "streams/syslog.rs"]
mod syslog;
#[path = "streams/tls.rs"]
mod tls;

use std::time::Duration;

use axum::http::{Method, StatusCode};
use daybook::{
    settings::Settings,
    streams::{Options, Pace},
};
use daybook_model::account::{Grant, Role};
use serde_json::{Value, json};

use crate::{
    app::{Answer, TestApp, event},
    roles::person,
};

const STREAMS: &str = "/api/projects/acme/streams";
const SECRET: &str = "Bearer a-secret-of-the-siem";

/// As fast as a test is.
fn quick() -> Pace {
    Pace {
        linger: Duration::from_millis(2),
        first: Duration::from_millis(4),
        longest: Duration::from_millis(30),
        patience: Duration::from_millis(1_500),
        entries: 7,
        bytes: 64 * 1024,
    }
}

fn options() -> Options {
    Options { pace: quick(), seed: 7, ..Options::default() }
}

/// A server whose streams send, and somebody who may change them.
async fn sending() -> (TestApp, String) {
    sending_with(options()).await
}

async fn sending_with(streams: Options) -> (TestApp, String) {
    let app = TestApp::recording_with(Settings { streams, ..Settings::default() }).await;
    app.state.streams.start().await.unwrap();
    let admin = person(&app, "f@acme.dev", &[(app.project, Grant::of(Role::Admin))]).await;
    (app, admin)
}

async fn make(app: &TestApp, admin: &str, body: Value) -> Answer {
    app.as_person(admin, Method::POST, STREAMS, Some(body)).await
}

/// Makes a stream of everything; its number.
async fn stream_to(app: &TestApp, admin: &str, target: &str) -> i64 {
    let body = json!({"name": "siem", "target": target, "after": 0});
    let made = make(app, admin, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.error());
    made.json()["id"].as_i64().unwrap()
}

async fn change(app: &TestApp, admin: &str, id: i64, body: Value) -> Answer {
    app.as_person(admin, Method::PATCH, &format!("{STREAMS}/{id}"), Some(body)).await
}

async fn info(app: &TestApp, admin: &str, id: i64) -> Value {
    let all = app.as_person(admin, Method::GET, STREAMS, None).await.json();
    all.as_array().unwrap().iter().find(|stream| stream["id"] == id).unwrap().clone()
}

async fn letters(app: &TestApp, admin: &str, id: i64) -> Value {
    app.as_person(admin, Method::GET, &format!("{STREAMS}/{id}/dead-letters"), None).await.json()
}

/// Stores events; each has its number as a part of its id.
async fn store(app: &TestApp, numbers: std::ops::Range<usize>) {
    let events: Vec<_> = numbers.map(|n| event(&format!("e{n}"), 1)).collect();
    let answer = app.ingest(Value::from(events).to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.error());
}

/// Waits until something holds.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(2), wait).await.unwrap_or_else(|_| panic!("{what}"));
}
