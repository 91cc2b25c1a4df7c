//! A log that is old: what is in it happened, and was received, long ago.

use std::{
    collections::BTreeMap,
    io::BufReader,
    path::{Path, PathBuf},
    sync::Arc,
};

use daybook::{
    clock::Clock,
    import::{Format, Importer},
    ledger::Ledger,
    retention::Keeping,
    store::{ProjectId, Store as _, sqlite::Sqlite},
};
use daybook_model::{Event, Timestamp};
use serde_json::json;

use crate::process::url;

const DAY: i64 = 24 * 60 * 60 * 1_000;
/// How old entries are, in days: the usual rules keep none of them.
const AGE: i64 = 200;
/// What is put into the log on each of its days.
pub(crate) const OLD: &str = "Old";

/// By id.
pub(crate) type Entries = BTreeMap<String, Event>;

/// Makes a log with so many entries on each of so many days, which all are old, and a few that are not. Where
/// it is their turn, the first run of retention begins when a server starts. What is in it.
pub(crate) fn make(folder: &Path, days: i64, entries: i64, is_turn: bool) -> Entries {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let log = url(folder);
    runtime.block_on(async {
        let now = Clock::System.now();
        let old = now.plus_millis(-AGE * DAY);
        let store = Arc::new(Sqlite::open(&log).await.unwrap());
        let project = ProjectId(store.create_project("acme", old).await.unwrap().number);
        let mut events = Vec::new();
        for day in 0..days {
            for n in 0..entries {
                let at = old.plus_millis(-day * DAY - n * 1_000);
                events.push(event(&format!("old-{day}-{n}"), at, n));
            }
        }
        put(&store, project, old, events).await;
        let young = (0..20).map(|n| event(&format!("young-{n}"), now.plus_millis(-n * 1_000), n));
        put(&store, project, now, young.collect()).await;
        if is_turn {
            // It was seen then for the first time, and a week has passed.
            Keeping::on(&store.database().into()).turn(project, old).await.unwrap();
        }
        read(&store, project).await
    })
}

async fn put(store: &Arc<Sqlite>, project: ProjectId, now: Timestamp, events: Vec<Event>) {
    let ledger = Ledger::start(store.clone(), Clock::standing_at(now));
    for batch in events.chunks(1_000) {
        ledger.submit_in_turn(project, batch.to_vec()).await.unwrap();
    }
    ledger.close().await;
}

fn event(id: &str, at: Timestamp, n: i64) -> Event {
    let event = json!({
        "id": id,
        "occurred_at": at,
        "actor": {"type": "user", "id": format!("u{}", n % 7), "email": format!("u{}@acme.dev", n % 7)},
        "action": OLD,
        "operation": if n % 5 == 0 { "login" } else { "update" },
        "request": {"method": "PATCH", "path": format!("/api/things/{n}"), "status_code": 200 + n % 3},
        "change": {"before": null, "after": {"n": n, "text": format!("{id} ä\u{202e}\n")}},
        "context": {"noise": noise()},
    });
    serde_json::from_value(event).unwrap()
}

/// What does not become smaller by being compressed.
fn noise() -> String {
    (0..32).fold(String::new(), |text, _| format!("{text}{:016x}", rand::random::<u64>()))
}

async fn read(store: &Sqlite, project: ProjectId) -> Entries {
    let mut entries = Entries::new();
    for seq in 1..=store.head(project).await.unwrap() {
        let Some(entry) = store.entry(project, seq).await.unwrap() else { continue };
        if entry.event.action == OLD {
            let id = entry.event.id.clone().unwrap();
            assert!(entries.insert(id, entry.event).is_none(), "twice in the log");
        }
    }
    entries
}

/// What is in a log that no server has open.
pub(crate) fn log(folder: &Path) -> Entries {
    let log = url(folder);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Sqlite::open(&log).await.unwrap();
        let project = store.project("acme").await.unwrap().unwrap();
        read(&store, ProjectId(project.number)).await
    })
}

/// The files of an archive in a folder that are whole: each has its sum beside it.
pub(crate) fn files(archive: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![archive.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(inside) = std::fs::read_dir(&folder) else { continue };
        for path in inside.map(|file| file.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "parquet") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What is in some files of an archive; nothing is there twice.
pub(crate) fn archived(files: &[PathBuf]) -> Entries {
    let mut entries = Entries::new();
    for file in files {
        let reader = BufReader::new(std::fs::File::open(file).unwrap());
        for line in Importer::new(Format::Parquet, reader) {
            let event = line.unwrap().result.unwrap();
            let id = event.id.clone().unwrap();
            assert!(entries.insert(id, event).is_none(), "twice in the archive");
        }
    }
    entries
}
