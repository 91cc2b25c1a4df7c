//! How fast the log is, beside the `sqlite3` shell on the same file in the same run.
//!
//! Run by `cargo xtask bench`. Prints figures with their limits; it fails nothing, because a busy
//! machine is not a defect. `DAYBOOK_BENCH_EVENTS` sets the number of events (1,000,000).

use std::{path::PathBuf, sync::Arc, time::Instant};

use daybook::{
    clock::Clock,
    demo::Demo,
    ledger::Ledger,
    store::{ProjectId, Store as _, sqlite::Sqlite},
};
use daybook_model::Timestamp;

mod import;
mod queries;
mod shell;
mod table;

use table::Table;

/// Where the bench keeps its files: outside of version control, reused by the next run.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/bench-data")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let events: u64 = option_env_number("DAYBOOK_BENCH_EVENTS").unwrap_or(1_000_000);
    std::fs::create_dir_all(folder())?;
    let file = folder().join("log.db");
    for ending in ["db", "db-wal", "db-shm"] {
        let _ = std::fs::remove_file(file.with_extension(ending));
    }
    println!("\nThe log, {events} made-up events over 30 days, without snapshots\n");
    let mut table = Table::default();

    let store = Arc::new(Sqlite::open(&format!("sqlite://{}", file.display())).await?);
    let end: Timestamp = "2026-11-20T12:00:00Z".parse()?;
    let clock = Clock::standing_at(end);
    let project = ProjectId(store.create_project("acme", end).await?.number);
    fill(&store, project, clock, Demo::new(7, end, 30, events).without_snapshots()).await?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(store.database().writer()).await?;
    let bytes = std::fs::metadata(&file)?.len();
    table.row(
        "bytes on disk an entry, indexes included",
        bytes as f64 / events as f64,
        "B",
        Some(350.0),
        None,
    );

    queries::measure(&store, &file, project, end, &mut table).await?;
    import::measure(&mut table)?;
    table.print("sqlite3 shell");
    Ok(())
}

/// Stores events in batches, as a busy server would.
async fn fill(
    store: &Arc<Sqlite>,
    project: ProjectId,
    clock: Clock,
    events: impl Iterator<Item = daybook_model::Event>,
) -> Result<(), Box<dyn std::error::Error>> {
    let ledger = Ledger::start(store.clone(), clock);
    let begun = Instant::now();
    let mut events = events.peekable();
    let mut stored = 0;
    while events.peek().is_some() {
        let batch: Vec<_> = events.by_ref().take(5_000).collect();
        stored += batch.len();
        ledger.submit(project, batch).await?;
    }
    ledger.close().await;
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "made up and stored {stored} events in {seconds:.1} s, {:.0} a second",
        stored as f64 / seconds
    );
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench has no configuration but this")]
fn option_env_number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
