//! Streams are made, changed and deleted by admins, each time as an entry, and no secret comes out again.

use axum::http::{Method, StatusCode};
use daybook::streams::{Addresses, Options};
use serde_json::{Value, json};

use super::{SECRET, STREAMS, change, info, letters, make, options, sending, sending_with};
use crate::app::TestApp;

/// What the log of `acme` says of streams.
async fn told(app: &TestApp) -> Vec<Value> {
    let mut told = Vec::new();
    for seq in 1..=app.state.store.head(app.project).await.unwrap() {
        let entry = app.state.store.entry(app.project, seq).await.unwrap().unwrap();
        told.push(serde_json::to_value(entry).unwrap());
    }
    told.retain(|entry| entry["resource"]["type"] == "stream");
    told
}

fn new() -> Value {
    json!({
        "name": " SIEM ", "target": "https://siem.acme.invalid/in?key=in-the-address", "format": "ocsf",
        "filter": "method.not=GET", "header": {"name": "Authorization", "value": SECRET},
    })
}

#[tokio::test]
async fn each_change_is_an_entry_and_no_secret_is_told_again() {
    let (app, admin) = sending().await;
    let made = make(&app, &admin, new()).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let made = made.json();
    let id = made["id"].as_i64().unwrap();
    assert_eq!(made["name"], "SIEM");
    assert_eq!(made["target"], "https://siem.acme.invalid/in?…");
    assert_eq!((&made["header"], &made["state"]), (&json!("Authorization"), &json!("running")));
    for body in [
        json!({"state": "paused"}),
        json!({"header": {"name": "Authorization", "value": "Bearer another-secret"}}),
        json!({"format": "ecs", "filter": ""}),
        json!({"header": null}),
        json!({"state": "running", "target": "https://other.acme.invalid/"}),
    ] {
        let changed = change(&app, &admin, id, body).await;
        assert_eq!(changed.status, StatusCode::OK, "{:?}", changed.error());
    }
    let gone = app.as_person(&admin, Method::DELETE, &format!("{STREAMS}/{id}"), None).await;
    assert_eq!((gone.status, gone.json()), (StatusCode::OK, json!([])));

    let told = told(&app).await;
    let actions: Vec<_> = told.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    let expected = [
        "CreateStream",
        "PauseStream",
        "UpdateStream",
        "UpdateStream",
        "UpdateStream",
        "ResumeStream",
        "DeleteStream",
    ];
    assert_eq!(actions, expected);
    assert_eq!(told[0]["actor"]["email"], "f@acme.dev");
    assert_eq!(told[0]["change"]["after"]["header"]["value"], json!({"$redacted": true}));
    assert_eq!(told[2]["change"]["after"]["header"]["value"], json!({"$redacted": "changed"}));
    assert_eq!(told[3]["change"]["after"]["filter"], "");
    let text = json!(told).to_string();
    for secret in ["a-secret", "another-secret", "in-the-address"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_the_name_of_its_field() {
    let (app, admin) = sending().await;
    let with = |key: &str, value: Value| {
        let mut body = new();
        body[key] = value;
        body
    };
    for (body, field) in [
        (with("name", json!("")), "name"),
        (with("filter", json!("range=24h")), "filter"),
        (with("format", json!("structured")), "format"),
        (with("header", json!({"name": "Host", "value": "x"})), "header.name"),
        (with("target", json!("https://169.254.169.254/latest")), "target"),
        (with("after", json!(5)), "after"),
    ] {
        let refused = make(&app, &admin, body).await;
        assert_eq!((refused.status, refused.error().0.as_str()), (StatusCode::BAD_REQUEST, field));
    }
    for body in [
        with("target", json!("ftp://x")),
        with("filter", json!("nosuch=1")),
        with("colour", json!(1)),
    ] {
        assert_eq!(make(&app, &admin, body).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(make(&app, &admin, new()).await.status, StatusCode::CREATED);
    assert_eq!(make(&app, &admin, new()).await.error().0, "name", "it is taken");
    for n in 1..20 {
        make(&app, &admin, with("name", json!(format!("s{n}")))).await;
    }
    let more = make(&app, &admin, with("name", json!("one more"))).await;
    assert_eq!(more.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_secret_does_not_go_to_another_server() {
    let (app, admin) = sending().await;
    let id = make(&app, &admin, new()).await.json()["id"].as_i64().unwrap();
    let target = "https://evil.acme.invalid/in";
    let refused = change(&app, &admin, id, json!({"target": target})).await;
    assert_eq!((refused.status, refused.error().0.as_str()), (StatusCode::BAD_REQUEST, "header"));
    // Another path there is the same server.
    let other = change(&app, &admin, id, json!({"target": "https://siem.acme.invalid/x"})).await;
    assert_eq!(other.json()["header"], "Authorization");
    let header = json!({"name": "X-Key", "value": "its own"});
    let given = change(&app, &admin, id, json!({"target": target, "header": header})).await;
    assert_eq!(given.json()["header"], "X-Key");
}

#[tokio::test(flavor = "multi_thread")]
async fn targets_inside_can_be_forbidden() {
    let streams = Options { addresses: Addresses::Public, ..options() };
    let (app, admin) = sending_with(streams).await;
    let to = |target: &str| json!({"name": "inside", "target": target, "after": 0});
    for target in ["http://127.0.0.1:9/", "syslog://10.0.0.1", "https://[::1]/"] {
        let refused = make(&app, &admin, to(target)).await;
        assert_eq!(refused.error().0, "target", "{target}");
    }
    // A name is looked up when it is connected to.
    let id = make(&app, &admin, to("http://localhost:9/")).await.json()["id"].as_i64().unwrap();
    super::until("it is refused", async || {
        let info = info(&app, &admin, id).await;
        let error = info["trouble"]["error"].as_str().unwrap_or_default().to_owned();
        error.ends_with("is an address that nothing may be sent to")
    })
    .await;
}

#[tokio::test]
async fn streams_of_another_project_are_not_there() {
    let (app, admin) = sending().await;
    let id = make(&app, &admin, new()).await.json()["id"].as_i64().unwrap();
    app.state.store.create_project("other", crate::app::now()).await.unwrap();
    let key = app.local_key.reveal();
    for (method, path) in [
        (Method::DELETE, format!("/api/projects/other/streams/{id}")),
        (Method::GET, format!("/api/projects/other/streams/{id}/dead-letters")),
        (Method::DELETE, format!("/api/projects/other/streams/{id}/dead-letters")),
    ] {
        let request = axum::http::Request::builder().method(method).uri(&path);
        let request = request.header("authorization", format!("Bearer {key}"));
        let answer = app.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(info(&app, &admin, id).await["name"], "SIEM");
    assert_eq!(letters(&app, &admin, id).await, json!([]));
}

/// By name, whatever happened to them meanwhile.
#[tokio::test]
async fn the_list_has_one_order() {
    let (app, admin) = sending().await;
    let mut ids = std::collections::HashMap::new();
    for name in ["syslog", "Archive", "b2", "archive 2", "SIEM"] {
        let new = json!({"name": name, "target": "http://127.0.0.1:9/", "format": "daybook"});
        ids.insert(name, make(&app, &admin, new).await.json()["id"].as_i64().unwrap());
    }
    for changed in ["SIEM", "Archive", "b2"] {
        for state in ["paused", "running"] {
            let done = change(&app, &admin, ids[changed], json!({"state": state})).await;
            assert_eq!(done.status, StatusCode::OK);
        }
        let all = app.as_person(&admin, Method::GET, STREAMS, None).await.json();
        let names: Vec<_> =
            all.as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Archive", "archive 2", "b2", "SIEM", "syslog"]);
    }
}
