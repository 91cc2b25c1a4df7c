//! What the archive has is what went, once: whoever else writes there, and whatever comes in between.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt as _, path::Path};

use axum::http::{Method, StatusCode};
use daybook::{
    database::{query, scalar},
    retention::keeper::tick,
};
use daybook_model::Timestamp;
use serde_json::{Value, json};

use super::{
    DAY, HOLDS, RETENTION, admin, fill, folder, log, pass, restarted, restore, restored_aside,
    told, with, with_folder,
};
use crate::app::TestApp;

/// What the archive is said to have: a run's number and day, how many entries, and whether all are out.
async fn files(app: &TestApp, session: &str) -> Vec<Value> {
    let path = "/api/projects/acme/archive";
    let files = app.as_person(session, Method::GET, path, None).await.json();
    let files = files.as_array().unwrap().clone();
    // Nothing is in two of them.
    let mut seen = BTreeMap::new();
    restored_aside(app, &mut seen).await;
    assert_eq!(seen.len() as u64, entries(&files), "{files:?}");
    files
}

fn entries(files: &[Value]) -> u64 {
    files.iter().map(|file| file["count"].as_u64().unwrap()).sum()
}

fn unsettled(files: &[Value]) -> Vec<&Value> {
    files.iter().filter(|file| file["settled"] == false).collect()
}

/// The files of a folder with entries.
fn on_disk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(on_disk(&path));
        } else if path.extension().is_some_and(|end| end == "parquet") {
            found.push(path);
        }
    }
    found
}

/// Comes as far as to write sign-ins to a file, because somebody reads where they are.
async fn written_and_not_removed(app: &TestApp) {
    fill(app, 180).await;
    assert_eq!(pass(app, 29).await, 0);
    let reading = app.state.store.steady(app.project, Timestamp::MIN).await;
    assert_eq!(pass(app, 3).await, 0);
    drop(reading);
}

#[tokio::test]
async fn logs_that_share_an_archive_leave_each_others_files_alone() {
    let (one, archive) = with_folder().await;
    let two = with(Some(folder(archive.path()))).await;
    let mut logs = Vec::new();
    // The projects are called the same, and most of the days are.
    for (app, days) in [(&one, 180), (&two, 181)] {
        fill(app, days).await;
        logs.push(log(app).await);
    }
    for app in [&one, &two] {
        assert_eq!(pass(app, 92).await, 60);
    }
    let path = "/api/projects/acme/retained?from=2026-01-01T00:00:00Z&to=2026-12-31T00:00:00Z";
    for (app, all) in [&one, &two].into_iter().zip(&logs) {
        let session = admin(app).await;
        assert_eq!(app.get(path).await.json()["restored"], 0);
        assert_eq!(restore(app, &session).await, (60, 0));
        assert_eq!(&log(app).await, all);
        // Whoever looks at that time is told that it is back.
        assert_eq!(app.get(path).await.json()["restored"], 60);
        assert_eq!(restore(app, &session).await, (0, 60));
        assert_eq!(app.get(path).await.json()["restored"], 60);
    }
}

#[tokio::test]
async fn a_file_that_was_not_taken_down_is_found_again() {
    let (app, archive) = with_folder().await;
    let session = admin(&app).await;
    written_and_not_removed(&app).await;
    let left = on_disk(archive.path());
    assert_eq!(left.len(), 1);
    // Killed between the two.
    query("DELETE FROM archive_file").execute(app.database.writer()).await.unwrap();
    assert_eq!(pass(&app, 1).await, 12);
    let found = files(&app, &session).await;
    assert_eq!((entries(&found), found.len()), (12, on_disk(archive.path()).len()), "{found:?}");
    assert!(on_disk(archive.path()).contains(&left[0]));
    assert_eq!(restore(&app, &session).await, (12, 0));
}

#[tokio::test]
async fn a_file_of_somebody_elses_stays_as_it_is() {
    let (app, archive) = with_folder().await;
    let session = admin(&app).await;
    written_and_not_removed(&app).await;
    let left = on_disk(archive.path());
    query("DELETE FROM archive_file").execute(app.database.writer()).await.unwrap();
    fs::write(&left[0], "somebody else's").unwrap();
    assert_eq!(pass(&app, 1).await, 12);
    assert_eq!(fs::read_to_string(&left[0]).unwrap(), "somebody else's");
    let places = files(&app, &session).await;
    let second = left[0].to_str().unwrap().replace(".parquet", "-part-2.parquet");
    assert!(places.iter().any(|file| file["place"] == second.as_str()), "{places:?}");
    assert_eq!(restore(&app, &session).await, (12, 0));
}

#[tokio::test]
async fn what_is_held_meanwhile_is_archived_once() {
    let (app, _archive) = with_folder().await;
    let session = admin(&app).await;
    written_and_not_removed(&app).await;
    // The earliest of the sign-ins is in the file that was written.
    let hold = json!({"name": "Case 7", "filter": "request=req-55", "reason": "asked by legal"});
    let hold = app.as_person(&session, Method::POST, HOLDS, Some(hold)).await.json();
    assert_eq!(pass(&app, 1).await, 11);
    assert_eq!(pass(&app, 2).await, 0);
    let found = files(&app, &session).await;
    assert_eq!((entries(&found), unsettled(&found).len()), (12, 1), "{found:?}");
    let path = format!("{HOLDS}/{}", hold["id"]);
    app.as_person(&session, Method::DELETE, &path, None).await;
    assert_eq!(pass(&app, 1).await, 1);
    let found = files(&app, &session).await;
    assert_eq!((entries(&found), unsettled(&found).len()), (12, 0), "{found:?}");
    let messages: Vec<_> = told(&app).await.into_iter().filter_map(|told| told.message).collect();
    let last = messages.last().unwrap();
    assert_eq!(last, "1 entry was archived and removed by retention");
}

#[tokio::test]
async fn what_stays_under_other_rules_is_archived_once() {
    let (app, _archive) = with_folder().await;
    let session = admin(&app).await;
    written_and_not_removed(&app).await;
    let rules = json!({"days": 90, "access_days": 40});
    let answer = app.as_person(&session, Method::PUT, RETENTION, Some(rules)).await;
    assert_eq!(answer.status, StatusCode::OK);
    // The run is over, and what is in its file is in the log.
    assert_eq!(pass(&app, 2).await, 0);
    let found = files(&app, &session).await;
    assert_eq!((found.len(), unsettled(&found).len()), (1, 1), "{found:?}");
    assert_eq!(log(&app).await.len(), 60);
    assert_eq!(pass(&app, 7).await, 12);
    let found = files(&app, &session).await;
    assert_eq!((entries(&found), unsettled(&found).len()), (12, 0), "{found:?}");
    assert_eq!(restore(&app, &session).await, (12, 0));
}

/// A run without an archive breaks off, and the server is started with one; and the other way round.
#[tokio::test]
async fn the_log_says_archived_of_what_was() {
    for begins_with in [false, true] {
        let archive = tempfile::tempdir().unwrap();
        let place = |given: bool| given.then(|| folder(archive.path()));
        let app = with(place(begins_with)).await;
        fill(&app, 180).await;
        assert_eq!(pass(&app, 29).await, 0);
        // Somebody reads the later ones.
        let from = app.state.clock.now().plus_millis(-(181 + 29) * DAY);
        let reading = app.state.store.steady(app.project, from).await;
        pass(&app, 3).await;
        let first = 60 - log(&app).await.len() as u64;
        assert!((1..12).contains(&first), "{first}");
        let done = async || {
            let told = told(&app).await.into_iter();
            told.filter(|told| told.error.is_none()).collect::<Vec<_>>()
        };
        assert!(done().await.is_empty());
        drop(reading);

        let state = restarted(&app, place(!begins_with));
        app.wait(DAY);
        assert_eq!(tick(&state).await, 12 - first);
        let said = |count: u64, archived: bool| {
            let entries = if count == 1 { "entry was" } else { "entries were" };
            let how = if archived { "archived and removed" } else { "removed without an archive" };
            (Some(format!("{count} {entries} {how} by retention")), json!(archived))
        };
        let told: Vec<_> = done()
            .await
            .into_iter()
            .map(|told| (told.message, told.context.unwrap()["retention"]["archived"].clone()))
            .collect();
        assert_eq!(told, [said(first, begins_with), said(12 - first, !begins_with)]);
        let settled = "SELECT CAST(COALESCE(SUM(row_count), 0) AS bigint) FROM archive_file WHERE settled = 1";
        let settled: i64 = scalar(settled).fetch_one(app.database.writer()).await.unwrap();
        assert_eq!(settled.unsigned_abs(), if begins_with { first } else { 12 - first });
    }
}

#[tokio::test]
async fn what_is_made_is_its_owners_alone() {
    fn look(folder: &Path, modes: &mut Vec<(u32, bool)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            modes.push((fs::metadata(&path).unwrap().permissions().mode() & 0o777, path.is_dir()));
            if path.is_dir() {
                look(&path, modes);
            }
        }
    }
    let there = tempfile::tempdir().unwrap();
    fs::set_permissions(there.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let app = with(Some(folder(&there.path().join("audit/archive")))).await;
    fill(&app, 180).await;
    assert_eq!(pass(&app, 32).await, 12);
    let mut modes = Vec::new();
    look(there.path(), &mut modes);
    assert!(modes.iter().any(|(_, is_folder)| !is_folder));
    for (mode, is_folder) in modes {
        assert_eq!(mode, if is_folder { 0o700 } else { 0o600 });
    }
    let kept = fs::metadata(there.path()).unwrap().permissions().mode();
    assert_eq!(kept & 0o777, 0o755, "a folder that was there");
}
