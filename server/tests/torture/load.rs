//! Everything at once, for a while: what it takes of the memory stays what it was.

use std::{
    io,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use daybook::clock::Clock;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::{
    audit::Log,
    client::{Client, Sent},
    machine::Machine,
    plan::{AtEnd, Plan},
    process::{Server, Start, token, token_of},
};

/// What is asked, again and again.
const QUESTIONS: &[&str] = &[
    "overview?range=24h",
    "events?range=24h&sort=-actor",
    "events?range=all&q=torture",
    "facets?range=24h&facets=actor,action,resource",
    "histogram?range=15m&stack=operation",
    "export?range=15m&format=csv",
];

#[test]
fn under_mixed_load_memory_stays_flat() {
    let plan = Plan::of("load");
    let folder = tempfile::tempdir().unwrap();
    let token = token(folder.path());
    load(plan, &Server::start(folder.path()), &token, 5);
}

#[test]
fn under_mixed_load_before_postgresql_memory_stays_flat_too() {
    let plan = Plan::of("load-postgres");
    let (machine, folder) = (Machine::new(), tempfile::tempdir().unwrap());
    let token = token_of(&machine.url(), folder.path());
    let environment = vec![
        ("DAYBOOK_DATABASE_URL".into(), machine.url()),
        ("DAYBOOK_DATA".into(), folder.path().display().to_string()),
    ];
    let server = Server::with(folder.path(), &Start { environment, ..Start::default() });
    load(plan, &server, &token, 3);
}

/// So many seconds in short.
fn load(mut plan: Plan, server: &Server, token: &str, short: usize) {
    let (name, is_long) = (plan.name, plan.is_long());
    let over = AtomicBool::new(false);
    let (sent, asked) = (AtomicU64::new(0), AtomicU64::new(0));
    let mut memory = Vec::new();
    thread::scope(|scope| {
        let (over, sent, asked) = (&over, &sent, &asked);
        let _end = AtEnd(over);
        for writer in 0..2 {
            let mut dice = ChaCha8Rng::seed_from_u64(plan.dice.random());
            scope.spawn(move || {
                let _end = AtEnd(over);
                let client = Client::new(token);
                for number in 0.. {
                    let batch: Vec<_> =
                        (0..100).map(|i| format!("l{writer}-{number}-{i}")).collect();
                    let now = Clock::System.now();
                    match client.send_at(&server.address, &batch, 200, now) {
                        Sent::Acknowledged(report) => {
                            sent.fetch_add(report.stored, Ordering::Relaxed);
                        }
                        Sent::Refused(503, Some(_)) => {}
                        other => panic!("{other:?}"),
                    }
                    // Those who follow hear of the last batch, and that it is over.
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    if is_long {
                        // A pace at which all of it can still be asked for after an hour.
                        thread::sleep(Duration::from_millis(dice.random_range(400..1_200)));
                    }
                }
            });
        }
        for _ in 0..2 {
            let mut dice = ChaCha8Rng::seed_from_u64(plan.dice.random());
            scope.spawn(move || {
                let _end = AtEnd(over);
                let client = Client::new(token);
                while !over.load(Ordering::Relaxed) {
                    let question = QUESTIONS[dice.random_range(0..QUESTIONS.len())];
                    let path = format!("/api/projects/acme/{question}");
                    let (status, mut answer) = client.open(&server.address, &path).unwrap();
                    assert_eq!(status, 200, "{question}");
                    io::copy(&mut answer, &mut io::sink()).unwrap();
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for _ in 0..8 {
            scope.spawn(move || {
                let client = Client::new(token);
                let mut position = 0;
                // A client gives up after a while, and comes back to where it was.
                while !over.load(Ordering::Relaxed) {
                    client.follow(&server.address, position, |message| {
                        position = message.id();
                        !over.load(Ordering::Relaxed)
                    });
                }
            });
        }
        let (mut rounds, begun) = (0, Instant::now());
        while !over.load(Ordering::Relaxed) && plan.goes_on(rounds, short) {
            // What is looked at is how it is from second to second.
            thread::sleep(Duration::from_secs(1));
            memory.push(server.memory() / 1024);
            rounds += 1;
            if rounds.is_multiple_of(60) {
                let minutes = begun.elapsed().as_secs() / 60;
                println!("{name}: {minutes} min, {} MiB", server.memory() / 1024);
            }
        }
    });
    let (sent, asked) = (sent.into_inner(), asked.into_inner());
    let (first, second) = memory.split_at(memory.len() / 2);
    let most = |part: &[u64]| part.iter().max().copied().unwrap_or_default();
    println!(
        "{name}: {} s, {sent} entries, {asked} questions; {} MiB of memory at most in the first half, {} MiB in the second",
        memory.len(),
        most(first),
        most(second),
    );
    assert!(sent > 0 && asked > 0);
    let log = Log::read(&Client::new(token), &server.address);
    assert_eq!(log.ids.len() as u64, sent);
    if is_long && memory.len() >= 120 {
        assert!(most(second) <= most(first) * 5 / 4 + 48, "it grows: {memory:?}");
    }
}
