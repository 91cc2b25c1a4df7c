//! Whom to ask for access: told to whoever is signed in, and to nobody else.

use axum::http::{Method, StatusCode};
use daybook_model::account::{Grant, PersonChange, Role};
use serde_json::{Value, json};

use crate::{
    app::{TestApp, now},
    roles::person,
};

async fn ask(app: &TestApp, session: &str, project: &str) -> Value {
    let path = format!("/api/admins?project={project}");
    let answer = app.as_person(session, Method::GET, &path, None).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.json()
}

#[tokio::test]
async fn admins_are_told_as_far_as_one_may_know() {
    let app = TestApp::start().await;
    let acme = app.project;
    let people = &app.state.people;
    let admin = person(&app, "boss@acme.dev", &[(acme, Grant::of(Role::Admin))]).await;
    for (email, role) in [("out@acme.dev", Role::Admin), ("audit@acme.dev", Role::Auditor)] {
        person(&app, email, &[(acme, Grant::of(role))]).await;
    }
    let id = async |email| people.find(email).await.unwrap().unwrap().id;
    let root = person(&app, "root@acme.dev", &[]).await;
    let keeper = PersonChange { instance_admin: Some(true), ..PersonChange::default() };
    people.change_person(id("root@acme.dev").await, &keeper, now()).await.unwrap();
    let out = PersonChange { disabled: Some(true), ..PersonChange::default() };
    people.change_person(id("out@acme.dev").await, &out, now()).await.unwrap();

    // Whoever never was in a project does not learn whether it exists.
    let never = person(&app, "never@acme.dev", &[]).await;
    let expected = json!({"project": [], "instance": ["root@acme.dev"]});
    for project in ["acme", "1", "nowhere", "_account", ""] {
        assert_eq!(ask(&app, &never, project).await, expected, "{project}");
    }
    // Whoever was let in once learns who can do it again; not those who cannot come in themselves.
    let over = Grant { until: Some(now()), ..Grant::of(Role::Auditor) };
    let ended = person(&app, "ended@acme.dev", &[(acme, over)]).await;
    let expected = json!({"project": ["boss@acme.dev"], "instance": ["root@acme.dev"]});
    for project in ["acme", "1"] {
        assert_eq!(ask(&app, &ended, project).await, expected);
    }
    assert_eq!(ask(&app, &admin, "acme").await["project"], json!([]), "not oneself");

    let stranger = app.as_person("nobody", Method::GET, "/api/admins", None).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    assert!(!String::from_utf8(stranger.body).unwrap().contains('@'));
    let path = "/api/admins?project=%FF";
    let wrong = app.as_person(&never, Method::GET, path, None).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);

    // Where addresses are masked for a role, they are not told here either.
    let masks = json!({"emails": ["auditor"], "ips": []});
    let path = "/api/projects/acme/privacy";
    let set = app.as_person(&root, Method::PUT, path, Some(masks)).await;
    assert_eq!(set.status, StatusCode::OK);
    let expected = json!({"project": [], "instance": [], "masked": true});
    assert_eq!(ask(&app, &ended, "acme").await, expected);
    assert_eq!(ask(&app, &ended, "nowhere").await, expected);
    assert_eq!(ask(&app, &never, "acme").await["instance"], json!(["root@acme.dev"]));
}
