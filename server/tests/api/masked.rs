//! Whoever sees masks: what they may not ask on any route, and what files they take away.

use std::collections::BTreeSet;

use axum::{
    body::{Body, Bytes},
    http::{Method, Request, StatusCode},
};
use daybook::{access::Rule, api, extract::SESSION_COOKIE};
use daybook_model::{
    account::{Grant, Permission, Role},
    privacy::{Address, pseudonym},
};
use parquet::file::{reader::FileReader as _, serialized_reader::SerializedFileReader};
use serde_json::{Value, json};

use crate::{
    app::{Answer, TestApp, event},
    privacy::Masked,
    roles::person,
};

const LOG: &str = "/api/projects/acme";
/// What nobody who sees masks may see or ask for.
const RAW: [&str; 4] = ["maya@", "maya%40", "203.0.113", "build-7"];
/// Questions that would tell whether an address occurs, and the key that each is refused by.
const QUESTIONS: [(&str, &str); 9] = [
    ("q=maya", "q"),
    ("q=203.0.113", "q"),
    ("ip=203.0.113.9", "ip"),
    ("ip.not=203.0.113.9", "ip.not"),
    ("ip=198.51.100.1", "ip"),
    ("actor=user:maya@acme.dev", "actor"),
    ("path=maya", "path"),
    ("sort=ip", "sort"),
    ("sort=-actor", "sort"),
];
/// Routes that read and take no filter.
const WITHOUT_FILTER: [&str; 10] = [
    "/projects/{project}/gone",
    "/projects/{project}/privacy",
    "/projects/{project}/events/{seq}",
    "/projects/{project}/events/{seq}/reveal",
    "/projects/{project}/exports/{id}",
    "/projects/{project}/exports/{id}/file",
    "/projects/{project}/settings/export",
    "/projects/{project}/retained",
    // Their filters are of other words; see below.
    "/v2/projects/{project}/api-audit-logs/export",
    "/v2/projects/{project}/api-audit-logs/query",
];

async fn ask(masked: &Masked, method: &Method, path: &str, body: Option<Value>) -> Answer {
    masked.app.as_person(&masked.auditor, method.clone(), path, body).await
}

fn refused_by(answer: &Answer, about: &str) -> String {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{about}");
    answer.error().0
}

/// More entries than are read at once, with addresses wherever they can be.
async fn with_entries() -> Masked {
    let masked = Masked::start().await;
    let event = |n: i64| {
        let mut event = event(&format!("of maya@acme.dev {n}"), n);
        event["request"]["remote_ip"] = json!(["203.0.113.9", "build-7"][usize::from(n % 2 == 0)]);
        event["request"]["path"] = json!(format!("/users/maya%40acme.dev/{n}"));
        event["actor"] = json!({"type": "user", "id": "maya@acme.dev", "name": "maya@acme.dev", "email": "maya@acme.dev"});
        event["resource"] =
            json!({"type": "user", "id": "maya@acme.dev", "name": "Maya <maya@acme.dev>"});
        event["application"] = json!({"id": "maya@acme.dev", "name": "203.0.113.9"});
        event["change"] = json!({"before": {"maya@acme.dev": "203.0.113.9"}, "after": null});
        event["context"] = json!({"from": ["203.0.113.9:443"]});
        event["message"] = json!("maya@acme.dev from 203.0.113.9");
        event["run_id"] = json!("run of maya@acme.dev");
        event
    };
    let events: Vec<_> = (1..=90).map(event).collect();
    let stored = masked.app.ingest(Value::from(events).to_string()).await.json();
    assert_eq!(stored["stored"], 90, "{stored}");
    masked
}

/// No address, whatever case it has.
fn expect_masked(text: &str, about: &str) {
    let text = text.to_lowercase();
    for raw in RAW {
        let at = text.find(raw).map(|at| text[..at].chars().rev().take(60).collect::<String>());
        assert!(at.is_none(), "{about}: {raw} behind {at:?}");
    }
}

#[tokio::test]
async fn no_route_answers_a_question_about_what_is_masked() {
    let masked = with_entries().await;
    let mut asked = BTreeSet::new();
    for route in api::routes() {
        let reads = matches!(route.rule, Rule::Project(Permission::Read | Permission::Export));
        if !reads || WITHOUT_FILTER.contains(&route.path) {
            continue;
        }
        // What is not listed above takes a filter: in its address, or in its body.
        let path = format!("/api{}", route.path.replace("{project}", "acme"));
        for (query, key) in QUESTIONS {
            let about = format!("{} {path} {query}", route.method);
            let answer = if route.method == Method::GET {
                ask(&masked, &route.method, &format!("{path}?{query}"), None).await
            } else {
                let body = json!({"query": query, "format": "csv"});
                ask(&masked, &route.method, &path, Some(body)).await
            };
            assert_eq!(refused_by(&answer, &about), key, "{about}");
        }
        asked.insert(route.path);
    }
    assert!(asked.len() >= 12, "{asked:?}");
}

#[tokio::test]
async fn the_published_routes_answer_no_such_question_either() {
    let masked = with_entries().await;
    for route in ["query", "export"] {
        for (key, value) in [
            ("search", json!("maya")),
            ("path", json!("maya")),
            ("ips", json!(["203.0.113.9"])),
            ("ips_exclude", json!(["203.0.113.9"])),
            ("actors", json!(["maya@acme.dev"])),
        ] {
            let mut body =
                json!({"start_date": "2026-11-01T00:00:00Z", "end_date": "2026-11-30T00:00:00Z"});
            body[key] = value;
            let path = format!("/api/v2/projects/acme/api-audit-logs/{route}");
            let answer = ask(&masked, &Method::POST, &path, Some(body)).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{route} {key}");
        }
    }
    // A token sees what auditors see.
    for query in [
        "identifier=of%20maya@acme.dev%201",
        "entity=maya@acme.dev",
        "run_id=run%20of%20maya@acme.dev",
    ] {
        let answer = masked.app.get(&format!("/v1/audit-log?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn what_is_looked_for_in_a_facet_is_what_is_seen_of_it() {
    let masked = with_entries().await;
    for text in ["maya@", "acme.dev", "203.0", "build-"] {
        for facet in ["actor", "ip", "resource", "application"] {
            let path = format!("{LOG}/facets?facets={facet}&facet.q={text}");
            let answer = ask(&masked, &Method::GET, &path, None).await.json();
            let found = answer[0]["values"].as_array().unwrap();
            assert!(found.is_empty() && answer[0]["other"] == 0, "{facet} {text}: {answer}");
        }
    }
    // Those that are equally frequent do not come in the order of what is behind them.
    let answer = ask(&masked, &Method::GET, &format!("{LOG}/facets?facets=ip"), None).await.json();
    let values: Vec<_> = answer[0]["values"].as_array().unwrap().clone();
    assert!(values.len() >= 3, "{values:?}");
    let key = |v: &Value| (-v["count"].as_i64().unwrap(), v["value"].as_str().unwrap().to_owned());
    assert!(values.is_sorted_by_key(key), "{values:?}");
}

#[tokio::test]
async fn every_file_is_masked() {
    let masked = with_entries().await;
    for format in ["csv", "ndjson", "parquet"] {
        for columns in ["", "&columns=all", "&columns=requests"] {
            for order in ["", "&sort=status", "&after=0"] {
                let about = format!("{format}{columns}{order}");
                let query = format!("range=24h&as_of=94&format={format}{columns}{order}");
                let answer =
                    ask(&masked, &Method::GET, &format!("{LOG}/export?{query}"), None).await;
                assert_eq!(answer.status, StatusCode::OK, "{about}");
                let rows = if format == "parquet" {
                    let file = SerializedFileReader::new(Bytes::from(answer.body)).unwrap();
                    let rows = file.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string());
                    rows.collect::<Vec<_>>()
                } else {
                    let text = String::from_utf8(answer.body).unwrap();
                    text.lines().map(str::to_owned).collect()
                };
                assert!(rows.len() >= 90, "{about}: {} rows", rows.len());
                for row in &rows {
                    expect_masked(row, &about);
                }
                assert!(rows.iter().any(|row| row.contains("ip~")), "{about}");
            }
        }
    }
}

#[tokio::test]
async fn an_export_that_waits_and_the_published_ones_are_masked() {
    let masked = with_entries().await;
    let wanted = json!({"query": "range=24h", "format": "ndjson"});
    let made = ask(&masked, &Method::POST, &format!("{LOG}/exports"), Some(wanted)).await.json();
    let id = made["id"].as_str().unwrap();
    let file = ask(&masked, &Method::GET, &format!("{LOG}/exports/{id}/file"), None).await;
    let text = String::from_utf8(file.body).unwrap();
    assert!(text.lines().count() >= 93);
    expect_masked(&text, "an export that waits");

    let body = json!({"start_date": "2026-11-20T00:00:00Z", "end_date": "2026-11-20T23:59:59Z", "methods": ["PATCH"]});
    let v2 = "/api/v2/projects/acme/api-audit-logs";
    let csv = ask(&masked, &Method::POST, &format!("{v2}/export"), Some(body.clone())).await;
    let text = String::from_utf8(csv.body).unwrap();
    assert_eq!(text.lines().count(), 94, "a header and every entry");
    expect_masked(&text, "v2 export");
    // Each page is as long as it says, also where entries are read a few at a time.
    let mut seen = BTreeSet::new();
    for page in 1..=2 {
        let mut body = body.clone();
        body["page"] = json!(page);
        let answer = ask(&masked, &Method::POST, &format!("{v2}/query"), Some(body)).await;
        expect_masked(std::str::from_utf8(&answer.body).unwrap(), "v2 query");
        let entries = answer.json()["entries"].as_array().unwrap().clone();
        assert_eq!((entries.len(), &answer.json()["total"]), ([50, 43][page - 1], &json!(93)));
        seen.extend(entries.iter().map(|entry| entry["occurred_at"].to_string()));
    }
    assert!(seen.len() >= 90, "{}", seen.len());

    let v1 = masked.app.get("/v1/audit-log?from=2026-11-20T00:00:00.000Z").await;
    let text = String::from_utf8(v1.body.clone()).unwrap();
    assert!(v1.json()["audits"].as_array().unwrap().len() >= 93);
    expect_masked(&text, "v1");
}

/// A part of the log is bounded by what is there, whatever is seen of it.
#[tokio::test]
async fn who_sees_a_part_of_the_log_with_masks_takes_that_part_away() {
    let masked = with_entries().await;
    let filter = "ip=203.0.113.9".parse().unwrap();
    let part = Grant { role: Role::Auditor, filter, until: None };
    let limited = person(&masked.app, "part@acme.test", &[(masked.app.project, part)]).await;
    let export = async |query: &str| {
        let path = format!("{LOG}/export?format=ndjson&{query}");
        let answer = masked.app.as_person(&limited, Method::GET, &path, None).await;
        let text = String::from_utf8(answer.body).unwrap();
        expect_masked(&text, query);
        let seq =
            |line: &str| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap();
        text.lines().map(seq).collect::<BTreeSet<_>>()
    };
    let by_time = export("range=24h&as_of=94").await;
    assert_eq!(by_time.len(), 45 + 2);
    assert_eq!(export("range=24h&as_of=94&after=0").await, by_time);
    assert_eq!(export("range=24h&as_of=94&sort=status").await, by_time);
    // And by what it is shown as.
    let facets = format!("{LOG}/facets?facets=ip");
    let facet = masked.app.as_person(&limited, Method::GET, &facets, None);
    let shown = facet.await.json()[0]["values"][0]["value"].as_str().unwrap().to_owned();
    assert_eq!(pseudonym(&shown), Some(Address::Ip));
    assert_eq!(export(&format!("range=24h&as_of=94&after=0&ip={shown}")).await, by_time);
}

/// A request of the auditor's that says of itself what they like.
async fn say(masked: &Masked, method: Method, path: &str, said: &str) -> StatusCode {
    let request = Request::builder()
        .method(method)
        .uri(format!("{LOG}{path}"))
        .header("cookie", format!("{SESSION_COOKIE}={}", masked.auditor))
        .header("user-agent", format!("Mozilla/5.0 ({said})"))
        .header("x-request-id", said);
    masked.app.send(request.body(Body::empty()).unwrap()).await.status
}

/// Everything that Daybook wrote about itself, as the auditor reads it.
async fn told(masked: &Masked) -> String {
    masked.app.state.journal.as_ref().unwrap().close().await;
    let query = "source=daybook&hidden=shown&range=all&limit=500";
    let list = ask(masked, &Method::GET, &format!("{LOG}/events?{query}"), None).await.json();
    let mut all = list.to_string();
    for entry in list["entries"].as_array().unwrap() {
        let path = format!("{LOG}/events/{}", entry["seq"]);
        all.push_str(&ask(masked, &Method::GET, &path, None).await.json().to_string());
    }
    for facet in ["resource", "actor", "ip", "action"] {
        let path = format!("{LOG}/facets?facets={facet}&source=daybook&hidden=shown&range=all");
        all.push_str(&ask(masked, &Method::GET, &path, None).await.json().to_string());
    }
    all
}

/// Whoever sees masks and guesses an address learns nothing by saying it and reading what became of that.
#[tokio::test]
async fn no_guess_is_shown_again_as_the_pseudonym_that_stands_for_it() {
    let masked = with_entries().await;
    let whose = ask(&masked, &Method::GET, &format!("{LOG}/events/4"), None).await.json();
    let email = whose["actor"]["email"].as_str().unwrap().to_owned();
    let hosts = ask(&masked, &Method::GET, &format!("{LOG}/events/5"), None).await.json();
    let ips = [&whose, &hosts].map(|e| e["request"]["remote_ip"].as_str().unwrap().to_owned());
    let known = [&email, &ips[0], &ips[1]];
    assert!(known.iter().all(|shown| pseudonym(shown).is_some()), "{known:?}");
    let guesses = [
        "maya@acme.dev",
        "MAYA%40acme.dev",
        "<maya@acme.dev>",
        "203.0.113.9",
        "::ffff:203.0.113.9",
        "203.0.113.9.nip.io",
        "v203.0.113.9",
    ];
    for guess in guesses {
        // What can be refused is.
        let (name, query) = (format!("of {guess}"), format!("message={guess}"));
        let view = |name: &str, query: &str| json!({"name": name, "query": query, "shared": false});
        let schedule = json!({
            "name": name, "product": {"kind": "summary"}, "destination": {"to": "mail", "recipients": ["audit@acme.test"]},
            "when": {"hour": 6, "zone": "UTC"},
        });
        for (path, body, key) in [
            ("views", view(&name, ""), "name"),
            ("investigations", json!({"title": name}), "title"),
            ("schedules", schedule, "name"),
            ("export", json!({"query": format!("actor=user:{guess}"), "format": "csv"}), "actor"),
        ] {
            let about = format!("{path} {guess}");
            let answer = ask(&masked, &Method::POST, &format!("{LOG}/{path}"), Some(body)).await;
            assert_eq!(refused_by(&answer, &about), key, "{about}: {}", answer.json());
        }
        let actor = format!("actor=user:{}", guess.replace('<', "%3C").replace('>', "%3E"));
        let refused =
            ask(&masked, &Method::POST, &format!("{LOG}/views"), Some(view("Mine", &actor))).await;
        assert_eq!(refused_by(&refused, &query), "query");

        // What cannot be is masked for everybody who sees masks in the same way.
        let path = guess.replace('<', "%3C").replace('>', "%3E");
        assert_eq!(say(&masked, Method::GET, "/events?status=2xx", guess).await, StatusCode::OK);
        assert_eq!(say(&masked, Method::GET, "/events/4", guess).await, StatusCode::OK);
        let refused = say(&masked, Method::DELETE, &format!("/tokens/{path}"), guess).await;
        assert_eq!(refused, StatusCode::FORBIDDEN);
        let reason = Some(json!({"reason": format!("Is it {guess}?")}));
        ask(&masked, &Method::POST, &format!("{LOG}/events/5/reveal"), reason).await;
        let file = format!("{LOG}/export?format=csv&range=1h&off.actor=user:{path}");
        ask(&masked, &Method::GET, &file, None).await;
    }
    let opened = json!({"title": "Whose is it"});
    let opened = ask(&masked, &Method::POST, &format!("{LOG}/investigations"), Some(opened)).await;
    let number = opened.json()["investigation"]["number"].to_string();
    let comment = format!("{LOG}/investigations/{number}/comments");
    for guess in guesses {
        let answer = ask(&masked, &Method::POST, &comment, Some(json!({"text": guess}))).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    let one = ask(&masked, &Method::GET, &format!("{LOG}/investigations/{number}"), None).await;
    for all in [one.json().to_string(), told(&masked).await] {
        assert!(all.contains("[e-mail]") && all.contains("[IP]"), "{all}");
        expect_masked(&all, "what was said");
        for shown in known {
            assert!(!all.contains(shown.as_str()), "{shown} in {all}");
        }
    }
}

/// A view that was saved before addresses were masked is no way to learn their pseudonyms either; what
/// others share works.
#[tokio::test]
async fn a_view_of_ones_own_from_before_has_no_pseudonyms_and_a_shared_one_is_of_use() {
    let app = TestApp::recording().await;
    let grant = |role| [(app.project, Grant::of(role))];
    let admin = person(&app, "admin@acme.test", &grant(Role::Admin)).await;
    let auditor = person(&app, "audit@acme.test", &grant(Role::Auditor)).await;
    let views = format!("{LOG}/views");
    for (session, shared) in [(&admin, true), (&auditor, false)] {
        let body = json!({"name": "of 203.0.113.9", "query": "ip=203.0.113.9", "shared": shared});
        let made = app.as_person(session, Method::POST, &views, Some(body)).await;
        assert_eq!(made.status, StatusCode::CREATED);
    }
    let privacy = Some(json!({"ips": ["auditor"]}));
    app.as_person(&admin, Method::PUT, &format!("{LOG}/privacy"), privacy).await;
    let seen = app.as_person(&auditor, Method::GET, &views, None).await.json();
    let of = |own: bool| {
        let view = seen.as_array().unwrap().iter().find(|view| view["own"] == own).unwrap();
        (view["name"].as_str().unwrap().to_owned(), view["query"].as_str().unwrap().to_owned())
    };
    assert_eq!(of(true), ("of [IP]".to_owned(), "ip=[IP]".to_owned()));
    let (name, query) = of(false);
    assert_eq!(name, "of [IP]");
    assert_eq!(pseudonym(query.strip_prefix("ip=").unwrap()), Some(Address::Ip));
}

/// An admin who sees masks has what they write refused in the same way.
#[tokio::test]
async fn an_admin_who_sees_masks_names_no_address_in_what_they_make() {
    let masked = with_entries().await;
    let masks = json!({"emails": ["admin"], "ips": ["admin"]});
    let raw = "ip=203.0.113.9";
    let hold = json!({"name": "Case 7", "filter": raw, "reason": "of maya@acme.dev"});
    let rules = |filter: &str| json!({"days": 90, "access_days": 730, "rules": [{"name": "r", "filter": filter, "days": 400}]});
    let made = masked.admin(Method::POST, "holds", hold.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(masked.admin(Method::PUT, "retention", rules(raw)).await.status, StatusCode::OK);
    assert_eq!(masked.admin(Method::PUT, "privacy", masks).await.status, StatusCode::OK);

    let seen = masked.admin(Method::GET, "retention", Value::Null).await.json();
    expect_masked(&seen.to_string(), "retention");
    assert_eq!(seen["holds"][0]["reason"], "of [e-mail]");
    let shown = seen["rules"]["rules"][0]["filter"].as_str().unwrap();
    // What is left alone stays what it is.
    assert_eq!(masked.admin(Method::PUT, "retention", rules(shown)).await.status, StatusCode::OK);
    let kept = masked.app.state.retention.rules(masked.app.project).await.unwrap().unwrap();
    assert_eq!(kept.rules[0].filter.to_string(), raw);

    let other = rules(&shown.replace("ip=", "ip.not="));
    let stream = |name: &str, filter: &str| json!({"name": name, "target": "http://127.0.0.1:9/", "filter": filter});
    let rule = |name: &str, filter: &str| json!({"name": name, "filter": filter, "condition": {"kind": "any"}, "severity": "high"});
    for (method, path, body, key) in [
        (Method::PUT, "retention", rules("ip=203.0.113.10"), "ip"),
        (Method::PUT, "retention", other.clone(), "filter"),
        (Method::POST, "retention/preview", rules("actor=user:maya@acme.dev"), "actor"),
        (Method::POST, "retention/preview", other, "filter"),
        (Method::POST, "holds", hold, "ip"),
        (Method::POST, "streams", stream("to maya@acme.dev", ""), "name"),
        (Method::POST, "streams", stream("SIEM", raw), "ip"),
        (Method::POST, "tokens", json!({"name": "of maya@acme.dev", "scopes": ["read"]}), "name"),
        (Method::POST, "tokens", json!({"name": "ci", "scopes": ["read"], "filter": raw}), "ip"),
        (Method::POST, "alerts/rules", rule("of maya@acme.dev", "status=5xx"), "name"),
        (Method::POST, "alerts/rules", rule("R", raw), "ip"),
    ] {
        let about = format!("{method} {path} {body}");
        let answer = masked.admin(method, path, body).await;
        assert_eq!(refused_by(&answer, &about), key, "{about}: {}", answer.json());
    }
}
