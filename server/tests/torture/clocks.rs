//! The server's clock jumps, back and forward, by hours and by years.

use std::sync::{Arc, atomic::Ordering};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, header},
};
use daybook::{
    api,
    clock::Clock,
    ledger::Ledger,
    people::People,
    secret::Secret,
    settings::Settings,
    state::AppState,
    store::{
        Store as _,
        index::{self, Index},
        sqlite::Sqlite,
    },
};
use daybook_model::Timestamp;
use http_body_util::BodyExt as _;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::plan::Plan;

const HOUR: i64 = 3_600_000;
const YEAR: i64 = 365 * 24 * HOUR;
/// How often it jumps before another log is begun.
const JUMPS: usize = 120;

struct Setup {
    router: Router,
    clock: Clock,
    key: Secret,
    _folder: tempfile::TempDir,
}

async fn set_up(now: Timestamp) -> Setup {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::standing_at(now);
    let log = format!("sqlite://{}", folder.path().join("test.db").display());
    let file = Arc::new(Sqlite::open(&log).await.unwrap());
    // Small chunks, so that many of them are full.
    let settings = index::Settings { chunk: 64, ..index::Settings::default() };
    let store = Arc::new(Index::over(Arc::clone(&file), settings));
    store.create_project("acme", now).await.unwrap();
    let sessions = folder.path().join("sessions.db");
    let people = People::open(file.database(), &sessions).await.unwrap();
    let ledger = Ledger::start(store.clone(), clock.clone());
    let (key, link) = (Secret::generate(""), Secret::generate(""));
    let settings = Settings::default();
    let state =
        AppState::new(store, ledger, people, clock.clone(), settings, key.hash(), link.hash());
    Setup { router: api::router(state), clock, key, _folder: folder }
}

impl Setup {
    async fn ask(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/projects/acme/{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key.reveal()))
            .header(header::CONTENT_TYPE, "application/json");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let answer = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    fn jump(&self, by: i64) -> Timestamp {
        let Clock::Set(millis) = &self.clock else { panic!("a clock that is set") };
        millis.fetch_add(by, Ordering::Relaxed);
        self.clock.now()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn under_a_clock_that_jumps_nothing_is_lost_doubled_or_out_of_order() {
    let mut plan = Plan::of("clocks");
    let (mut rounds, mut stored, mut refused) = (0, 0, 0);
    while plan.goes_on(rounds, 1) {
        let of_this_log = log(&mut plan.dice).await;
        stored += of_this_log.0;
        refused += of_this_log.1;
        rounds += 1;
    }
    assert!(stored > 0 && refused > 0, "{stored} stored, {refused} refused");
    println!("clocks: {} jumps, {stored} stored, {refused} refused", rounds * JUMPS);
}

/// One log, under a clock that jumps; how many events are stored, and how many were refused.
async fn log(dice: &mut ChaCha8Rng) -> (u64, u64) {
    let start: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    let setup = set_up(start).await;
    // The producers' clock is right.
    let (mut truth, mut stored, mut refused) = (start, 0_u64, 0_u64);
    for round in 0..JUMPS {
        truth = truth.plus_millis(60_000);
        let by = match dice.random_range(0..6) {
            0 => dice.random_range(-2 * YEAR..2 * YEAR),
            1 => truth.millis() - setup.clock.now().millis(),
            _ => dice.random_range(-3 * HOUR..3 * HOUR),
        };
        let now = setup.jump(by);
        let number = dice.random_range(1..20_u64);
        let events: Vec<_> = (0..number)
            .map(|i| {
                json!({"id": format!("{round}-{i}"), "occurred_at": truth, "action": "Jump",
                    "actor": {"type": "user", "id": format!("u{}", i % 3)}})
            })
            .collect();
        let (status, report) = setup.ask(Method::POST, "events", events.into()).await;
        if truth.millis() > now.millis() + 24 * HOUR {
            // What seems to be of tomorrow is refused by name, all of it.
            assert_eq!(status, 422, "{report}");
            assert_eq!(report["refused"][0]["field"], "occurred_at");
            refused += number;
        } else {
            assert_eq!((status, report["stored"].as_u64()), (200, Some(number)), "{report}");
            stored += number;
            assert_eq!(report["head"], stored);
            let (_, entry) = setup.ask(Method::GET, &format!("events/{stored}"), Value::Null).await;
            assert_eq!(entry["received_at"], json!(now), "as the clock was");
        }
        let (_, bars) = setup.ask(Method::GET, "histogram?range=all", Value::Null).await;
        assert_eq!(bars["total"], stored, "round {round}: {bars}");
        let (_, newer) = setup.ask(Method::GET, "newer?range=all&as_of=0", Value::Null).await;
        assert_eq!(newer["newer"], stored, "{newer}");
    }
    // Page by page, everything is there once.
    let (mut seen, mut cursor) = (std::collections::BTreeSet::new(), String::new());
    loop {
        let path = format!("events?range=all&limit=97{cursor}");
        let (_, page) = setup.ask(Method::GET, &path, Value::Null).await;
        for entry in page["entries"].as_array().unwrap() {
            assert!(seen.insert(entry["seq"].as_u64().unwrap()), "{entry} comes twice");
        }
        setup.jump(dice.random_range(-HOUR..HOUR));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), (1..=stored).collect::<Vec<_>>());
    (stored, refused)
}
