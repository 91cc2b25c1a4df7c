//! Many who follow the log live, and one who does not read what it is sent.

use std::{
    collections::HashMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use daybook::{clock::Clock, presence::RunningServer};
use daybook_model::live::{Message, Reader};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::{sync::Barrier, task::JoinSet, time::sleep};

use super::{Error, process::Server, table::Table};

/// How many streams one token may have.
const EACH: usize = 16;
/// How many questions they follow.
const QUESTIONS: usize = 8;
/// How many batches are sent, of how many events, and how often.
const BATCHES: usize = 100;
const EVENTS: usize = 8;
const PACE: Duration = Duration::from_millis(100);

type Arrivals = Vec<(String, Instant)>;

/// Who asks, and how.
#[derive(Clone)]
struct Asking {
    client: reqwest::Client,
    address: String,
    key: String,
}

pub(crate) fn measure(
    server: &Server,
    folder: &Path,
    readers: usize,
    table: &mut Table,
) -> Result<(), Error> {
    let RunningServer { address, key } = running(folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    daybook::connections::raise_limit();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().build()?;
    runtime.block_on(follow(server, Asking { client, address, key }, readers, table))
}

/// What the server says of itself, beside whatever it keeps here.
fn running(folder: &Path) -> Result<RunningServer, Error> {
    for file in std::fs::read_dir(folder)? {
        let file = file?.path();
        if file.extension().is_some_and(|name| name == "server") {
            return Ok(serde_json::from_slice(&std::fs::read(file)?)?);
        }
    }
    Err("the server does not say how it is reached".into())
}

async fn follow(
    server: &Server,
    asking: Asking,
    readers: usize,
    table: &mut Table,
) -> Result<(), Error> {
    let mut tokens = Vec::new();
    for number in 0..=readers.div_ceil(EACH) {
        tokens.push(token(&asking, number).await?);
    }
    // What the first ones bring with them, all at once, is not counted for each: connections to the database.
    let mut first = Vec::new();
    for _ in 1..EACH {
        first.push(open(&asking, &tokens[0], 0));
    }
    let mut first = try_join_all(first).await?;
    for stream in &mut first {
        drop(stream.chunk().await?);
    }
    let before = server.memory();
    let begun = Arc::new(Barrier::new(readers + 1));
    let mut reading = JoinSet::new();
    for reader in 0..readers {
        let (asking, token) = (asking.clone(), tokens[1 + reader / EACH].clone());
        let begun = Arc::clone(&begun);
        let question = reader % QUESTIONS;
        reading.spawn(async move {
            read(&asking, &token, question, &begun).await.map(|all| (question, all))
        });
    }
    begun.wait().await;
    // This one is never read again, however much it is sent.
    let stalled = open(&asking, &tokens[0], 1).await?;
    let idle = settled(server).await;
    let sent = send(&asking).await?;
    let busy = server.memory();
    let mut slowest: f64 = 0.0;
    let mut told = 0;
    while let Some(read) = reading.join_next().await {
        let (question, arrivals) = read??;
        told += arrivals.len();
        let mut expected: Vec<&String> =
            sent.keys().filter(|id| id.ends_with(&format!("-{question}"))).collect();
        let mut ids: Vec<&String> = arrivals.iter().map(|(id, _)| id).collect();
        expected.sort_unstable();
        ids.sort_unstable();
        assert_eq!(ids, expected, "each sees every entry that matches, exactly once");
        for (id, at) in &arrivals {
            slowest = slowest.max(at.saturating_duration_since(sent[id]).as_secs_f64());
        }
    }
    drop((first, stalled));
    let each = |memory: u64| memory.saturating_sub(before) as f64 / readers as f64;
    table.note(
        &format!("{readers} live readers, and one that stalls"),
        &format!("{told} entries told, each once"),
    );
    table.row(
        "  slowest, from the answer to its sender",
        slowest * 1000.0,
        "ms",
        Some(1000.0),
        None,
    );
    table.row("  memory a reader, before anything is sent", each(idle), "KiB", Some(64.0), None);
    table.row("  memory a reader, afterwards", each(busy), "KiB", Some(64.0), None);
    Ok(())
}

/// What it takes once it gives nothing more back to the system: all came at the same moment.
async fn settled(server: &Server) -> u64 {
    let mut last = server.memory();
    for _ in 0..10 {
        sleep(Duration::from_secs(1)).await;
        let now = server.memory();
        if now >= last {
            break;
        }
        last = now;
    }
    last
}

async fn token(asking: &Asking, number: usize) -> Result<String, Error> {
    let body = json!({"name": format!("reader {number}"), "scopes": ["read"]});
    let request = asking.client.post(format!("{}/api/projects/acme/tokens", asking.address));
    let request = request.bearer_auth(&asking.key).header("content-type", "application/json");
    let text = request.body(body.to_string()).send().await?.error_for_status()?.text().await?;
    let made: Value = serde_json::from_str(&text)?;
    let secret = made["token"].as_str();
    Ok(secret.ok_or(format!("no token: {text}"))?.to_owned())
}

async fn open(asking: &Asking, token: &str, question: usize) -> Result<reqwest::Response, Error> {
    let path = format!("{}/api/projects/acme/live?action=Live{question}", asking.address);
    Ok(asking.client.get(path).bearer_auth(token).send().await?.error_for_status()?)
}

/// Everything that is told until the last entry of the question.
async fn read(
    asking: &Asking,
    token: &str,
    question: usize,
    begun: &Barrier,
) -> Result<Arrivals, Error> {
    let mut stream = open(asking, token, question).await?;
    let (mut reader, mut arrivals, mut waits) = (Reader::default(), Vec::new(), true);
    while let Some(piece) = stream.chunk().await? {
        let at = Instant::now();
        for message in reader.read(&piece)? {
            // The first message tells where it begins.
            if std::mem::take(&mut waits) {
                begun.wait().await;
            }
            match message {
                Message::Entry(entry) => {
                    arrivals.push((entry.event.id.clone().unwrap_or_default(), at));
                }
                Message::Missed(missed) => return Err(format!("{missed:?}").into()),
                Message::Head(_) => {}
            }
        }
        if arrivals.len() >= BATCHES * EVENTS / QUESTIONS {
            return Ok(arrivals);
        }
    }
    Err("a stream ended".into())
}

/// Sends what they follow; when each event was acknowledged.
async fn send(asking: &Asking) -> Result<HashMap<String, Instant>, Error> {
    let mut sent = HashMap::new();
    for batch in 0..BATCHES {
        let ids: Vec<_> = (0..EVENTS).map(|i| format!("live-{batch}-{}", i % QUESTIONS)).collect();
        let events: Vec<Value> = ids
            .iter()
            .enumerate()
            .map(|(i, id)| {
                json!({"id": id, "occurred_at": Clock::System.now(), "action": format!("Live{}", i % QUESTIONS),
                    "actor": {"type": "user", "id": "u1"}})
            })
            .collect();
        let request = asking.client.post(format!("{}/api/projects/acme/events", asking.address));
        let request = request.bearer_auth(&asking.key).header("content-type", "application/json");
        request.body(Value::from(events).to_string()).send().await?.error_for_status()?;
        let now = Instant::now();
        sent.extend(ids.into_iter().map(|id| (id, now)));
        sleep(PACE).await;
    }
    Ok(sent)
}
