//! PostgreSQL cuts connections, crashes, and is away for a while.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rand::Rng as _;

use crate::{
    audit::Log,
    client::{Client, Sent},
    machine::Machine,
    plan::{AtEnd, Plan},
    process::{LONG, Server, Start, token_of},
};

const CUT: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
     WHERE application_name = 'daybook' AND pid <> pg_backend_pid()";

#[test]
fn whatever_postgresql_does_senders_come_again_and_nothing_is_lost_or_doubled() {
    let mut plan = Plan::of("cut");
    let mut machine = Machine::new();
    let folder = tempfile::tempdir().unwrap();
    let token = token_of(&machine.url(), folder.path());
    let environment = vec![
        ("DAYBOOK_DATABASE_URL".into(), machine.url()),
        ("DAYBOOK_DATA".into(), folder.path().display().to_string()),
    ];
    let server = Server::with(folder.path(), &Start { environment, ..Start::default() });
    let client = Client::new(&token);
    let (over, batches) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (acknowledged, waits) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    let rounds = thread::scope(|scope| {
        let _end = AtEnd(&over);
        for writer in 0..2 {
            let (client, server, over) = (&client, &server, &over);
            let (batches, acknowledged, waits) = (&batches, &acknowledged, &waits);
            scope.spawn(move || {
                for number in 0.. {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    let batch: Vec<_> =
                        (0..30).map(|event| format!("c{writer}-{number}-{event}")).collect();
                    loop {
                        match client.send(&server.address, &batch) {
                            Sent::Acknowledged(_) => break,
                            Sent::Refused(503, Some(_)) => {
                                waits.fetch_add(1, Ordering::Relaxed);
                                thread::sleep(Duration::from_millis(20));
                            }
                            other => panic!("{other:?}"),
                        }
                    }
                    acknowledged.lock().unwrap().push(batch);
                    batches.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let go_on = || {
            let (before, until) = (batches.load(Ordering::Relaxed), Instant::now() + LONG);
            while batches.load(Ordering::Relaxed) < before + 6 {
                assert!(Instant::now() < until, "it does not recover");
                thread::sleep(Duration::from_millis(10));
            }
        };
        go_on();
        let mut round = 0;
        while plan.goes_on(round, 6) {
            match round % 3 {
                0 => drop(machine.ask("daybook", CUT)),
                1 => {
                    machine.crash();
                    machine.start();
                }
                _ => {
                    machine.stop();
                    // While it is away senders are told to come again.
                    let (before, until) = (waits.load(Ordering::Relaxed), Instant::now() + LONG);
                    while waits.load(Ordering::Relaxed) == before {
                        assert!(Instant::now() < until, "nobody is told to come again");
                        thread::sleep(Duration::from_millis(10));
                    }
                    machine.start();
                }
            }
            // A moment that is of the seed, not a wait for anything.
            thread::sleep(Duration::from_millis(plan.dice.random_range(0..300)));
            go_on();
            round += 1;
        }
        round
    });
    let log = Log::read(&client, &server.address);
    let acknowledged = acknowledged.into_inner().unwrap();
    for batch in &acknowledged {
        log.has_all(batch);
    }
    assert_eq!(log.ids.len(), acknowledged.len() * 30, "nothing else is there");
    let waits = waits.into_inner();
    println!(
        "cut: {rounds} times; {} batches acknowledged, {waits} times told to come again",
        acknowledged.len()
    );
}
