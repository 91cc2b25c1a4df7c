//! Retention: what is old enough goes, and nothing else; whatever breaks off on the way, each entry is in
//! the log, in the archive, or in both until it is settled, and comes back as it was.

#[path = "retention/archive.rs"]
mod archive;
#[path = "retention/command.rs"]
mod command;
#[path = "retention/duck.rs"]
mod duck;
#[path = "retention/kept.rs"]
mod kept;

use std::{collections::BTreeMap, path::Path, time::Duration};

use axum::http::{Method, StatusCode};
use daybook::{
    outbound::{Folder, Outbound, Place},
    people::Lifetimes,
    retention::{Pace, keeper::tick},
    secret::Secret,
    settings::Settings,
    state::AppState,
};
use daybook_model::{
    Event, Timestamp,
    account::{Grant, Role},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    app::{TestApp, event, now},
    roles::person,
    schedules::Store,
};

const DAY: i64 = 24 * 60 * 60_000;
const RETENTION: &str = "/api/projects/acme/retention";
const HOLDS: &str = "/api/projects/acme/holds";

/// Of a server with an archive, which goes fast.
fn settings(archive: Option<Place>) -> Settings {
    let outbound = Outbound { archive, ..Outbound::default() };
    let lifetimes = Lifetimes { idle: 4_000 * DAY, whole: 4_000 * DAY };
    let pace = Pace { step: 7, rest: 0, rest_alone: 0, tries: 0 };
    Settings { outbound, lifetimes, pace, ..Settings::default() }
}

/// The same log after the server stopped and was started with another archive.
fn restarted(app: &TestApp, archive: Option<Place>) -> AppState {
    let state = &app.state;
    let (key, link) = (Secret::generate(""), Secret::generate(""));
    AppState::new(
        state.store.clone(),
        state.ledger.clone(),
        state.people.clone(),
        state.clock.clone(),
        settings(archive),
        key.hash(),
        link.hash(),
    )
}

/// A server with an archive, which goes fast.
async fn with(archive: Option<Place>) -> TestApp {
    let app = TestApp::with(settings(archive)).await;
    // The project is seen for the first time.
    assert_eq!(tick(&app.state).await, 0);
    app
}

fn folder(at: &Path) -> Place {
    Place::Folder(Folder::at(at).unwrap())
}

async fn with_folder() -> (TestApp, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (with(Some(self::folder(folder.path()))).await, folder)
}

async fn admin(app: &TestApp) -> String {
    person(app, "ada@acme.dev", &[(app.project, Grant::of(Role::Admin))]).await
}

/// Lets days pass, as a server sees them that runs all the time; how many entries went.
async fn pass(app: &TestApp, days: i64) -> u64 {
    let mut removed = 0;
    for _ in 0..days {
        app.wait(DAY);
        removed += tick(&app.state).await;
    }
    removed
}

/// All entries of the log, by id; those that retention writes aside.
async fn log(app: &TestApp) -> BTreeMap<String, Event> {
    let head = app.state.store.head(app.project).await.unwrap();
    let mut entries = BTreeMap::new();
    for seq in 1..=head {
        let Some(entry) = app.state.store.entry(app.project, seq).await.unwrap() else { continue };
        if entry.event.action != "ApplyRetention" {
            let id = entry.event.id.clone().unwrap();
            assert!(entries.insert(id, entry.event).is_none(), "twice in the log");
        }
    }
    entries
}

/// What the log tells of retention.
async fn told(app: &TestApp) -> Vec<Event> {
    let head = app.state.store.head(app.project).await.unwrap();
    let entries = app.state.store.between(app.project, 0, head).await.unwrap();
    let mut told = Vec::new();
    for entry in entries.into_iter().filter(|entry| entry.event.action == "ApplyRetention") {
        told.push(app.state.store.entry(app.project, entry.seq).await.unwrap().unwrap().event);
    }
    told
}

/// Events of three days, `days` ago: sign-ins among others, some of them with states.
async fn fill(app: &TestApp, days: i64) {
    let at = |i: i64| app.state.clock.now().plus_millis(-days * DAY - i * 70 * 60_000);
    let events: Vec<Value> = (0..60)
        .map(|i| {
            let mut event = event(&format!("e{days}-{i:02}"), 0);
            event["occurred_at"] = json!(at(i));
            if i % 5 == 0 {
                event["operation"] = json!("login");
            }
            if i % 3 == 0 {
                event["change"] = json!({"before": null, "after": {"n": i, "text": "ä\u{202e}\n"}});
                event["context"] = json!([i, {"deep": [null, true, 1.5]}]);
            }
            event["request"]["request_id"] = json!(format!("req-{i}"));
            event
        })
        .collect();
    let answer = app.ingest(json!(events).to_string()).await;
    assert_eq!(answer.json()["stored"], 60);
}

async fn overview(app: &TestApp, session: &str) -> Value {
    app.as_person(session, Method::GET, RETENTION, None).await.json()
}

#[tokio::test]
async fn entries_go_when_they_are_old_by_both_clocks() {
    let app = with(None).await;
    let session = admin(&app).await;
    // They happened half a year ago, and came today.
    fill(&app, 180).await;
    assert_eq!(pass(&app, 30).await, 0);
    let all = log(&app).await;
    assert_eq!(pass(&app, 2).await, 12, "sign-ins, after thirty days");
    let left = log(&app).await;
    assert!(left.values().all(|event| event.operation.unwrap().as_str() != "login"));
    assert_eq!(all.len() - left.len(), 12);
    let told = told(&app).await;
    assert_eq!(told.len(), 1);
    let removed = &told[0].context.as_ref().unwrap()["retention"]["removed"];
    assert_eq!((&removed[0]["rule"], &removed[0]["count"]), (&json!("access"), &json!(12)));
    assert_eq!(pass(&app, 60).await, 48);
    assert!(log(&app).await.is_empty());

    // Whoever looks at that time is told; and an id that is free again can be taken.
    let path = "/api/projects/acme/retained?from=2026-01-01T00:00:00Z&to=2026-12-31T00:00:00Z";
    let removed = app.get(path).await.json()["removed"].clone();
    let counts: Vec<_> =
        removed.as_array().unwrap().iter().map(|taken| taken["count"].clone()).collect();
    assert_eq!(counts, [12, 48]);
    let later = "/api/projects/acme/retained?from=2027-01-01T00:00:00Z";
    assert_eq!(app.get(later).await.json()["removed"], json!([]));
    assert_eq!(app.get("/api/projects/acme/retained?from=x").await.status, StatusCode::BAD_REQUEST);
    let shown = overview(&app, &session).await;
    assert_eq!(shown["runs"].as_array().unwrap().len(), 2, "{shown}");
    assert_eq!((&shown["usual"], &shown["archive"]), (&json!(true), &Value::Null));
    fill(&app, 180).await;
}

#[tokio::test]
async fn nothing_goes_in_the_first_week() {
    let app = TestApp::start().await;
    fill(&app, 10).await;
    let session = admin(&app).await;
    let rules = json!({"days": 1, "access_days": 1});
    let answer = app.as_person(&session, Method::PUT, RETENTION, Some(rules)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(pass(&app, 6).await, 0);
    assert_eq!(pass(&app, 2).await, 60);
}

#[tokio::test]
async fn rules_holds_and_the_preview_agree() {
    let app = with(None).await;
    let session = admin(&app).await;
    fill(&app, 20).await;
    pass(&app, 10).await;
    let rules = json!({"days": 5, "access_days": null, "rules": [
        {"name": "With states", "filter": "request=req-0&request=req-3&request=req-6", "days": 365},
        {"name": "Soon", "filter": "request=req-4", "days": 1},
    ]});
    let hold = json!({"name": "Case 7", "filter": "request=req-7&request=req-8", "reason": "asked by legal"});
    let answer = app.as_person(&session, Method::POST, HOLDS, Some(hold)).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let hold = answer.json();
    assert_eq!(hold["made_by"], "ada@acme.dev");
    let path = format!("{RETENTION}/preview");
    let preview = app.as_person(&session, Method::POST, &path, Some(rules.clone())).await.json();
    // 60, without 12 sign-ins, of which req-0 is one, without req-3 and req-6, and two that are held.
    assert_eq!((&preview["count"], &preview["held"]), (&json!(44), &json!(2)), "{preview}");
    assert_eq!(log(&app).await.len(), 60, "it was only a preview");
    app.as_person(&session, Method::PUT, RETENTION, Some(rules)).await;
    let runs = format!("{RETENTION}/runs");
    assert_eq!(
        app.as_person(&session, Method::POST, &runs, None).await.status,
        StatusCode::ACCEPTED
    );
    assert_eq!(tick(&app.state).await, 44);
    let path = format!("{HOLDS}/{}", hold["id"]);
    assert_eq!(app.as_person(&session, Method::DELETE, &path, None).await.json(), json!([]));
    assert_eq!(
        app.as_person(&session, Method::DELETE, &path, None).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(pass(&app, 1).await, 2);
    assert_eq!(log(&app).await.len(), 14);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let app = with(None).await;
    let session = admin(&app).await;
    let preview = format!("{RETENTION}/preview");
    let rule = |filter: &str| json!({"name": "a", "filter": filter, "days": 1});
    let rules = |rule: Value| json!({"days": 90, "access_days": 30, "rules": [rule]});
    let hold =
        |filter: &str, reason: &str| json!({"name": "x", "filter": filter, "reason": reason});
    let (refused, unread) = (StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY);
    for (path, method, body, status, field) in [
        (RETENTION, Method::PUT, json!({"days": 0, "access_days": 1}), refused, "days"),
        // What is left out is not taken for for ever.
        (RETENTION, Method::PUT, json!({"rules": []}), unread, "days"),
        (RETENTION, Method::PUT, json!({"days": 90}), unread, "access_days"),
        (&preview, Method::POST, json!({}), unread, "days"),
        // A range would not be obeyed, the usual one as little as another.
        (RETENTION, Method::PUT, rules(rule("range=7d")), unread, "rules[0].filter"),
        (&preview, Method::POST, rules(rule("method=GET&range=7d")), unread, "rules[0].filter"),
        (HOLDS, Method::POST, hold("range=7d", "y"), unread, "filter"),
        (HOLDS, Method::POST, hold("range=24h", "y"), unread, "filter"),
        (HOLDS, Method::POST, hold("as_of=4", "y"), refused, "filter"),
        (HOLDS, Method::POST, hold("", " "), refused, "reason"),
    ] {
        let answer = app.as_person(&session, method, path, Some(body)).await;
        assert_eq!((answer.status, answer.error().0.as_str()), (status, field), "{path}");
    }
    assert_eq!(overview(&app, &session).await["usual"], true);
    let restore = "/api/projects/acme/archive/1-2-3/restore";
    let answer = app.as_person(&session, Method::POST, restore, None).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

/// Restores everything that the archive has.
async fn restore(app: &TestApp, session: &str) -> (u64, u64) {
    let path = "/api/projects/acme/archive";
    let files = app.as_person(session, Method::GET, path, None).await.json();
    let (mut stored, mut duplicates) = (0, 0);
    for file in files.as_array().unwrap() {
        assert_eq!(file["settled"], true);
        let path = format!("{path}/{}/restore", file["id"].as_str().unwrap());
        let answer = app.as_person(session, Method::POST, &path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.body));
        let restored = answer.json();
        assert_eq!(restored["refused"], 0);
        stored += restored["stored"].as_u64().unwrap();
        duplicates += restored["duplicates"].as_u64().unwrap();
    }
    (stored, duplicates)
}

#[tokio::test]
async fn the_archive_gives_back_what_it_took() {
    let (app, folder) = with_folder().await;
    let session = admin(&app).await;
    fill(&app, 180).await;
    let all = log(&app).await;
    assert_eq!(pass(&app, 92).await, 60);
    let day = now().plus_millis(-180 * DAY).to_utc().format("%Y-%m-%d").to_string();
    let names: Vec<_> = std::fs::read_dir(folder.path().join("acme").join(&day))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    let begins = format!("acme-{day}-run-1-");
    assert!(names.iter().any(|name| name.starts_with(&begins)), "{names:?}");
    assert_eq!(restore(&app, &session).await, (60, 0));
    assert_eq!(log(&app).await, all);
    assert_eq!(restore(&app, &session).await, (0, 60), "once more, and nothing is there twice");
    // They were received today.
    assert_eq!(pass(&app, 29).await, 0);
}

#[tokio::test]
async fn what_has_no_id_comes_back_once() {
    let (app, _folder) = with_folder().await;
    let session = admin(&app).await;
    let mut event = event("", 0);
    event.as_object_mut().unwrap().remove("id");
    app.ingest(event.to_string()).await;
    assert_eq!(pass(&app, 92).await, 1);
    assert_eq!(restore(&app, &session).await, (1, 0));
    assert_eq!(restore(&app, &session).await, (0, 1));
    assert_eq!(log(&app).await.into_keys().collect::<Vec<_>>(), ["restored:1"]);
}

/// Broken off anywhere, and begun again: the same as if nothing had happened.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_breaks_off_goes_on() {
    let mut broken = 0;
    for round in 0..12_u32 {
        let (app, _folder) = with_folder().await;
        let session = admin(&app).await;
        fill(&app, 180).await;
        let all = log(&app).await;
        for step in 0..32 {
            // To the days on which something is due: the 31st, and the 91st.
            app.wait(if step == 10 { DAY } else { 3 * DAY });
            if step == 10 || step == 30 {
                let patience = Duration::from_millis(u64::from(3 * round + 1));
                broken +=
                    u32::from(tokio::time::timeout(patience, tick(&app.state)).await.is_err());
                // What is in neither is lost.
                let mut seen = log(&app).await;
                restored_aside(&app, &mut seen).await;
                assert_eq!(seen.len(), all.len(), "round {round}");
            }
            tick(&app.state).await;
        }
        assert!(log(&app).await.is_empty());
        assert_eq!(restore(&app, &session).await.0, 60);
        assert_eq!(log(&app).await, all);
        let counts: u64 = told(&app)
            .await
            .iter()
            .flat_map(|event| {
                assert_eq!(event.error, None, "round {round}");
                event.context.clone().unwrap()["retention"]["removed"].as_array().unwrap().clone()
            })
            .map(|removed| removed["count"].as_u64().unwrap())
            .sum();
        assert_eq!(counts, 60, "each is told of once");
    }
    assert!(broken > 3, "{broken} runs broke off");
}

/// Adds what the archive tells of.
async fn restored_aside(app: &TestApp, seen: &mut BTreeMap<String, Event>) {
    let files =
        app.state.retention.files(app.project, Timestamp::MIN, Timestamp::END).await.unwrap();
    let place = app.state.outbound.archive.as_ref().unwrap();
    for file in files {
        let fetched = place.fetch(&file.path, &file.name).await.unwrap();
        let reader = std::io::BufReader::new(fetched.file);
        for line in daybook::import::Importer::new(daybook::import::Format::Parquet, reader) {
            let event = line.unwrap().result.unwrap();
            seen.insert(event.id.clone().unwrap(), event);
        }
    }
}

#[tokio::test]
async fn nothing_goes_while_the_archive_cannot_be_reached() {
    let (app, folder) = with_folder().await;
    let session = admin(&app).await;
    fill(&app, 180).await;
    pass(&app, 25).await;
    // In its place there is a file.
    std::fs::write(folder.path().join("acme"), "in the way").unwrap();
    assert_eq!(pass(&app, 8).await, 0);
    let shown = overview(&app, &session).await;
    assert!(shown["trouble"]["problem"].as_str().unwrap().contains("archive"), "{shown}");
    let told = told(&app).await;
    assert_eq!(told.len(), 1, "once, however often it is tried");
    assert!(told[0].error.as_ref().unwrap().contains("archive"));
    assert_eq!(log(&app).await.len(), 60);
    std::fs::remove_file(folder.path().join("acme")).unwrap();
    assert_eq!(pass(&app, 1).await, 12);
    assert_eq!(overview(&app, &session).await.get("trouble"), None);
}

#[tokio::test]
async fn a_damaged_file_is_not_brought_back() {
    let (app, _folder) = with_folder().await;
    let session = admin(&app).await;
    fill(&app, 180).await;
    pass(&app, 92).await;
    let path = "/api/projects/acme/archive";
    let files = app.as_person(&session, Method::GET, path, None).await.json();
    let place = files[0]["place"].as_str().unwrap();
    let mut bytes = std::fs::read(place).unwrap();
    bytes[40] ^= 1;
    std::fs::remove_file(place).unwrap();
    std::fs::write(place, bytes).unwrap();
    let path = format!("{path}/{}/restore", files[0]["id"].as_str().unwrap());
    let answer = app.as_person(&session, Method::POST, &path, None).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(log(&app).await.is_empty());
}

#[tokio::test]
async fn a_clock_that_jumps_removes_nothing() {
    let app = with(None).await;
    fill(&app, 180).await;
    app.wait(400 * DAY);
    assert_eq!(tick(&app.state).await, 0);
    assert_eq!(pass(&app, 3).await, 0);
    assert_eq!(log(&app).await.len(), 60);
    let session = admin(&app).await;
    assert!(overview(&app, &session).await["doubt"]["after"].is_string());
    // Only who looks after the instance says that it is right.
    let refused = app.as_person(&session, Method::POST, "/api/clock", None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let key = app.local_key.reveal().to_owned();
    let answer = app.post_as(&key, "/api/clock", "application/json", "{}").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(tick(&app.state).await, 60);
}

#[tokio::test]
async fn a_clock_that_is_set_right_again_is_believed() {
    let app = with(None).await;
    fill(&app, 180).await;
    app.wait(400 * DAY);
    assert_eq!(tick(&app.state).await, 0);
    app.wait(-400 * DAY);
    assert_eq!(pass(&app, 29).await, 0);
    assert_eq!(pass(&app, 3).await, 12);
}

#[tokio::test]
async fn a_project_first_seen_by_a_clock_that_was_ahead_has_its_turn() {
    let app = TestApp::with(settings(None)).await;
    app.wait(400 * DAY);
    assert_eq!(tick(&app.state).await, 0);
    app.wait(-400 * DAY);
    fill(&app, 180).await;
    let session = admin(&app).await;
    let next_at: Timestamp =
        overview(&app, &session).await["next_at"].as_str().unwrap().parse().unwrap();
    assert!(next_at <= app.state.clock.now().plus_millis(7 * DAY), "{next_at}");
    assert_eq!(pass(&app, 32).await, 12);
}

#[tokio::test]
async fn what_is_being_exported_stays_until_it_is_written() {
    let app = with(None).await;
    let session = admin(&app).await;
    fill(&app, 180).await;
    pass(&app, 29).await;
    let reading = app.state.store.steady(app.project, Timestamp::MIN).await;
    assert_eq!(pass(&app, 3).await, 0);
    let shown = overview(&app, &session).await;
    assert!(shown["trouble"]["problem"].as_str().unwrap().contains("read"), "{shown}");
    drop(reading);
    assert_eq!(pass(&app, 1).await, 12);
}

#[tokio::test]
async fn a_bucket_is_an_archive_too() {
    let store = Store::start();
    let app = with(Some(Place::Bucket(store.bucket()))).await;
    let session = admin(&app).await;
    fill(&app, 180).await;
    let all = log(&app).await;
    assert_eq!(pass(&app, 92).await, 60);
    assert_eq!(restore(&app, &session).await, (60, 0));
    assert_eq!(log(&app).await, all);
}

/// The store does not answer, then it is another one: what was to go is still there, and goes there.
#[tokio::test]
async fn nothing_goes_while_the_store_is_down() {
    let store = Store::start();
    let app = with(Some(Place::Bucket(store.bucket()))).await;
    let session = admin(&app).await;
    fill(&app, 180).await;
    assert_eq!(pass(&app, 30).await, 0);
    let all = log(&app).await;
    let port = store.stop();
    assert_eq!(pass(&app, 2).await, 0);
    assert_eq!(log(&app).await, all);
    let shown = overview(&app, &session).await;
    assert!(shown["trouble"]["problem"].as_str().unwrap().contains("archive"), "{shown}");
    let store = Store::start_at(port);
    assert_eq!(pass(&app, 1).await, 12);
    assert_eq!(overview(&app, &session).await.get("trouble"), None);
    assert_eq!(restore(&app, &session).await, (12, 0));
    assert_eq!(log(&app).await, all);

    // Down again when the others are due.
    drop(store);
    assert_eq!(pass(&app, 62).await, 0);
    assert_eq!(log(&app).await, all);
}
