//! The whole server under load, over HTTP, on SQLite and on PostgreSQL: how fast it takes events in beside the
//! database alone, what questions wait for meanwhile, and a thousand who follow the log live.
//!
//! Run by `cargo xtask bench load`. Prints figures with their limits; it fails nothing but what was lost or
//! came twice. `DAYBOOK_BENCH_EVENTS` sets the number of events (100,000), `DAYBOOK_BENCH_READERS` that of
//! readers (1,000).

use daybook::demo::Demo;
use daybook_model::{Event, Timestamp};

mod copy;
mod ingest;
#[path = "../../tests/postgres/machine.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "what torture does with it beside")]
mod machine;
#[path = "../../tests/torture/process.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "what torture does with a server beside")]
mod process;
#[path = "../../tests/postgres/programs.rs"]
#[expect(clippy::unwrap_used, reason = "a bench that cannot set up has failed")]
mod programs;
mod queries;
mod raw;
mod readers;
#[path = "../log/table.rs"]
mod table;

use machine::Machine;
use process::{Server, Start, token_of};
use table::Table;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// How many send at once.
const CLIENTS: usize = 16;
/// How many events a batch has.
const BATCH: usize = 100;
/// How often each way is tried, one after the other; the pair in the middle counts.
const PAIRS: usize = 3;

fn main() -> Result<(), Error> {
    let number = number("DAYBOOK_BENCH_EVENTS").unwrap_or(100_000);
    let readers = number_of_readers();
    println!("\nThe server under load: {number} made-up events over 30 days, without snapshots");
    let now: Timestamp = daybook::clock::Clock::System.now();
    let events: Vec<Event> = Demo::new(7, now, 30, number).without_snapshots().collect();
    let bodies: Vec<Vec<u8>> =
        events.chunks(BATCH).map(serde_json::to_vec).collect::<Result<_, _>>()?;
    for beneath in [Beneath::Sqlite, Beneath::Postgres] {
        let mut table = Table::default();
        println!("\nOn {}", beneath.name());
        let fastest = intake(beneath, &bodies, &events, now, &mut table)?;
        let log = Log::start(beneath)?;
        ingest::rate(&log.server, &log.token, &bodies, events.len())?;
        table.row("disk an entry", log.bytes()? as f64 / events.len() as f64, "B", None, None);
        queries::measure(&log.server, &log.token, fastest / 2.0, now, &mut table)?;
        readers::measure(&log.server, log.folder.path(), readers, &mut table)?;
        table.print("");
    }
    Ok(())
}

/// Which database a log is in.
#[derive(Debug, Clone, Copy)]
enum Beneath {
    Sqlite,
    Postgres,
}

impl Beneath {
    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A server with an empty log.
struct Log {
    server: Server,
    token: String,
    folder: tempfile::TempDir,
    machine: Option<Machine>,
}

impl Log {
    fn start(beneath: Beneath) -> Result<Self, Error> {
        let folder = tempfile::tempdir()?;
        let machine = matches!(beneath, Beneath::Postgres).then(Machine::new);
        let url = machine.as_ref().map_or_else(|| process::url(folder.path()), Machine::url);
        let token = token_of(&url, folder.path());
        let data = folder.path().display().to_string();
        let environment = vec![("DAYBOOK_DATABASE_URL".into(), url), ("DAYBOOK_DATA".into(), data)];
        let server = Server::with(folder.path(), &Start { environment, ..Start::default() });
        Ok(Self { server, token, folder, machine })
    }

    /// What the log takes on disk, without what is still to be written from its journal.
    fn bytes(&self) -> Result<u64, Error> {
        Ok(match &self.machine {
            None => std::fs::metadata(self.folder.path().join("daybook.db"))?.len(),
            Some(machine) => {
                machine.ask("daybook", "SELECT pg_database_size('daybook')").parse()?
            }
        })
    }

    /// The same events in the same transactions, with nothing before the database: how many rows a second the
    /// database copies, and how many events our statements store.
    fn alone(self, events: &[Event], now: Timestamp) -> Result<(f64, f64), Error> {
        self.server.kill();
        let Some(machine) = self.machine else {
            return raw::rates(&self.folder.path().join("daybook.db"), events, now);
        };
        let [copied, own] = ["copied", "own"].map(|name| {
            machine.ask("postgres", &format!("CREATE DATABASE {name}"));
            machine.url().replace("/daybook", &format!("/{name}"))
        });
        copy::rates(&machine.url(), [&copied, &own], events, now)
    }
}

/// How fast events are taken in; the most a second over HTTP.
fn intake(
    beneath: Beneath,
    bodies: &[Vec<u8>],
    events: &[Event],
    now: Timestamp,
    table: &mut Table,
) -> Result<f64, Error> {
    let name = beneath.name();
    let mut pairs = Vec::new();
    for _ in 0..PAIRS {
        let log = Log::start(beneath)?;
        let over_http = ingest::rate(&log.server, &log.token, bodies, events.len())?;
        let (copied, own) = log.alone(events, now)?;
        println!(
            "  {over_http:.0} events a second over HTTP, {own:.0} without, {copied:.0} copied by {name}"
        );
        pairs.push((over_http, own, copied));
    }
    pairs.sort_by(|a, b| (a.0 / a.2).total_cmp(&(b.0 / b.2)));
    let (over_http, own, copied) = pairs[PAIRS / 2];
    table.row("events stored a second over HTTP, 16 clients", over_http, "/s", None, None);
    table.row("the same batches given to the store, one by one", own, "/s", None, None);
    table.row("the same rows copied, as many a transaction", copied, "/s", None, None);
    let share = 100.0 * over_http / copied;
    let verdict = if share >= 60.0 { "within" } else { "OVER" };
    table.note(
        &format!("  share of what {name} copies"),
        &format!("{share:.0} % (≥ 60): {verdict}"),
    );
    Ok(over_http)
}

fn number_of_readers() -> usize {
    number("DAYBOOK_BENCH_READERS").and_then(|number| number.try_into().ok()).unwrap_or(1_000)
}

#[expect(clippy::disallowed_methods, reason = "a bench has no configuration but this")]
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
