//! There is no room: on the disk of the archive, and on that of the log, while what is old is removed.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rand::Rng as _;
use serde_json::Value;

use crate::{
    aged::{self, Entries},
    client::Client,
    mounted::{self, inside},
    plan::Plan,
    process::{LONG, Server, Start, token},
    retention::started,
};

fn namespaces(plan: &Plan) -> bool {
    let there = mounted::namespaces();
    if !there {
        mounted::left_out(plan.name, "there are no namespaces here, so no disk to fill");
    }
    there
}

/// A server in a namespace of its own, in which a disk is mounted by a command first.
fn server(mount: &str, folder: &Path, log: &Path, archive: &Path) -> Server {
    Server::with(log, &Start { before: mounted::before(mount, folder), ..started(archive) })
}

/// Who may ask for everything: the key is where the server's log is.
fn admin(server: &Server, log: &Path) -> Client {
    Client::local(&inside(server, log))
}

fn overview(admin: &Client, server: &Server) -> Value {
    let (status, seen) = admin.ask(&server.address, "GET", "retention", &Value::Null).unwrap();
    assert_eq!(status, 200, "{seen}");
    seen
}

/// The old entries that the log has.
fn ids(client: &Client, server: &Server) -> BTreeSet<String> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    let until = Instant::now() + LONG;
    loop {
        let path = format!("events?range=all&action={}&limit=500{cursor}", aged::OLD);
        let page = client.ask(&server.address, "GET", &path, &Value::Null);
        // A server that is gone answers no second time either.
        let (status, page) = match page {
            None if Instant::now() >= until => panic!("no answer: {}", server.said()),
            other => other.unwrap_or((503, Value::Null)),
        };
        if status == 503 && Instant::now() < until {
            // Just after there was no room.
            thread::sleep(Duration::from_millis(50));
            continue;
        }
        assert_eq!(status, 200, "{page}");
        let entries = page["entries"].as_array().unwrap().iter();
        all.extend(entries.map(|entry| entry["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let ids: BTreeSet<_> = all.iter().cloned().collect();
    assert_eq!(all.len(), ids.len(), "nothing is there twice");
    ids
}

/// Applies the rules until nothing is in the way any more.
fn apply(admin: &Client, server: &Server) {
    let until = Instant::now() + LONG;
    loop {
        assert!(Instant::now() < until, "it does not recover: {}", overview(admin, server));
        let asked = admin.ask(&server.address, "POST", "retention/runs", &Value::Null);
        if asked.is_some_and(|(status, _)| status == 202) {
            thread::sleep(Duration::from_millis(100));
            let seen = overview(admin, server);
            let over =
                seen["runs"].as_array().unwrap().iter().all(|run| run["ended_at"].is_string());
            if seen.get("trouble").is_none() && over && !seen["runs"].as_array().unwrap().is_empty()
            {
                return;
            }
        } else {
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// What was old is in the archive, and comes back.
fn back(admin: &Client, client: &Client, server: &Server, archive: &Path, all: &Entries) {
    let young: BTreeSet<_> = all.keys().filter(|id| id.starts_with("young")).cloned().collect();
    assert_eq!(ids(client, server), young, "what is old is out of the log");
    let archived = aged::archived(&aged::files(archive));
    assert_eq!(archived.len() + young.len(), all.len());
    let (_, files) = admin.ask(&server.address, "GET", "archive", &Value::Null).unwrap();
    for file in files.as_array().unwrap() {
        let path = format!("archive/{}/restore", file["id"].as_str().unwrap());
        let (status, told) = admin.ask(&server.address, "POST", &path, &Value::Null).unwrap();
        assert_eq!((status, &told["stored"]), (200, &file["count"]), "{told}");
    }
    assert_eq!(ids(client, server), all.keys().cloned().collect());
}

#[test]
fn nothing_goes_while_the_disk_of_the_archive_is_full() {
    let mut plan = Plan::of("full-archive");
    if !namespaces(&plan) {
        return;
    }
    let mut rounds = 0;
    while plan.goes_on(rounds, 1) {
        full_archive(plan.dice.random_range(1..4), plan.dice.random_range(200..400));
        rounds += 1;
    }
    println!("full-archive: {rounds} times, nothing went");
}

/// A log with so many old entries on each of so many days, and no room for them.
fn full_archive(days: i64, entries: i64) {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    fs::create_dir(&archive).unwrap();
    let all = aged::make(folder.path(), days, entries, true);
    let client = Client::new(&token(folder.path()));
    let mount = "mount -t tmpfs -o size=1m tmpfs \"$0/archive\"; \
        dd if=/dev/zero of=\"$0/archive/filler\" bs=4k 2>/dev/null; exec \"$@\"";
    let server = server(mount, folder.path(), folder.path(), &archive);
    let admin = admin(&server, folder.path());
    let until = Instant::now() + LONG;
    let problem = loop {
        if let Some(problem) = overview(&admin, &server)["trouble"]["problem"].as_str() {
            break problem.to_owned();
        }
        assert!(Instant::now() < until, "it says nothing");
        thread::sleep(Duration::from_millis(20));
    };
    assert!(problem.contains("archive") && problem.contains("space"), "{problem}");
    assert_eq!(ids(&client, &server).len(), all.len(), "nothing went");
    let seen = inside(&server, &archive);
    assert!(aged::files(&seen).is_empty(), "nothing half is left");
    fs::remove_file(seen.join("filler")).unwrap();
    apply(&admin, &server);
    back(&admin, &client, &server, &seen, &all);
}

#[test]
fn a_disk_that_fills_up_while_entries_go_loses_none() {
    let mut plan = Plan::of("full-log");
    if !namespaces(&plan) {
        return;
    }
    let mut rounds = 0;
    while plan.goes_on(rounds, 2) {
        // None at all, then as much as fits a part of the work.
        let room = if rounds == 0 { 0 } else { plan.dice.random_range(1..200) * 4096 };
        fills_up(room);
        rounds += 1;
    }
    println!("full-log: {rounds} times, nothing lost");
}

/// A disk with so many bytes left.
fn fills_up(room: u64) {
    let folder = tempfile::tempdir().unwrap();
    let (log, archive) = (folder.path().join("disk"), folder.path().join("archive"));
    fs::create_dir(&log).unwrap();
    let all = aged::make(folder.path(), 2, 600, false);
    let client = Client::new(&token(folder.path()));
    let mount = "mount -t tmpfs -o size=48m tmpfs \"$0/disk\" && cp \"$0\"/daybook.db* \"$0/disk/\" && exec \"$@\"";
    let server = server(mount, folder.path(), &log, &archive);
    let admin = admin(&server, &log);
    let filler = inside(&server, &log.join("filler"));
    let file = mounted::fill(&filler);
    let full = file.metadata().unwrap().len();
    file.set_len(full.saturating_sub(room)).unwrap();
    // It goes as far as it can, or is refused.
    let _ = admin.ask(&server.address, "POST", "retention/runs", &Value::Null);
    // Nobody reads meanwhile: there is no room to record who did. A file that is open keeps its room.
    drop(file);
    fs::remove_file(&filler).unwrap();
    // It goes on meanwhile: what leaves the log after it was read is in the archive by then.
    let mut there = ids(&client, &server);
    there.extend(aged::archived(&aged::files(&archive)).into_keys());
    assert_eq!(there.len(), all.len(), "nothing is lost");
    apply(&admin, &server);
    back(&admin, &client, &server, &archive, &all);
}
