//! Everything at once, for a while: what it takes of the memory stays what it was.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::{
    audit::Log,
    client::{Client, Sent},
    plan::Plan,
    process::{Server, token},
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
    let mut plan = Plan::of("load", 0.2);
    let folder = tempfile::tempdir().unwrap();
    let token = token(folder.path());
    let server = Server::start(folder.path());
    let over = AtomicBool::new(false);
    let (sent, asked) = (AtomicU64::new(0), AtomicU64::new(0));
    let mut memory = Vec::new();
    thread::scope(|scope| {
        let (server, over, sent, asked, token) = (&server, &over, &sent, &asked, &token);
        for writer in 0..2 {
            scope.spawn(move || {
                let client = Client::new(token);
                for number in 0.. {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    let batch: Vec<_> =
                        (0..100).map(|i| format!("l{writer}-{number}-{i}")).collect();
                    match client.send_of(&server.address, &batch, 200) {
                        Sent::Acknowledged(report) => {
                            sent.fetch_add(report.stored, Ordering::Relaxed);
                        }
                        Sent::Refused(503, Some(_)) => {}
                        other => panic!("{other:?}"),
                    }
                }
            });
        }
        for _ in 0..2 {
            let mut dice = ChaCha8Rng::seed_from_u64(plan.dice.random());
            scope.spawn(move || {
                let client = Client::new(token);
                while !over.load(Ordering::Relaxed) {
                    let question = QUESTIONS[dice.random_range(0..QUESTIONS.len())];
                    let path = format!("/api/projects/acme/{question}");
                    let (status, text) = client.get(&server.address, &path).unwrap();
                    assert_eq!(status, 200, "{question}: {text}");
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for _ in 0..8 {
            scope.spawn(move || {
                let client = Client::new(token);
                client.follow(&server.address, 0, |_| !over.load(Ordering::Relaxed));
            });
        }
        let (mut rounds, begun) = (0, Instant::now());
        while plan.goes_on(rounds, 5) {
            // What is looked at is how it is from second to second.
            thread::sleep(Duration::from_secs(1));
            memory.push(server.memory() / 1024);
            rounds += 1;
            if rounds.is_multiple_of(60) {
                println!(
                    "load: {} min, {} MiB",
                    begun.elapsed().as_secs() / 60,
                    server.memory() / 1024
                );
            }
        }
        over.store(true, Ordering::Relaxed);
    });
    let (sent, asked) = (sent.into_inner(), asked.into_inner());
    let (first, second) = memory.split_at(memory.len() / 2);
    let most = |part: &[u64]| part.iter().max().copied().unwrap_or_default();
    println!(
        "load: {} s, {sent} entries, {asked} questions; {} MiB of memory at most in the first half, {} MiB in the second",
        memory.len(),
        most(first),
        most(second),
    );
    assert!(sent > 0 && asked > 0);
    let log = Log::read(&Client::new(&token), &server.address);
    assert_eq!(log.ids.len() as u64, sent);
    if plan.is_long() && memory.len() >= 120 {
        assert!(most(second) <= most(first) * 5 / 4 + 48, "it grows: {memory:?}");
    }
}
