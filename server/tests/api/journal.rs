//! The log of the log: who looked at what, and what was done with the log itself.

use std::net::SocketAddr;

use axum::{
    body::{Body, BodyDataStream},
    extract::ConnectInfo,
    http::{Method, Request, StatusCode},
};
use daybook_model::{
    account::{Grant, Role},
    export::LEFT_OUT,
    live::{Message, Reader},
};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, event, now},
    roles::person,
};

/// What is in the log of `acme` by now, the entries that Daybook wrote itself.
async fn own(app: &TestApp) -> Vec<Value> {
    let journal = app.state.journal.as_ref().unwrap();
    journal.settle().await.unwrap();
    let query = "source=daybook&hidden=shown&range=all&sort=time&limit=500";
    let answer = app.get(&format!("/api/projects/acme/events?{query}")).await.json();
    let mut whole = Vec::new();
    for entry in answer["entries"].as_array().unwrap() {
        let seq = &entry["seq"];
        whole.push(app.get(&format!("/api/projects/acme/events/{seq}")).await.json());
    }
    whole
}

/// Waits until so many calls are in the small file or in the log.
async fn recorded(app: &TestApp, number: u64) {
    let flushed = app.state.journal.as_ref().unwrap().flushed(number);
    tokio::time::timeout(std::time::Duration::from_secs(20), flushed)
        .await
        .expect("it is recorded");
}

async fn store(app: &TestApp, number: usize) {
    let events: Vec<_> = (0..number).map(|n| event(&format!("e{n}"), 1)).collect();
    assert_eq!(app.ingest(Value::from(events).to_string()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_view_that_is_opened_refreshed_and_paged_is_one_reading() {
    let app = TestApp::recording().await;
    store(&app, 60).await;
    let page = app.get("/api/projects/acme/overview?method=PATCH").await;
    assert_eq!(page.status, StatusCode::OK);
    app.wait(20_000);
    let list = app.get("/api/projects/acme/events?method=PATCH").await.json();
    let next = list["next"].as_str().unwrap();
    app.wait(20_000);
    app.get(&format!("/api/projects/acme/events?method=PATCH&cursor={next}")).await;
    app.get("/api/projects/acme/events?status=5xx").await;
    app.get("/api/projects/acme/events/7").await;
    recorded(&app, 5).await;
    assert_eq!(app.state.store.head(app.project).await.unwrap(), 60, "its minute is not over");

    app.wait(60_000);
    let entries = own(&app).await;
    let [changed, one, failed] = &entries[..] else { panic!("{entries:#?}") };
    assert_eq!(changed["action"], "ReadLog");
    assert_eq!((&changed["operation"], &changed["outcome"]), (&json!("read"), &json!("success")));
    assert_eq!(changed["occurred_at"], json!(now()), "when it was opened");
    assert_eq!(changed["actor"]["type"], "api_token");
    assert_eq!(changed["resource"], json!({"type": "reading", "id": "all", "name": "All"}));
    let context = &changed["context"];
    assert_eq!(context["view"], "method=PATCH");
    assert_eq!(
        (&context["times"], &context["rows"], &context["matched"]),
        (&json!(3), &json!(110), &json!(60))
    );
    let path = changed["request"]["path"].as_str().unwrap();
    assert!(path.starts_with("/projects/acme/log?from=2026-11-13T12:00:00.001Z&to="), "{path}");
    assert!(path.ends_with("&method=PATCH&as_of=60"), "{path}");
    assert_eq!(
        (&failed["context"]["view"], &failed["context"]["rows"]),
        (&json!("status=5xx"), &json!(0))
    );
    assert_eq!((&one["action"], &one["resource"]["id"]), (&json!("ReadEntry"), &json!("7")));
}

#[tokio::test]
async fn readings_are_left_out_until_they_are_asked_for() {
    let app = TestApp::recording().await;
    store(&app, 3).await;
    app.get("/api/projects/acme/events").await;
    recorded(&app, 1).await;
    app.wait(61_000);
    app.state.journal.as_ref().unwrap().settle().await.unwrap();
    for (query, rows) in [
        ("", 3),
        ("hidden=shown", 4),
        ("tab=readings", 1),
        ("tab=requests", 3),
        ("tab=requests&hidden=shown", 4),
        // Who asks for them by name is not answered emptily.
        ("resource_type=reading", 1),
        ("action=ReadLog", 1),
        ("action=ReadLog&action=UpdateApp", 4),
        ("resource_type.not=reading", 3),
    ] {
        let list = app.get(&format!("/api/projects/acme/events?{query}")).await;
        assert_eq!(list.json()["entries"].as_array().unwrap().len(), rows, "{query}");
        // What is left out without being asked for is told.
        let told = list.headers.get(LEFT_OUT).map(|value| value.to_str().unwrap());
        let silent = matches!(query, "" | "tab=requests");
        assert_eq!(told, silent.then_some("resource_type=reading"), "{query}");
    }
    for (query, told) in [("", true), ("hidden=shown", false), ("action=ReadLog", false)] {
        let file = app.get(&format!("/api/projects/acme/export?columns=seq&{query}")).await;
        assert_eq!(file.headers.contains_key(LEFT_OUT), told, "{query}");
    }
    let wrong = app.get("/api/projects/acme/events?hidden=no").await;
    assert_eq!((wrong.status, wrong.error().0.as_str()), (StatusCode::BAD_REQUEST, "hidden"));
}

#[tokio::test]
async fn a_crash_loses_no_reading_and_doubles_none() {
    let app = TestApp::recording().await;
    store(&app, 1).await;
    app.get("/api/projects/acme/events").await;
    recorded(&app, 1).await;
    // Another process finds the file as it is; this one goes on, and settles it as well.
    let (store, ledger) = (app.state.store.clone(), app.state.ledger.clone());
    let (clock, proxies) = (app.state.clock.clone(), daybook_recorder::Proxies::default());
    app.wait(61_000);
    let again = daybook::journal::Journal::start(
        store,
        ledger,
        clock,
        app.beside.clone(),
        daybook::journal::MINUTE,
        &proxies,
    )
    .await;
    again.unwrap().settle().await.unwrap();
    let entries = own(&app).await;
    assert_eq!(entries.len(), 1, "{entries:#?}");
}

#[tokio::test]
async fn what_is_refused_or_changes_something_is_an_entry_and_nothing_else_is() {
    let app = TestApp::recording().await;
    let auditor = person(&app, "maya@acme.dev", &[(app.project, Grant::of(Role::Auditor))]).await;
    let view = json!({"name": "Failures", "query": "status=5xx", "shared": false});
    let path = "/api/projects/acme/views";
    let made = app.as_person(&auditor, Method::POST, path, Some(view)).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(app.as_person(&auditor, Method::GET, path, None).await.status, StatusCode::OK);
    // Nothing is read by a question that is not understood, and sent events are their own record.
    let wrong = app.get("/api/projects/acme/events?colour=red").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    store(&app, 1).await;
    let refused = app.as_person(&auditor, Method::GET, "/api/projects/acme/tokens", None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let refused = app.as_person(&auditor, Method::GET, "/api/people", None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    recorded(&app, 5).await;
    let entries = own(&app).await;
    let told = |entry: &Value| {
        assert_eq!(entry["actor"]["email"], "maya@acme.dev");
        let status = entry["request"]["status_code"].as_u64().unwrap();
        (
            entry["action"].as_str().unwrap().to_owned(),
            status,
            entry["outcome"].as_str().unwrap().to_owned(),
        )
    };
    let expected =
        |action: &str, status, outcome: &str| (action.to_owned(), status, outcome.to_owned());
    assert_eq!(
        entries.iter().map(told).collect::<Vec<_>>(),
        [
            expected("projects.views.post", 201, "success"),
            expected("projects.tokens.get", 403, "failure")
        ]
    );
    let account = app.account().await;
    assert_eq!(
        account.iter().map(told).collect::<Vec<_>>(),
        [expected("people.get", 403, "failure")]
    );
}

#[tokio::test]
async fn the_business_of_accounts_is_in_the_log_before_it_is_answered() {
    let app = TestApp::recording().await;
    let people = &app.state.people;
    people.create_person("maya@acme.dev", Some("correct horse battery"), now()).await.unwrap();
    let sign_in = async |password: &str| {
        let request = Request::post("/api/session")
            .header("content-type", "application/json")
            .header("user-agent", "test/1")
            .header("x-forwarded-for", "203.0.113.9");
        let body = json!({"email": "maya@acme.dev", "password": password}).to_string();
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 4711))));
        app.send(request).await
    };
    assert_eq!(sign_in("wrong horse battery").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(sign_in("correct horse battery").await.status, StatusCode::OK);
    let [failed, signed_in] = &app.account().await[..] else {
        panic!("{:#?}", app.account().await)
    };
    assert_eq!((&failed["action"], &failed["operation"]), (&json!("SignIn"), &json!("login")));
    assert_eq!((&failed["outcome"], &signed_in["outcome"]), (&json!("failure"), &json!("success")));
    assert_eq!(failed["actor"]["id"], "maya@acme.dev");
    for entry in [failed, signed_in] {
        assert_eq!(entry["source"], "daybook");
        assert_eq!(entry["request"]["user_agent"], "test/1");
        assert_eq!(
            (&entry["request"]["method"], &entry["request"]["path"]),
            (&json!("POST"), &json!("/api/session"))
        );
        assert!(!entry.to_string().contains("horse"), "{entry}");
    }

    let new = json!({"name": "ci", "scopes": ["ingest"]}).to_string();
    let key = app.local_key.reveal();
    let made = app.post_as(key, "/api/projects/acme/tokens", "application/json", new).await.json();
    let id = made["info"]["id"].clone();
    let gone = Request::delete(format!("/api/projects/acme/tokens/{id}"))
        .header("authorization", format!("Bearer {key}"));
    let gone = app.send(gone.body(Body::empty()).unwrap()).await;
    assert!(gone.status.is_success(), "{}", gone.status);
    let entries = own(&app).await;
    let actions: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["CreateToken", "RevokeToken"], "once, and in the project");
    assert_eq!(entries[0]["operation"], "token_created");
    assert_eq!(entries[0]["resource"]["name"], "ci");
    let token = made["token"].as_str().unwrap();
    assert!(!entries[0].to_string().contains(token), "a token is shown once");
}

/// Waits until a stream has begun.
pub(crate) async fn begun(stream: &mut BodyDataStream, reader: &mut Reader) {
    loop {
        let piece = stream.next().await.expect("it has ended").unwrap();
        if !reader.read(&piece).unwrap().is_empty() {
            return;
        }
    }
}

#[tokio::test]
async fn a_listener_is_not_told_that_they_listen() {
    let app = TestApp::recording().await;
    store(&app, 1).await;
    let other = person(&app, "maya@acme.dev", &[(app.project, Grant::of(Role::Auditor))]).await;
    let request = Request::get("/api/projects/acme/live?tab=readings")
        .header("authorization", format!("Bearer {}", app.token));
    let stream = app.begin(request.body(Body::empty()).unwrap()).await;
    let mut stream = stream.into_body().into_data_stream();
    let mut reader = Reader::default();
    begun(&mut stream, &mut reader).await;
    app.get("/api/projects/acme/events").await;
    app.as_person(&other, Method::GET, "/api/projects/acme/events", None).await;
    recorded(&app, 3).await;
    app.wait(61_000);
    app.state.journal.as_ref().unwrap().settle().await.unwrap();
    let mut told = Vec::new();
    while told.is_empty() {
        let piece = tokio::time::timeout(std::time::Duration::from_secs(20), stream.next()).await;
        let read = reader.read(&piece.expect("nothing is told").unwrap().unwrap()).unwrap();
        told.extend(read.into_iter().filter_map(|message| match message {
            Message::Entry(entry) => Some(entry.event.actor.key()),
            _ => None,
        }));
    }
    assert_eq!(told, ["user:maya@acme.dev"], "somebody else's, and not the listener's own");
}

/// What recording costs a reader, roughly; to be run by hand:
/// `cargo test -p daybook --test api costs -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures"]
async fn what_recording_costs() {
    for (name, app) in [("without", TestApp::start().await), ("with", TestApp::recording().await)] {
        store(&app, 1_000).await;
        let mut times = Vec::new();
        for round in 0..2_000_i64 {
            // Each is a view of its own, so that nothing is added up.
            let path = format!("/api/projects/acme/events?limit=1&q=x{round}");
            let began = std::time::Instant::now();
            assert_eq!(app.get(&path).await.status, StatusCode::OK);
            times.push(began.elapsed());
        }
        times.sort_unstable();
        let [median, most] = [times.len() / 2, times.len() * 99 / 100].map(|at| times[at]);
        println!("{name}: median {median:?}, 99 of 100 within {most:?}");
    }
}
