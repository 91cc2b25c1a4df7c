//! Runs, as the overview of a tab that groups by them tells them.

use serde_json::{Value, json};

use crate::app::{TestApp, event};

async fn told(app: &TestApp, query: &str) -> Value {
    let path = format!("/api/projects/acme/overview?tab=runs&range=all&{query}");
    let answer = app.get(&path).await;
    let lines = answer.body.split(|&b| b == b'\n').filter(|line| !line.is_empty());
    let mut parts = lines.map(|line| serde_json::from_slice::<Value>(line).unwrap());
    parts.find(|part| part["part"] == "runs").unwrap()["runs"].take()
}

/// An event of a run, some minutes after the hour.
fn step(run: &str, id: &str, minute: i64, more: &Value) -> Value {
    let mut step = event(id, 0);
    step["occurred_at"] = json!(format!("2026-11-20T10:{minute:02}:00.000Z"));
    step["run_id"] = json!(run);
    for (key, value) in more.as_object().unwrap() {
        step[key] = value.clone();
    }
    step
}

#[tokio::test]
async fn a_run_is_told_by_what_ran_from_its_first_entry_to_its_latest() {
    let app = TestApp::start().await;
    let web = json!({"type": "application", "id": "app_1", "name": "web"});
    let state = |status: &str| json!({"status": status, "title": "Rotate a secret"});
    let events = [
        step("r1", "c", 9, &json!({"action": "FinishRollout", "outcome": "failure"})),
        step("r1", "a", 1, &json!({"action": "DeployApp", "resource": web})),
        step("r1", "b", 4, &json!({"action": "BuildImage"})),
        step("r2", "d", 2, &json!({"action": "rotate.run", "resource": web})),
        step(
            "r2",
            "e",
            3,
            &json!({"action": "run.update", "outcome": "success",
            "change": {"before": state("IN_PROGRESS"), "after": state("SUCCESS")}}),
        ),
    ];
    let answer = app.ingest(json!(events).to_string()).await;
    assert_eq!(answer.json()["stored"], 5, "{:?}", answer.error());
    let (one, two) = (
        json!({"run": "r1", "title": "Deploy app · web", "began": "2026-11-20T10:01:00.000Z",
            "entries": 3, "at": "2026-11-20T10:09:00.000Z", "outcome": "failure"}),
        json!({"run": "r2", "title": "Rotate a secret", "began": "2026-11-20T10:02:00.000Z",
            "entries": 2, "at": "2026-11-20T10:03:00.000Z", "outcome": "success", "status": "SUCCESS"}),
    );
    assert_eq!(told(&app, "").await, json!([one, two]));
    // The whole run is told, whatever of it the filter leaves.
    assert_eq!(told(&app, "action=BuildImage").await, json!([one]));
}
