//! Addresses are masked for the roles that a project says, wherever they are asked for.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use daybook_model::{
    account::{Grant, Role},
    live::{Message, Reader},
    privacy::{Address, pseudonym},
};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::{
    app::{Answer, TestApp, event},
    journal::begun,
    roles::person,
};

const LOG: &str = "/api/projects/acme";

pub(crate) struct Masked {
    pub(crate) app: TestApp,
    admin: String,
    pub(crate) auditor: String,
}

impl Masked {
    /// A log in which auditors see masks.
    pub(crate) async fn start() -> Self {
        let app = TestApp::recording().await;
        let admin = person(&app, "admin@acme.test", &[(app.project, Grant::of(Role::Admin))]).await;
        let auditor =
            person(&app, "audit@acme.test", &[(app.project, Grant::of(Role::Auditor))]).await;
        let this = Self { app, admin, auditor };
        let privacy = json!({"emails": ["auditor"], "ips": ["auditor"]});
        let set = this
            .app
            .as_person(&this.admin, Method::PUT, &format!("{LOG}/privacy"), Some(privacy))
            .await;
        assert_eq!(set.status, StatusCode::OK);
        let mut events = vec![event("a", 3), event("b", 2), event("c", 1)];
        for (event, ip) in events.iter_mut().zip(["203.0.113.9", "203.0.113.9", "203.0.113.10"]) {
            event["request"]["remote_ip"] = json!(ip);
            event["change"] = json!({"before": null, "after": {"owner": "maya@acme.dev"}});
        }
        this.app.ingest(Value::from(events).to_string()).await;
        this
    }

    /// A request of the admin's, below the project; with a body unless it is null.
    pub(crate) async fn admin(&self, method: Method, path: &str, body: Value) -> Answer {
        let body = (!body.is_null()).then_some(body);
        self.app.as_person(&self.admin, method, &format!("{LOG}/{path}"), body).await
    }

    async fn auditor(&self, path: &str) -> Value {
        let answer =
            self.app.as_person(&self.auditor, Method::GET, &format!("{LOG}/{path}"), None).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let text = String::from_utf8(answer.body).unwrap();
        assert!(!text.contains("maya@") && !text.contains("203.0.113"), "{path}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }
}

#[tokio::test]
async fn a_masked_reader_sees_no_address_and_finds_by_pseudonym() {
    let masked = Masked::start().await;
    for path in [
        "overview",
        "facets?facets=ip,actor",
        "facets?facets=ip&facet.q=203",
        "newer?as_of=1",
        "histogram",
    ] {
        masked.auditor(path).await;
    }
    let entry = masked.auditor("events/2").await;
    assert_eq!(pseudonym(entry["actor"]["email"].as_str().unwrap()), Some(Address::Email));
    // What somebody wrote tells no pseudonym.
    assert_eq!(entry["change"]["after"]["owner"], "[e-mail]");
    let facet = &masked.auditor("facets?facets=ip").await[0]["values"];
    let (ip, count) = (facet[0]["value"].as_str().unwrap(), &facet[0]["count"]);
    assert_eq!((pseudonym(ip), count), (Some(Address::Ip), &json!(2)));
    let found = masked.auditor(&format!("events?ip={ip}")).await;
    let ids: Vec<_> =
        found["entries"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["b", "a"]);
    assert_eq!(found["entries"][0]["request"]["remote_ip"], ip);

    for (query, key) in
        [("ip=203.0.113.9", "ip"), ("ip=198.51.100.1", "ip"), ("q=maya", "q"), ("sort=ip", "sort")]
    {
        let path = format!("{LOG}/events?{query}");
        let refused = masked.app.as_person(&masked.auditor, Method::GET, &path, None).await;
        assert_eq!(
            (refused.status, refused.error().0.as_str()),
            (StatusCode::BAD_REQUEST, key),
            "{query}"
        );
    }
    // Others see what there is, and tokens what auditors see.
    let whole = masked
        .app
        .as_person(&masked.admin, Method::GET, &format!("{LOG}/events?ip=203.0.113.9"), None)
        .await;
    assert_eq!(whole.json()["entries"].as_array().unwrap().len(), 2);
    let token = masked.app.get(&format!("{LOG}/events/2")).await.json();
    assert_eq!(token["request"]["remote_ip"], ip);
}

#[tokio::test]
async fn a_live_stream_is_masked_and_follows_a_pseudonym() {
    let masked = Masked::start().await;
    let facet = &masked.auditor("facets?facets=ip").await[0]["values"];
    let ip = facet[0]["value"].as_str().unwrap();
    let request = Request::get(format!("{LOG}/live?ip={ip}"))
        .header("cookie", format!("daybook_session={}", masked.auditor));
    let stream = masked.app.begin(request.body(Body::empty()).unwrap()).await;
    assert_eq!(stream.status(), StatusCode::OK);
    let mut stream = stream.into_body().into_data_stream();
    let mut reader = Reader::default();
    begun(&mut stream, &mut reader).await;
    let mut events = vec![event("other", 0), event("same", 0)];
    events[0]["request"]["remote_ip"] = json!("203.0.113.10");
    events[1]["request"]["remote_ip"] = json!("203.0.113.9");
    masked.app.ingest(Value::from(events).to_string()).await;
    loop {
        let piece = tokio::time::timeout(std::time::Duration::from_secs(20), stream.next()).await;
        let read = reader.read(&piece.expect("nothing is told").unwrap().unwrap()).unwrap();
        let told = read.into_iter().find_map(|message| match message {
            Message::Entry(entry) => Some(entry.event),
            _ => None,
        });
        if let Some(told) = told {
            assert_eq!(told.id.as_deref(), Some("same"));
            assert_eq!(told.request.remote_ip.as_deref(), Some(ip));
            break;
        }
    }
}

#[tokio::test]
async fn to_reveal_takes_a_reason_and_is_recorded_before_it_is_answered() {
    let masked = Masked::start().await;
    let reveal = async |session: &str, reason: &str| {
        let body = Some(json!({"reason": reason}));
        masked.app.as_person(session, Method::POST, &format!("{LOG}/events/2/reveal"), body).await
    };
    assert_eq!(reveal(&masked.auditor, "  ").await.status, StatusCode::BAD_REQUEST);
    let answer = reveal(&masked.auditor, "Incident  4711").await;
    assert_eq!(answer.json()["actor"]["email"], "maya@acme.dev");
    let list = masked
        .app
        .as_person(&masked.admin, Method::GET, &format!("{LOG}/events?source=daybook"), None)
        .await;
    let entries = list.json()["entries"].as_array().unwrap().clone();
    let told: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(told, ["RevealEntry", "ChangePrivacy"]);
    assert_eq!(
        (&entries[0]["message"], &entries[0]["resource"]["id"]),
        (&json!("Incident 4711"), &json!("2"))
    );
    assert_eq!(entries[0]["actor"]["email"], "audit@acme.test");

    let member =
        person(&masked.app, "m@acme.test", &[(masked.app.project, Grant::of(Role::Member))]).await;
    assert_eq!(reveal(&member, "Why not").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_may_reveal_is_a_setting_and_whoever_sees_masks_is_told_which() {
    let masked = Masked::start().await;
    let path = format!("{LOG}/privacy");
    let viewer = async || {
        let answer = masked.app.as_person(&masked.auditor, Method::GET, "/api/session", None).await;
        answer.json()["projects"][0]["masking"].clone()
    };
    let set = async |privacy: Value| {
        masked.app.as_person(&masked.admin, Method::PUT, &path, Some(privacy)).await
    };
    assert_eq!(viewer().await, json!({"emails": true, "ips": true, "may_reveal": true}));
    let refused = set(json!({"reveal": ["member"]})).await;
    assert_eq!((refused.status, refused.error().0.as_str()), (StatusCode::BAD_REQUEST, "reveal"));

    let admins = json!({"emails": [], "ips": ["auditor", "auditor"], "reveal": ["admin"]});
    let kept = set(admins).await;
    assert_eq!(kept.json(), json!({"emails": [], "ips": ["auditor"], "reveal": ["admin"]}));
    assert_eq!(viewer().await, json!({"emails": false, "ips": true, "may_reveal": false}));
    let reveal = format!("{LOG}/events/2/reveal");
    let body = Some(json!({"reason": "Incident 4711"}));
    let refused = masked.app.as_person(&masked.auditor, Method::POST, &reveal, body.clone()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    // A token counts as an auditor.
    let token = masked
        .app
        .post_as(&masked.app.token, &reveal, "application/json", body.clone().unwrap().to_string())
        .await;
    assert_eq!(token.status, StatusCode::FORBIDDEN);
    let revealed = masked.app.as_person(&masked.admin, Method::POST, &reveal, body).await;
    assert_eq!(revealed.status, StatusCode::OK);
    let admin = masked.app.as_person(&masked.admin, Method::GET, "/api/session", None).await;
    assert_eq!(admin.json()["projects"][0]["masking"], Value::Null);
}
