//! `daybook doctor` before PostgreSQL: what it says of a log that is well, and of what can be wrong with one.

use std::{io::Write as _, path::Path, process::Output};

use daybook::store::{engine::Engine, postgres::Database};
use serde_json::Value;
use sqlx::PgPool;

use super::server::{daybook, event, said, until};
use crate::machine::Machine;

/// What it said, and its exit status.
struct Said {
    findings: Vec<Value>,
    status: Option<i32>,
}

impl Said {
    /// That this was said of something, and how bad it is.
    fn has(&self, about: &str, verdict: &str, words: &str) {
        let is = |finding: &Value| {
            let message = finding["message"].as_str().unwrap();
            finding["about"] == about && finding["verdict"] == verdict && message.contains(words)
        };
        assert!(self.findings.iter().any(is), "{about} {verdict} {words}: {:#?}", self.findings);
    }

    /// What is wrong, by what it is about.
    fn wrong(&self) -> Vec<&str> {
        let wrong = self.findings.iter().filter(|finding| finding["verdict"] == "wrong");
        wrong.map(|finding| finding["about"].as_str().unwrap()).collect()
    }
}

/// Runs a command on the log at this address.
fn run(folder: &Path, url: &str, words: &[&str], input: &str) -> Output {
    let mut command = daybook(folder);
    command.args(words).env("DAYBOOK_DATABASE_URL", url).env("DAYBOOK_DATA", folder);
    let mut running = command.spawn().unwrap();
    // One that reads nothing may have ended already.
    let _ = running.stdin.take().unwrap().write_all(input.as_bytes());
    running.wait_with_output().unwrap()
}

fn doctor(folder: &Path, url: &str, read_url: Option<&str>) -> Said {
    let replica: Vec<&str> = read_url.into_iter().flat_map(|url| ["--read-url", url]).collect();
    let output = run(folder, url, &[&["doctor", "--json"], &replica[..]].concat(), "");
    let findings =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", said(&output)));
    Said { findings, status: output.status.code() }
}

/// Sets something, and waits until it is so.
fn set(machine: &Machine, name: &str, value: &str) {
    machine.ask("postgres", &format!("ALTER SYSTEM SET {name} = {value}"));
    machine.ask("postgres", "SELECT pg_reload_conf()");
    until(name, || machine.ask("postgres", &format!("SHOW {name}")) == value);
}

/// The most connections that a server opens to the primary and to a replica.
fn connections(url: &str) -> (u32, u32) {
    let most = |pool: &PgPool| pool.options().get_max_connections();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let database = Database::open(url, Some(url)).await.unwrap();
        let primary = [database.readers(), database.writer(), database.beside()];
        // One more by which it says that it is there.
        let primary = primary.into_iter().map(most).sum::<u32>() + 1;
        let replica = most(Engine::readers(&database));
        database.close().await;
        (primary, replica)
    })
}

#[test]
fn the_doctor_knows_a_log_in_postgresql() {
    let primary = Machine::new();
    let folder = tempfile::tempdir().unwrap();
    let url = primary.url();
    let look = |url: &str, read_url: Option<&str>| doctor(folder.path(), url, read_url);
    let send = |n: usize| {
        let words = ["import", "--format", "native", "-"];
        let sent = run(folder.path(), &url, &words, &event(n, 0).to_string());
        assert_eq!(sent.status.code(), Some(0), "{}", said(&sent));
    };
    let empty = look(&url, None);
    empty.has("database", "good", "it is empty");
    assert_eq!((empty.wrong(), empty.status), (vec![], Some(0)));

    send(1);
    let words = ["token", "create", "--name", "ci", "--scope", "read"];
    assert_eq!(run(folder.path(), &url, &words, "").status.code(), Some(0));
    let mut replica = primary.replica();
    let read_url = replica.url();
    set(&replica, "hot_standby_feedback", "on");
    send(2);
    let heads = "SELECT sum(head) FROM project";
    until("the replica", || replica.ask("daybook", heads) == primary.ask("daybook", heads));
    let well = look(&url, Some(&read_url));
    assert_eq!((well.wrong(), well.status), (vec![], Some(0)), "{:#?}", well.findings);
    let (to_primary, to_replica) = connections(&url);
    well.has("database", "good", "what is acknowledged there is on its disk");
    well.has("database", "good", "2 projects with ");
    well.has("connections", "good", &format!("enough for 5 servers of {to_primary} each"));
    well.has("replica", "good", &format!("enough for 9 servers of {to_replica} each"));
    well.has("replica", "good", "it has what the primary has");
    well.has("clock", "good", "no entry was received later");
    well.has("disk", "good", "where the column index is");
    well.has("tokens", "doubtful", "acme/ci");
    well.has("admins", "doubtful", "nobody looks after the instance yet");
    assert!(well.findings.iter().all(|finding| finding["about"] != "migration"));

    // A replica that is behind and lets long questions be cancelled; what is no replica, or one of something else.
    replica.ask("daybook", "SELECT pg_wal_replay_pause()");
    let paused = "SELECT pg_get_wal_replay_pause_state()";
    until("the pause", || replica.ask("daybook", paused) == "paused");
    send(3);
    set(&replica, "hot_standby_feedback", "off");
    let behind = look(&url, Some(&read_url));
    behind.has("replica", "good", "behind the primary");
    behind.has("replica", "doubtful", "hot_standby_feedback is off");
    assert_eq!(behind.status, Some(0));
    let as_primary = look(&read_url, None);
    as_primary.has("database", "wrong", "it cannot be written to");
    assert_eq!(as_primary.status, Some(1));
    let itself = look(&url, Some(&url));
    itself.has("replica", "wrong", "is no replica");
    assert_eq!((itself.wrong(), itself.status), (vec!["replica"], Some(1)));
    let other = look(&url, Some(&read_url.replace("/daybook", "/postgres")));
    other.has("replica", "wrong", "another database");
    replica.crash();
    let gone = look(&url, Some(&read_url));
    assert_eq!((gone.wrong(), gone.status), (vec!["replica"], Some(1)));

    for spoiled in [
        "ALTER DATABASE daybook SET synchronous_commit = off",
        "ALTER DATABASE daybook CONNECTION LIMIT 20",
        "INSERT INTO migration (source) VALUES ('/var/lib/daybook/daybook.db')",
        "INSERT INTO person (email, created_at, instance_admin) VALUES ('maya@acme.dev', 0, TRUE)",
        "INSERT INTO stream (project, name, target, format, upto, created_at, error) \
         SELECT number, 'siem', 'https://siem.test', 'daybook', 0, 0, 'refused' FROM project",
        "UPDATE place SET received_at = 7000000000000",
    ] {
        primary.ask("daybook", spoiled);
    }
    set(&primary, "fsync", "off");
    set(&primary, "full_page_writes", "off");
    let bad = look(&url, None);
    bad.has("durability", "wrong", "synchronous_commit is off");
    bad.has("durability", "wrong", "fsync is off");
    bad.has("durability", "doubtful", "full_page_writes is off");
    bad.has("connections", "doubtful", "20 may be open at once, and 1 server may want 21 each");
    bad.has("migration", "wrong", "/var/lib/daybook/daybook.db");
    bad.has("admins", "doubtful", "maya@acme.dev");
    bad.has("streams", "doubtful", "acme: siem");
    bad.has("clock", "wrong", "acme received an entry at 2191-");
    assert_eq!(bad.wrong(), ["durability", "durability", "migration", "clock"]);
    assert_eq!(bad.status, Some(1));
}
