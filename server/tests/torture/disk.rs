//! The disk is full, and has room again.

use std::{
    fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::{
    audit::Log,
    client::{Client, Sent},
    machine::Machine,
    mounted,
    plan::Plan,
    process::{LONG, Server, Start, token, token_of},
};

/// A disk that can be filled.
trait Disk {
    /// A server whose log is on it.
    fn server(&self) -> Server;
    /// Leaves it without room.
    fn fill(&self, server: &Server);
    /// Gives the room back.
    fn clear(&self, server: &Server);
}

/// A disk of a few megabytes that is really full: in memory, in a namespace of the server's own.
struct Small(tempfile::TempDir);

impl Small {
    /// Where it is seen from outside.
    fn filler(&self, server: &Server) -> PathBuf {
        mounted::inside(server, &self.0.path().join("disk/filler"))
    }
}

impl Disk for Small {
    fn server(&self) -> Server {
        let folder = self.0.path();
        let mount = "mount -t tmpfs -o size=48m tmpfs \"$0/disk\" && cp \"$0\"/daybook.db* \"$0/disk/\" && exec \"$@\"";
        let start = Start { before: mounted::before(mount, folder), ..Start::default() };
        Server::with(&folder.join("disk"), &start)
    }

    fn fill(&self, server: &Server) {
        drop(mounted::fill(&self.filler(server)));
    }

    fn clear(&self, server: &Server) {
        fs::remove_file(self.filler(server)).unwrap();
    }
}

/// Files that may not become longer, which is as good as a full disk, and there for everybody.
struct Limited(tempfile::TempDir);

impl Disk for Limited {
    fn server(&self) -> Server {
        // Who ignores the signal is told by the error.
        let before = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"].map(str::to_owned);
        let start = Start { before: before.to_vec(), ..Start::default() };
        Server::with(self.0.path(), &start)
    }

    fn fill(&self, server: &Server) {
        let longest = ["daybook.db", "daybook.db-wal"]
            .map(|name| fs::metadata(self.0.path().join(name)).map_or(0, |file| file.len()));
        limit(server, longest.into_iter().max());
    }

    fn clear(&self, server: &Server) {
        limit(server, None);
    }
}

/// A PostgreSQL whose tables are on a disk of a few megabytes that is really full.
struct Tables(Machine, tempfile::TempDir);

impl Disk for Tables {
    fn server(&self) -> Server {
        let Self(machine, folder) = self;
        let environment = vec![
            ("DAYBOOK_DATABASE_URL".into(), machine.url()),
            ("DAYBOOK_DATA".into(), folder.path().display().to_string()),
        ];
        Server::with(folder.path(), &Start { environment, ..Start::default() })
    }

    fn fill(&self, _: &Server) {
        drop(mounted::fill(&self.0.on_disk("filler")));
    }

    fn clear(&self, _: &Server) {
        fs::remove_file(self.0.on_disk("filler")).unwrap();
    }
}

#[test]
fn where_postgresql_has_no_room_senders_are_told_to_come_again_too() {
    let mut plan = Plan::of("disk-postgres");
    let mut rounds = 0;
    while mounted::as_root(plan.name) && plan.goes_on(rounds, 1) {
        let (machine, folder) = (Machine::on_a_small_disk(), tempfile::tempdir().unwrap());
        let token = token_of(&machine.url(), folder.path());
        suffer(&mut plan, &Tables(machine, folder), &token);
        rounds += 1;
    }
}

fn limit(server: &Server, bytes: Option<u64>) {
    let pid = Pid::from_raw(server.pid().cast_signed());
    prlimit(pid, Resource::Fsize, Rlimit { current: bytes, maximum: None }).unwrap();
}

fn folder() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("disk")).unwrap();
    let token = token(folder.path());
    (folder, token)
}

#[test]
fn on_a_disk_that_is_full_senders_are_told_to_come_again_and_nothing_is_torn() {
    let mut plan = Plan::of("disk");
    let namespaces = mounted::namespaces();
    let mut rounds = 0;
    while plan.goes_on(rounds, 1) {
        if namespaces {
            let (folder, token) = folder();
            suffer(&mut plan, &Small(folder), &token);
        } else {
            mounted::left_out(
                plan.name,
                "there are no namespaces here, so only files of a bounded length",
            );
        }
        let (folder, token) = folder();
        suffer(&mut plan, &Limited(folder), &token);
        rounds += 1;
    }
}

fn suffer(plan: &mut Plan, disk: &impl Disk, token: &str) {
    let server = disk.server();
    let (client, address) = (Client::new(token), server.address.clone());
    let mut acknowledged = Vec::new();
    let mut number = 0;
    let mut next = |dice: &mut rand_chacha::ChaCha8Rng| {
        number += 1;
        let events = rand::Rng::random_range(dice, 5..40);
        (0..events).map(|event| format!("d-{number}-{event}")).collect::<Vec<_>>()
    };
    for _ in 0..20 {
        let batch = next(&mut plan.dice);
        assert!(matches!(client.send_of(&address, &batch, 1_000), Sent::Acknowledged(_)));
        acknowledged.push(batch);
    }
    disk.fill(&server);
    let mut refused = Vec::new();
    let until = Instant::now() + LONG;
    while refused.len() < 5 {
        assert!(Instant::now() < until, "it is never full");
        let batch = next(&mut plan.dice);
        match client.send_of(&address, &batch, 4_000) {
            // What has room is stored.
            Sent::Acknowledged(_) => acknowledged.push(batch),
            Sent::Refused(503, Some(_)) => refused.push(batch),
            other => panic!("{other:?}"),
        }
    }
    let ready = || client.get(&address, "/readyz").map(|(status, _)| status);
    assert_eq!(ready(), Some(503), "it is not ready");
    assert_eq!(client.get(&address, "/healthz").map(|(status, _)| status), Some(200));

    disk.clear(&server);
    let until = Instant::now() + LONG;
    for batch in refused {
        // By itself, and with what was refused.
        while !matches!(client.send_of(&address, &batch, 4_000), Sent::Acknowledged(_)) {
            assert!(Instant::now() < until, "it does not recover");
            thread::sleep(Duration::from_millis(50));
        }
        acknowledged.push(batch);
    }
    while ready() != Some(200) {
        assert!(Instant::now() < until, "it is not ready again");
        thread::sleep(Duration::from_millis(50));
    }
    let log = Log::read(&client, &address);
    for batch in &acknowledged {
        log.has_all(batch);
    }
    let sent: usize = acknowledged.iter().map(Vec::len).sum();
    assert_eq!(log.ids.len(), sent, "nothing is there that was refused");
    let (batches, entries) = (acknowledged.len(), log.ids.len());
    println!("{}: {batches} batches, {entries} entries, nothing torn", plan.name);
}
