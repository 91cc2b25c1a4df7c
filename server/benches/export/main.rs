//! How fast the log leaves, beside the `sqlite3` shell writing the same columns from the same file.
//!
//! Run by `cargo xtask bench export`. Prints figures with their limits; it fails nothing, because a busy
//! machine is not a defect. `DAYBOOK_BENCH_EVENTS` sets the number of events (1,000,000).

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{body::Body, http::Request};
use daybook::{
    api,
    clock::Clock,
    demo::Demo,
    ledger::Ledger,
    people::People,
    secret::Secret,
    state::AppState,
    store::{
        AnyStore, ProjectId, Store as _,
        index::{Index, Settings},
        sqlite::Sqlite,
    },
};
use daybook_model::Timestamp;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

mod memory;
#[path = "../log/table.rs"]
mod table;

use memory::{Watch, resident};
use table::Table;

// As the program has it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The seventeen published columns, as anybody would ask the shell for them.
const SHELL: &str = "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', e.occurred_at / 1000.0, 'unixepoch') AS started_at, \
    m.value AS method, p.value AS path, a.value AS action, ac.type AS actor_type, ac.id AS actor_id, \
    ac.name AS actor_name, ip.value AS remote_ip, ua.value AS user_agent, r.type AS resource_type, \
    r.id AS resource_id, r.name AS resource_name, c.value AS cluster_id, c.name AS cluster_name, \
    en.value AS preview_environment_id, en.name AS preview_environment_name, e.status AS status_code \
    FROM entry e \
    LEFT JOIN word m ON m.project = 1 AND m.kind = 1 AND m.number = e.method \
    LEFT JOIN word ac ON ac.project = 1 AND ac.kind = 2 AND ac.number = e.actor \
    LEFT JOIN word a ON a.project = 1 AND a.kind = 5 AND a.number = e.action \
    LEFT JOIN word r ON r.project = 1 AND r.kind = 6 AND r.number = e.resource \
    LEFT JOIN word c ON c.project = 1 AND c.kind = 8 AND c.number = e.cluster \
    LEFT JOIN word en ON en.project = 1 AND en.kind = 9 AND en.number = e.environment \
    LEFT JOIN word ip ON ip.project = 1 AND ip.kind = 10 AND ip.number = e.ip \
    LEFT JOIN word p ON p.project = 1 AND p.kind = 11 AND p.number = e.path \
    LEFT JOIN word ua ON ua.project = 1 AND ua.kind = 15 AND ua.number = e.user_agent \
    WHERE e.project = 1 ORDER BY e.occurred_at DESC, e.seq DESC";

#[tokio::main]
async fn main() -> Result<()> {
    let events: u64 = events();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/bench-data");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("export.db");
    for ending in ["db", "db-wal", "db-shm", "db.sessions"] {
        let _ = std::fs::remove_file(file.with_extension(ending));
    }
    println!("\nExports of {events} made-up events over 30 days\n");
    let (indexed, plain, token) = servers(&file, events).await?;
    let mut table = Table::default();
    let shell = shell(&file);
    let limit = shell.map(|ms| ms * 1.5);
    for (what, app, query, limit) in [
        ("CSV of requests", &indexed, "format=csv&columns=requests", limit),
        ("CSV of requests, no column index", &plain, "format=csv&columns=requests", limit),
        (
            "CSV of requests, by resource",
            &indexed,
            "format=csv&columns=requests&sort=resource",
            None,
        ),
        ("CSV, everything", &indexed, "format=csv", None),
        ("NDJSON", &indexed, "format=ndjson", None),
        ("Parquet", &indexed, "format=parquet", None),
    ] {
        let path = |as_of| format!("/api/projects/acme/export?range=all&as_of={as_of}&{query}");
        // What is made once is there, and what filling the log took is given back.
        fetch(app, &token, &path(10_000)).await?;
        settled().await;
        let path = path(events);
        let mut best = fetch(app, &token, &path).await?;
        if limit.is_some() {
            // As of the shell, the better of two.
            let again = fetch(app, &token, &path).await?;
            best = if again.whole < best.whole { again } else { best };
        }
        let peer = limit.and(shell);
        table.row(&format!("{what}: first byte"), best.first, "ms", Some(50.0), None);
        table.row(&format!("{what}: all of it"), best.whole, "ms", limit, peer);
        table.row(&format!("{what}: memory over idle"), best.memory, "MiB", Some(32.0), None);
        let (seconds, mib) = (best.whole / 1000.0, best.bytes as f64 / f64::from(1 << 20));
        let rows = events as f64 / seconds;
        table.note(
            "",
            &format!("{rows:.0} rows a second, {:.0} MiB/s, {mib:.0} MiB", mib / seconds),
        );
    }
    table.print("sqlite3 -csv");
    Ok(())
}

/// Two servers of one log with so many events: with a column index, and without.
async fn servers(file: &Path, events: u64) -> Result<(axum::Router, axum::Router, String)> {
    let end: Timestamp = "2026-11-20T12:00:00Z".parse()?;
    let clock = Clock::standing_at(end);
    let below = Arc::new(Sqlite::open(&format!("sqlite://{}", file.display())).await?);
    let sessions = file.with_extension("db.sessions");
    let people = People::open(below.database(), &sessions).await?;
    let index = Arc::new(Index::over(Arc::clone(&below), Settings::default()));
    let project = ProjectId(index.create_project("acme", end).await?.number);
    let ledger = Ledger::start(index.clone(), clock.clone());
    let mut made = Demo::new(7, end, 30, events).peekable();
    while made.peek().is_some() {
        let batch: Vec<_> = made.by_ref().take(5_000).collect();
        ledger.submit(project, batch).await?;
    }
    index.settled(project).await?;
    let key = Secret::generate("");
    let server = |store: AnyStore| {
        let settings = daybook::settings::Settings::default();
        let (ledger, people, clock) = (ledger.clone(), people.clone(), clock.clone());
        let once = Secret::generate("").hash();
        api::router(AppState::new(store, ledger, people, clock, settings, key.hash(), once))
    };
    Ok((server(index), server(below), key.reveal().to_owned()))
}

/// Waits until no memory is given back to the system any more.
async fn settled() {
    let mut last = u64::MAX;
    while resident() < last {
        last = resident();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// What an export took.
struct Export {
    /// Milliseconds to the first byte.
    first: f64,
    /// Milliseconds to the last.
    whole: f64,
    bytes: usize,
    /// MiB over idle.
    memory: f64,
}

/// Takes an export, and keeps nothing of it.
async fn fetch(app: &axum::Router, token: &str, path: &str) -> Result<Export> {
    let request = Request::get(path).header("authorization", format!("Bearer {token}"));
    let (watch, begun) = (Watch::begin(), Instant::now());
    let mut body = app.clone().oneshot(request.body(Body::empty())?).await?.into_body();
    let (mut first, mut bytes) = (None, 0);
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            first.get_or_insert_with(|| begun.elapsed());
            bytes += data.len();
        }
    }
    let [first, whole] =
        [first.unwrap_or_default(), begun.elapsed()].map(|t| t.as_secs_f64() * 1000.0);
    Ok(Export { first, whole, bytes, memory: watch.end() })
}

/// How long the shell takes, in milliseconds: the better of two runs. `None` where it is not installed.
fn shell(file: &Path) -> Option<f64> {
    let run = || {
        let begun = Instant::now();
        let status = Command::new("sqlite3")
            .args(["-readonly", "-csv", "-header"])
            .arg(file)
            .arg(SHELL)
            .stdout(Stdio::null())
            .status();
        status.is_ok_and(|s| s.success()).then(|| begun.elapsed().as_secs_f64() * 1000.0)
    };
    let (first, second) = (run()?, run()?);
    Some(first.min(second))
}

#[expect(clippy::disallowed_methods, reason = "a bench has no configuration but this")]
fn events() -> u64 {
    let wanted = std::env::var("DAYBOOK_BENCH_EVENTS").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(1_000_000)
}
