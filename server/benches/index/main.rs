//! How fast ten million entries are counted, sorted and searched through HTTP, beside DuckDB,
//! PostgreSQL and SQLite on the same rows in the same run; and the same log kept in PostgreSQL.
//!
//! Run by `cargo xtask bench index`. Prints figures with their limits and what each of the others
//! counted, which must be the same. `DAYBOOK_BENCH_EVENTS` sets the number of events (10,000,000);
//! the log is kept for the next run.

use std::{path::PathBuf, sync::Arc, time::Instant};

use daybook::{
    clock::Clock,
    demo::Demo,
    ledger::Ledger,
    people::People,
    store::{
        AnyStore, ProjectId, Store as _,
        index::{Index, Settings},
        sqlite::Sqlite,
    },
};
use daybook_model::Timestamp;

mod beneath;
mod ingest;
#[path = "../../tests/postgres/machine.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "what torture does with it beside")]
mod machine;
mod page;
mod peers;
#[path = "../../tests/postgres/programs.rs"]
#[expect(clippy::unwrap_used, reason = "a bench that cannot set up has failed")]
mod programs;
#[path = "../log/table.rs"]
mod table;

use table::Table;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The moment at which the bench stands.
const NOW: &str = "2026-11-20T12:00:00Z";

#[tokio::main]
async fn main() -> Result<(), Error> {
    let events: u64 = option_env_number("DAYBOOK_BENCH_EVENTS").unwrap_or(10_000_000);
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/bench-data");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join(format!("index-{events}.db"));
    let now: Timestamp = NOW.parse()?;
    println!("\nThe column index, {events} made-up events over 30 days, without snapshots\n");
    let store = Arc::new(Sqlite::open(&format!("sqlite://{}", file.display())).await?);
    let project = ProjectId(store.create_project("acme", now).await?.number);
    if store.head(project).await? < events {
        fill(store.clone(), project, now, events).await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(store.database().writer()).await?;
    }

    let mut table = Table::default();
    let kept = folder.join(format!("index-{events}"));
    let settings = Settings { folder: Some(kept.clone()), ..Settings::default() };
    let _ = std::fs::remove_dir_all(&kept);
    let begun = Instant::now();
    let (rows, bytes) = Index::over(Arc::clone(&store), settings.clone()).settled(project).await?;
    table.row("first start: read from the log", begun.elapsed().as_secs_f64(), "s", None, None);
    let begun = Instant::now();
    let index = Arc::new(Index::over(Arc::clone(&store), settings));
    let held = index.settled(project).await?;
    table.row("ready after a restart", begun.elapsed().as_secs_f64(), "s", Some(15.0), None);
    assert_eq!(held, (rows, bytes), "a restart holds what was held before");
    assert_eq!(rows as u64, events, "every entry is held");
    table.row("memory an entry", bytes as f64 / rows as f64, "B", Some(64.0), None);

    let people = People::open(store.database(), &file.with_extension("sessions")).await?;
    let client = page::serve(people, index.clone(), project, now).await?;
    let questions = page::measure(&client, index, project, now, &mut table).await?;
    beneath::measure(&client, events, now, &questions, &mut table).await?;
    ingest::measure(&folder, &mut table).await?;
    let compared = peers::measure(&folder, &file, events, &questions, &mut table);
    table.print("");
    compared
}

/// Stores events in batches, as a busy server would.
async fn fill(
    store: AnyStore,
    project: ProjectId,
    now: Timestamp,
    events: u64,
) -> Result<(), Error> {
    let ledger = Ledger::start(store, Clock::standing_at(now));
    let mut demo = Demo::new(7, now, 30, events).without_snapshots().peekable();
    let begun = Instant::now();
    let mut stored = 0;
    while demo.peek().is_some() {
        let batch: Vec<_> = demo.by_ref().take(5_000).collect();
        stored += batch.len();
        ledger.submit(project, batch).await?;
        if stored % 500_000 == 0 {
            println!("  {stored} events stored, {:.0} s", begun.elapsed().as_secs_f64());
        }
    }
    ledger.close().await;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench has no configuration but this")]
fn option_env_number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
