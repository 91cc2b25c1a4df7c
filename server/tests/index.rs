//! The column index under what is not usual: damaged files, files of another log, too little memory,
//! too many values. Whatever happens, answers are those of the store beneath.

#![allow(clippy::unwrap_used, reason = "a failing test says enough")]

use std::{fs, path::Path, sync::Arc, time::Duration};

use daybook::store::{
    ProjectId, Removal, Scope, Store as _, StoreError,
    index::{Index, Settings},
    sqlite::Sqlite,
};
use daybook_model::{Column, Event, Field, Sort, Span, Term, Timestamp, page::Direction};

const START: i64 = 1_790_000_000_000;

fn event(i: u64, at: i64, path: &str) -> Event {
    let at = Timestamp::saturating(at);
    let json = format!(
        r#"{{"id":"e{i}","occurred_at":"{at}","actor":{{"type":"user","id":"{}","name":"N{}"}},"action":"A{}","entity":"entity-{i}","request":{{"method":"GET","path":"{path}","status_code":{}}}}}"#,
        i % 7,
        i % 11,
        i % 3,
        200 + i % 5 * 100 % 400,
    );
    serde_json::from_str(&json).unwrap()
}

/// A log of some events, one a second.
async fn log(folder: &Path, events: u64) -> (Arc<Sqlite>, ProjectId) {
    let url = format!("sqlite://{}", folder.join("daybook.db").display());
    let store = Arc::new(Sqlite::open(&url).await.unwrap());
    let project = ProjectId(store.create_project("acme", Timestamp::MIN).await.unwrap().number);
    append(&*store, project, 0..events).await;
    (store, project)
}

async fn append(
    store: &dyn daybook::store::Store,
    project: ProjectId,
    which: std::ops::Range<u64>,
) {
    let at = |i: u64| START + i64::try_from(i).unwrap() * 1_000;
    let events: Vec<_> = which.map(|i| event(i, at(i), &format!("/p/{}", i % 50))).collect();
    store.append(project, &events, received(0)).await.unwrap();
}

/// When a log receives: no two at the same time.
fn received(log: i64) -> Timestamp {
    Timestamp::saturating(START + 1_000_000_000 + log)
}

fn settings(folder: &Path) -> Settings {
    Settings {
        chunk: 64,
        patience: Duration::from_mins(1),
        folder: Some(folder.join("index")),
        ..Settings::default()
    }
}

fn scope(project: ProjectId, filter: &str, as_of: u64) -> Scope {
    Scope { project, within: Vec::new(), filter: filter.parse().unwrap(), span: Span::ALL, as_of }
}

/// Asks both, whatever a page asks, and compares.
async fn agree(index: &Index, store: &Sqlite, project: ProjectId) {
    let head = store.head(project).await.unwrap();
    for filter in [
        "",
        "status=4xx",
        "method.not=GET",
        "actor=user:3&action.not=A1",
        "path=/p/4",
        "q=n1",
        "entity=entity-17",
        "ip=",
        "id=e5",
        "cluster=*",
    ] {
        let scope = scope(project, filter, head);
        assert_eq!(index.count(&scope).await, store.count(&scope).await, "{filter}");
        assert_eq!(index.extent(&scope).await, store.extent(&scope).await, "{filter}");
        let edges = [START, START + 60_000, START + 400_000].map(Timestamp::saturating);
        assert_eq!(index.histogram(&scope, &edges).await, store.histogram(&scope, &edges).await);
        for field in [Field::Actor, Field::Status, Field::Entity, Field::Ip] {
            let [a, b] = [
                index.facet(&scope, field, 3, None).await,
                store.facet(&scope, field, 3, None).await,
            ];
            assert_eq!(a, b, "{filter} {field}");
        }
        for column in [Column::Time, Column::Actor, Column::Entity, Column::Status] {
            let sort = Sort { column, descending: true };
            let a = index.list(&scope, sort, None, Direction::Next, 20).await;
            let b = store.list(&scope, sort, None, Direction::Next, 20).await;
            assert_eq!(a, b, "{filter} by {column:?}");
        }
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let folders = fs::read_dir(folder.join("index")).unwrap();
    let mut files: Vec<_> = folders
        .flat_map(|project| fs::read_dir(project.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_and_missing_files_are_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (store, project) = log(folder.path(), 500).await;
    {
        let index = Index::over(Arc::clone(&store), settings(folder.path()));
        index.settled(project).await.unwrap();
        append(&index, project, 500..900).await;
        assert_eq!(index.settled(project).await.unwrap().0, 900);
    }
    let kept = files(folder.path());
    assert!(kept.len() > 10, "{kept:?}");
    let names: Vec<_> = kept.iter().map(|f| f.file_name().unwrap().to_owned()).collect();
    for kind in ["base-", "tail-"] {
        assert!(names.iter().any(|name| name.to_string_lossy().starts_with(kind)), "{names:?}");
    }
    for (i, file) in kept.iter().enumerate() {
        // Where the first one was damaged, all were built anew, under other names in part.
        let Ok(whole) = fs::read(file) else { continue };
        match i % 4 {
            0 => fs::remove_file(file).unwrap(),
            1 => fs::write(file, &whole[..whole.len() / 2]).unwrap(),
            2 => {
                let mut bad = whole.clone();
                bad[whole.len() / 2] ^= 1;
                fs::write(file, bad).unwrap();
            }
            _ => fs::write(file, b"").unwrap(),
        }
        let index = Index::over(Arc::clone(&store), settings(folder.path()));
        assert_eq!(index.settled(project).await.unwrap().0, 900, "{}", file.display());
        agree(&index, &store, project).await;
    }
}

/// A backup is put back, and the senders repeat what it has not: almost the same.
#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_a_log_that_was_restored_are_not_believed() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (store, project) = log(one.path(), 200).await;
    {
        let index = Index::over(Arc::clone(&store), settings(one.path()));
        index.settled(project).await.unwrap();
        append(&index, project, 200..400).await;
        index.settled(project).await.unwrap();
    }
    let (other, project) = log(two.path(), 200).await;
    let at = |i: u64| START + i.cast_signed() * 1_000;
    let again: Vec<_> = (200..400)
        .map(|i| event(if i == 301 { 302_302 } else { i }, at(i), &format!("/p/{}", i % 50)))
        .collect();
    other.append(project, &again, received(9)).await.unwrap();
    let index = Index::over(Arc::clone(&other), settings(one.path()));
    assert_eq!(index.settled(project).await.unwrap().0, 400);
    agree(&index, &other, project).await;
}

fn removal(project: ProjectId, which: impl Iterator<Item = u64>) -> Removal {
    let key = |i: u64| (START + i.cast_signed() * 1_000, i + 1);
    let (received_before, rule) = (Timestamp::END, "test".to_owned());
    Removal { project, keys: which.map(key).collect(), received_before, run: 1, rule }
}

/// What was removed does not come back with the files of the index, whoever removed it.
#[tokio::test(flavor = "multi_thread")]
async fn removed_entries_do_not_come_back_from_disk() {
    let folder = tempfile::tempdir().unwrap();
    let (store, project) = log(folder.path(), 500).await;
    {
        let index = Index::over(Arc::clone(&store), settings(folder.path()));
        index.settled(project).await.unwrap();
        append(&index, project, 500..900).await;
        assert_eq!(index.settled(project).await.unwrap().0, 900);
        // Some of everything, a whole chunk of the base, and a whole one of the tail.
        let some =
            (0..900).filter(|i| i % 7 == 0 || (100..180).contains(i) || (600..700).contains(i));
        assert_eq!(index.remove(&removal(project, some)).await, Ok(284));
        agree(&index, &store, project).await;
        assert_eq!(index.settled(project).await.unwrap().0, 616);
    }
    let index = Index::over(Arc::clone(&store), settings(folder.path()));
    assert_eq!(index.settled(project).await.unwrap().0, 616);
    agree(&index, &store, project).await;
    append(&index, project, 900..1_000).await;
    drop(index);
    // As if the process had ended before the index knew.
    assert_eq!(store.remove(&removal(project, (1..60).filter(|i| i % 7 != 0))).await, Ok(51));
    let index = Index::over(Arc::clone(&store), settings(folder.path()));
    assert_eq!(index.settled(project).await.unwrap().0, 665);
    agree(&index, &store, project).await;
}

/// Questions and removals at the same time: each answer is of before or of after.
#[tokio::test(flavor = "multi_thread")]
async fn answers_while_entries_go_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (store, project) = log(folder.path(), 800).await;
    let index = Arc::new(Index::over(Arc::clone(&store), settings(folder.path())));
    index.settled(project).await.unwrap();
    let asked = Arc::clone(&index);
    let (ended, mut has_ended) = tokio::sync::oneshot::channel();
    let asking = tokio::spawn(async move {
        let all = scope(project, "", 800);
        let edges = [Timestamp::MIN, Timestamp::END];
        let mut answers = 0;
        while has_ended.try_recv().is_err() {
            let _steady = asked.steady(project, Timestamp::MIN).await;
            let count = asked.count(&all).await.unwrap();
            let list = asked.list(&all, Sort::default(), None, Direction::Next, 500).await.unwrap();
            let bars = asked.histogram(&all, &edges).await.unwrap();
            assert_eq!(count.min(500), list.len() as u64);
            assert_eq!(bars[0].iter().sum::<u64>(), count);
            assert_eq!(count % 100, 0, "whole steps");
            answers += 1;
        }
        answers
    });
    for step in 0..8 {
        let keys = removal(project, step * 100..step * 100 + 100);
        let mut removed = index.remove(&keys).await;
        while let Err(StoreError::Unavailable(_)) = removed {
            removed = index.remove(&keys).await;
        }
        assert_eq!(removed, Ok(100));
    }
    ended.send(()).unwrap();
    assert!(asking.await.unwrap() > 0);
    assert_eq!(index.count(&scope(project, "", 800)).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_nobody_looks_at_is_let_go_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (store, project) = log(folder.path(), 300).await;
    let idle = Duration::from_millis(50);
    let index = Index::over(Arc::clone(&store), Settings { idle, ..settings(folder.path()) });
    index.settled(project).await.unwrap();
    let all = scope(project, "", 300);
    while index.holds(project) {
        tokio::time::sleep(idle).await;
    }
    // Asked again at once, the store beneath answers until it is held again.
    assert_eq!(index.count(&all).await.unwrap(), 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_bounded_and_the_oldest_goes_first() {
    let folder = tempfile::tempdir().unwrap();
    let (store, project) = log(folder.path(), 600).await;
    for memory in [0, 1, 10_000, 60_000, 120_000, 200_000] {
        let settings = Settings { memory, folder: None, ..settings(folder.path()) };
        let index = Index::over(Arc::clone(&store), settings);
        let (rows, bytes) = index.settled(project).await.unwrap();
        assert!(bytes <= memory.max(2 * 64 * 1024), "{bytes} for {memory}");
        assert!(memory > 1_000 || rows == 0, "{rows} for {memory}");
        agree(&index, &store, project).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_values_long_paths_old_events_and_one_instant() {
    let folder = tempfile::tempdir().unwrap();
    let (store, project) = log(folder.path(), 0).await;
    let settings = Settings { words: 400, ..settings(folder.path()) };
    let index = Index::over(Arc::clone(&store), settings);
    let long = "/x".repeat(4_000);
    let mut events = vec![event(9_000, 0, "/old"), event(9_001, START, &long)];
    // One instant for hundreds, and more entities than the index holds.
    events.extend((0..900).map(|i| event(i, START + 5, "/same")));
    for batch in events.chunks(100) {
        index.append(project, batch, Timestamp::MIN).await.unwrap();
    }
    assert_eq!(index.settled(project).await.unwrap().0, 902);
    agree(&index, &store, project).await;
    let (here, beneath) = index.answered();
    assert!(here > 0 && beneath > 0, "{here} here, {beneath} beneath");

    // A filter of ten thousand values.
    let mut scope = scope(project, "", 902);
    for i in 0..10_000 {
        let value = Field::Actor.value(&format!("user:{i}")).unwrap();
        scope.filter.add(Field::Actor, false, Term::Is(value));
    }
    assert_eq!(index.count(&scope).await.unwrap(), 902);
}
