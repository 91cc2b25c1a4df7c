//! The server is killed at random while several send and one reads, again and again.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use daybook_model::live::Message;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::{
    audit::Log,
    client::{Client, Sent},
    machine::Machine,
    plan::Plan,
    process::{LONG, Server, Start, token, token_of},
};

const WRITERS: usize = 3;
/// How often it is killed in short.
const SHORT: usize = 8;
/// How often it is killed at least where it may take its time.
const LEAST: usize = 200;

/// What a writer knows.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) acknowledged: Vec<Vec<String>>,
    /// Batches that were sent and of which nothing is known; they are sent again, or given up.
    pub(crate) open: Vec<Vec<String>>,
    given_up: Vec<Vec<String>>,
    /// The highest head that was told.
    pub(crate) head: u64,
}

impl Known {
    pub(crate) fn learn(&mut self, batch: Vec<String>, sent: &Sent) {
        match sent {
            Sent::Acknowledged(report) => {
                assert!(report.refused.is_empty(), "{report:?}");
                assert_eq!(report.stored + report.duplicates, batch.len() as u64, "{report:?}");
                self.head = self.head.max(report.head);
                self.acknowledged.push(batch);
            }
            Sent::Unknown | Sent::Refused(503, _) => self.open.push(batch),
            Sent::Refused(status, _) => panic!("refused with {status}"),
        }
    }
}

/// Sends batch after batch until there is no server any more.
fn write(
    client: &Client,
    address: &str,
    mut dice: ChaCha8Rng,
    name: &str,
    over: &AtomicBool,
) -> Known {
    let mut known = Known::default();
    for number in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let events = dice.random_range(1..60);
        let batch: Vec<_> = (0..events).map(|event| format!("{name}-{number}-{event}")).collect();
        let sent = client.send(address, &batch);
        let gone = matches!(sent, Sent::Unknown);
        known.learn(batch, &sent);
        if gone {
            break;
        }
    }
    known
}

/// Who reads along, and comes back to where it was.
#[derive(Default)]
pub(crate) struct Follower {
    pub(crate) position: u64,
    /// The places of the entries it was told.
    told: Vec<u64>,
    /// From where to where it was told a number instead, and the number.
    missed: Vec<(u64, u64, u64)>,
}

impl Follower {
    pub(crate) fn hear(&mut self, message: &Message) {
        let at = message.id();
        match message {
            Message::Entry(_) => {
                assert!(at > self.position, "{at} was told after {}", self.position);
                self.told.push(at);
            }
            Message::Missed(missed) => self.missed.push((self.position, at, missed.missed)),
            Message::Head(_) => assert!(at >= self.position, "back to {at}"),
        }
        self.position = at;
    }

    /// Everything that there is up to where it has read was told, once.
    pub(crate) fn judge(&self, log: &Log) {
        let between = |from: u64, to: u64| {
            log.places.keys().copied().filter(move |place| *place > from && *place <= to)
        };
        let mut expected: Vec<u64> = between(0, self.position).collect();
        for &(from, to, number) in &self.missed {
            assert_eq!(between(from, to).count() as u64, number, "missed from {from} to {to}");
            expected.retain(|place| *place <= from || *place > to);
        }
        assert_eq!(self.told, expected, "the reader was told something else than there is");
    }
}

/// Reads along on a thread of its own until this server is gone.
pub(crate) fn follow(
    client: &Client,
    address: &str,
    follower: &Arc<Mutex<Follower>>,
) -> thread::JoinHandle<()> {
    let (client, address, follower) = (client.clone(), address.to_owned(), Arc::clone(follower));
    thread::spawn(move || {
        let after = follower.lock().unwrap().position;
        client.follow(&address, after, |message| {
            follower.lock().unwrap().hear(&message);
            true
        });
    })
}

#[test]
fn killed_at_random_nothing_acknowledged_is_lost_and_nothing_is_there_twice() {
    let plan = Plan::of("kills");
    let folder = tempfile::tempdir().unwrap();
    let token = token(folder.path());
    kills(plan, &token, || Server::start(folder.path()));
}

#[test]
fn killed_at_random_before_postgresql_nothing_is_lost_or_doubled_either() {
    let plan = Plan::of("kills-postgres");
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::new();
    let token = token_of(&machine.url(), folder.path());
    let data = folder.path().display().to_string();
    let environment =
        vec![("DAYBOOK_DATABASE_URL".into(), machine.url()), ("DAYBOOK_DATA".into(), data)];
    let start = Start { environment, ..Start::default() };
    kills(plan, &token, || Server::with(folder.path(), &start));
}

fn kills(mut plan: Plan, token: &str, start: impl Fn() -> Server) {
    let follower = Arc::new(Mutex::new(Follower::default()));
    let (mut all, mut round) = (Known::default(), 0);
    let rounds = if plan.is_long() { LEAST } else { SHORT };
    while plan.goes_on(round, rounds) {
        let server = start();
        let client = Client::new(token);
        let following = follow(&client, &server.address, &follower);
        // What came to nothing is sent again, or not.
        for batch in std::mem::take(&mut all.open) {
            if plan.dice.random_bool(0.7) {
                let sent = client.send(&server.address, &batch);
                all.learn(batch, &sent);
            } else {
                all.given_up.push(batch);
            }
        }
        let over = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (client, address) = (client.clone(), server.address.clone());
                let dice = ChaCha8Rng::seed_from_u64(plan.dice.random());
                let (name, over) = (format!("r{round}w{writer}"), Arc::clone(&over));
                thread::spawn(move || write(&client, &address, dice, &name, &over))
            })
            .collect();
        // A moment that is of the seed, not a wait for anything.
        thread::sleep(Duration::from_millis(plan.dice.random_range(20..600)));
        server.kill();
        over.store(true, Ordering::Relaxed);
        for writer in writers {
            let known = writer.join().unwrap();
            all.acknowledged.extend(known.acknowledged);
            all.open.extend(known.open);
            all.head = all.head.max(known.head);
        }
        following.join().unwrap();
        round += 1;
    }

    let server = start();
    let client = Client::new(token);
    let log = Log::read(&client, &server.address);
    all.acknowledged.iter().for_each(|batch| log.has_all(batch));
    all.given_up.iter().chain(&all.open).for_each(|batch| log.has_all_or_nothing(batch));
    let last = log.places.keys().next_back().copied().unwrap_or_default();
    assert!(last > 0, "nothing came through");
    let (_, head) =
        client.get(&server.address, "/api/projects/acme/newer?as_of=0&range=all").unwrap();
    let head = serde_json::from_str::<serde_json::Value>(&head).unwrap()["head"].as_u64();
    assert!(head >= Some(all.head), "{head:?} is the end, and {} was told", all.head);
    // Whoever reads along comes to the end as well.
    let mut reading = std::mem::take(&mut *follower.lock().unwrap());
    let until = std::time::Instant::now() + LONG;
    client.follow(&server.address, reading.position, |message| {
        reading.hear(&message);
        reading.position < last && std::time::Instant::now() < until
    });
    assert!(reading.position >= last, "the reader stops at {} of {last}", reading.position);
    reading.judge(&log);
    println!(
        "{}: {round} times; {} entries in {} batches acknowledged, {} batches not; {} entries there, {} told one \
         by one",
        plan.name,
        all.acknowledged.iter().map(Vec::len).sum::<usize>(),
        all.acknowledged.len(),
        all.given_up.len() + all.open.len(),
        log.ids.len(),
        reading.told.len(),
    );
}
