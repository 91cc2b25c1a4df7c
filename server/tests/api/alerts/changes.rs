//! Who may see and change what, and what is refused.

use axum::http::{Method, StatusCode};
use daybook::{alerts::Options, outbound::Addresses, settings::Settings};
use daybook_model::account::{Grant, Role};
use serde_json::{Value, json};

use super::{ask, options, rule, send, watching, watching_with};
use crate::roles::person;

#[tokio::test]
async fn a_project_begins_with_rules_that_can_be_changed() {
    let (app, admin) = watching().await;
    let all = ask(&app, &admin, "rules").await.json();
    let rules = all["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 9);
    assert!(rules.iter().all(|rule| rule["enabled"] == true && rule["built_in"].is_string()));
    let id = rules[0]["id"].as_i64().unwrap();
    let path = format!("rules/{id}");
    let changed =
        send(&app, &admin, Method::PATCH, &path, json!({"enabled": false, "quiet": 60})).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_eq!((&changed.json()["enabled"], &changed.json()["quiet"]), (&json!(false), &json!(60)));
    let left =
        app.as_person(&admin, Method::DELETE, &format!("{}/{path}", super::ALERTS), None).await;
    assert_eq!(left.json()["rules"].as_array().unwrap().len(), 8);
    assert_eq!(
        ask(&app, &admin, "rules").await.json()["rules"].as_array().unwrap().len(),
        8,
        "it does not come back"
    );
    let log = app.get("/api/projects/acme/events?source=daybook&range=all").await.json();
    let actions: Vec<_> =
        log["entries"].as_array().unwrap().iter().map(|e| e["action"].clone()).collect();
    assert!(
        actions.contains(&json!("DisableAlertRule")) && actions.contains(&json!("DeleteAlertRule")),
        "{actions:?}"
    );
    app.state.alerts.close().await;
}

#[tokio::test]
async fn auditors_read_and_members_see_nothing() {
    let (app, admin) = watching().await;
    let id = rule(&app, &admin, json!({"condition": {"kind": "any"}})).await;
    let auditor = person(&app, "audit@acme.dev", &[(app.project, Grant::of(Role::Auditor))]).await;
    let member = person(&app, "member@acme.dev", &[(app.project, Grant::of(Role::Member))]).await;
    let part = Grant { filter: "status=5xx".parse().unwrap(), ..Grant::of(Role::Auditor) };
    let part = person(&app, "part@acme.dev", &[(app.project, part)]).await;
    for path in ["rules", "firings", "counts", "recipients", "deliveries"] {
        assert_eq!(ask(&app, &auditor, path).await.status, StatusCode::OK, "{path}");
        assert_eq!(ask(&app, &member, path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(ask(&app, &part, path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let answer = app.get(&format!("{}/firings", super::ALERTS)).await;
    assert_eq!(answer.status, StatusCode::OK, "a token that reads");
    let refused =
        send(&app, &auditor, Method::PATCH, &format!("rules/{id}"), json!({"enabled": false}))
            .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    app.state.alerts.close().await;
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let (app, admin) = watching().await;
    let any = json!({"kind": "any"});
    for (body, field) in [
        (json!({"name": " ", "severity": "low", "condition": any}), "name"),
        (json!({"name": "x", "severity": "low", "condition": any, "filter": "as_of=4"}), "filter"),
        (
            json!({"name": "x", "severity": "low", "condition": {"kind": "count", "at_least": 0, "window": 60}}),
            "condition.at_least",
        ),
        (
            json!({"name": "x", "severity": "low", "condition": {"kind": "count", "at_least": 3, "window": 0}}),
            "condition.window",
        ),
        (
            json!({"name": "x", "severity": "low", "condition": {"kind": "absence", "window": 4_000_000}}),
            "condition.window",
        ),
        (
            json!({"name": "x", "severity": "low", "condition": {"kind": "new", "field": "path"}}),
            "condition.field",
        ),
        (json!({"name": "x", "severity": "low", "condition": {"kind": "unusual_hour"}}), "by"),
        (json!({"name": "x", "severity": "low", "condition": any, "quiet": 9_000_000}), "quiet"),
        (
            json!({"name": "x", "severity": "low", "condition": any, "recipients": [99]}),
            "recipients",
        ),
    ] {
        let refused = send(&app, &admin, Method::POST, "rules", body.clone()).await;
        assert_eq!(
            (refused.status, refused.error().0),
            (StatusCode::BAD_REQUEST, field.to_owned()),
            "{body}"
        );
    }
    // What cannot be read is named in the message.
    for (body, part) in [
        (json!({"name": "x", "severity": "low", "condition": any, "filter": "range=24h"}), "range"),
        (json!({"name": "x", "severity": "low", "condition": any, "filter": "range=7d"}), "range"),
        (
            json!({"name": "x", "severity": "low", "condition": {"kind": "new", "field": "weather"}}),
            "weather",
        ),
        (
            json!({"name": "x", "severity": "low", "condition": any, "filter": "colour=red"}),
            "colour",
        ),
        (json!({"name": "x", "severity": "loud", "condition": any}), "severity"),
        (
            json!({"name": "x", "severity": "low", "condition": {"kind": "count", "at_least": -1, "window": 60}}),
            "condition",
        ),
        (json!({"name": "x", "severity": "low", "condition": any, "by": "weather"}), "weather"),
    ] {
        let refused = send(&app, &admin, Method::POST, "rules", body.clone()).await;
        assert!(refused.status.is_client_error(), "{body}");
        assert!(refused.error().1.contains(part), "{:?}", refused.error());
    }
    rule(&app, &admin, json!({"name": "Mine", "condition": any})).await;
    let twice = json!({"name": "Mine", "severity": "low", "condition": any});
    assert_eq!(send(&app, &admin, Method::POST, "rules", twice).await.error().0, "name");
    for (path, field) in [
        ("firings?state=asleep", "state"),
        ("firings?limit=0", "limit"),
        ("firings?rule=x", "rule"),
        ("firings?colour=red", "colour"),
        ("deliveries?limit=1000", "limit"),
    ] {
        let refused = ask(&app, &admin, path).await;
        assert_eq!(
            (refused.status, refused.error().0),
            (StatusCode::BAD_REQUEST, field.to_owned()),
            "{path}"
        );
    }
    for path in ["firings/7", "firings/x"] {
        assert_eq!(ask(&app, &admin, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    app.state.alerts.close().await;
}

#[tokio::test]
async fn there_are_not_too_many() {
    let (app, admin) = watching().await;
    let body = |n: usize| json!({"name": format!("Rule {n}"), "condition": {"kind": "any"}, "enabled": false});
    for n in 0..191 {
        rule(&app, &admin, body(n)).await;
    }
    let mut more = body(191);
    more["severity"] = "low".into();
    let refused = send(&app, &admin, Method::POST, "rules", more).await;
    assert_eq!(
        (refused.status, &refused.json()["error"]["code"]),
        (StatusCode::CONFLICT, &json!("too_many"))
    );
    app.state.alerts.close().await;
}

#[tokio::test]
async fn recipients_are_those_that_may_be_told() {
    let alerts = Options { addresses: Addresses::Public, ..options() };
    let (app, admin) = watching_with(Settings { alerts, ..Settings::default() }).await;
    let try_to = |channel: Value| {
        send(&app, &admin, Method::POST, "recipients", json!({"name": "x", "channel": channel}))
    };
    for target in [
        "http://127.0.0.1:9/x",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest",
    ] {
        let refused = try_to(json!({"to": "webhook", "target": target})).await;
        assert_eq!(
            (refused.status, refused.error().0.as_str()),
            (StatusCode::BAD_REQUEST, "channel.target"),
            "{target}"
        );
        let refused = try_to(json!({"to": "slack", "target": target})).await;
        assert_eq!(refused.error().0, "channel.target", "{target}");
    }
    let refused = try_to(json!({"to": "webhook", "target": "syslog://a.b"})).await;
    assert_eq!(refused.error().0, "channel.target");
    let refused = try_to(json!({"to": "mail", "addresses": []})).await;
    assert_eq!(refused.error().0, "channel.addresses");
    let refused = try_to(json!({"to": "mail", "addresses": ["f@acme.dev"]})).await;
    assert!(refused.error().1.contains("sends no mail"), "{:?}", refused.error());
    let made =
        try_to(json!({"to": "webhook", "target": "https://hooks.acme.dev/in?key=hidden"})).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let (secret, id) = (made.json()["secret"].clone(), made.json()["recipient"]["id"].clone());
    assert!(secret.as_str().unwrap().starts_with("whsec_"));
    let all = ask(&app, &admin, "recipients").await;
    let text = String::from_utf8(all.body.clone()).unwrap();
    assert!(!text.contains(secret.as_str().unwrap()) && !text.contains("hidden"), "{text}");
    let renewed =
        send(&app, &admin, Method::POST, &format!("recipients/{id}/secret"), json!({})).await;
    assert_ne!(renewed.json()["secret"], secret);
    let log = app.get("/api/projects/acme/events?source=daybook&range=all").await;
    assert!(!String::from_utf8_lossy(&log.body).contains("whsec_"));
    // Who is deleted is told by no rule.
    let rule = rule(&app, &admin, json!({"condition": {"kind": "any"}, "recipients": [id]})).await;
    app.as_person(&admin, Method::DELETE, &format!("{}/recipients/{id}", super::ALERTS), None)
        .await;
    let rules = ask(&app, &admin, "rules").await.json();
    let mine = rules["rules"].as_array().unwrap().iter().find(|one| one["id"] == rule).unwrap();
    assert_eq!(mine["recipients"], json!([]));
    app.state.alerts.close().await;
}
