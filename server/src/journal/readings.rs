//! Readings before they are settled: one a reader, a view and a minute; and attempts to sign in that were not
//! looked at: one a name, a network and a minute.

use std::{borrow::Cow, collections::BTreeMap, time::Duration};

use daybook_model::{Event, Timestamp};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

use super::{JournalError, Log};
use crate::{
    database::{Beside, Pool, Transaction, query},
    export::stream::hex,
    store::ProjectId,
};

/// How many are settled at once.
const SETTLED: i64 = 1_000;
/// How many bytes a view may have to be told from others by itself.
const LONGEST_KEY: usize = 500;

/// The readings in the small file.
#[derive(Debug, Clone)]
pub(super) struct Readings {
    pool: Pool,
    /// How long a view may be opened, refreshed and paged to be one reading, in milliseconds.
    window: i64,
}

impl Readings {
    /// Those that are kept there; in a file on a connection of their own: who comes in does not wait for
    /// them.
    pub(super) async fn open(beside: &Beside, window: i64) -> Result<Self, JournalError> {
        let pool = beside.open(|file| {
            file.journal_mode(SqliteJournalMode::Wal)
                // They survive the process; what the machine was writing when it lost power, they may not.
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(Duration::from_secs(5))
        });
        Ok(Self { pool: pool.await?, window })
    }

    /// Keeps some, in the order in which they came.
    pub(super) async fn note(&self, readings: &[(ProjectId, &Event)]) -> Result<(), JournalError> {
        if readings.is_empty() {
            return Ok(());
        }
        let mut transaction = self.pool.begin().await?;
        for &(project, event) in readings {
            self.add(&mut transaction, project, event).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Writes those down whose minute is over, the earliest first, and forgets them. One that was
    /// written and not forgotten is known by its id when it is written again.
    pub(super) async fn settle(&self, log: &Log, now: Timestamp) -> Result<usize, JournalError> {
        let mut settled = 0;
        loop {
            let rows = query(
                "SELECT project, reader, view, began_at, times, rows, matched, event FROM reading \
                 WHERE began_at <= $1 ORDER BY began_at, reader, view LIMIT $2",
            )
            .bind(now.millis().saturating_sub(self.window))
            .bind(SETTLED)
            .fetch_all(&self.pool)
            .await?;
            if rows.is_empty() {
                return Ok(settled);
            }
            let mut by_project = BTreeMap::<i64, Vec<Event>>::new();
            for row in &rows {
                let mut event: Event = serde_json::from_str(row.try_get(7)?)?;
                complete(&mut event, row.try_get(4)?, row.try_get(5)?, row.try_get(6)?);
                by_project.entry(row.try_get(0)?).or_default().push(event);
            }
            for (project, events) in by_project {
                log.ledger.submit_in_turn(ProjectId(project), events).await?;
            }
            let mut transaction = self.pool.begin().await?;
            for row in &rows {
                query("DELETE FROM reading WHERE project = $1 AND reader = $2 AND view = $3 AND began_at = $4")
                    .bind(row.try_get::<i64>(0)?)
                    .bind(row.try_get::<&str>(1)?)
                    .bind(row.try_get::<&str>(2)?)
                    .bind(row.try_get::<i64>(3)?)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
            settled += rows.len();
        }
    }

    /// Adds a reading to the one of its minute, or begins a minute with it.
    async fn add(
        &self,
        transaction: &mut Transaction,
        project: ProjectId,
        event: &Event,
    ) -> Result<(), JournalError> {
        let (reader, at) = (event.actor.key(), event.occurred_at.millis());
        let context = |key: &str| event.context.as_ref().and_then(|context| context.get(key));
        let number = |key: &str| context(key).and_then(Value::as_i64);
        // What is refused is counted by the network that it comes from.
        let view = context("view").or(context("network")).and_then(Value::as_str);
        let view = key(view.unwrap_or_default());
        let added = query(
        "UPDATE reading SET times = times + 1, rows = rows + $5, matched = COALESCE($6, matched) \
         WHERE project = $1 AND reader = $2 AND view = $3 AND began_at > $4 - $7 AND began_at <= $4",
    )
    .bind(project.0)
    .bind(&reader)
    .bind(&*view)
    .bind(at)
    .bind(number("rows").unwrap_or(0))
    .bind(number("matched"))
    .bind(self.window)
    .execute(&mut *transaction)
    .await?;
        if added.rows_affected() > 0 {
            return Ok(());
        }
        query(
            "INSERT INTO reading (project, reader, view, began_at, times, rows, matched, event) \
         VALUES ($1, $2, $3, $4, 1, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(project.0)
        .bind(&reader)
        .bind(&*view)
        .bind(at)
        .bind(number("rows").unwrap_or(0))
        .bind(number("matched"))
        .bind(serde_json::to_string(event)?)
        .execute(&mut *transaction)
        .await?;
        Ok(())
    }
}

/// What a view is told from others by: a long one by its hash, for PostgreSQL has no long keys.
fn key(view: &str) -> Cow<'_, str> {
    if view.len() <= LONGEST_KEY { view.into() } else { hex(&Sha256::digest(view)).into() }
}

/// The entry says how often and how much.
fn complete(event: &mut Event, times: i64, rows: i64, matched: Option<i64>) {
    let Some(Value::Object(context)) = &mut event.context else { return };
    context.insert("times".into(), times.into());
    if rows > 0 {
        context.insert("rows".into(), rows.into());
    }
    if let Some(matched) = matched {
        context.insert("matched".into(), matched.into());
    }
}
