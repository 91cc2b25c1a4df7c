//! Whether a server is well, and what is counted of it.

use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use daybook::{access::Rule, api, front::Front};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::{TestApp, event};

#[path = "operations/process.rs"]
mod process;

async fn ask(app: &TestApp, path: &str) -> crate::app::Answer {
    app.send(Request::get(path).body(Body::empty()).unwrap()).await
}

/// What is served to those who watch over it.
async fn watched(app: &TestApp, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = api::watched_router(&app.state).oneshot(request).await.unwrap();
    let status = answer.status();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn a_server_says_whether_it_lives_and_whether_it_is_worth_asking() {
    let app = TestApp::start().await;
    assert_eq!(ask(&app, "/healthz").await.status, StatusCode::OK);
    app.ingest(event("a", 1).to_string()).await;
    let ready = ask(&app, "/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    let said = ready.json();
    assert_eq!(said["ready"], true);
    assert!(said["index"]["state"] == "ready" || said["index"]["state"] == "building", "{said}");

    app.state.health.close();
    let closing = ask(&app, "/readyz").await;
    assert_eq!(closing.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(closing.json()["error"]["code"], "not_ready");
    assert!(closing.error().1.contains("stopping"), "{:?}", closing.error());
    assert!(closing.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(ask(&app, "/healthz").await.status, StatusCode::OK, "it lives");
    assert_eq!(watched(&app, "/readyz").await.0, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn before_the_log_is_open_a_server_lives_and_is_not_ready() {
    let (front, app) = (Front::default(), TestApp::start().await);
    let router = front.router();
    let ask = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        router.clone().oneshot(request).await.unwrap()
    };
    assert_eq!(ask("/healthz").await.status(), StatusCode::OK);
    for path in ["/readyz", "/api/projects/acme/events", "/"] {
        let answer = ask(path).await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(answer.headers().contains_key(header::RETRY_AFTER), "{path}");
    }
    front.open(app.router());
    assert_eq!(ask("/readyz").await.status(), StatusCode::OK);
    assert_eq!(ask("/api/projects/acme/events").await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_log_that_cannot_be_written_or_read_is_not_ready() {
    let app = TestApp::start().await;
    app.database.writer().close().await;
    let (field, message) = ask(&app, "/readyz").await.error();
    assert!(field.is_empty() && message.contains("cannot be written"), "{message}");

    let app = TestApp::start().await;
    app.database.readers().close().await;
    let answer = ask(&app, "/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.error().1.contains("does not answer"), "{:?}", answer.error());
}

#[tokio::test]
async fn requests_are_counted_by_their_routes_and_never_by_their_paths() {
    let app = TestApp::start().await;
    let mut other = event("a", 1);
    other["action"] = json!("Other");
    app.ingest(json!([event("a", 1), event("b", 2), event("c", 3)]).to_string()).await;
    app.ingest(json!([event("a", 1), other, {"nothing": 1}]).to_string()).await;
    app.get("/api/projects/acme/events?q=maya").await;
    app.get("/api/projects/no-such-project/events/4711").await;
    app.get("/api/made-up-by-somebody").await;
    app.get("/v1/made-up-too").await;
    app.get("/some/page").await;
    let odd = Request::builder().method("BREW").uri("/api/session").body(Body::empty()).unwrap();
    app.send(odd).await;
    let (status, text) = watched(&app, "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    for line in [
        r#"daybook_http_request_duration_seconds_count{method="POST",route="/api/projects/{project}/events",status="200"} 2"#,
        r#"daybook_http_request_duration_seconds_count{method="GET",route="/api/projects/{project}/events",status="200"} 1"#,
        r#"daybook_http_request_duration_seconds_count{method="GET",route="/api/projects/{project}/events/{seq}",status="403"} 1"#,
        r#"daybook_http_request_duration_seconds_count{method="GET",route="none",status="404"} 2"#,
        r#"daybook_http_request_duration_seconds_count{method="other",route="/api/session",status="405"} 1"#,
        r#"daybook_ingest_events_total{outcome="stored"} 3"#,
        r#"daybook_ingest_events_total{outcome="duplicate"} 1"#,
        r#"daybook_ingest_events_total{outcome="refused"} 2"#,
        "daybook_commit_duration_seconds_count 2",
        "daybook_queue_batches 0",
        "daybook_queue_bytes 0",
        "daybook_index_lag_entries 0",
        "daybook_live_readers 0",
        "daybook_exports_running 0",
        "daybook_sessions 0",
        r#"daybook_streams{state="running"} 0"#,
    ] {
        assert!(text.lines().any(|said| said == line), "{line}\n{text}");
    }
    assert!(text.contains(r#"method="GET",route="page""#), "{text}");
    for raw in ["maya", "made-up", "4711", "some/page", "acme", "BREW"] {
        assert!(!text.contains(raw), "{raw}\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn figures_are_for_those_who_watch_over_the_server_alone() {
    let app = TestApp::start().await;
    let page = app.get("/metrics").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.error().1.contains("--metrics-listen"));
    let rules: Vec<_> =
        api::watched_routes().into_iter().map(|route| (route.path, route.rule)).collect();
    let expected =
        [("/healthz", Rule::Open), ("/readyz", Rule::Open), ("/metrics", Rule::Operator)];
    assert_eq!(rules, expected);
    assert!(api::served().iter().all(|route| route.rule != Rule::Operator));
    assert_eq!(watched(&app, "/api/session").await.0, StatusCode::NOT_FOUND, "and nothing else");
}

/// The id that an answer has.
fn id(headers: &HeaderMap) -> &str {
    headers["x-request-id"].to_str().unwrap()
}

#[tokio::test]
async fn each_answer_has_the_id_of_its_request() {
    let app = TestApp::start().await;
    let with = async |given: &str| {
        let request = Request::get("/api/nothing").header("x-request-id", given);
        app.send(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(id(&with("req_7f3a-1").await.headers), "req_7f3a-1");
    let (made, other) = (ask(&app, "/api/nothing").await, with("not \"plain\"").await);
    for answer in [&made, &other] {
        assert!(id(&answer.headers).len() == 32, "{:?}", answer.headers);
    }
    assert_ne!(id(&made.headers), id(&other.headers));
}

/// Whoever reports an error has the name of its request at hand.
#[tokio::test]
async fn an_error_names_its_request() {
    let app = TestApp::start().await;
    let with = |method: &str, path: &str| {
        let request =
            Request::builder().method(method).uri(path).header("x-request-id", "req_7f3a");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", app.token));
        let request = request.header(header::CONTENT_TYPE, "application/json");
        app.send(request.body(Body::from("{\"name\":5}")).unwrap())
    };
    for (method, path, status) in [
        ("GET", "/api/nothing", StatusCode::NOT_FOUND),
        ("GET", "/api/projects/acme/events?colour=red", StatusCode::BAD_REQUEST),
        ("GET", "/api/projects/acme/streams", StatusCode::FORBIDDEN),
        // What changes something is done on a task of its own.
        ("POST", "/api/projects/acme/export", StatusCode::UNPROCESSABLE_ENTITY),
        ("PATCH", "/api/projects/acme/events", StatusCode::METHOD_NOT_ALLOWED),
        ("GET", "/api/projects/acme/events/%FF", StatusCode::NOT_FOUND),
    ] {
        let answer = with(method, path).await;
        let error = answer.json()["error"].clone();
        assert_eq!((answer.status, &error["request_id"]), (status, &json!("req_7f3a")), "{path}");
        assert!(!error["message"].as_str().unwrap().is_empty(), "{path}: {error}");
    }
    let unnamed = ask(&app, "/api/nothing").await;
    assert_eq!(unnamed.json()["error"]["request_id"], id(&unnamed.headers));
}

/// What the streams of all projects have left to do.
#[tokio::test]
async fn what_lags_and_what_waits_is_told() {
    let app = TestApp::start().await;
    app.ingest(json!([event("a", 1), event("b", 2)]).to_string()).await;
    let made = app
        .post_as(
            app.local_key.reveal(),
            "/api/projects/acme/streams",
            "application/json",
            json!({"name": "siem", "target": "http://127.0.0.1:9/", "format": "daybook", "after": 0})
                .to_string(),
        )
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&made.body));
    let (_, text) = watched(&app, "/metrics").await;
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().parse::<u64>().unwrap()
    };
    assert_eq!(value(r#"daybook_streams{state="running"}"#), 1);
    // The two, and the entry that tells of the stream if that is in the same log.
    assert!(value("daybook_stream_lag_entries") >= 2, "{text}");
    let _: Value = made.json();
}
