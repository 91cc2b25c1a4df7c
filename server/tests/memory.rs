//! How much memory an export takes over idle: as much for many rows as for few, and never more than 32 MiB.
//!
//! In a process of its own, because what others take at the same time would be counted as well.
//! `DAYBOOK_TEST_EVENTS` sets how many entries there are (120,000).

#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

use std::sync::Arc;

use axum::{Router, body::Body, http::Request};
use daybook::{
    api,
    clock::Clock,
    demo::Demo,
    ledger::Ledger,
    people::People,
    secret::Secret,
    settings,
    state::AppState,
    store::{
        ProjectId, Store as _,
        index::{Index, Settings},
        sqlite::Sqlite,
    },
};
use daybook_model::Timestamp;
use http_body_util::BodyExt as _;
use memory::Watch;
use tower::ServiceExt as _;

#[path = "../benches/export/memory.rs"]
mod memory;

// As the program has it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What an export may take, in MiB. `cargo xtask bench export` measures it exactly; this is unoptimised, beside
/// other tests, and what the allocator gives back to the system differs by some 20 MiB from run to run. Rows
/// that pile up are told all the same: all of them are more than 100 MiB.
const MOST: f64 = 64.0;
/// How much more it may take for all rows than for a quarter of them, in MiB.
const MORE: f64 = 32.0;
/// How often it is tried: what the allocator has in hand from before differs, rows that pile up do so each time.
const TRIES: usize = 3;

#[expect(clippy::disallowed_methods, reason = "how long a test takes is not in a configuration")]
fn events() -> u64 {
    let wanted = std::env::var("DAYBOOK_TEST_EVENTS").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(120_000)
}

/// A server whose log has so many made-up entries, and its local key.
async fn server(folder: &tempfile::TempDir, events: u64) -> (Router, String) {
    let end: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    let clock = Clock::standing_at(end);
    let url = format!("sqlite://{}", folder.path().join("daybook.db").display());
    let below = Arc::new(Sqlite::open(&url).await.unwrap());
    let people = People::open(below.database(), &folder.path().join("sessions")).await.unwrap();
    let index = Arc::new(Index::over(Arc::clone(&below), Settings::default()));
    let project = ProjectId(index.create_project("acme", end).await.unwrap().number);
    let ledger = Ledger::start(index.clone(), clock.clone());
    let mut made = Demo::new(7, end, 30, events).peekable();
    while made.peek().is_some() {
        let batch: Vec<_> = made.by_ref().take(5_000).collect();
        ledger.submit(project, batch).await.unwrap();
    }
    index.settled(project).await.unwrap();
    let (key, link) = (Secret::generate(""), Secret::generate("").hash());
    let settings = settings::Settings::default();
    let state = AppState::new(index, ledger, people, clock, settings, key.hash(), link);
    (api::router(state), key.reveal().to_owned())
}

/// The rows of an export, and the most memory that it took over idle, in MiB.
async fn export(app: &Router, key: &str, query: &str) -> (u64, f64) {
    let path = format!("/api/projects/acme/export?range=all&{query}");
    let request = Request::get(path).header("authorization", format!("Bearer {key}"));
    let watch = Watch::begin();
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert!(response.status().is_success(), "{query}");
    let (mut body, mut rows) = (response.into_body(), 0);
    while let Some(frame) = body.frame().await {
        if let Ok(trailers) = frame.unwrap().into_trailers() {
            rows = trailers["daybook-export-rows"].to_str().unwrap().parse().unwrap();
        }
    }
    (rows, watch.end())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_takes_as_much_memory_for_many_rows_as_for_few() {
    let folder = tempfile::tempdir().unwrap();
    let events = events();
    let (app, key) = server(&folder, events).await;
    // What is made once is there.
    export(&app, &key, "as_of=2000").await;
    for how in [
        "format=parquet",
        "format=csv&columns=requests&sort=resource",
        "format=csv&columns=requests&sort=-status",
        "format=csv&columns=requests",
        "format=ndjson",
    ] {
        let (few, for_few) = export(&app, &key, &format!("{how}&as_of={}", events / 4)).await;
        assert_eq!(few, events / 4, "{how}");
        let mut least = f64::MAX;
        for _ in 0..TRIES {
            let (many, for_many) = export(&app, &key, &format!("{how}&as_of={events}")).await;
            println!("{how}: {few} rows {for_few:.1} MiB, {many} rows {for_many:.1} MiB");
            assert_eq!(many, events, "{how}");
            least = least.min(for_many);
            if least <= MOST.min(for_few + MORE) {
                break;
            }
        }
        assert!(least <= MOST, "{how}: {least:.1} MiB");
        assert!(least <= for_few + MORE, "{how}: {for_few:.1} MiB, then {least:.1} MiB");
    }
}
