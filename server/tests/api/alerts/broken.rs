//! What is kept of a rule cannot be read: it stops nobody but itself, and says so.

use axum::http::{Method, StatusCode};
use daybook::alerts::Alerts;
use serde_json::{Value, json};

use super::{ask, found, options, rule, send, store, until, watching, with};
use crate::app::TestApp;

/// Another server on the same log, as after a restart.
async fn again(app: &TestApp, before: &Alerts) -> Alerts {
    before.close().await;
    let (store, ledger) = (app.state.store.clone(), app.state.ledger.clone());
    Alerts::new(&app.database, store, ledger, app.state.clock.clone(), None, options())
}

async fn execute(app: &TestApp, statement: &'static str, rule: i64) {
    daybook::database::query(statement).bind(rule).execute(app.database.writer()).await.unwrap();
}

async fn listed(app: &TestApp, admin: &str, rule: i64) -> Value {
    let all = ask(app, admin, "rules").await.json();
    let all = all["rules"].as_array().unwrap();
    all.iter().find(|one| one["id"] == rule).unwrap().clone()
}

async fn boom(app: &TestApp, id: &str) {
    store(app, vec![with(id, 5, &json!({"action": "Boom"}))]).await;
}

#[tokio::test]
async fn a_rule_that_cannot_be_read_stops_nobody_else() {
    let (app, admin) = watching().await;
    let booms = json!({"filter": "action=Boom", "condition": {"kind": "any"}});
    let named = |name: &str| {
        let mut rule = booms.clone();
        rule["name"] = name.into();
        rule
    };
    let (broken, whole) =
        (rule(&app, &admin, named("Broken")).await, rule(&app, &admin, named("Whole")).await);
    let alerts = again(&app, &app.state.alerts).await;
    execute(
        &app,
        "UPDATE alert_rule SET condition = '{\"kind\":\"weather\"}' WHERE id = $1",
        broken,
    )
    .await;
    alerts.start(app.state.clone()).await;
    boom(&app, "b1").await;
    until("the other one fires", async || found(&app, &admin, whole).await.len() == 1).await;
    assert!(found(&app, &admin, broken).await.is_empty());
    let shown = listed(&app, &admin, broken).await;
    let problem = shown["problem"]["message"].as_str().unwrap();
    assert!(problem.contains("cannot be read"), "{problem}");
    assert_eq!(listed(&app, &admin, whole).await.get("problem"), None);

    // What is left of it is not kept as if it had been meant.
    let path = format!("rules/{broken}");
    let refused = send(&app, &admin, Method::PATCH, &path, json!({"quiet": 60})).await;
    assert_eq!((refused.status, refused.error().0), (StatusCode::BAD_REQUEST, "filter".to_owned()));
    let anew = send(&app, &admin, Method::PATCH, &path, booms.clone()).await;
    assert_eq!((anew.status, anew.json().get("problem")), (StatusCode::OK, None));
    alerts.changed(app.project);
    boom(&app, "b2").await;
    until("it fires again", async || found(&app, &admin, broken).await.len() == 1).await;
    alerts.close().await;
}

/// A log of before, and one in which somebody had changed it.
#[tokio::test]
async fn the_rule_for_settings_watches_more_where_nobody_changed_it() {
    const WIDER: &str = include_str!("../../../migrations/sqlite/0024_alert_settings.sql");
    assert_eq!(WIDER, include_str!("../../../migrations/postgres/0024_alert_settings.sql"));
    let (app, admin) = watching().await;
    let rules = ask(&app, &admin, "rules").await.json();
    let settings = rules["rules"].as_array().unwrap().iter().find(|r| r["built_in"] == "settings");
    let (id, wanted) = (settings.unwrap()["id"].as_i64().unwrap(), &settings.unwrap()["filter"]);
    let of_before = "UPDATE alert_rule SET filter = 'action=ApplyRetentionNow&action=ChangeRetention&\
        action=ConfirmClock&action=CreateStream&action=DeleteStream&action=LiftHold&action=MakeHold&\
        action=PauseStream&action=UpdateExportSettings&action=UpdateStream' WHERE id = $1";
    for (before, after) in [
        (of_before, wanted.clone()),
        (
            "UPDATE alert_rule SET filter = 'action=MakeHold' WHERE id = $1",
            json!("action=MakeHold"),
        ),
    ] {
        execute(&app, before, id).await;
        daybook::database::query(WIDER).execute(app.database.writer()).await.unwrap();
        assert_eq!(listed(&app, &admin, id).await["filter"], after);
    }
    app.state.alerts.close().await;
}

#[tokio::test]
async fn what_a_rule_had_in_mind_is_lost_alone() {
    let (app, admin) = watching().await;
    let body = json!({"filter": "action=Boom", "condition": {"kind": "any"}});
    let id = rule(&app, &admin, body).await;
    boom(&app, "b1").await;
    until("it fires", async || found(&app, &admin, id).await.len() == 1).await;
    let alerts = again(&app, &app.state.alerts).await;
    execute(&app, "UPDATE alert_state SET state = x'ff' WHERE rule = $1", id).await;
    alerts.start(app.state.clone()).await;
    boom(&app, "b2").await;
    until("it goes on", async || found(&app, &admin, id).await.len() == 2).await;
    let shown = listed(&app, &admin, id).await;
    assert!(shown["problem"]["message"].as_str().unwrap().contains("began anew"), "{shown}");
    alerts.close().await;
}
