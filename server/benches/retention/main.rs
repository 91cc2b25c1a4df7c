//! Half of two million entries are archived and removed while questions are asked: how much longer
//! these take, and how large the archive is.
//!
//! Run by `cargo xtask bench retention`. `DAYBOOK_BENCH_EVENTS` sets the number of events (2,000,000).

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use daybook::{
    clock::Clock,
    demo::Demo,
    ledger::Ledger,
    outbound::{Folder, Outbound, Place},
    people::People,
    retention::keeper::tick,
    secret::Secret,
    settings,
    state::AppState,
    store::{
        AnyStore, ProjectId, Scope, Store as _,
        index::{Index, Settings},
        sqlite::Sqlite,
    },
};
use daybook_model::{
    Field, Sort, Span, Timestamp,
    page::Direction,
    retention::{DAY, Retention},
};

#[path = "../log/table.rs"]
mod table;

use table::Table;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The moment at which the bench stands.
const NOW: &str = "2026-11-20T12:00:00Z";
/// How often each question is asked before anything is removed.
const ROUNDS: usize = 100;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let events: u64 = option_env_number("DAYBOOK_BENCH_EVENTS").unwrap_or(2_000_000);
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/bench-data/retention");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let now: Timestamp = NOW.parse()?;
    println!("\nRetention, {events} made-up events over 60 days, without snapshots\n");
    let file =
        Arc::new(Sqlite::open(&format!("sqlite://{}", folder.join("log.db").display())).await?);
    let project = ProjectId(file.create_project("acme", now).await?.number);
    fill(&file, project, now, events).await?;

    let index = Arc::new(Index::over(Arc::clone(&file), Settings::default()));
    index.settled(project).await?;
    let (state, archive) = state(&file, Arc::clone(&index) as AnyStore, now, folder).await?;
    let before = Box::pin(ask(&state, project, now, &AtomicBool::new(false), ROUNDS)).await?;

    let rules = Retention { days: Some(30), access_days: Some(30), rules: Vec::new() };
    state.retention.set_rules(project, &rules).await?;
    state.retention.urge(project, now).await?;
    let over = Arc::new(AtomicBool::new(false));
    let asking = {
        let (state, over) = (state.clone(), Arc::clone(&over));
        tokio::spawn(async move { ask(&state, project, now, &over, usize::MAX).await })
    };
    let begun = Instant::now();
    let removed = tick(&state).await;
    let seconds = begun.elapsed().as_secs_f64();
    over.store(true, Ordering::Relaxed);
    let during = asking.await??;

    let files = state.retention.files(project, Timestamp::MIN, Timestamp::END).await?;
    let bytes: u64 = files.iter().map(|file| file.shown.bytes).sum();
    let count: u64 = files.iter().map(|file| file.shown.count).sum();
    assert_eq!(count, removed, "the archive has what was removed");
    let mut table = Table::default();
    table.row("entries archived and removed", removed as f64, "", None, None);
    table.row("entries a second", removed as f64 / seconds, "", None, None);
    table.row("archive, bytes an entry", bytes as f64 / count as f64, "B", Some(120.0), None);
    for (what, before, during) in
        [("seven days", &before.0, &during.0), ("all of the time", &before.1, &during.1)]
    {
        let (before, during) = (percentile(before), percentile(during));
        table.row(&format!("{what}, 95th percentile at rest"), before, "ms", None, None);
        let limit = Some(before * 1.5);
        table.row(&format!("{what}, while entries go"), during, "ms", limit, None);
    }
    table.note("archive", &archive.display().to_string());
    table.print("");
    Ok(())
}

/// A server's state, with an archive in a folder.
async fn state(
    file: &Sqlite,
    store: AnyStore,
    now: Timestamp,
    folder: PathBuf,
) -> Result<(AppState, PathBuf), Error> {
    let people = People::open(file.database(), &folder.join("sessions.db")).await?;
    let clock = Clock::standing_at(now);
    let ledger = Ledger::start(Arc::clone(&store), clock.clone());
    let archive = folder.join("archive");
    let place = Place::Folder(Folder::at(&archive)?);
    let outbound = Outbound { archive: Some(place), ..Outbound::default() };
    let settings = settings::Settings { outbound, ..settings::Settings::default() };
    let (key, link) = (Secret::generate(""), Secret::generate(""));
    let state = AppState::new(store, ledger, people, clock, settings, key.hash(), link.hash());
    Ok((state, archive))
}

/// Asks what a page asks, of a week and of everything, until it is over; how long each took.
async fn ask(
    state: &AppState,
    project: ProjectId,
    now: Timestamp,
    over: &AtomicBool,
    rounds: usize,
) -> Result<(Vec<f64>, Vec<f64>), Error> {
    let store = &state.store;
    let as_of = store.head(project).await?;
    let week = Span::new(now.plus_millis(-7 * DAY), now).unwrap_or(Span::ALL);
    let mut took = (Vec::new(), Vec::new());
    while !over.load(Ordering::Relaxed) && took.0.len() < rounds {
        for (span, took) in [(week, &mut took.0), (Span::ALL, &mut took.1)] {
            let scope = Scope {
                project,
                within: Vec::new(),
                filter: "method.not=GET".parse()?,
                span,
                as_of,
            };
            state.retention.ask();
            let begun = Instant::now();
            let _steady = store.steady(project, span.from).await;
            store.list(&scope, Sort::default(), None, Direction::Next, 50).await?;
            let length = (now.millis() - 60 * DAY, DAY);
            let edges: Vec<_> =
                (0..=60).map(|i| Timestamp::saturating(length.0 + i * length.1)).collect();
            let fields = [Field::Actor, Field::Status, Field::Action];
            store.counts(&scope, &edges, &fields, 10).await?;
            took.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    Ok(took)
}

fn percentile(took: &[f64]) -> f64 {
    let mut took = took.to_vec();
    took.sort_by(f64::total_cmp);
    took.get(took.len() * 95 / 100).copied().unwrap_or(f64::NAN)
}

/// Stores events in batches, received long ago: what counts is when they happened.
async fn fill(
    store: &Arc<Sqlite>,
    project: ProjectId,
    now: Timestamp,
    events: u64,
) -> Result<(), Error> {
    let clock = Clock::standing_at(now.plus_millis(-61 * DAY));
    let ledger = Ledger::start(store.clone(), clock);
    let mut demo = Demo::new(7, now, 60, events).without_snapshots().peekable();
    while demo.peek().is_some() {
        ledger.submit(project, demo.by_ref().take(5_000).collect()).await?;
    }
    ledger.close().await;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(store.database().writer()).await?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench has no configuration but this")]
fn option_env_number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
