//! What a hundred rules cost those who write, and how soon a rule is tried on a million entries.
//!
//! Run by `cargo xtask bench alerts`. Prints figures with their limits. `DAYBOOK_BENCH_EVENTS` sets the number of
//! events (1,000,000).

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use daybook::{
    alerts::backtest,
    clock::Clock,
    demo::Demo,
    ledger::Ledger,
    people::People,
    secret::Secret,
    settings::Settings,
    state::AppState,
    store::{
        ProjectId, Store as _,
        index::{self, Index},
        sqlite::Sqlite,
    },
};
use daybook_model::{
    Event, Timestamp,
    alert::{BacktestRequest, BuiltIn, NewRule},
};

mod rules;
#[path = "../log/table.rs"]
mod table;

use table::Table;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The moment at which the bench stands.
const NOW: &str = "2026-11-20T12:00:00Z";
/// How many rules there are, those that are built in among them.
const RULES: usize = 100;
/// How often each way of writing is tried, one after the other; the pair in the middle counts.
const PAIRS: usize = 3;
/// How often a rule is tried; the middle one counts.
const TRIALS: usize = 5;

/// A log of its own, with everything that `daybook serve` has.
struct Server {
    state: AppState,
    store: Arc<Index>,
    project: ProjectId,
}

impl Server {
    async fn open(file: &Path) -> Result<Self, Error> {
        let now: Timestamp = NOW.parse()?;
        let sqlite = Arc::new(Sqlite::open(&format!("sqlite://{}", file.display())).await?);
        let people = People::open(sqlite.database(), &file.with_extension("sessions")).await?;
        let store = Arc::new(Index::over(sqlite, index::Settings::default()));
        let project = ProjectId(store.create_project("acme", now).await?.number);
        let clock = Clock::standing_at(now);
        let ledger = Ledger::start(store.clone(), clock.clone());
        let hash = Secret::generate("").hash();
        let settings = Settings::default();
        let state = AppState::new(store.clone(), ledger, people, clock, settings, hash, hash);
        Ok(Self { state, store, project })
    }

    /// Gives it rules, and has them watch.
    async fn watch(&self) -> Result<(), Error> {
        let (table, now) = (self.state.alerts.table(), self.state.clock.now());
        for rule in rules::some(RULES - BuiltIn::ALL.len()) {
            table.make_rule(self.project, &rule, 0, now).await?;
        }
        assert_eq!(table.rules(self.project, 0, now).await?.len(), RULES);
        self.state.alerts.start(self.state.clone()).await;
        Ok(())
    }

    /// Events stored a second, in the batches of four busy senders; until all of them were looked at, where
    /// somebody looks.
    async fn write(&self, events: &[Event], watched: bool) -> Result<f64, Error> {
        let begun = Instant::now();
        let mut senders = tokio::task::JoinSet::new();
        for part in events.chunks(events.len().div_ceil(4)) {
            let (ledger, part, project) = (self.state.ledger.clone(), part.to_vec(), self.project);
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
        if watched {
            let head = self.store.head(self.project).await?;
            self.state.alerts.settled(self.project, head).await;
        }
        let seconds = begun.elapsed().as_secs_f64();
        self.state.alerts.close().await;
        self.state.ledger.close().await;
        Ok(events.len() as f64 / seconds)
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let number: u64 = option_env_number("DAYBOOK_BENCH_EVENTS").unwrap_or(1_000_000);
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/bench-data/alerts");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let now: Timestamp = NOW.parse()?;
    println!("\nAlerts: {RULES} rules, {number} made-up events over 30 days\n");
    let events: Vec<_> = Demo::new(7, now, 30, number).without_snapshots().collect();
    let (mut table, mut pairs, mut last) = (Table::default(), Vec::new(), None);
    for pair in 0..PAIRS {
        let plain = Server::open(&folder.join(format!("{pair}-without.db"))).await?;
        let without = plain.write(&events, false).await?;
        drop(plain);
        let server = Server::open(&folder.join(format!("{pair}-with.db"))).await?;
        server.watch().await?;
        let with = server.write(&events, true).await?;
        println!("  {without:.0} events a second without rules, {with:.0} with");
        pairs.push((without, with));
        last = Some(server);
    }
    pairs.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
    let (without, with) = pairs[PAIRS / 2];
    table.note("rules, those that are built in among them", &RULES.to_string());
    table.row("events stored a second, without rules", without, "/s", None, None);
    table.row("events stored and looked at a second, with rules", with, "/s", None, None);
    table.row("what rules cost", 100.0 * (1.0 - with / without), "%", Some(20.0), None);
    if let Some(server) = last {
        try_out(&server, now, &mut table).await?;
    }
    table.print("");
    Ok(())
}

/// How long trying a rule takes.
async fn try_out(server: &Server, now: Timestamp, table: &mut Table) -> Result<(), Error> {
    server.store.settled(server.project).await?;
    let built_in = BuiltIn::ALL.iter().map(|built_in| (built_in.rule(), true));
    let broad = rules::broad().into_iter().map(|rule| (rule, false));
    for (rule, whole) in built_in.chain(broad) {
        let (took, found) = timed(server, &rule, whole, now).await?;
        table.row(&format!("try “{}”: {found}", rule.name), took, "ms", Some(300.0), None);
    }
    Ok(())
}

async fn timed(
    server: &Server,
    rule: &NewRule,
    whole: bool,
    now: Timestamp,
) -> Result<(f64, String), Error> {
    let asked = BacktestRequest::from(rule);
    let (mut times, mut found) = (Vec::new(), String::new());
    for _ in 0..TRIALS {
        let begun = Instant::now();
        let store = server.store.clone();
        let tried = backtest(&server.state.alerts, store, server.project, &asked, now).await?;
        times.push(begun.elapsed().as_secs_f64() * 1_000.0);
        // What the rules wrote down comes on top of a million: so much is not tried at once.
        assert!(tried.complete || !whole, "all of it was tried");
        let part = if tried.complete { "" } else { ", of which the latest were tried" };
        found = format!("{} in {}{part}", tried.total, tried.matching);
    }
    times.sort_by(f64::total_cmp);
    Ok((times[TRIALS / 2], found))
}

#[expect(clippy::disallowed_methods, reason = "a bench has no configuration but this")]
fn option_env_number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
