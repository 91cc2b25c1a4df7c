//! The log is copied while the server writes.

use std::{
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Instant,
};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::{
    audit::Log,
    client::{Client, Sent},
    plan::{AtEnd, Plan},
    process::{LONG, Server, daybook, token, url},
};

/// A copy of a log that is written to is whole, and is all that there was at one moment.
#[test]
fn a_backup_is_of_one_moment_while_the_server_writes() {
    let mut plan = Plan::of("backup");
    let mut rounds = 0;
    while plan.goes_on(rounds, 1) {
        back(&mut plan.dice);
        rounds += 1;
    }
    println!("backup: {rounds} copies, each of one moment");
}

/// One log, which is copied once.
fn back(dice: &mut ChaCha8Rng) {
    let folder = tempfile::tempdir().unwrap();
    let token = token(folder.path());
    let server = Server::start(folder.path());
    let (client, address) = (Client::new(&token), server.address.clone());
    let over = AtomicBool::new(false);
    // When it is copied, and what is sent.
    let (place, mut sizes) = (dice.random_range(50..400), ChaCha8Rng::seed_from_u64(dice.random()));
    let restored = tempfile::tempdir().unwrap();
    let copy = restored.path().join("daybook.db");
    let (sent, told) = thread::scope(|scope| {
        let end = AtEnd(&over);
        let writer = scope.spawn(|| {
            let (mut sent, mut number) = (0, 0);
            while !over.load(Ordering::Relaxed) || number < 40 {
                let events = sizes.random_range(10..40);
                let batch: Vec<_> =
                    (0..events).map(|event| format!("b-{number}-{event}")).collect();
                assert!(matches!(client.send(&address, &batch), Sent::Acknowledged(_)));
                sent += batch.len();
                number += 1;
            }
            sent
        });
        let until = Instant::now() + LONG;
        let path = format!("/api/projects/acme/events/{place}");
        while client.get(&address, &path).is_none_or(|got| got.0 != 200) {
            assert!(Instant::now() < until, "nothing arrives");
        }
        let told = Command::new(daybook())
            .args(["backup", "--database-url", &url(folder.path())])
            .arg(&copy)
            .output()
            .unwrap();
        drop(end);
        (writer.join().unwrap(), told)
    });
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told = String::from_utf8(told.stdout).unwrap();
    let head: u64 =
        told.lines().find_map(|line| line.strip_prefix("acme ")).unwrap().parse().unwrap();
    let log = Log::read(&client, &address);
    assert_eq!(log.ids.len(), sent);

    // The files of the index beside it are of the log that went on.
    let index = folder.path().join("daybook.db.index");
    if index.is_dir() {
        let there = restored.path().join("daybook.db.index");
        assert!(Command::new("cp").arg("-r").args([&index, &there]).status().unwrap().success());
    }
    let other = Server::start(restored.path());
    let path = format!("/api/projects/acme/events/{head}");
    assert_eq!(client.get(&other.address, &path).map(|got| got.0), Some(200));
    let past = format!("/api/projects/acme/events/{}", head + 1);
    let before = client.get(&other.address, &past);
    let back = Log::read(&client, &other.address);
    let expected: Vec<_> = log.places.range(..=head).collect();
    assert_eq!(back.places.range(..=head).collect::<Vec<_>>(), expected, "the same entries");
    assert_ne!(before.map(|got| got.0), None);
    // It goes on where it was.
    let batch = vec!["b-restored".to_owned()];
    assert!(matches!(client.send(&other.address, &batch), Sent::Acknowledged(_)));
}
