//! What is told of runs, and of what they took that somebody had pinned.

use axum::http::{Method, StatusCode};
use daybook_model::account::{Grant, Role};
use serde_json::json;

use super::{admin, fill, overview, pass, with, with_folder};
use crate::roles::person;

const INVESTIGATIONS: &str = "/api/projects/acme/investigations";

#[tokio::test]
async fn runs_that_took_nothing_do_not_push_out_those_that_did() {
    let app = with(None).await;
    let session = admin(&app).await;
    fill(&app, 180).await;
    assert_eq!(pass(&app, 32).await, 12);
    // As runs end whose entries are all held meanwhile.
    for run in 2_i64..40 {
        let empty = "INSERT INTO retention_run (project, run, plan, began_at, ended_at, told) \
            SELECT project, $1, plan, began_at, ended_at, 1 FROM retention_run WHERE run = 1";
        daybook::database::query(empty).bind(run).execute(app.database.writer()).await.unwrap();
    }
    let shown = overview(&app, &session).await;
    let runs = shown["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1, "{runs:?}");
    assert_eq!((&runs[0]["run"], &runs[0]["taken"][0]["count"]), (&json!(1), &json!(12)));
}

#[tokio::test]
async fn a_pinned_entry_that_is_removed_names_the_run_that_took_it() {
    let (app, _archive) = with_folder().await;
    let ada = admin(&app).await;
    fill(&app, 180).await;
    // The first is a sign-in, which goes before the last.
    for (seq, title) in [(1, "Early"), (60, "Late")] {
        let new = json!({"title": title, "pin": {"seq": seq}});
        let made = app.as_person(&ada, Method::POST, INVESTIGATIONS, Some(new)).await;
        assert!(made.status.is_success(), "{:?}", made.error());
    }
    let pin = async |number: i64, who: &str| {
        let path = format!("{INVESTIGATIONS}/{number}");
        let seen = app.as_person(who, Method::GET, &path, None).await;
        assert_eq!(seen.status, StatusCode::OK, "{:?}", seen.error());
        seen.json()["pins"][0].clone()
    };
    assert_eq!(pass(&app, 32).await, 12);
    let early = pin(1, &ada).await;
    let told = format!("retention:{}:run:1", app.project.0);
    assert_eq!((&early["absent"], &early["removed"]["run"]), (&json!("removed"), &json!(1)));
    assert_eq!(early["removed"]["entry"], told.as_str());
    assert_eq!(pin(2, &ada).await.get("removed"), None, "it is there");
    assert_eq!(pass(&app, 60).await, 48);
    let late = pin(2, &ada).await;
    assert_eq!((&late["absent"], &late["removed"]["run"]), (&json!("removed"), &json!(2)));
    assert_eq!(pin(1, &ada).await["removed"]["run"], 1, "the run that took it, not a later one");
    // The entry that it names is there.
    let path = format!("/api/projects/acme/events?range=all&id={told}");
    let entries = app.get(&path).await.json()["entries"].clone();
    assert_eq!(entries[0]["action"], "ApplyRetention", "{entries}");
    let document = format!("{INVESTIGATIONS}/1/document");
    let document = app.as_person(&ada, Method::GET, &document, None).await;
    let document = String::from_utf8(document.body).unwrap();
    assert!(document.contains("run 1, ") && document.contains(&told), "{document}");

    // What went before this was noted is named where only one run was there.
    daybook::database::query("DELETE FROM removed_pin")
        .execute(app.database.writer())
        .await
        .unwrap();
    assert_eq!(pin(2, &ada).await["removed"]["run"], 2);
}

#[tokio::test]
async fn whoever_sees_a_part_is_not_told_of_the_run() {
    let app = with(None).await;
    let part = Grant { filter: "action=UpdateApp".parse().unwrap(), ..Grant::of(Role::Auditor) };
    let eve = person(&app, "eve@acme.dev", &[(app.project, part)]).await;
    fill(&app, 180).await;
    let new = json!({"title": "Mine", "pin": {"seq": 1}});
    let made = app.as_person(&eve, Method::POST, INVESTIGATIONS, Some(new)).await;
    assert!(made.status.is_success(), "{:?}", made.error());
    assert_eq!(pass(&app, 92).await, 60);
    let path = format!("{INVESTIGATIONS}/1");
    let seen = app.as_person(&eve, Method::GET, &path, None).await.json();
    assert_eq!(seen["pins"][0]["absent"], "removed");
    assert_eq!(seen["pins"][0].get("removed"), None);
}
