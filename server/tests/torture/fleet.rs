//! Two servers before one PostgreSQL and a replica of it, while one after the other fails.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::{
    audit::Log,
    client::{ACTION, Client, Sent},
    kills::Follower,
    machine::Machine,
    plan::Plan,
    process::{LONG, Server, Start, token_of},
};

/// Waits until something is so.
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let end = Instant::now() + LONG;
    while !so() {
        assert!(Instant::now() < end, "{what} does not come");
        thread::sleep(Duration::from_millis(50));
    }
}

/// What those who send and those who read share.
struct Fleet {
    client: Client,
    addresses: Mutex<[String; 2]>,
    over: AtomicBool,
    acknowledged: Mutex<Vec<Vec<String>>>,
    batches: AtomicUsize,
    head: AtomicU64,
    followers: [Mutex<Follower>; 2],
}

impl Fleet {
    fn address(&self, number: usize) -> String {
        self.addresses.lock().unwrap()[number].clone()
    }

    /// Whoever was at one server is at this address from now on.
    fn move_to(&self, number: usize, address: String) {
        self.addresses.lock().unwrap()[number] = address;
    }

    /// Sends batch after batch to one server, and each to the other where that does not answer, until it is
    /// acknowledged.
    fn write(&self, name: usize, mut dice: ChaCha8Rng) {
        let mut at = name;
        for number in 0.. {
            if self.over.load(Ordering::Relaxed) {
                return;
            }
            let events = dice.random_range(1..40);
            let batch: Vec<_> =
                (0..events).map(|event| format!("f{name}-{number}-{event}")).collect();
            loop {
                match self.client.send(&self.address(at), &batch) {
                    Sent::Acknowledged(report) => {
                        let taken = report.stored + report.duplicates;
                        assert_eq!(taken, batch.len() as u64, "{report:?}");
                        self.head.fetch_max(report.head, Ordering::Relaxed);
                        break;
                    }
                    Sent::Refused(503, _) | Sent::Unknown => at = 1 - at,
                    Sent::Refused(status, _) => panic!("refused with {status}"),
                }
                thread::sleep(Duration::from_millis(20));
            }
            self.acknowledged.lock().unwrap().push(batch);
            self.batches.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Reads along at one server, and comes back to where it was.
    fn follow(&self, number: usize) {
        let there = |follower: &Follower| {
            self.over.load(Ordering::Relaxed)
                && follower.position >= self.head.load(Ordering::Relaxed)
        };
        loop {
            let after = {
                let follower = self.followers[number].lock().unwrap();
                if there(&follower) {
                    return;
                }
                follower.position
            };
            self.client.follow(&self.address(number), after, |message| {
                let mut follower = self.followers[number].lock().unwrap();
                follower.hear(&message);
                !there(&follower)
            });
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// More was acknowledged, and both readers have heard of it.
    fn go_on(&self, what: &str) {
        let before = self.batches.load(Ordering::Relaxed);
        until(what, || self.batches.load(Ordering::Relaxed) >= before + 12);
        let head = self.head.load(Ordering::Relaxed);
        for follower in &self.followers {
            until(what, || follower.lock().unwrap().position >= head);
        }
    }

    /// How far a server says that the log goes.
    fn as_of(&self, number: usize) -> Option<u64> {
        let path = format!("/api/projects/acme/histogram?range=all&action={ACTION}");
        let (status, text) = self.client.get(&self.address(number), &path)?;
        let answer: Value = serde_json::from_str(&text).ok()?;
        (status == 200).then(|| answer["as_of"].as_u64())?
    }
}

#[test]
fn two_servers_share_a_primary_and_a_replica() {
    let mut plan = Plan::of("fleet");
    let mut primary = Machine::new();
    // The replica finds what it missed, however often it was away.
    primary.ask("postgres", "ALTER SYSTEM SET wal_keep_size = '512MB'");
    primary.ask("postgres", "SELECT pg_reload_conf()");
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let token = token_of(&primary.url(), folders[0].path());
    let mut replica = primary.replica();
    let starts = folders.each_ref().map(|folder| {
        let environment = vec![
            ("DAYBOOK_DATABASE_URL".to_owned(), primary.url()),
            ("DAYBOOK_READ_URL".to_owned(), replica.url()),
            ("DAYBOOK_DATA".to_owned(), folder.path().display().to_string()),
        ];
        Start { environment, ..Start::default() }
    });
    let start = |number: usize| Server::with(folders[number].path(), &starts[number]);
    let mut servers = [Some(start(0)), Some(start(1))];
    let fleet = Arc::new(Fleet {
        client: Client::new(&token),
        addresses: Mutex::new(servers.each_ref().map(|it| it.as_ref().unwrap().address.clone())),
        over: AtomicBool::new(false),
        acknowledged: Mutex::default(),
        batches: AtomicUsize::new(0),
        head: AtomicU64::new(0),
        followers: Default::default(),
    });

    // Made at the one that is not on duty, obeyed by the one that is.
    let admin = |number: usize| Client::of(&folders[number].path().join("postgres.server"));
    let rule = json!({
        "name": "Each batch", "filter": format!("action={ACTION}"), "severity": "low",
        "condition": {"kind": "any"}, "by": "actor", "quiet": 86_400,
    });
    let made = admin(1).ask(&fleet.address(1), "POST", "alerts/rules", &rule).unwrap();
    assert!((200..300).contains(&made.0), "{made:?}");

    let writers: Vec<_> = (0..2)
        .map(|number| {
            thread::spawn({
                let fleet = Arc::clone(&fleet);
                let dice = ChaCha8Rng::seed_from_u64(plan.dice.random());
                move || fleet.write(number, dice)
            })
        })
        .collect();
    let readers: Vec<_> = (0..2)
        .map(|number| {
            thread::spawn({
                let fleet = Arc::clone(&fleet);
                move || fleet.follow(number)
            })
        })
        .collect();
    fleet.go_on("what both servers take in");

    let mut rounds = 0;
    while plan.goes_on(rounds, 1) {
        // Each in turn, so that duty passes from one to the other.
        let killed = rounds % 2;
        servers[killed].take().unwrap().kill();
        fleet.move_to(killed, fleet.address(1 - killed));
        fleet.go_on("what the other server takes in");

        primary.stop();
        primary.start();
        fleet.go_on("what is taken in after the primary was restarted");

        let address = servers[killed].insert(start(killed)).address.clone();
        fleet.move_to(killed, address);
        fleet.go_on("what a server takes in that came back");

        // The replica lags: what is read of it is of a moment, and says so.
        replica.ask("daybook", "SELECT pg_wal_replay_pause()");
        until("the pause", || {
            replica.ask("daybook", "SELECT pg_get_wal_replay_pause_state()") == "paused"
        });
        fleet.go_on("what is taken in while the replica lags");
        let behind = fleet.as_of(0).unwrap();
        assert!(behind < fleet.head.load(Ordering::Relaxed), "{behind} is not behind");
        let other = servers[1 - killed].as_ref().unwrap();
        let (_, figures) = admin(1 - killed).get(&other.watched, "/metrics").unwrap();
        let lag =
            figures.lines().find_map(|line| line.strip_prefix("daybook_replica_lag_entries "));
        assert!(lag.is_some_and(|lag| lag != "0"), "{lag:?}");
        replica.ask("daybook", "SELECT pg_wal_replay_resume()");
        let head = fleet.head.load(Ordering::Relaxed);
        until("the replica", || fleet.as_of(0).is_some_and(|as_of| as_of >= head));

        replica.crash();
        fleet.go_on("what is taken in while the replica is cut off");
        let head = fleet.head.load(Ordering::Relaxed);
        until("an answer of the primary", || fleet.as_of(1).is_some_and(|as_of| as_of >= head));
        replica.start();
        fleet.go_on("what is taken in once the replica is back");
        rounds += 1;
    }

    fleet.over.store(true, Ordering::Relaxed);
    for thread in writers.into_iter().chain(readers) {
        thread.join().unwrap();
    }
    let head = fleet.head.load(Ordering::Relaxed);
    let acknowledged = fleet.acknowledged.lock().unwrap();
    let sent: usize = acknowledged.iter().map(Vec::len).sum();
    for number in 0..2 {
        until("all of it", || fleet.as_of(number).is_some_and(|as_of| as_of >= head));
        let log = Log::read(&fleet.client, &fleet.address(number));
        acknowledged.iter().for_each(|batch| log.has_all(batch));
        assert_eq!(log.ids.len(), sent, "nothing else is there");
        fleet.followers[number].lock().unwrap().judge(&log);
    }
    // One alert for each of those who sent, whoever was on duty.
    let fired = || {
        let (_, found) = admin(1).ask(&fleet.address(1), "GET", "alerts/firings", &json!({}))?;
        let ours = |firing: &&Value| firing.to_string().contains("Each batch");
        Some(found["firings"].as_array()?.iter().filter(ours).count())
    };
    until("the alerts", || fired() >= Some(2));
    assert_eq!(fired(), Some(2));
    assert_eq!(primary.ask("daybook", "SELECT count(*) FROM server WHERE on_duty"), "1");
    println!("fleet: {rounds} times; {sent} entries acknowledged");
}
