//! The two published APIs, by their literal examples and by what scripts get wrong.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use daybook::extract::SESSION_COOKIE;
use daybook_model::account::{Grant, Role};
use serde_json::{Value, json};

use crate::{
    app::{Answer, TestApp, event},
    roles::person,
};

const PORTER: &str = "/api/v2/projects/1/api-audit-logs";

async fn post(app: &TestApp, route: &str, body: &Value) -> Answer {
    app.post_as(&app.token, &format!("{PORTER}/{route}"), "application/json", body.to_string())
        .await
}

fn may() -> Value {
    json!({"start_date": "2026-05-01T00:00:00Z", "end_date": "2026-05-26T23:59:59Z"})
}

fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

/// The published entry, and some around it.
async fn porter() -> TestApp {
    let app = TestApp::start().await;
    let entry = json!({
        "id": "0ab6b6f0-3c2b-4f2e-9d5a-1f2a3b4c5d6e", "occurred_at": "2026-05-26T14:32:18Z",
        "actor": {"type": "user", "id": "58392", "name": "alice@example.com", "email": "alice@example.com"},
        "source": "cli", "action": "create_application",
        "request": {"method": "POST", "path": "/api/v2/projects/12492/applications", "status_code": 200},
        "resource": {"type": "application", "name": "my-app"},
        "cluster": {"id": "1234"},
    });
    let last = with(
        with(entry.clone(), "id", json!("last")),
        "occurred_at",
        json!("2026-05-26T23:59:59.999Z"),
    );
    let after = with(
        with(entry.clone(), "id", json!("after")),
        "occurred_at",
        json!("2026-05-27T00:00:00Z"),
    );
    let mut failed = with(
        with(entry.clone(), "id", json!("failed")),
        "occurred_at",
        json!("2026-05-02T00:00:00Z"),
    );
    failed["request"] = json!({"method": "DELETE", "path": "/x", "status_code": 404});
    failed["actor"] = json!({"type": "api_token", "id": "t1"});
    let events = Value::from(vec![entry, last, after, failed]);
    assert_eq!(app.ingest(events.to_string()).await.json()["stored"], 4);
    app
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.body));
    let text = |e: &Value| e["id"].as_str().unwrap().to_owned();
    answer.json()["entries"].as_array().unwrap().iter().map(text).collect()
}

#[tokio::test]
async fn porters_entry_is_answered_literally() {
    let app = porter().await;
    let answer = post(&app, "query", &may()).await;
    assert_eq!(ids(&answer), ["last", "0ab6b6f0-3c2b-4f2e-9d5a-1f2a3b4c5d6e", "failed"]);
    let published: Value = serde_json::from_str(
        r#"{"id":"0ab6b6f0-3c2b-4f2e-9d5a-1f2a3b4c5d6e","occurred_at":"2026-05-26T14:32:18Z","method":"POST","path":"/api/v2/projects/12492/applications","action":"create_application","actor_type":"USER","actor_id":"58392","actor_name":"alice@example.com","resource_type":"application","resource_name":"my-app","status_code":200,"source":"cli"}"#,
    )
    .unwrap();
    assert_eq!(answer.json()["entries"][1], published);
    assert_eq!(answer.json()["total"], 3);
}

#[tokio::test]
async fn porters_filters_narrow_as_they_say() {
    let app = porter().await;
    let all = ["last", "0ab6b6f0-3c2b-4f2e-9d5a-1f2a3b4c5d6e", "failed"];
    let (ok, failed) = (&all[..2], &all[2..]);
    for (key, value, wanted) in [
        ("methods", json!(["POST", "DELETE"]), &all[..]),
        ("methods_exclude", json!(["DELETE"]), ok),
        ("status_codes", json!(["2xx", "4xx"]), &all[..]),
        ("status_codes", json!([404]), failed),
        ("status_codes_exclude", json!([200, 201, 204]), failed),
        ("actors", json!(["58392"]), ok),
        ("actors", json!([58392]), ok),
        ("actors_exclude", json!(["user:58392"]), failed),
        ("cluster_ids", json!([1234]), &all[..]),
        ("cluster_ids_exclude", json!(["1234"]), &[]),
        ("application_ids", json!([""]), &all[..]),
        ("resource_types", json!(["application"]), &all[..]),
        ("actions", json!(["=cmd()", "create_application"]), &all[..]),
        ("ips", json!(["1.2.3.4"]), &[]),
        ("path", json!("APPLICATIONS"), ok),
        ("search", json!("  alice  "), ok),
        ("search", json!("   "), &all[..]),
        ("end_date", json!("2026-05-26T23:59:58Z"), &all[1..]),
        ("end_date", json!("2026-05-26"), &all[..]),
        ("end_date", json!("2026-05-02T00:00:00Z"), failed),
    ] {
        let answer = post(&app, "query", &with(may(), key, value.clone())).await;
        assert_eq!(ids(&answer), wanted, "{key}: {value}");
    }
    // A moment is a range, of the length of what was given.
    let moment = json!({"start_date": "2026-05-26T14:32:18Z", "end_date": "2026-05-26T14:32:18Z"});
    assert_eq!(ids(&post(&app, "query", &moment).await), &all[1..2]);
}

#[tokio::test]
async fn what_porters_scripts_get_wrong_is_named_before_the_first_byte() {
    let app = porter().await;
    let many = Value::from(vec!["a"; 10_001]);
    let cases = [
        (json!({}), "start_date"),
        (json!({"start_date": "2026-05-01T00:00:00Z"}), "end_date"),
        (with(may(), "start_date", json!("2026-06-01T00:00:00Z")), "start_date"),
        (with(may(), "start_date", json!("yesterday")), "start_date"),
        (with(may(), "start_date", json!("1026-05-01T00:00:00Z")), "start_date"),
        (with(may(), "end_date", json!("3026-05-01T00:00:00Z")), "end_date"),
        (with(may(), "end_date", json!(5)), "end_date"),
        (with(may(), "colour", json!("red")), "colour"),
        (with(may(), "methods", json!("POST")), "methods"),
        (with(may(), "methods", json!([true])), "methods[0]"),
        (with(may(), "methods", json!(["POST", "FETCH"])), "methods[1]"),
        (with(may(), "methods_exclude", json!(["\u{0}"])), "methods_exclude[0]"),
        (with(may(), "as_of", json!("last")), "as_of"),
        (with(may(), "page", json!(-1)), "page"),
        (json!(["2026-05-01T00:00:00Z", "2026-05-26T23:59:59Z"]), ""),
        (json!("2026-05-01T00:00:00Z"), ""),
        (with(may(), "status_codes", json!([200, 700])), "status_codes[1]"),
        (with(may(), "status_codes", json!([2.5])), "status_codes[0]"),
        (with(may(), "status_codes", json!(["6xx"])), "status_codes[0]"),
        (with(may(), "actions", many), "actions"),
        (with(may(), "ips", json!(["a\u{0}b"])), "ips[0]"),
        (with(may(), "search", json!("x".repeat(256))), "search"),
        (with(may(), "search", json!("a\u{0}")), "search"),
    ];
    for (body, field) in cases {
        for route in ["query", "export"] {
            let answer = post(&app, route, &body).await;
            let (named, message) = answer.error();
            let told = (answer.status, named);
            assert_eq!(told, (StatusCode::BAD_REQUEST, field.to_owned()), "{route} {field}");
            // Words of the program's own are none for people.
            for word in ["usize", "u64", "struct", "sequence", "expected", "at line"] {
                assert!(!message.contains(word), "{route}: {message}");
            }
        }
    }
    for page in [json!(0), json!(1_000_000)] {
        assert_eq!(post(&app, "query", &with(may(), "page", page)).await.error().0, "page");
    }
    let text = app.post_as(&app.token, &format!("{PORTER}/export"), "text/plain", "{}").await;
    assert_eq!(text.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let broken =
        app.post_as(&app.token, &format!("{PORTER}/export"), "application/json", "{").await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    let large = format!("{{\"search\":\"{}\"}}", "x".repeat(600 * 1024));
    let large =
        app.post_as(&app.token, &format!("{PORTER}/query"), "application/json", large).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(large.error().1.contains("larger"));
    for route in ["query?page=2", "export?limit=5"] {
        let answer = post(&app, route, &may()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{route}");
        assert!(route.contains(&answer.error().0), "{route}");
    }
    let other = "/api/v2/projects/999/api-audit-logs/export";
    let other = app.post_as(&app.token, other, "application/json", may().to_string()).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    assert_eq!(
        app.get("/api/projects/acme/events?range=all&action=ExportApiAuditLogs").await.json()["entries"],
        json!([]),
        "none of them began"
    );
}

/// Ten thousand values in a list are taken, in each list at once, and one more is refused by name.
#[tokio::test]
async fn porters_lists_may_be_long() {
    let app = porter().await;
    let all = post(&app, "query", &may()).await.json()["total"].as_u64().unwrap();
    let many = |n: u64| (0..n).map(|i| json!(format!("none{i}"))).collect::<Vec<_>>();
    let none = post(&app, "query", &with(may(), "actors", many(10_000).into())).await;
    assert_eq!((none.status, &none.json()["total"]), (StatusCode::OK, &json!(0)));
    let mut one = many(9_999);
    one.push(json!("application"));
    let posted =
        post(&app, "query", &with(may(), "resource_types", json!(["application"]))).await.json();
    let found = post(&app, "query", &with(may(), "resource_types", one.into())).await.json();
    assert_eq!(found["total"], posted["total"]);
    assert_ne!(found["total"], 0);
    let mut excluded = may();
    for list in ["actors_exclude", "ips_exclude", "cluster_ids_exclude"] {
        excluded = with(excluded, list, many(10_000).into());
    }
    for route in ["query", "export"] {
        let answer = post(&app, route, &excluded).await;
        assert_eq!(answer.status, StatusCode::OK, "{route}");
        match route {
            "query" => assert_eq!(answer.json()["total"], all),
            _ => assert!(!answer.body.ends_with(b"__porter_export_failed__\n")),
        }
        let long = post(&app, route, &with(may(), "ips", many(10_001).into())).await;
        assert_eq!((long.status, long.error().0.as_str()), (StatusCode::BAD_REQUEST, "ips"));
    }
}

#[tokio::test]
async fn porters_export_is_the_published_file() {
    let app = porter().await;
    let answer = post(&app, "export", &with(may(), "methods", json!(["POST"]))).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    assert_eq!(
        answer.headers[header::CONTENT_DISPOSITION],
        "attachment; filename=\"api-audit-logs-project-1-20260501-to-20260526.csv\""
    );
    let text = String::from_utf8(answer.body).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        lines[2],
        "2026-05-26T14:32:18.000Z,POST,/api/v2/projects/12492/applications,create_application,USER,58392,alice@example.com,,,application,,my-app,1234,,,,200"
    );
}

async fn audits(app: &TestApp, query: &str) -> Vec<Value> {
    let answer = app.get(&format!("/v1/audit-log?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}");
    let json = answer.json();
    assert_eq!(json["ok"], true);
    json["audits"].as_array().unwrap().clone()
}

#[tokio::test]
async fn ports_log_is_answered_by_all_its_parameters() {
    let app = TestApp::start().await;
    let mut create = event("event_1", 30);
    create["operation"] = json!("create");
    create["source"] = json!("dashboard");
    create["resource"] = json!({"type": "entity", "id": "svc-1"});
    create["blueprint"] = json!("service");
    create["entity"] = json!("svc-1");
    create["change"] = json!({"before": null, "after": {"a": 1}});
    let mut run = event("event_2", 20);
    run["source"] = json!("cli");
    run["resource"] = json!({"type": "run", "id": "r_1"});
    run["run_id"] = json!("r_1");
    run["outcome"] = json!("failure");
    run["message"] = json!("no runner");
    run["context"] = json!({"port": {"context": {"actionType": "automation"}}});
    let mut hook = event("event_3", 10);
    hook["operation"] = json!("delete");
    hook["webhook_id"] = json!("w");
    hook["webhook_event_id"] = json!("we");
    hook["installation_id"] = json!("in");
    hook["source"] = json!("gh_action");
    let events = Value::from(vec![create, run, hook]);
    assert_eq!(app.ingest(events.to_string()).await.json()["stored"], 3);
    for (query, wanted) in [
        ("", &["event_3", "event_2", "event_1"][..]),
        ("limit=2", &["event_3", "event_2"]),
        ("identifier=event_1", &["event_1"]),
        ("entity=svc-1&blueprint=service", &["event_1"]),
        ("entity=svc-1&blueprint=other", &[]),
        ("run_id=r_1", &["event_2"]),
        ("webhookId=w&webhookEventId=we&InstallationId=in", &["event_3"]),
        ("origin=UI", &["event_1"]),
        ("origin=UI&origin=API", &["event_2", "event_1"]),
        ("origin=GH%20ACTION", &["event_3"]),
        ("resources=entity&resources=run", &["event_2", "event_1"]),
        ("action=CREATE", &["event_1"]),
        ("status=FAILURE", &["event_2"]),
        ("actionType=automation", &["event_2"]),
        ("actionType=self-service", &[]),
        ("from=2026-11-20T11:40:00.000Z&to=2026-11-20T11:50:00.000Z", &["event_3", "event_2"]),
        ("from=2026-11-20T11:40:00.001Z&to=2026-11-20T11:49:59.999Z", &[]),
    ] {
        let found = audits(&app, query).await;
        let ids: Vec<&str> = found.iter().map(|a| a["identifier"].as_str().unwrap()).collect();
        assert_eq!(ids, wanted, "{query}");
    }
    assert_eq!(
        audits(&app, "identifier=event_1&includes=identifier&includes=diff").await,
        [json!({"identifier": "event_1", "diff": {"before": null, "after": {"a": 1}}})]
    );
    assert_eq!(
        audits(&app, "identifier=event_1").await,
        [json!({
            "identifier": "event_1", "action": "CREATE", "resourceType": "entity", "status": "SUCCESS",
            "trigger": {"by": {"orgId": "acme", "userId": "58392",
                "user": {"email": "maya@acme.dev", "firstName": "Maya", "lastName": "Ortiz"}},
                "origin": "UI", "at": "2026-11-20T11:30:00.000Z"},
            "context": {"blueprint": "service", "entity": "svc-1", "runId": null},
            "diff": {"before": null, "after": {"a": 1}}, "additionalData": {},
        })]
    );
}

#[tokio::test]
async fn ports_errors_have_ports_shape() {
    let app = TestApp::start().await;
    let nobody = Request::get("/v1/audit-log").body(Body::empty()).unwrap();
    let member = person(&app, "member@acme.dev", &[(app.project, Grant::of(Role::Member))]).await;
    // As a browser asks.
    let session = Request::get("/v1/audit-log")
        .header(header::COOKIE, format!("{SESSION_COOKIE}={member}"))
        .header(header::ACCEPT_ENCODING, "gzip, br");
    let session = app.send(session.body(Body::empty()).unwrap()).await;
    assert_eq!(session.status, StatusCode::UNAUTHORIZED);
    assert!(session.body.len() > 40, "it says why");
    let token = Request::post("/v1/audit-log")
        .header(header::AUTHORIZATION, format!("Bearer {}", app.token));
    let member = app.as_person(&member, Method::GET, "/v1/audit-log", None).await;
    assert!(member.json()["message"].as_str().unwrap().contains("token of the project"));
    for (answer, status, error) in [
        (app.send(nobody).await, StatusCode::UNAUTHORIZED, "unauthorized"),
        (member, StatusCode::UNAUTHORIZED, "unauthorized"),
        (
            app.send(token.body(Body::empty()).unwrap()).await,
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
        ),
        (app.get("/v1/nothing").await, StatusCode::NOT_FOUND, "not_found"),
        (app.get("/v1/audit-log?limit=0").await, StatusCode::BAD_REQUEST, "bad_query"),
    ] {
        assert_eq!(answer.status, status);
        let json = answer.json();
        assert_eq!((&json["ok"], &json["error"]), (&json!(false), &json!(error)));
        assert!(!json["message"].as_str().unwrap().is_empty());
    }
}
