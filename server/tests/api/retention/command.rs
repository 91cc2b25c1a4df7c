//! Entries come back by the command line: into the log they were in, and into another one.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use daybook::{
    outbound::Place,
    store::{ProjectId, Store as _, sqlite::Sqlite},
};
use daybook_model::Event;

use super::{admin, fill, log, pass, with, with_folder};
use crate::schedules::Store;

fn run(log: &Path, words: &[&str], more: &[(&str, String)]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_daybook"))
        .args(words)
        .env("DAYBOOK_DATABASE_URL", format!("sqlite://{}", log.display()))
        .envs(more.iter().map(|(name, value)| (*name, value)))
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// What a restore that fails says, and its exit status.
fn fails(log: &Path, archive: Option<&Path>) -> (String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daybook"));
    command.args(ALL_OF_IT).env("DAYBOOK_DATABASE_URL", format!("sqlite://{}", log.display()));
    let output = command.envs(archive.map(|at| ("DAYBOOK_ARCHIVE_FOLDER", at))).output().unwrap();
    assert!(!output.status.success());
    (String::from_utf8(output.stderr).unwrap(), output.status.code())
}

/// All entries of a log's file, by id; those that retention writes aside.
async fn entries(file: &Path) -> BTreeMap<String, Event> {
    let store = Sqlite::open(&format!("sqlite://{}", file.display())).await.unwrap();
    let project = ProjectId(store.project("acme").await.unwrap().unwrap().number);
    let mut entries = BTreeMap::new();
    for seq in 1..=store.head(project).await.unwrap() {
        let Some(entry) = store.entry(project, seq).await.unwrap() else { continue };
        if !["ApplyRetention", "RestoreArchive"].contains(&entry.event.action.as_str()) {
            entries.insert(entry.event.id.clone().unwrap(), entry.event);
        }
    }
    entries
}

const ALL_OF_IT: [&str; 7] =
    ["restore", "--project", "acme", "--from", "2026-01-01", "--to", "2026-12-31"];

#[tokio::test(flavor = "multi_thread")]
async fn entries_come_back_from_a_bucket_by_the_command_line() {
    let store = Store::start();
    let app = with(Some(Place::Bucket(store.bucket()))).await;
    admin(&app).await;
    fill(&app, 180).await;
    let all = log(&app).await;
    assert_eq!(pass(&app, 92).await, 60);
    assert!(log(&app).await.is_empty());
    let file = app.file();
    let mut where_it_is = store.environment();
    where_it_is.push(("DAYBOOK_ARCHIVE_BUCKET", "s3://audit/daybook".to_owned()));
    let said = run(&file, &ALL_OF_IT, &where_it_is);
    assert!(said.starts_with("stored 60, duplicates 0, refused 0, from "), "{said}");
    assert_eq!(entries(&file).await, all);
    let said = run(&file, &ALL_OF_IT, &where_it_is);
    assert!(said.starts_with("stored 0, duplicates 60, refused 0, from "), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named_once() {
    let (app, archive) = with_folder().await;
    fill(&app, 180).await;
    assert_eq!(pass(&app, 92).await, 60);
    let file = app.file();

    let (said, status) = fails(&file, None);
    assert_eq!(status, Some(1));
    let advice = "no server has this log open: give --archive-folder or --archive-bucket";
    assert_eq!(said.matches(advice).count(), 1, "{said}");
    assert!(!said.contains("whoever runs it"), "{said}");

    let mistyped = archive.path().join("mistyped");
    let (said, status) = fails(&file, Some(&mistyped));
    assert_eq!(status, Some(1));
    let shown = format!("the folder of the archive, {}, is not there", mistyped.display());
    assert_eq!(said.matches(&shown).count(), 1, "{said}");
    assert!(!mistyped.exists(), "it is not made");

    let days = std::fs::read_dir(archive.path().join("acme")).unwrap();
    let day = days.map(|day| day.unwrap().path()).next().unwrap();
    let gone = std::fs::read_dir(&day).unwrap().map(|file| file.unwrap().path());
    let gone = gone.filter(|file| file.extension().is_some_and(|end| end == "parquet"));
    let gone: PathBuf = gone.collect::<Vec<_>>().remove(0);
    std::fs::remove_file(&gone).unwrap();
    let (said, status) = fails(&file, Some(archive.path()));
    assert_eq!(status, Some(3));
    let shown = format!("{} is not there", gone.display());
    assert_eq!(said.matches(&shown).count(), 1, "{said}");
    let name = gone.file_name().unwrap().to_str().unwrap();
    assert_eq!(said.matches(name).count(), 1, "{said}");
}

/// The files are Parquet like any other: a log that knows nothing of them imports them.
#[tokio::test(flavor = "multi_thread")]
async fn another_log_takes_the_files_of_an_archive() {
    let (app, archive) = with_folder().await;
    fill(&app, 180).await;
    let all = log(&app).await;
    assert_eq!(pass(&app, 92).await, 60);
    let mut files = Vec::new();
    for day in std::fs::read_dir(archive.path().join("acme")).unwrap() {
        let inside = std::fs::read_dir(day.unwrap().path()).unwrap();
        files.extend(inside.map(|file| file.unwrap().path()));
    }
    files.retain(|file: &PathBuf| file.extension().is_some_and(|ending| ending == "parquet"));
    let other = tempfile::tempdir().unwrap();
    let other = other.path().join("other.db");
    let mut words = vec!["import", "--project", "acme", "--format", "parquet"];
    words.extend(files.iter().map(|file| file.to_str().unwrap()));
    assert_eq!(run(&other, &words, &[]), "stored 60, duplicates 0, refused 0");
    assert_eq!(entries(&other).await, all);
    assert_eq!(run(&other, &words, &[]), "stored 0, duplicates 60, refused 0");
}
