//! What holds for every answer, and for what tries to get around it.

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use daybook::{settings::Settings, site::Site};
use daybook_recorder::Proxies;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, event};

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let app = TestApp::start().await;
    let post = Request::post("/api/projects/acme/events").body(Body::from("[")).unwrap();
    let answers = [
        app.get("/api/projects/acme/events").await,
        app.get("/api/nothing").await,
        app.get("/anything").await,
        app.get("/api/projects/acme/events?colour=red").await,
        app.send(post).await,
    ];
    for answer in answers {
        let said = |name: &str| answer.headers.get(name).map(|v| v.to_str().unwrap().to_owned());
        assert_eq!(said("x-content-type-options").as_deref(), Some("nosniff"));
        assert_eq!(said("x-frame-options").as_deref(), Some("DENY"));
        assert_eq!(said("referrer-policy").as_deref(), Some("same-origin"));
        assert_eq!(said("cross-origin-opener-policy").as_deref(), Some("same-origin"));
        let policy = said("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        assert_eq!(said("strict-transport-security"), None, "there is no TLS");
    }
}

async fn from(app: &TestApp, peer: [u8; 4], proto: &str) -> Answer {
    let request = Request::get("/api/session").header("x-forwarded-proto", proto);
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from((peer, 4711))));
    app.send(request).await
}

#[tokio::test]
async fn behind_tls_browsers_are_told_to_stay_with_it() {
    let told = |answer: Answer| answer.headers.contains_key(header::STRICT_TRANSPORT_SECURITY);
    let proxies = Proxies::new(["10.0.0.0/8".parse().unwrap()]);
    let site = Site::default().behind(proxies);
    let behind = TestApp::with(Settings { site, ..Settings::default() }).await;
    assert!(told(from(&behind, [10, 0, 0, 1], "https").await));
    assert!(!told(from(&behind, [10, 0, 0, 1], "http").await));
    assert!(!told(from(&behind, [203, 0, 113, 9], "https").await), "anybody can say so");
    let site = Site::at("https://audit.acme.dev").unwrap();
    let public = TestApp::with(Settings { site, ..Settings::default() }).await;
    assert!(told(from(&public, [203, 0, 113, 9], "http").await));
}

#[tokio::test]
async fn secrets_are_taken_out_before_they_are_stored() {
    let app = TestApp::start().await;
    let mut rotated = event("rotated", 1);
    rotated["change"] = json!({
        "before": {"replicas": 2, "db_password": "hunter2"},
        "after": {"replicas": 2, "db_password": "hunter3"},
    });
    rotated["context"] = json!({"headers": {"Authorization": "Bearer hunter2"}, "token_id": 7});
    let sent = Value::from(vec![rotated.clone()]).to_string();
    assert_eq!(app.ingest(sent.clone()).await.json()["stored"], 1);
    let entry = app.get("/api/projects/acme/events/1").await.json();
    assert_eq!(
        entry["change"]["before"],
        json!({"replicas": 2, "db_password": {"$redacted": true}})
    );
    assert_eq!(
        entry["change"]["after"],
        json!({"replicas": 2, "db_password": {"$redacted": "changed"}})
    );
    assert_eq!(
        entry["context"],
        json!({"headers": {"Authorization": {"$redacted": true}}, "token_id": 7})
    );
    // Sent again it is the same; what the log holds cannot tell one secret from another.
    assert_eq!(app.ingest(sent).await.json()["duplicates"], 1);
    let mut other = rotated.clone();
    other["change"]["before"]["db_password"] = json!("hunter1");
    assert_eq!(app.ingest(other.to_string()).await.json()["duplicates"], 1);
    // Whether it changed is kept, and so is everything else.
    other["change"]["after"]["db_password"] = json!("hunter1");
    assert_eq!(
        app.ingest(other.to_string()).await.json()["refused"][0]["code"],
        "duplicate_differs"
    );
    // Neither is anywhere in the file.
    let file = app.file();
    for name in [file.clone(), file.with_extension("db-wal")] {
        let bytes = std::fs::read(name).unwrap_or_default();
        assert!(!bytes.windows(6).any(|part| part == b"hunter"), "it is on disk");
    }
}

#[tokio::test]
async fn paths_that_climb_reach_nothing() {
    let app = TestApp::start().await;
    for path in [
        "/../Cargo.toml",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/../../server/Cargo.toml",
        "//etc/passwd",
        "/api/projects/..%2facme/events",
        "/api/projects/acme%00/events",
        "/api/projects/acme/events/..%2f1",
    ] {
        let answer = app.get(path).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!text.contains("[package]") && !text.contains("root:"), "{path}");
        assert!(
            !path.starts_with("/api") || answer.status.is_client_error(),
            "{path} {}",
            answer.status
        );
    }
}

#[tokio::test]
async fn no_text_of_a_stranger_becomes_a_header() {
    let app = TestApp::start().await;
    let mut split = event("x\r\nSet-Cookie: a=b", 1);
    split["actor"]["name"] = json!("Maya\r\nX-Evil: 1");
    split["resource"]["name"] = json!("web\r\nX-Evil: 1");
    app.ingest(Value::from(vec![split]).to_string()).await;
    for path in [
        "/api/projects/acme/overview?q=%0d%0aX-Evil:1",
        "/api/projects/acme/events/1",
        "/api/projects/acme/events?tab=%0d%0aX-Evil:1",
        "/api/projects/acme%0d%0aX-Evil:1/events",
    ] {
        let answer = app.get(path).await;
        assert!(
            !answer.headers.contains_key("x-evil")
                && !answer.headers.contains_key(header::SET_COOKIE),
            "{path}"
        );
        assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
    }
}

#[tokio::test]
async fn a_body_is_bounded_wherever_it_is_sent() {
    let app = TestApp::start().await;
    for path in ["/api/session", "/api/set-up"] {
        let body = format!("{{\"secret\":\"{}\"}}", "x".repeat(100_000));
        let answer = app.post_as("none", path, "application/json", body).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}
