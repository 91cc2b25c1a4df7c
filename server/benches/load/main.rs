//! The whole server under load, over HTTP: how fast it takes events in beside SQLite alone, what questions
//! wait for meanwhile, and a thousand who follow the log live.
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
use process::{Server, Start, token, token_of};
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
    println!("\nThe server under load: {number} made-up events over 30 days, without snapshots\n");
    let now: Timestamp = daybook::clock::Clock::System.now();
    let events: Vec<Event> = Demo::new(7, now, 30, number).without_snapshots().collect();
    let bodies: Vec<Vec<u8>> =
        events.chunks(BATCH).map(serde_json::to_vec).collect::<Result<_, _>>()?;

    let mut table = Table::default();
    let mut pairs = Vec::new();
    for _ in 0..PAIRS {
        let folder = tempfile::tempdir()?;
        let token = token(folder.path());
        let server = Server::start(folder.path());
        let over_http = ingest::rate(&server, &token, &bodies, events.len())?;
        server.kill();
        let (raw, own) = raw::rates(&folder.path().join("daybook.db"), &events, now)?;
        println!(
            "  {over_http:.0} events a second over HTTP, {own:.0} without, {raw:.0} copied by SQLite"
        );
        pairs.push((over_http, own, raw));
    }
    pairs.sort_by(|a, b| (a.0 / a.2).total_cmp(&(b.0 / b.2)));
    let (over_http, own, raw) = pairs[PAIRS / 2];
    table.row("events stored a second over HTTP, 16 clients", over_http, "/s", None, None);
    table.row("the same batches given to the store, one by one", own, "/s", None, None);
    table.row("the same rows copied by SQLite, as many a transaction", raw, "/s", None, None);
    let share = 100.0 * over_http / raw;
    let verdict = if share >= 60.0 { "within" } else { "OVER" };
    table.note("  share of what SQLite copies", &format!("{share:.0} % (≥ 60): {verdict}"));

    postgres(&bodies, &events, now, &mut table)?;

    let folder = tempfile::tempdir()?;
    let token = token(folder.path());
    let server = Server::start(folder.path());
    ingest::rate(&server, &token, &bodies, events.len())?;
    queries::measure(&server, &token, over_http / 2.0, now, &mut table)?;
    readers::measure(&server, folder.path(), readers, &mut table)?;
    table.print("");
    Ok(())
}

/// The same before PostgreSQL.
fn postgres(
    bodies: &[Vec<u8>],
    events: &[Event],
    now: Timestamp,
    table: &mut Table,
) -> Result<(), Error> {
    let mut pairs = Vec::new();
    for _ in 0..PAIRS {
        let machine = Machine::new();
        let folder = tempfile::tempdir()?;
        let token = token_of(&machine.url(), folder.path());
        let environment = vec![
            ("DAYBOOK_DATABASE_URL".into(), machine.url()),
            ("DAYBOOK_DATA".into(), folder.path().display().to_string()),
        ];
        let server = Server::with(folder.path(), &Start { environment, ..Start::default() });
        let over_http = ingest::rate(&server, &token, bodies, events.len())?;
        server.kill();
        let empty = ["copied", "own"].map(|name| {
            machine.ask("postgres", &format!("CREATE DATABASE {name}"));
            machine.url().replace("/daybook", &format!("/{name}"))
        });
        let empty = [empty[0].as_str(), empty[1].as_str()];
        let (raw, own) = copy::rates(&machine.url(), empty, events, now)?;
        println!(
            "  {over_http:.0} events a second over HTTP, {own:.0} without, {raw:.0} copied by PostgreSQL"
        );
        pairs.push((over_http, own, raw));
    }
    pairs.sort_by(|a, b| (a.0 / a.2).total_cmp(&(b.0 / b.2)));
    let (over_http, own, raw) = pairs[PAIRS / 2];
    table.row(
        "PostgreSQL: events stored a second over HTTP, 16 clients",
        over_http,
        "/s",
        None,
        None,
    );
    table.row("the same batches given to the store, one by one", own, "/s", None, None);
    table.row("the same rows by COPY, as many a transaction", raw, "/s", None, None);
    let share = 100.0 * over_http / raw;
    let verdict = if share >= 60.0 { "within" } else { "OVER" };
    table.note("  share of what PostgreSQL copies", &format!("{share:.0} % (≥ 60): {verdict}"));
    Ok(())
}

fn number_of_readers() -> usize {
    number("DAYBOOK_BENCH_READERS").and_then(|number| number.try_into().ok()).unwrap_or(1_000)
}

#[expect(clippy::disallowed_methods, reason = "a bench has no configuration but this")]
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
