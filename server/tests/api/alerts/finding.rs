//! What rules find.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{ask, failure, found, ids, looked_at, rule, send, store, until, watching, with};

const MINUTE: i64 = 60_000;

fn count() -> Value {
    json!({"kind": "count", "at_least": 3, "window": 600})
}

#[tokio::test]
async fn many_by_one_actor_are_found_with_their_entries() {
    let (app, admin) = watching().await;
    let body = json!({"filter": "operation=login&outcome=failure", "condition": count(), "by": "actor", "quiet": 3600});
    let id = rule(&app, &admin, body).await;
    store(&app, vec![failure("a1", 30, "a"), failure("b1", 29, "b"), failure("a2", 28, "a")]).await;
    store(&app, vec![failure("a3", 27, "a"), with("x", 27, &json!({}))]).await;
    looked_at(&app).await;
    let all = found(&app, &admin, id).await;
    assert_eq!(all.len(), 1, "{all:?}");
    let firing = &all[0];
    assert_eq!(firing["count"], 3);
    assert_eq!(ids(&app, firing).await, ["a1", "a2", "a3"]);
    assert_eq!(firing["group"]["value"], "user:a");
    assert_eq!(firing["state"], "open");
    assert!(
        firing["sentence"]
            .as_str()
            .unwrap()
            .starts_with("Fires on 3 or more entries within 10 minutes")
    );
    // The link has the same entries, also when more arrive.
    let link = format!("/api/projects/acme/events?{}", firing["query"].as_str().unwrap());
    store(&app, vec![failure("a4", 28, "a")]).await;
    looked_at(&app).await;
    let page = app.get(&link).await.json();
    let linked: Vec<_> =
        page["entries"].as_array().unwrap().iter().map(|e| e["id"].clone()).collect();
    assert_eq!(linked, [json!("a3"), json!("a2"), json!("a1")], "{link}");
    // What repeats within the quiet time is in the same one.
    let all = found(&app, &admin, id).await;
    assert_eq!((all.len(), &all[0]["count"]), (1, &json!(4)));
    app.state.alerts.close().await;
}

#[tokio::test]
async fn what_comes_late_counts_where_it_belongs() {
    let (app, admin) = watching().await;
    let body = json!({"filter": "outcome=failure", "condition": count(), "by": "actor"});
    let id = rule(&app, &admin, body).await;
    store(&app, vec![failure("a1", 60, "a"), failure("a2", 52, "a"), failure("a3", 40, "a")]).await;
    looked_at(&app).await;
    assert_eq!(found(&app, &admin, id).await, [] as [Value; 0]);
    store(&app, vec![failure("a4", 55, "a")]).await;
    looked_at(&app).await;
    let all = found(&app, &admin, id).await;
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(ids(&app, &all[0]).await, ["a1", "a2", "a4"]);
    app.state.alerts.close().await;
}

#[tokio::test]
async fn new_values_are_told_from_those_the_log_has() {
    let (app, admin) = watching().await;
    let from =
        |ip: &str| json!({"actor": {"type": "api_token", "id": "7"}, "request": {"remote_ip": ip}});
    store(&app, vec![with("t1", 900, &from("10.0.0.1"))]).await;
    let body = json!({"filter": "actor_type=api_token", "condition": {"kind": "new", "field": "ip"}, "by": "actor"});
    let id = rule(&app, &admin, body).await;
    store(&app, vec![with("t2", 5, &from("10.0.0.1")), with("t3", 4, &from("10.0.0.2"))]).await;
    store(&app, vec![with("t4", 3, &from("10.0.0.2"))]).await;
    looked_at(&app).await;
    let all = found(&app, &admin, id).await;
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(all[0]["value"], json!({"field": "ip", "value": "10.0.0.2", "label": "10.0.0.2"}));
    assert!(all[0]["query"].as_str().unwrap().contains("ip=10.0.0.2"));
    // The one that every project begins with found it too.
    let counts = ask(&app, &admin, "counts").await.json();
    assert!(counts["open"].as_u64().unwrap() >= 2, "{counts}");
    app.state.alerts.close().await;
}

#[tokio::test]
async fn different_values_and_unusual_hours_are_found() {
    let (app, admin) = watching().await;
    let day = 24 * 60;
    // Ten days at noon; now it is noon.
    let habits = (1..10).map(|n| with(&format!("h{n}"), n * day, &json!({})));
    store(&app, habits.collect()).await;
    let hours = json!({"name": "Hours", "filter": "action=UpdateApp", "condition": {"kind": "unusual_hour"}, "by": "actor"});
    let hours = rule(&app, &admin, hours).await;
    let distinct = json!({"filter": "source=dashboard", "condition": {"kind": "distinct", "field": "resource", "at_least": 2, "window": 600}});
    let distinct = rule(&app, &admin, distinct).await;
    store(&app, vec![with("noon", 5, &json!({})), with("night", 9 * 60, &json!({}))]).await;
    let other = json!({"action": "DeleteApp", "resource": {"type": "application", "id": "other"}});
    store(&app, vec![with("same", 6, &json!({})), with("other", 6, &other)]).await;
    looked_at(&app).await;
    let all = found(&app, &admin, hours).await;
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(ids(&app, &all[0]).await, ["night"], "three in the morning");
    let all = found(&app, &admin, distinct).await;
    assert_eq!((all.len(), &all[0]["count"]), (1, &json!(2)), "{all:?}");
    app.state.alerts.close().await;
}

#[tokio::test]
async fn silence_is_found_once_and_again_when_it_was_broken() {
    let (app, admin) = watching().await;
    let body =
        json!({"filter": "source=dashboard", "condition": {"kind": "absence", "window": 3600}});
    let id = rule(&app, &admin, body).await;
    store(&app, vec![with("e1", 10, &json!({"action": "Quiet"}))]).await;
    looked_at(&app).await;
    app.wait(30 * MINUTE);
    looked_at(&app).await;
    assert_eq!(found(&app, &admin, id).await, [] as [Value; 0], "it does not last long yet");
    // A clock that jumps is believed, and tells it once.
    app.wait(100 * MINUTE);
    until("the silence is found", async || found(&app, &admin, id).await.len() == 1).await;
    app.wait(100 * MINUTE);
    let firing = &found(&app, &admin, id).await[0];
    assert_eq!((&firing["count"], &firing["at"]), (&json!(0), &json!("2026-11-20T13:00:00.000Z")));
    app.state.alerts.close().await;
}

#[tokio::test]
async fn people_acknowledge_close_and_note_and_the_log_tells() {
    let (app, admin) = watching().await;
    let id = rule(
        &app,
        &admin,
        json!({"filter": "action=Boom", "condition": {"kind": "any"}, "quiet": 3600}),
    )
    .await;
    let boom = |id: &str| with(id, 5, &json!({"action": "Boom"}));
    store(&app, vec![boom("b1")]).await;
    until("it fires", async || found(&app, &admin, id).await.len() == 1).await;
    let firing = found(&app, &admin, id).await[0]["id"].clone();
    let path = format!("firings/{firing}");
    let change = |body: Value| send(&app, &admin, Method::PATCH, &path, body);
    let seen = change(json!({"state": "acknowledged", "note": " Maya looks at it "})).await.json();
    assert_eq!(
        (&seen["state"], &seen["notes"][0]["note"]),
        (&json!("acknowledged"), &json!("Maya looks at it"))
    );
    assert_eq!(seen["notes"][0]["by"], "f@acme.dev");
    for (body, field) in [(json!({}), "state"), (json!({"note": "x".repeat(2_001)}), "note")] {
        let refused = change(body).await;
        assert_eq!(
            (refused.status, refused.error().0),
            (StatusCode::BAD_REQUEST, field.to_owned())
        );
    }
    // It goes on in the same one while it is open, and in another one once it is closed.
    store(&app, vec![boom("b2")]).await;
    until("it grows", async || found(&app, &admin, id).await[0]["count"] == 2).await;
    change(json!({"state": "closed"})).await;
    store(&app, vec![boom("b3")]).await;
    until("it fires again", async || found(&app, &admin, id).await.len() == 2).await;
    let log = app.get("/api/projects/acme/events?source=daybook&limit=200&range=all").await.json();
    let said = |action: &str| {
        let entries = log["entries"].as_array().unwrap();
        entries.iter().filter(|e| e["action"] == action).count()
    };
    assert_eq!((said("AcknowledgeAlert"), said("CloseAlert"), said("CreateAlertRule")), (1, 1, 1));
    until("the log tells that it fired", async || {
        let log = app.get("/api/projects/acme/events?action=FireAlert&range=all").await.json();
        log["entries"].as_array().unwrap().len() == 2
    })
    .await;
    app.state.alerts.close().await;
}

#[tokio::test]
async fn nobody_hides_by_saying_that_it_tells_of_an_alert() {
    let (app, admin) = watching().await;
    let told = json!({"filter": "action=FireAlert", "condition": {"kind": "any"}});
    let id = rule(&app, &admin, told.clone()).await;
    let new = json!({"filter": "source=daybook", "condition": {"kind": "new", "field": "actor"}});
    let forged = json!({"action": "FireAlert", "source": "daybook", "resource": {"type": "alert", "id": "1"}});
    store(&app, vec![with("forged", 5, &forged)]).await;
    until("it is found", async || found(&app, &admin, id).await.len() == 1).await;
    let link = "/api/projects/acme/events?action=FireAlert&range=all";
    until("the log tells that it fired", async || {
        app.get(link).await.json()["entries"].as_array().unwrap().len() == 2
    })
    .await;
    looked_at(&app).await;
    assert_eq!(found(&app, &admin, id).await.len(), 1, "that it fired is no cause");
    // A trial has the same, and so has a look at what was missed.
    let tried = send(&app, &admin, Method::POST, "backtest", told).await.json();
    assert_eq!((&tried["total"], &tried["matching"]), (&json!(1), &json!(1)), "{tried}");
    let tried = send(&app, &admin, Method::POST, "backtest", new).await.json();
    let actors: Vec<_> =
        tried["episodes"].as_array().unwrap().iter().map(|e| e["value"]["value"].clone()).collect();
    assert!(!actors.contains(&json!("system:daybook")), "{actors:?}");
    app.state.alerts.abort().await;
    store(&app, vec![with("forged again", 4, &forged)]).await;
    app.state.alerts.start(app.state.clone()).await;
    looked_at(&app).await;
    assert_eq!(found(&app, &admin, id).await.len(), 2);
    app.state.alerts.close().await;
}

#[tokio::test]
async fn streams_that_go_on_and_schedules_that_change_are_settings() {
    let (app, admin) = watching().await;
    let rules = ask(&app, &admin, "rules").await.json();
    let settings = rules["rules"].as_array().unwrap().iter().find(|r| r["built_in"] == "settings");
    let id = settings.unwrap()["id"].as_i64().unwrap();
    for (n, action) in (1..).zip(["ResumeStream", "UpdateSchedule"]) {
        let event = json!({"action": action, "source": "daybook"});
        // Apart by more than it is quiet.
        store(&app, vec![with(action, n * 100, &event)]).await;
        looked_at(&app).await;
        assert_eq!(found(&app, &admin, id).await.len(), usize::try_from(n).unwrap(), "{action}");
    }
    app.state.alerts.close().await;
}
