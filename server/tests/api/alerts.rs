//! Alerts: rules that watch what arrives, through the real API, with real receivers at the other end.

#[path = "alerts/broken.rs"]
mod broken;
#[path = "alerts/changes.rs"]
mod changes;
#[path = "alerts/delivery.rs"]
mod delivery;
#[path = "alerts/finding.rs"]
mod finding;
#[path = "alerts/restart.rs"]
mod restart;
#[path = "alerts/restored.rs"]
mod restored;
#[path = "alerts/trying.rs"]
mod trying;

use std::time::Duration;

use axum::http::{Method, StatusCode};
use daybook::{alerts::Options, settings::Settings, streams::Pace};
use daybook_model::account::{Grant, Role};
use serde_json::{Value, json};

use crate::{
    app::{Answer, TestApp, event},
    roles::person,
};

const ALERTS: &str = "/api/projects/acme/alerts";

fn options() -> Options {
    let pace = Pace {
        first: Duration::from_millis(4),
        longest: Duration::from_millis(30),
        patience: Duration::from_millis(600),
        ..Pace::default()
    };
    Options { pace, attempts: 6, seed: 7, ..Options::default() }
}

/// A server that watches, and somebody who may change that.
async fn watching() -> (TestApp, String) {
    watching_with(Settings { alerts: options(), ..Settings::default() }).await
}

async fn watching_with(settings: Settings) -> (TestApp, String) {
    let app = TestApp::recording_with(settings).await;
    app.state.alerts.start(app.state.clone()).await;
    let admin = person(&app, "f@acme.dev", &[(app.project, Grant::of(Role::Admin))]).await;
    (app, admin)
}

async fn ask(app: &TestApp, who: &str, path: &str) -> Answer {
    app.as_person(who, Method::GET, &format!("{ALERTS}/{path}"), None).await
}

async fn send(app: &TestApp, who: &str, method: Method, path: &str, body: Value) -> Answer {
    app.as_person(who, method, &format!("{ALERTS}/{path}"), Some(body)).await
}

/// Makes a rule; its number.
async fn rule(app: &TestApp, admin: &str, body: Value) -> i64 {
    let mut whole = json!({"name": "Watched", "severity": "high"});
    whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    let made = send(app, admin, Method::POST, "rules", whole).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.error());
    made.json()["id"].as_i64().unwrap()
}

/// What a rule found, oldest first.
async fn found(app: &TestApp, who: &str, rule: i64) -> Vec<Value> {
    let answer = ask(app, who, &format!("firings?rule={rule}&limit=200")).await;
    let mut all = answer.json()["firings"].as_array().unwrap().clone();
    all.reverse();
    all
}

/// The producer's ids of the entries that a firing keeps.
async fn ids(app: &TestApp, firing: &Value) -> Vec<String> {
    let mut ids = Vec::new();
    for seq in firing["seqs"].as_array().unwrap() {
        let entry = app.state.store.entry(app.project, seq.as_u64().unwrap()).await.unwrap();
        ids.push(entry.unwrap().event.id.unwrap());
    }
    ids
}

/// An event with changes.
fn with(id: &str, minutes_ago: i64, changes: &Value) -> Value {
    let mut event = event(id, minutes_ago);
    event.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    event
}

/// A failed sign-in.
fn failure(id: &str, minutes_ago: i64, who: &str) -> Value {
    with(
        id,
        minutes_ago,
        &json!({
            "actor": {"type": "user", "id": who}, "operation": "login", "outcome": "failure",
            "request": {"status_code": 401, "remote_ip": "84.17.53.201"},
        }),
    )
}

async fn store(app: &TestApp, events: Vec<Value>) {
    let answer = app.ingest(Value::from(events).to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.error());
}

/// Waits until something holds.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), wait).await.unwrap_or_else(|_| panic!("{what}"));
}

/// Waits until everything that is in the log was looked at.
async fn looked_at(app: &TestApp) {
    let head = app.state.store.head(app.project).await.unwrap();
    let settled = app.state.alerts.settled(app.project, head);
    tokio::time::timeout(Duration::from_mins(1), settled).await.unwrap();
}
