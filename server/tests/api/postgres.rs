//! The log in PostgreSQL, through the real router: what a team does in its first days, and what its admins
//! set up.

#[path = "postgres/dump.rs"]
mod dump;

use std::time::Duration;

use axum::http::{Method, StatusCode};
use daybook::{people::Lifetimes, retention::keeper::tick, settings::Settings};
use daybook_model::account::{Grant, Role};
use serde_json::json;

use crate::{
    app::{TestApp, event},
    roles::person,
};

const DAY: i64 = 24 * 60 * 60_000;

async fn app() -> TestApp {
    let lifetimes = Lifetimes { idle: 4_000 * DAY, whole: 4_000 * DAY };
    TestApp::on_postgres(true, Settings { lifetimes, ..Settings::default() }).await
}

#[tokio::test]
async fn who_signs_in_finds_what_was_sent() {
    let app = app().await;
    let sent =
        app.ingest(json!([event("one", 3), event("two", 2), event("one", 3)]).to_string()).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.json());
    assert_eq!(sent.json()["stored"], 2);
    assert_eq!(sent.json()["duplicates"], 1);
    let maya = person(&app, "maya@acme.dev", &[(app.project, Grant::of(Role::Member))]).await;
    let found = app.as_person(&maya, Method::GET, "/api/projects/acme/events?q=web", None).await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.json());
    let facets = "/api/projects/acme/facets?facets=actor,status,resource_type";
    let facets = app.as_person(&maya, Method::GET, facets, None).await;
    assert_eq!(facets.status, StatusCode::OK, "{}", facets.json());
    let text = facets.json().to_string();
    assert!(text.contains("Maya Ortiz") && text.contains("\"count\":2"), "{text}");
    let bars =
        app.as_person(&maya, Method::GET, "/api/projects/acme/histogram?range=24h", None).await;
    assert_eq!(bars.status, StatusCode::OK, "{}", bars.json());
}

#[tokio::test]
async fn a_rule_fires_on_what_arrives() {
    let app = app().await;
    app.state.alerts.start(app.state.clone()).await;
    let admin = person(&app, "f@acme.dev", &[(app.project, Grant::of(Role::Admin))]).await;
    let rule = json!({
        "name": "Any update", "filter": "action=UpdateApp", "severity": "high",
        "condition": {"kind": "any"}, "quiet": 3600,
    });
    let path = "/api/projects/acme/alerts/rules";
    let made = app.as_person(&admin, Method::POST, path, Some(rule)).await;
    assert!(made.status.is_success(), "{}", made.json());
    app.ingest(json!([event("one", 0)]).to_string()).await;
    let firings = || async {
        let path = "/api/projects/acme/alerts/firings?state=open";
        app.as_person(&admin, Method::GET, path, None).await.json()
    };
    for _ in 0..400 {
        if firings().await["firings"].as_array().is_some_and(|all| all.len() == 1) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("nothing fired: {}", firings().await);
}

/// How many tables the parts of a month are.
async fn tables(app: &TestApp, month: &str) -> i64 {
    let names = vec![format!("entry_{month}"), format!("detail_{month}")];
    let asked = "SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
         WHERE CAST(c.relname AS text) = ANY($1)";
    let pool = &app.database.shared().unwrap().pool;
    sqlx::query_scalar(asked).bind(names).fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn what_is_old_enough_goes_and_its_month_with_it() {
    let app = app().await;
    assert_eq!(tick(&app.state).await, 0, "the project is seen for the first time");
    // One in each month from April to November.
    let old: Vec<_> = (0..8).map(|n| event(&format!("old-{n}"), n * 30 * 24 * 60)).collect();
    app.ingest(json!(old).to_string()).await;
    assert_eq!(tables(&app, "2026_04").await, 2);
    let admin = person(&app, "ada@acme.dev", &[(app.project, Grant::of(Role::Admin))]).await;
    let wanted = json!({"days": 30, "access_days": 30});
    let path = "/api/projects/acme/retention";
    let set = app.as_person(&admin, Method::PUT, path, Some(wanted)).await;
    assert!(set.status.is_success(), "{}", set.json());
    let mut removed = 0;
    for _ in 0..40 {
        app.wait(DAY);
        removed += tick(&app.state).await;
    }
    assert!(removed >= 8, "{removed}");
    assert_eq!(app.state.store.entry(app.project, 1).await.unwrap(), None);
    assert_eq!((tables(&app, "2026_04").await, tables(&app, "2026_05").await), (0, 0));

    // Who comes late is stored and found.
    let late = app.ingest(json!([event("late", 7 * 30 * 24 * 60)]).to_string()).await;
    assert_eq!(late.json()["stored"], 1, "{}", late.json());
    assert_eq!(tables(&app, "2026_04").await, 2);
    let found = app.get("/api/projects/acme/events?range=all&id=late").await.json();
    assert_eq!(found["entries"][0]["action"], "UpdateApp", "{found}");
}
