//! Each firing once, whatever breaks off where.

use daybook::{alerts::Alerts, settings::Settings};
use serde_json::{Value, json};

use super::{failure, found, ids, looked_at, options, rule, store, until, watching, with};
use crate::app::TestApp;

/// Statements of which each is a step of keeping what was found.
const STEPS: [(&str, &str); 5] = [
    ("place", "BEFORE UPDATE ON alert_place"),
    ("state", "BEFORE INSERT ON alert_state"),
    ("firing", "BEFORE INSERT ON alert_firing"),
    ("delivery", "BEFORE INSERT ON alert_delivery"),
    ("told", "BEFORE UPDATE OF told ON alert_firing"),
];

async fn execute(app: &TestApp, statement: String) {
    daybook::database::query(sqlx::AssertSqlSafe(statement))
        .execute(app.database.writer())
        .await
        .unwrap();
}

/// Without what is another number each time.
async fn essence(app: &TestApp, all: &[Value]) -> Vec<Value> {
    let mut essence = Vec::new();
    for firing in all {
        let times = [&firing["from"], &firing["at"], &firing["last_at"]];
        essence.push(json!([firing["group"], firing["count"], ids(app, firing).await, times]));
    }
    essence
}

fn attack(n: usize) -> Value {
    let who = if n.is_multiple_of(3) { "a" } else { "b" };
    failure(&format!("f{n}"), 100 - i64::try_from(n).unwrap(), who)
}

fn watched() -> Value {
    let count = json!({"kind": "count", "at_least": 3, "window": 600});
    json!({"filter": "outcome=failure", "condition": count, "by": "actor", "quiet": 900})
}

/// What is found where nothing breaks off.
async fn expected() -> Vec<Value> {
    let (app, admin) = watching().await;
    let id = rule(&app, &admin, watched()).await;
    for n in 0..30 {
        store(&app, vec![attack(n)]).await;
    }
    looked_at(&app).await;
    let all = found(&app, &admin, id).await;
    app.state.alerts.close().await;
    essence(&app, &all).await
}

#[tokio::test]
async fn what_breaks_off_at_any_step_is_found_once() {
    let expected = expected().await;
    assert!(expected.len() >= 2, "{expected:?}");
    let (app, admin) = watching().await;
    let channel =
        json!({"name": "hook", "channel": {"to": "webhook", "target": "http://127.0.0.1:1/"}});
    let made = super::send(&app, &admin, axum::http::Method::POST, "recipients", channel).await;
    let mut body = watched();
    body["recipients"] = json!([made.json()["recipient"]["id"]]);
    let id = rule(&app, &admin, body).await;
    for n in 0..30 {
        let (name, step) = STEPS[n % STEPS.len()];
        execute(
            &app,
            format!("CREATE TRIGGER broken_{name} {step} BEGIN SELECT RAISE(ABORT, 'broken'); END"),
        )
        .await;
        store(&app, vec![attack(n)]).await;
        // Long enough for it to be tried: what is asserted holds however often it is.
        tokio::time::sleep(std::time::Duration::from_millis(120)).await;
        execute(&app, format!("DROP TRIGGER broken_{name}")).await;
    }
    looked_at(&app).await;
    let all = found(&app, &admin, id).await;
    assert_eq!(essence(&app, &all).await, expected);
    // Each is to be delivered once, and the log tells of it once.
    let deliveries = super::ask(&app, &admin, "deliveries").await.json();
    assert_eq!(deliveries["deliveries"].as_array().unwrap().len(), expected.len());
    until("the log tells of each once", async || {
        let log =
            app.get("/api/projects/acme/events?action=FireAlert&range=all&limit=200").await.json();
        let told = log["entries"].as_array().unwrap().iter();
        told.filter(|entry| entry["resource"]["name"] == "Watched").count() == expected.len()
    })
    .await;
    app.state.alerts.close().await;
}

#[tokio::test]
async fn a_server_that_is_started_again_goes_on_where_it_was() {
    let expected = expected().await;
    let (app, admin) = watching().await;
    let id = rule(&app, &admin, watched()).await;
    looked_at(&app).await;
    app.state.alerts.close().await;
    let mut last = None;
    for n in 0..30 {
        // One that is not closed is one that was killed: what it had in mind is lost.
        let alerts = Alerts::new(
            &app.database,
            app.state.store.clone(),
            app.state.ledger.clone(),
            app.state.clock.clone(),
            None,
            options(),
        );
        if n % 4 == 0 {
            alerts.start(app.state.clone()).await;
        }
        store(&app, vec![attack(n)]).await;
        if n % 4 == 0 {
            if n % 8 == 0 {
                alerts.close().await;
            } else {
                alerts.abort().await;
            }
        }
        last = Some(alerts);
    }
    let alerts = last.unwrap();
    alerts.start(app.state.clone()).await;
    let head = app.state.store.head(app.project).await.unwrap();
    alerts.settled(app.project, head).await;
    let all = found(&app, &admin, id).await;
    assert_eq!(essence(&app, &all).await, expected);
    alerts.close().await;
}

#[tokio::test]
async fn what_was_stored_while_nobody_watched_is_looked_at() {
    let app = TestApp::recording_with(Settings { alerts: options(), ..Settings::default() }).await;
    let grant = daybook_model::account::Grant::of(daybook_model::account::Role::Admin);
    let admin = crate::roles::person(&app, "f@acme.dev", &[(app.project, grant)]).await;
    let id =
        rule(&app, &admin, json!({"filter": "action=Boom", "condition": {"kind": "any"}})).await;
    let many = (0..2_500).map(|n| with(&format!("e{n}"), 5, &json!({})));
    store(&app, many.collect()).await;
    store(&app, vec![with("b", 5, &json!({"action": "Boom"}))]).await;
    app.state.alerts.start(app.state.clone()).await;
    until("it is found", async || found(&app, &admin, id).await.len() == 1).await;
    app.state.alerts.close().await;
}
