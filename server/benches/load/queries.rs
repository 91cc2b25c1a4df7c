//! What questions wait for while events come in at half the highest rate.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use daybook::demo::Demo;
use daybook_model::{Event, Timestamp};

use super::{
    BATCH, CLIENTS, Error,
    ingest::{agent, send},
    process::Server,
    table::Table,
};

const QUESTIONS: &[&str] =
    &["overview?range=30d", "overview?range=24h&status=5xx", "events?range=7d&q=billing"];
/// For how long there are events to be sent meanwhile.
const LONGEST: Duration = Duration::from_secs(20);
/// How often each is asked.
const TIMES: usize = 60;

pub(crate) fn measure(
    server: &Server,
    token: &str,
    rate: f64,
    now: Timestamp,
    table: &mut Table,
) -> Result<(), Error> {
    // Made beforehand: whoever sends them works elsewhere.
    let pace = Duration::from_secs_f64(BATCH as f64 / rate);
    let turns = usize::try_from(LONGEST.as_nanos() / pace.as_nanos())? / CLIENTS;
    let bodies: Vec<Vec<Vec<u8>>> = (0..CLIENTS)
        .map(|client| {
            let events = Demo::new(100 + client as u64, now, 1, 10_000_000).without_snapshots();
            let events: Vec<Event> = events.take(turns * BATCH).collect();
            events.chunks(BATCH).map(serde_json::to_vec).collect::<Result<_, _>>()
        })
        .collect::<Result<_, _>>()?;
    at_rest(server)?;
    let idle = ask(server, token)?;
    let (over, sent) = (AtomicBool::new(false), AtomicU64::new(0));
    let (busy, took) = thread::scope(|scope| {
        let (over, sent, begun) = (&over, &sent, Instant::now());
        for (client, bodies) in bodies.iter().enumerate() {
            scope.spawn(move || {
                let agent = agent();
                // Each client's are due in turn.
                for (turn, body) in bodies.iter().enumerate() {
                    let due = pace.mul_f64((turn * CLIENTS + client) as f64);
                    thread::sleep(due.saturating_sub(begun.elapsed()));
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    if let Ok(stored) = send(&agent, &server.address, token, body) {
                        sent.fetch_add(stored, Ordering::Relaxed);
                    }
                }
            });
        }
        // Until it has found its pace.
        thread::sleep(Duration::from_secs(2));
        let busy = ask(server, token);
        over.store(true, Ordering::Relaxed);
        (busy, begun.elapsed())
    });
    let busy = busy?;
    if took > LONGEST {
        return Err("the questions took longer than there were events to send".into());
    }
    let reached = sent.into_inner() as f64 / took.as_secs_f64();
    table.row(
        "events stored a second meanwhile (half the highest rate)",
        reached,
        "/s",
        None,
        None,
    );
    for (question, (idle, busy)) in QUESTIONS.iter().zip(idle.iter().zip(&busy)) {
        table.row(&format!("{question}, idle, 95th percentile"), *idle, "ms", None, None);
        table.row(&format!("{question}, meanwhile"), *busy, "ms", Some(idle * 2.0), None);
    }
    Ok(())
}

/// Waits until the server has done what was left to do with the events that it was sent: rules are tried on them,
/// and who follows the log reads them.
fn at_rest(server: &Server) -> Result<(), Error> {
    let ticks = || -> Result<u64, Error> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", server.pid()))?;
        // The name before it may have spaces.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        // Time on a core, of its own and of the system.
        Ok(fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum())
    };
    let mut last = ticks()?;
    for _ in 0..60 {
        thread::sleep(Duration::from_secs(1));
        let now = ticks()?;
        // A hundredth of a second is a tick: less than a twentieth of a core.
        if now - last < 5 {
            break;
        }
        last = now;
    }
    Ok(())
}

/// The 95th percentile of each question, in milliseconds.
fn ask(server: &Server, token: &str) -> Result<Vec<f64>, Error> {
    let agent = agent();
    QUESTIONS
        .iter()
        .map(|question| {
            let mut times = Vec::new();
            for time in 0..TIMES + 3 {
                let begun = Instant::now();
                let request = agent
                    .get(format!("{}/api/projects/acme/{question}", server.address))
                    .header("authorization", format!("Bearer {token}"));
                let mut answer = request.call()?;
                let text = answer.body_mut().with_config().limit(u64::MAX).read_to_string()?;
                if answer.status() != 200 {
                    return Err(format!("{question}: {text}").into());
                }
                // The first ones warm up.
                if time >= 3 {
                    times.push(begun.elapsed().as_secs_f64() * 1000.0);
                }
            }
            times.sort_by(f64::total_cmp);
            Ok(times[times.len() * 95 / 100])
        })
        .collect()
}
