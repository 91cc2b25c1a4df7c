//! What people prefer, kept for each by the server.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::app::{TestApp, now};

const PATH: &str = "/api/me/settings";

async fn session(app: &TestApp, email: &str) -> String {
    let person = app.state.people.create_person(email, None, now()).await.unwrap();
    app.state.people.open_session(&person, now()).await.unwrap().reveal().to_owned()
}

#[tokio::test]
async fn settings_are_each_persons_own_and_change_key_by_key() {
    let app = TestApp::start().await;
    let (maya, tom) = (session(&app, "maya@acme.dev").await, session(&app, "tom@acme.dev").await);
    let get = async |who: &str| app.as_person(who, Method::GET, PATH, None).await.json();
    let patch = async |who: &str, body| app.as_person(who, Method::PATCH, PATH, Some(body)).await;
    assert_eq!(get(&maya).await, json!({}));
    let kept = patch(&maya, json!({"zone": "utc", "columns.acme.all": "time actor:240"})).await;
    assert_eq!(kept.status, StatusCode::OK, "{:?}", kept.error());
    patch(&tom, json!({"zone": "local"})).await;
    let changed = patch(&maya, json!({"zone": null, "live": "off"})).await.json();
    assert_eq!(changed, json!({"columns.acme.all": "time actor:240", "live": "off"}));
    assert_eq!(get(&maya).await, changed);
    assert_eq!(get(&tom).await, json!({"zone": "local"}));
}

#[tokio::test]
async fn what_is_too_much_changes_nothing() {
    let app = TestApp::start().await;
    let maya = session(&app, "maya@acme.dev").await;
    let patch = async |body| app.as_person(&maya, Method::PATCH, PATH, Some(body)).await;
    let full: serde_json::Map<_, _> = (0..500).map(|n| (format!("k{n}"), json!("v"))).collect();
    assert_eq!(patch(full.into()).await.status, StatusCode::OK);
    assert_eq!(patch(json!({"k0": "other", "one.more": "v"})).await.status, StatusCode::CONFLICT);
    let kept = app.as_person(&maya, Method::GET, PATH, None).await.json();
    assert_eq!((kept.as_object().unwrap().len(), &kept["k0"]), (500, &json!("v")));
    for (body, field) in
        [(json!({"a b": "v"}), "settings"), (json!({"zone": "v".repeat(5000)}), "zone")]
    {
        let refused = patch(body).await;
        assert_eq!((refused.status, refused.error().0.as_str()), (StatusCode::BAD_REQUEST, field));
    }
}

#[tokio::test]
async fn programs_have_no_settings() {
    let app = TestApp::start().await;
    assert_eq!(app.get(PATH).await.status, StatusCode::FORBIDDEN);
}
