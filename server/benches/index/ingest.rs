//! What the index costs those who write, and how soon they find what they wrote.

use std::{path::Path, sync::Arc, time::Instant};

use daybook::{
    clock::Clock,
    demo::Demo,
    ledger::Ledger,
    store::{
        AnyStore, ProjectId, Scope,
        index::{Index, Settings},
        sqlite::Sqlite,
    },
};
use daybook_model::{Event, Filter, Span, Timestamp};

use super::{Error, NOW, table::Table};

/// How many events are written each time.
const EVENTS: u64 = 200_000;
/// How often each way is tried, one after the other; the pair in the middle counts.
const PAIRS: usize = 5;

pub(crate) async fn measure(folder: &Path, table: &mut Table) -> Result<(), Error> {
    let now: Timestamp = NOW.parse()?;
    let events: Vec<Event> = Demo::new(9, now, 30, EVENTS).without_snapshots().collect();
    let folder = folder.join("ingest");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let mut pairs = Vec::new();
    for pair in 0..PAIRS {
        // Each in a file of its own: who still closes one would take the next one's log away.
        let without = rate(&folder.join(format!("{pair}-without.db")), false, &events, now).await?;
        let with = rate(&folder.join(format!("{pair}-with.db")), true, &events, now).await?;
        pairs.push((without, with));
    }
    pairs.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
    let (without, with) = pairs[PAIRS / 2];
    table.row("events stored a second, without the index", without, "/s", None, None);
    table.row("events stored a second, with the index", with, "/s", None, None);
    let share = 100.0 * with / without;
    let verdict = if share >= 90.0 { "within" } else { "OVER" };
    table.note("  share of the rate without", &format!("{share:.0} % (≥ 90): {verdict}"));
    table.row(
        "findable after its answer, 95th percentile",
        findable(&folder.join("findable.db"), &events, now).await?,
        "ms",
        Some(50.0),
        None,
    );
    Ok(())
}

async fn open(file: &Path, indexed: bool, now: Timestamp) -> Result<(AnyStore, ProjectId), Error> {
    let sqlite = Arc::new(Sqlite::open(&format!("sqlite://{}", file.display())).await?);
    let store: AnyStore =
        if indexed { Arc::new(Index::over(sqlite, Settings::default())) } else { sqlite };
    let project = ProjectId(store.create_project("acme", now).await?.number);
    Ok((store, project))
}

/// Events stored a second, in the batches of four busy senders.
async fn rate(file: &Path, indexed: bool, events: &[Event], now: Timestamp) -> Result<f64, Error> {
    let (store, project) = open(file, indexed, now).await?;
    let ledger = Ledger::start(store, Clock::standing_at(now));
    let begun = Instant::now();
    let mut senders = tokio::task::JoinSet::new();
    for part in events.chunks(events.len().div_ceil(4)) {
        let (ledger, part) = (ledger.clone(), part.to_vec());
        senders.spawn(async move {
            for batch in part.chunks(1_000) {
                ledger.submit(project, batch.to_vec()).await?;
            }
            Ok::<_, daybook::ledger::LedgerError>(())
        });
    }
    while let Some(sent) = senders.join_next().await {
        sent??;
    }
    let seconds = begun.elapsed().as_secs_f64();
    ledger.close().await;
    Ok(events.len() as f64 / seconds)
}

/// How long after an event is acknowledged a count has it, in milliseconds.
async fn findable(file: &Path, events: &[Event], now: Timestamp) -> Result<f64, Error> {
    let (store, project) = open(file, true, now).await?;
    let ledger = Ledger::start(Arc::clone(&store), Clock::standing_at(now));
    ledger.submit(project, events[..50_000].to_vec()).await?;
    let mut times = Vec::new();
    for (event, expected) in events[50_000..50_200].iter().zip(50_001..) {
        let head = ledger.submit(project, vec![event.clone()]).await?.head;
        let begun = Instant::now();
        let scope = Scope {
            project,
            within: Vec::new(),
            filter: Filter::default(),
            span: Span::ALL,
            as_of: head,
        };
        assert_eq!(store.count(&scope).await?, expected, "what was acknowledged counts");
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() * 95 / 100])
}
