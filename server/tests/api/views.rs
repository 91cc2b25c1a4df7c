//! Saved views, as two people see them.

use axum::http::{Method, StatusCode};
use daybook_model::account::{Grant, Role};
use serde_json::{Value, json};

use crate::app::{TestApp, now};

const PATH: &str = "/api/projects/acme/views";

/// Two people who are signed in.
async fn people(app: &TestApp) -> [String; 2] {
    let mut sessions = Vec::new();
    for email in ["maya@acme.dev", "tom@acme.dev"] {
        let person = app.state.people.create_person(email, None, now()).await.unwrap();
        let role = if email.starts_with("maya") { Role::Admin } else { Role::Auditor };
        app.state.people.set_grant(person.id, app.project, &Grant::of(role)).await.unwrap();
        let session = app.state.people.open_session(&person, now()).await.unwrap();
        sessions.push(session.reveal().to_owned());
    }
    [sessions.remove(0), sessions.remove(0)]
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|v| v["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn own_and_shared_views_are_seen_by_whom_they_are_for() {
    let app = TestApp::start().await;
    let [maya, tom] = people(&app).await;
    let own = json!({"name": " Mine ", "query": "method=DELETE", "shared": false});
    let shared =
        json!({"name": "Ours", "query": "status=5xx", "columns": "time actor", "shared": true});
    for new in [own, shared] {
        let made = app.as_person(&maya, Method::POST, PATH, Some(new)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.error());
    }
    let seen = app.as_person(&maya, Method::GET, PATH, None).await.json();
    assert_eq!(names(&seen), ["Mine", "Ours"]);
    let id = seen[1]["id"].as_i64().unwrap();
    let seen = app.as_person(&tom, Method::GET, PATH, None).await.json();
    assert_eq!(names(&seen), ["Ours"]);
    assert_eq!((&seen[0]["own"], &seen[0]["columns"]), (&json!(false), &json!("time actor")));

    // Marks are each person's own; a name is its maker's.
    let path = format!("{PATH}/{id}");
    let marked = app
        .as_person(&tom, Method::PATCH, &path, Some(json!({"starred": true, "default": true})))
        .await
        .json();
    assert_eq!((&marked[0]["starred"], &marked[0]["default"]), (&json!(true), &json!(true)));
    let seen = app.as_person(&maya, Method::GET, PATH, None).await.json();
    assert_eq!(seen[1]["starred"], false);
    for (method, body) in [(Method::PATCH, Some(json!({"name": "Tom's"}))), (Method::DELETE, None)]
    {
        let refused = app.as_person(&tom, method, &path, body).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    let private = seen[0]["id"].as_i64().unwrap();
    let hidden = app
        .as_person(
            &tom,
            Method::PATCH,
            &format!("{PATH}/{private}"),
            Some(json!({"starred": true})),
        )
        .await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND, "another's own view is nobody's business");
    let left = app.as_person(&maya, Method::DELETE, &path, None).await.json();
    assert_eq!(names(&left), ["Mine"]);
}

#[tokio::test]
async fn at_most_one_view_is_begun_with() {
    let app = TestApp::start().await;
    let [maya, _] = people(&app).await;
    for name in ["a", "b"] {
        let new = json!({"name": name, "query": "", "shared": false});
        app.as_person(&maya, Method::POST, PATH, Some(new)).await;
    }
    let all = app.as_person(&maya, Method::GET, PATH, None).await.json();
    for view in all.as_array().unwrap() {
        let path = format!("{PATH}/{}", view["id"]);
        app.as_person(&maya, Method::PATCH, &path, Some(json!({"default": true}))).await;
    }
    let all = app.as_person(&maya, Method::GET, PATH, None).await.json();
    let defaults: Vec<_> = all.as_array().unwrap().iter().map(|v| v["default"].clone()).collect();
    assert_eq!(defaults, [json!(false), json!(true)]);
}

#[tokio::test]
async fn what_is_wrong_with_a_view_is_named() {
    let app = TestApp::start().await;
    let [maya, _] = people(&app).await;
    for (body, field) in [
        (json!({"name": "  ", "query": "", "shared": false}), "name"),
        (json!({"name": "x".repeat(81), "query": "", "shared": false}), "name"),
        (json!({"name": "x", "query": "colour=red", "shared": false}), "colour"),
        (json!({"name": "x", "query": "status=abc", "shared": false}), "status"),
    ] {
        let refused = app.as_person(&maya, Method::POST, PATH, Some(body)).await;
        assert_eq!((refused.status, refused.error().0.as_str()), (StatusCode::BAD_REQUEST, field));
    }
    // Programs have no views.
    assert_eq!(app.get(PATH).await.status, StatusCode::FORBIDDEN);
}
