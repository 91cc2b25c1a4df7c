//! Signing in, sessions, invitations: what a forged, replayed, old or stolen thing is worth.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, StatusCode, header},
};
use daybook::clock::Clock;
use daybook_model::account::{Grant, PersonChange, Role};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, now};

const PASSWORD: &str = "correct horse battery";
const EMAIL: &str = "maya@acme.dev";
const HOUR: i64 = 60 * 60 * 1000;

/// A server where Maya signs in with a password, as an admin of `acme`.
async fn with_maya() -> TestApp {
    let app = TestApp::start().await;
    let people = &app.state.people;
    let maya = people.create_person(EMAIL, Some(PASSWORD), now()).await.unwrap();
    people.set_grant(maya.id, app.project, &Grant::of(Role::Admin)).await.unwrap();
    app
}

/// An attempt to sign in from an address, in a browser with these cookies.
async fn try_in(app: &TestApp, from: &str, password: &str, cookies: &str) -> Answer {
    let from: SocketAddr = format!("{from}:4711").parse().unwrap();
    let body = json!({"email": EMAIL, "password": password}).to_string();
    let request = Request::post("/api/session")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::COOKIE, cookies)
        .header(header::USER_AGENT, "Firefox")
        // What a request says of itself is not believed.
        .header("x-forwarded-for", "198.51.100.77")
        .extension(ConnectInfo(from));
    app.send(request.body(Body::from(body)).unwrap()).await
}

/// The cookies that an answer sets, as they are sent back.
fn cookies(answer: &Answer) -> String {
    let set = answer.headers.get_all(header::SET_COOKIE).iter();
    let pairs: Vec<_> = set
        .map(|cookie| {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.contains("; HttpOnly; SameSite=Lax; Max-Age="), "{cookie}");
            cookie.split(';').next().unwrap().to_owned()
        })
        .collect();
    pairs.join("; ")
}

fn session(answer: &Answer) -> String {
    let cookies = cookies(answer);
    let session = cookies.split("; ").find_map(|pair| pair.strip_prefix("daybook_session="));
    session.unwrap().to_owned()
}

async fn who(app: &TestApp, session: &str) -> StatusCode {
    app.as_person(session, Method::GET, "/api/session", None).await.status
}

fn set_clock(app: &TestApp, millis: i64) {
    let Clock::Set(clock) = &app.state.clock else { panic!("the clock stands") };
    clock.store(now().millis() + millis, std::sync::atomic::Ordering::Relaxed);
}

#[tokio::test]
async fn a_session_is_new_at_each_sign_in_and_the_old_one_ends() {
    let app = with_maya().await;
    // What somebody planted in the browser beforehand does not become a session.
    let planted = "A".repeat(43);
    let planted_cookie = format!("daybook_session={planted}");
    let first = session(&try_in(&app, "203.0.113.9", PASSWORD, &planted_cookie).await);
    assert_ne!(first, planted);
    assert_eq!(who(&app, &planted).await, StatusCode::UNAUTHORIZED);
    assert_eq!(who(&app, &first).await, StatusCode::OK);
    let cookie = format!("daybook_session={first}");
    let second = session(&try_in(&app, "203.0.113.9", PASSWORD, &cookie).await);
    assert_ne!(first, second);
    assert_eq!(who(&app, &first).await, StatusCode::UNAUTHORIZED);
    assert_eq!(who(&app, &second).await, StatusCode::OK);
    // Signed out is signed out: the cookie that was kept is worth nothing.
    app.as_person(&second, Method::DELETE, "/api/session", None).await;
    assert_eq!(who(&app, &second).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_after_its_time() {
    let app = with_maya().await;
    let left = session(&try_in(&app, "203.0.113.9", PASSWORD, "").await);
    let used = session(&try_in(&app, "203.0.113.9", PASSWORD, "").await);
    let mut at = 0;
    while at + 11 * HOUR < 7 * 24 * HOUR {
        at += 11 * HOUR;
        set_clock(&app, at);
        assert_eq!(who(&app, &used).await, StatusCode::OK, "after {} hours", at / HOUR);
        if at > 12 * HOUR {
            assert_eq!(who(&app, &left).await, StatusCode::UNAUTHORIZED);
        }
    }
    set_clock(&app, 7 * 24 * HOUR);
    assert_eq!(who(&app, &used).await, StatusCode::UNAUTHORIZED, "however often it is used");
}

/// What is not looked at is written down all the same: once a minute for whoever is guessed, with how often.
#[tokio::test]
async fn guesses_that_are_not_looked_at_are_counted() {
    let app = TestApp::recording().await;
    app.state.people.create_person(EMAIL, Some(PASSWORD), now()).await.unwrap();
    for _ in 0..5 {
        try_in(&app, "203.0.113.9", "not this one at all", "").await;
    }
    for _ in 0..7 {
        let held = try_in(&app, "203.0.113.9", PASSWORD, "").await;
        assert_eq!(held.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(held.error().1.ends_with("try again in 1 second"), "{:?}", held.error());
    }
    // From elsewhere it is another one.
    for _ in 0..6 {
        try_in(&app, "198.51.100.7", "not this one at all", "").await;
    }
    let early = async || {
        app.state.journal.as_ref().unwrap().settle().await.unwrap();
        let mut entries = app.account().await;
        entries.retain(|entry| entry["context"]["times"].is_number());
        entries
    };
    assert_eq!(early().await.len(), 0, "its minute is not over");
    app.wait(61_000);
    let entries = early().await;
    assert_eq!(entries.len(), 2, "{entries:#?}");
    let from = |entries: &[Value], network: &str| {
        let mut found = entries.iter().filter(|entry| entry["context"]["network"] == network);
        found.next().unwrap_or_else(|| panic!("{network}: {entries:#?}")).clone()
    };
    let (first, other) = (from(&entries, "203.0.113.9"), from(&entries, "198.51.100.7"));
    assert_eq!((&first["action"], &first["outcome"]), (&json!("SignIn"), &json!("failure")));
    assert_eq!(first["actor"]["email"], EMAIL);
    assert_eq!(first["error"], "too many attempts failed: this was not looked at");
    assert_eq!(first["context"], json!({"network": "203.0.113.9", "times": 7}));
    assert_eq!(other["context"], json!({"network": "198.51.100.7", "times": 1}));

    // Where a whole network waits, whoever it names is up to it: still one.
    let guess = async |n: usize| {
        let from: SocketAddr = "[2001:db8:0:1::9]:4711".parse().unwrap();
        let body =
            json!({"email": format!("p{n}@acme.dev"), "password": "not this one"}).to_string();
        let request = Request::post("/api/session")
            .header(header::CONTENT_TYPE, "application/json")
            .extension(ConnectInfo(from));
        app.send(request.body(Body::from(body)).unwrap()).await.status
    };
    for n in 0..60 {
        let status = guess(n).await;
        let wanted = if n < 50 { StatusCode::UNAUTHORIZED } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(status, wanted, "{n}");
    }
    app.wait(61_000);
    let entries = early().await;
    let last = from(&entries, "2001:db8:0:1::/64");
    assert_eq!(entries.len(), 3);
    assert_eq!(last["context"], json!({"network": "2001:db8:0:1::/64", "times": 10}));
    assert_eq!(last["actor"]["email"], Value::Null);
}

#[tokio::test]
async fn whoever_guesses_waits_and_locks_nobody_out() {
    let app = with_maya().await;
    let device = cookies(&try_in(&app, "203.0.113.9", PASSWORD, "").await);
    for _ in 0..5 {
        let wrong = try_in(&app, "203.0.113.9", "not this one at all", "").await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        assert_eq!(wrong.json()["error"]["code"], "wrong_password");
    }
    // Not even the right one is looked at now.
    let held = try_in(&app, "203.0.113.9", PASSWORD, "").await;
    assert_eq!(held.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(held.headers[header::RETRY_AFTER], "1");
    // From elsewhere, and in the browser that is known, she comes in.
    assert_eq!(try_in(&app, "198.51.100.1", PASSWORD, "").await.status, StatusCode::OK);
    assert_eq!(try_in(&app, "203.0.113.9", PASSWORD, &device).await.status, StatusCode::OK);
    // A known browser guesses no more than a stranger.
    for _ in 0..5 {
        try_in(&app, "203.0.113.9", "not this one at all", &device).await;
    }
    let held = try_in(&app, "203.0.113.9", PASSWORD, &device).await.status;
    assert_eq!(held, StatusCode::TOO_MANY_REQUESTS);
    set_clock(&app, 1_000);
    assert_eq!(try_in(&app, "203.0.113.9", PASSWORD, &device).await.status, StatusCode::OK);
}

#[tokio::test]
async fn sessions_are_shown_and_revoked_by_whose_they_are() {
    let app = with_maya().await;
    let tom = app.state.people.create_person("tom@acme.dev", None, now()).await.unwrap();
    let toms = app.state.people.open_session(&tom, now()).await.unwrap();
    let here = session(&try_in(&app, "203.0.113.9", PASSWORD, "").await);
    let there = session(&try_in(&app, "198.51.100.1", PASSWORD, "").await);
    let list = app.as_person(&here, Method::GET, "/api/sessions", None).await.json();
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), 2);
    let other = list.iter().find(|s| s["current"] == false).unwrap();
    assert_eq!(
        (&other["address"], &other["user_agent"]),
        (&json!("198.51.100.1"), &json!("Firefox"))
    );
    let path = format!("/api/sessions/{}", other["id"]);
    let not_his = app.as_person(toms.reveal(), Method::DELETE, &path, None).await.status;
    assert_eq!((not_his, who(&app, &there).await), (StatusCode::NOT_FOUND, StatusCode::OK));
    let left = app.as_person(&here, Method::DELETE, &path, None).await.json();
    assert_eq!(left.as_array().unwrap().len(), 1);
    assert_eq!(who(&app, &there).await, StatusCode::UNAUTHORIZED);

    // A new password ends the others, and asks for the one until now.
    let again = session(&try_in(&app, "198.51.100.1", PASSWORD, "").await);
    let change = async |current: &str, new: &str| {
        let body = json!({"current": current, "new": new});
        app.as_person(&here, Method::POST, "/api/password", Some(body)).await.status
    };
    assert_eq!(change("not this one", "a much better one").await, StatusCode::FORBIDDEN);
    for weak in ["short", "passwordpassword", "maya@acme.dev", "aaaaaaaaaaaaaa"] {
        assert_eq!(change(PASSWORD, weak).await, StatusCode::UNPROCESSABLE_ENTITY, "{weak}");
    }
    assert_eq!(change(PASSWORD, "a much better one").await, StatusCode::NO_CONTENT);
    assert_eq!(who(&app, &again).await, StatusCode::UNAUTHORIZED);
    assert_eq!(who(&app, &here).await, StatusCode::OK);
    assert_eq!(try_in(&app, "192.0.2.1", PASSWORD, "").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn somebody_is_invited_sets_a_password_once_and_is_kept_out_again() {
    let app = with_maya().await;
    let root = app.state.people.first_person(now()).await.unwrap();
    let root_session = app.state.people.open_session(&root, now()).await.unwrap();
    let ask = async |method: Method, path: &str, body: Value| {
        app.as_person(root_session.reveal(), method, path, Some(body)).await
    };
    let new = json!({"email": "Eve@audit.example",
        "grants": [{"project": "acme", "grant": {"role": "auditor", "filter": "method=GET"}}]});
    let made = ask(Method::POST, "/api/people", new).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.error());
    let secret = made.json()["invitation"].as_str().unwrap().to_owned();
    let id = made.json()["person"]["id"].clone();
    let accept = async |secret: &str| {
        let body = json!({"secret": secret, "password": "an auditor's own secret"}).to_string();
        app.post_as("", "/api/invitation", "application/json", body).await
    };
    assert_eq!(accept("guess").await.status, StatusCode::UNAUTHORIZED);
    let accepted = accept(&secret).await;
    assert_eq!(accepted.status, StatusCode::OK, "{:?}", accepted.error());
    assert_eq!(accepted.json()["projects"][0]["grant"]["filter"], "method=GET");
    assert_eq!(accept(&secret).await.status, StatusCode::UNAUTHORIZED, "it works once");
    let eve = session(&accepted);

    let path = format!("/api/people/{id}");
    assert_eq!(ask(Method::PATCH, &path, json!({"disabled": true})).await.status, StatusCode::OK);
    assert_eq!(who(&app, &eve).await, StatusCode::UNAUTHORIZED);
    let gone = ask(Method::GET, "/api/projects/acme/gone", Value::Null).await.json();
    assert_eq!(gone[0]["actor"], "user:eve@audit.example");
    // Nobody takes the last key to the instance away.
    let path = format!("/api/people/{}", root.id);
    let last = ask(Method::PATCH, &path, json!({"disabled": true})).await;
    assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The log of accounts is nobody's but theirs who look after the instance.
    app.state.store.create_project("_account", now()).await.unwrap();
    let given = json!({"email": EMAIL, "grant": {"role": "auditor"}});
    let refused = ask(Method::PUT, "/api/projects/_account/people", given).await.status;
    assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY);
    let reserved = ask(Method::POST, "/api/projects", json!({"slug": "_mine"})).await.status;
    assert_eq!(reserved, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_token_is_shown_once_and_known_by_its_beginning() {
    let app = with_maya().await;
    let maya = session(&try_in(&app, "203.0.113.9", PASSWORD, "").await);
    let path = "/api/projects/acme/tokens";
    let new = json!({"name": " ci ", "scopes": ["read"], "filter": "method=GET",
        "until": now().plus_millis(HOUR)});
    let made = app.as_person(&maya, Method::POST, path, Some(new)).await.json();
    let text = made["token"].as_str().unwrap();
    let read = async || {
        let request = Request::get("/api/projects/acme/events")
            .header(header::AUTHORIZATION, format!("Bearer {text}"));
        app.send(request.body(Body::empty()).unwrap()).await.status
    };
    assert_eq!(read().await, StatusCode::OK);
    let list = app.as_person(&maya, Method::GET, path, None).await;
    assert!(!String::from_utf8(list.body.clone()).unwrap().contains(text));
    let info = &list.json()[0];
    assert!(text.starts_with(info["prefix"].as_str().unwrap()));
    assert_eq!((&info["name"], &info["last_used_at"]), (&json!("ci"), &json!(now())));
    set_clock(&app, HOUR);
    assert_eq!(read().await, StatusCode::UNAUTHORIZED, "its hour is over");
    for (wrong, status) in [
        (json!({"name": "x", "scopes": []}), StatusCode::BAD_REQUEST),
        (json!({"name": "x", "scopes": ["root"]}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"name": "x\r\nSet-Cookie: a=b", "scopes": ["read"]}), StatusCode::BAD_REQUEST),
        (json!({"name": "x", "scopes": ["admin"], "filter": "ip=1"}), StatusCode::BAD_REQUEST),
        (
            json!({"name": "x", "scopes": ["read"], "until": now()}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let answer = app.as_person(&maya, Method::POST, path, Some(wrong.clone())).await;
        assert_eq!(answer.status, status, "{wrong}");
    }
    // Revoked, it is known by name for ever.
    let id = &info["id"];
    app.as_person(&maya, Method::DELETE, &format!("{path}/{id}"), None).await;
    let gone = app.as_person(&maya, Method::GET, "/api/projects/acme/gone", None).await.json();
    assert_eq!(
        (&gone[0]["actor"], &gone[0]["gone"]),
        (&json!(format!("api_token:{id}")), &json!("revoked"))
    );
}

#[tokio::test]
async fn taking_a_role_away_counts_at_once() {
    let app = with_maya().await;
    let maya = session(&try_in(&app, "203.0.113.9", PASSWORD, "").await);
    let list = "/api/projects/acme/events";
    assert_eq!(app.as_person(&maya, Method::GET, list, None).await.status, StatusCode::OK);
    let person = app.state.people.find(EMAIL).await.unwrap().unwrap();
    app.state.people.take_grant(person.id, app.project).await.unwrap();
    assert_eq!(app.as_person(&maya, Method::GET, list, None).await.status, StatusCode::FORBIDDEN);
    let viewer = app.as_person(&maya, Method::GET, "/api/session", None).await.json();
    assert_eq!(viewer["projects"], json!([]));
    let out = PersonChange { disabled: Some(true), ..PersonChange::default() };
    app.state.people.first_person(now()).await.unwrap();
    app.state.people.change_person(person.id, &out, now()).await.unwrap();
    assert_eq!(who(&app, &maya).await, StatusCode::UNAUTHORIZED);
    assert_eq!(try_in(&app, "192.0.2.9", PASSWORD, "").await.status, StatusCode::UNAUTHORIZED);
}
