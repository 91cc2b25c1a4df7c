//! Who comes in, and who does not.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use daybook::people::Scope;
use daybook::store::ProjectId;
use serde_json::json;

use crate::app::{Answer, TestApp, event, now};

async fn post(app: &TestApp, path: &str, body: serde_json::Value) -> Answer {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

fn cookie(answer: &Answer) -> String {
    let set = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_link_signs_in_once() {
    let app = TestApp::start().await;
    let secret = json!({"secret": app.link.reveal()});
    let wrong = post(&app, "/api/set-up", json!({"secret": "guess"})).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    let answer = post(&app, "/api/set-up", secret.clone()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json()["projects"][0]["slug"], "acme");
    let cookie = cookie(&answer);
    assert_eq!(post(&app, "/api/set-up", secret).await.status, StatusCode::UNAUTHORIZED);

    assert_eq!(
        app.with_cookie(Method::GET, "/api/session", &cookie, None).await.json()["email"],
        "admin@localhost"
    );
    let page = app.with_cookie(Method::GET, "/api/projects/acme/events", &cookie, None).await;
    assert_eq!(page.status, StatusCode::OK);
    let foreign =
        app.with_cookie(Method::DELETE, "/api/session", &cookie, Some("https://evil.test")).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let out =
        app.with_cookie(Method::DELETE, "/api/session", &cookie, Some("http://daybook.test")).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert_eq!(
        app.with_cookie(Method::GET, "/api/session", &cookie, None).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_password_signs_in() {
    let app = TestApp::start().await;
    app.state
        .people
        .create_person("Maya@acme.dev", Some("correct horse battery"), now())
        .await
        .unwrap();
    for (email, password, status) in [
        ("maya@acme.dev", "correct horse battery", StatusCode::OK),
        ("MAYA@acme.dev", "correct horse battery", StatusCode::OK),
        ("maya@acme.dev", "wrong horse battery", StatusCode::UNAUTHORIZED),
        ("nobody@acme.dev", "correct horse battery", StatusCode::UNAUTHORIZED),
    ] {
        let answer =
            post(&app, "/api/session", json!({"email": email, "password": password})).await;
        assert_eq!(answer.status, status, "{email}");
    }
    assert!(app.state.people.create_person("b@acme.dev", Some("short"), now()).await.is_err());
}

#[tokio::test]
async fn a_token_reaches_its_own_project_and_scope_alone() {
    let app = TestApp::start().await;
    let other = app.state.store.create_project("other", now()).await.unwrap();
    let ingest_only = app
        .state
        .people
        .create_token(ProjectId(other.number), "in", &[Scope::Ingest], now())
        .await
        .unwrap();
    let body = || serde_json::Value::from(vec![event("a", 1)]).to_string();
    let send = async |token: &str, path: &str| {
        app.post_as(token, path, "application/json", body()).await.status
    };
    assert_eq!(send(ingest_only.reveal(), "/api/projects/other/events").await, StatusCode::OK);
    assert_eq!(
        send(ingest_only.reveal(), "/api/projects/acme/events").await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(send(&app.token, "/api/projects/other/events").await, StatusCode::FORBIDDEN);
    assert_eq!(send("dbk_guess", "/api/projects/other/events").await, StatusCode::UNAUTHORIZED);
    // Whether a project exists is not told to who may not see it.
    assert_eq!(app.get("/api/projects/nowhere/events").await.status, StatusCode::FORBIDDEN);

    let request = Request::get(format!("/api/projects/{}/events", other.number))
        .header(header::AUTHORIZATION, format!("Bearer {}", ingest_only.reveal()));
    assert_eq!(app.send(request.body(Body::empty()).unwrap()).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn nothing_is_told_to_nobody() {
    let app = TestApp::start().await;
    for path in
        ["events", "overview", "histogram", "facets", "without", "events/1", "live", "newer"]
    {
        let request =
            Request::get(format!("/api/projects/acme/{path}")).body(Body::empty()).unwrap();
        assert_eq!(app.send(request).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    for path in ["/api/projects", "/api/people", "/api/projects/acme/tokens"] {
        let answer = app
            .post_as(
                &app.token,
                path,
                "application/json",
                r#"{"slug":"x","name":"x","scopes":[],"email":"e@x","password":"p"}"#,
            )
            .await;
        assert!(answer.status.is_client_error(), "{path}");
    }
}

#[tokio::test]
async fn the_command_line_makes_tokens_through_the_server() {
    let app = TestApp::start().await;
    let key = app.local_key.reveal();
    let made = app
        .post_as(
            key,
            "/api/projects/acme/tokens",
            "application/json",
            r#"{"name":"ci","scopes":["ingest"]}"#,
        )
        .await;
    let token = made.json()["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("dbk_"));
    let sent = app
        .post_as(
            &token,
            "/api/projects/acme/events",
            "application/json",
            serde_json::Value::from(vec![event("a", 1)]).to_string(),
        )
        .await;
    assert_eq!(sent.status, StatusCode::OK);
}

#[tokio::test]
async fn every_answer_carries_the_headers() {
    let app = TestApp::start().await;
    for path in ["/api/projects/acme/events", "/api/nothing", "/anything"] {
        let answer = app.get(path).await;
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert!(
            answer.headers[header::CONTENT_SECURITY_POLICY]
                .to_str()
                .unwrap()
                .contains("default-src 'none'"),
            "{path}"
        );
    }
}
