//! The server is killed at each step of removing what is old: every entry is in the log or in the archive, and
//! comes back once, by the command line.

use std::{
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use rand::Rng as _;
use sqlx::{ConnectOptions as _, Connection as _, sqlite::SqliteConnectOptions};

use crate::{
    aged::{self, Entries},
    client::Client,
    plan::Plan,
    process::{LONG, Server, Start, daybook, token, url},
};

/// What shows that a run has come so far.
const STEPS: [(&str, &str); 7] = [
    ("begun", "SELECT EXISTS (SELECT 1 FROM retention_run)"),
    ("written", ""),
    ("verified", "SELECT EXISTS (SELECT 1 FROM archive_file)"),
    ("removing", "SELECT EXISTS (SELECT 1 FROM removal)"),
    ("settled", "SELECT EXISTS (SELECT 1 FROM archive_file WHERE settled = 1)"),
    ("over", "SELECT EXISTS (SELECT 1 FROM retention_run WHERE ended_at IS NOT NULL)"),
    ("told", "SELECT EXISTS (SELECT 1 FROM retention_run WHERE told = 1)"),
];

/// Waits until a run has come so far.
pub(crate) fn reached(folder: &Path, archive: &Path, (step, question): (&str, &str)) {
    let until = Instant::now() + LONG;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let options: SqliteConnectOptions = url(folder).parse().unwrap();
    let options = options.read_only(true);
    runtime.block_on(async {
        let mut log = options.connect().await.unwrap();
        loop {
            let is_there = if question.is_empty() {
                !aged::files(archive).is_empty()
            } else {
                let asked = sqlx::query_scalar(sqlx::AssertSqlSafe(question.to_owned()));
                asked.fetch_one(&mut log).await.unwrap_or(false)
            };
            if is_there {
                break;
            }
            assert!(Instant::now() < until, "it is never {step}");
            thread::sleep(Duration::from_millis(1));
        }
        log.close().await.unwrap();
    });
}

/// Every entry is in the log, or in a file of the archive.
fn nothing_is_lost(folder: &Path, archive: &Path, all: &Entries, step: &str) {
    let mut there = aged::archived(&aged::files(archive));
    there.extend(aged::log(folder));
    let ids = |entries: &Entries| entries.keys().cloned().collect::<Vec<_>>();
    assert_eq!(ids(&there), ids(all), "killed when it was {step}");
}

/// Brings everything back; the last line of what it says.
fn restore(folder: &Path, archive: &Path) -> String {
    let output = Command::new(daybook())
        .args(["restore", "--project", "acme", "--from", "2000-01-01", "--to", "2100-01-01"])
        .args(["--database-url", &url(folder), "--archive-folder"])
        .arg(archive)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

#[test]
fn killed_at_each_step_of_retention_nothing_is_lost_and_nothing_is_there_twice() {
    let mut plan = Plan::of("retention");
    let mut rounds = 0;
    while plan.goes_on(rounds, 1) {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("archive");
        let all = aged::make(folder.path(), 3, 300, true);
        let start = started(&archive);
        for step in STEPS {
            let server = Server::with(folder.path(), &start);
            reached(folder.path(), &archive, step);
            if rounds > 0 {
                // A moment that is of the seed, not a wait for anything.
                thread::sleep(Duration::from_millis(plan.dice.random_range(0..40)));
            }
            server.kill();
            nothing_is_lost(folder.path(), &archive, &all, step.0);
        }
        done(folder.path(), &archive, &all, &start);
        rounds += 1;
    }
    println!("retention: killed at {} steps, {rounds} times", STEPS.len());
}

pub(crate) fn started(archive: &Path) -> Start {
    let options = ["--archive-folder".to_owned(), archive.display().to_string()];
    Start { options: options.to_vec(), ..Start::default() }
}

/// What was old is in the archive alone, the log tells of it once, and all of it comes back, once.
fn done(folder: &Path, archive: &Path, all: &Entries, start: &Start) {
    let is_old = |id: &String| id.starts_with("old-");
    let old = all.keys().filter(|id| is_old(id)).count();
    let server = Server::with(folder, start);
    reached(folder, archive, STEPS[6]);
    let client = Client::new(&token(folder));
    let path = "/api/projects/acme/events?action=ApplyRetention&range=all&limit=500";
    let (_, text) = client.get(&server.address, path).unwrap();
    let told: serde_json::Value = serde_json::from_str(&text).unwrap();
    let told = told["entries"].as_array().unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    let said = format!("{old} entries were archived and removed by retention");
    assert_eq!(told[0]["message"], said.as_str());
    server.kill();
    let left = aged::log(folder);
    assert!(!left.keys().any(is_old), "it is out of the log");
    assert_eq!(left.len() + old, all.len(), "what is young stays");
    let files: Vec<PathBuf> = aged::files(archive);
    assert_eq!(aged::archived(&files).len(), old);

    // Through the server that has the log open, then without one.
    let server = Server::with(folder, start);
    let number = files.len();
    assert_eq!(
        restore(folder, archive),
        format!("stored {old}, duplicates 0, refused 0, from {number} of {number} files")
    );
    server.kill();
    assert_eq!(&aged::log(folder), all, "as it was");
    std::fs::remove_file(folder.join("daybook.db.server")).unwrap();
    assert_eq!(
        restore(folder, archive),
        format!("stored 0, duplicates {old}, refused 0, from {number} of {number} files")
    );
    assert_eq!(&aged::log(folder), all, "nothing is there twice");
}
