//! The same rows without a server.

use std::{path::Path, time::Instant};

use daybook::store::{ProjectId, Store as _, sqlite::Sqlite};
use daybook_model::{Event, Timestamp};
use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{BATCH, Error};

/// How many entries a second SQLite copies out of a log into an empty one of the same layout, and how many
/// our own statements store, in transactions of a batch each.
pub(crate) fn rates(log: &Path, events: &[Event], now: Timestamp) -> Result<(f64, f64), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let folder = tempfile::tempdir()?;
        let copied = copied(log, &folder.path().join("raw.db"), events.len()).await?;
        let own = own(&folder.path().join("own.db"), events, now).await?;
        Ok((copied, own))
    })
}

async fn own(file: &Path, events: &[Event], now: Timestamp) -> Result<f64, Error> {
    let store = Sqlite::open(&format!("sqlite://{}", file.display())).await?;
    let project = ProjectId(store.create_project("acme", now).await?.number);
    let begun = Instant::now();
    for batch in events.chunks(BATCH) {
        store.append(project, batch, now).await?;
    }
    let rate = events.len() as f64 / begun.elapsed().as_secs_f64();
    store.database().close().await;
    Ok(rate)
}

/// Tables in which a place tells a batch.
const PLACED: &str = "\
    INSERT INTO entry SELECT * FROM log.entry WHERE project = 1 AND occurred_at IN \
        (SELECT occurred_at FROM log.detail WHERE key BETWEEN (1 << 40) + $1 AND (1 << 40) + $2) \
        AND seq BETWEEN $1 AND $2; \
    INSERT INTO detail SELECT * FROM log.detail WHERE key BETWEEN (1 << 40) + $1 AND (1 << 40) + $2; \
    INSERT INTO event_id SELECT project, id, seq FROM placed_id WHERE seq BETWEEN $1 AND $2; \
    INSERT INTO reference SELECT project, kind, value, seq FROM placed_reference WHERE seq BETWEEN $1 AND $2; \
    INSERT INTO word SELECT * FROM placed_word WHERE rowid BETWEEN $3 AND $4; \
    UPDATE project SET head = $2 WHERE number = 1";

async fn copied(log: &Path, file: &Path, events: usize) -> Result<f64, Error> {
    // Makes the layout.
    let store = Sqlite::open(&format!("sqlite://{}", file.display())).await?;
    store.create_project("acme", Timestamp::MIN).await?;
    store.database().close().await;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // Words are copied in proportion, not with the entries that brought them: it checks less than we do.
        .foreign_keys(false)
        .pragma("wal_autocheckpoint", "16000")
        .pragma("cache_size", "-65536");
    let mut to = options.connect().await?;
    sqlx::query("ATTACH $1 AS log")
        .bind(log.to_string_lossy().into_owned())
        .execute(&mut to)
        .await?;
    // What has no place of its own is brought into order beforehand, in memory.
    to.execute(
        "PRAGMA temp_store = MEMORY; \
         CREATE TEMP TABLE placed_id AS SELECT * FROM log.event_id ORDER BY seq; \
         CREATE INDEX temp.placed_id_seq ON placed_id (seq); \
         CREATE TEMP TABLE placed_reference AS SELECT * FROM log.reference ORDER BY seq; \
         CREATE INDEX temp.placed_reference_seq ON placed_reference (seq); \
         CREATE TEMP TABLE placed_word AS SELECT * FROM log.word ORDER BY number; \
         SELECT count(*) FROM log.detail",
    )
    .await?;
    let words: i64 =
        sqlx::query_scalar("SELECT count(*) FROM placed_word").fetch_one(&mut to).await?;
    let head: i64 = sqlx::query_scalar("SELECT head FROM log.project WHERE number = 1")
        .fetch_one(&mut to)
        .await?;
    assert!(head >= i64::try_from(events)?, "the log holds what was sent");
    let (batch, mut copied) = (i64::try_from(BATCH)?, 0);
    let begun = Instant::now();
    while copied < head {
        let (first, last) = (copied + 1, (copied + batch).min(head));
        // New words come with the entries that bring them.
        let [from, to_word] = [copied, last].map(|place| words * place / head);
        let mut transaction = to.begin_with("BEGIN IMMEDIATE").await?;
        for statement in PLACED.split("; ") {
            sqlx::query(sqlx::AssertSqlSafe(statement))
                .bind(first)
                .bind(last)
                .bind(from + 1)
                .bind(to_word)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        copied = last;
    }
    Ok(head as f64 / begun.elapsed().as_secs_f64())
}
