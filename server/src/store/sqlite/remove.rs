//! Taking entries out, in small transactions.

use std::fmt::Write as _;

use sqlx::{Connection as _, Row as _, SqliteConnection};

use super::{Database, read::key};
use crate::store::{Key, ProjectId, Removal, StoreError};

/// How many pages are given back at once.
const PAGES: i64 = 512;

/// The wide rows that are meant. `$1` is the first key of the project, `$2` a JSON array of places, `$3`
/// the moment that they were received before. By place, so that each is one seek.
macro_rules! meant {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM json_each($2) CROSS JOIN detail ON detail.key = $1 + json_each.value \
             AND detail.received_at < $3"
        )
    };
}

const SUM: &str = meant!(
    "COUNT(*), MIN(detail.occurred_at), MAX(detail.occurred_at), MIN(detail.key) - $1, MAX(detail.key) - $1"
);
const IDS: &str = concat!(
    "DELETE FROM event_id WHERE project = $4 AND id IN (",
    meant!("detail.id"),
    " WHERE detail.id IS NOT NULL)"
);
const ENTRIES: &str = concat!(
    "DELETE FROM entry WHERE project = $4 AND (occurred_at, seq) IN (",
    meant!("detail.occurred_at, detail.key - $1"),
    ")"
);
const DETAILS: &str = concat!("DELETE FROM detail WHERE key IN (", meant!("detail.key"), ")");
/// One for each kind of reference, in the order of their numbers.
const REFERENCES: [&str; 5] = [
    concat!(
        "DELETE FROM reference WHERE project = $4 AND kind = 1 AND (value, seq) IN (",
        meant!("detail.request, detail.key - $1"),
        " WHERE detail.request IS NOT NULL)"
    ),
    concat!(
        "DELETE FROM reference WHERE project = $4 AND kind = 2 AND (value, seq) IN (",
        meant!("detail.session, detail.key - $1"),
        " WHERE detail.session IS NOT NULL)"
    ),
    concat!(
        "DELETE FROM reference WHERE project = $4 AND kind = 3 AND (value, seq) IN (",
        meant!("detail.run, detail.key - $1"),
        " WHERE detail.run IS NOT NULL)"
    ),
    concat!(
        "DELETE FROM reference WHERE project = $4 AND kind = 4 AND (value, seq) IN (",
        meant!("detail.webhook, detail.key - $1"),
        " WHERE detail.webhook IS NOT NULL)"
    ),
    concat!(
        "DELETE FROM reference WHERE project = $4 AND kind = 5 AND (value, seq) IN (",
        meant!("detail.webhook_event, detail.key - $1"),
        " WHERE detail.webhook_event IS NOT NULL)"
    ),
];
const RECORD: &str = "INSERT INTO removal \
     (project, run, rule, row_count, first_at, last_at, first_seq, last_seq) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (project, run, rule) DO UPDATE SET \
     row_count = row_count + $4, first_at = min(first_at, $5), last_at = max(last_at, $6), \
     first_seq = min(first_seq, $7), last_seq = max(last_seq, $8)";

impl super::Sqlite {
    /// See [`crate::store::Store::remove`]; whoever calls this sees to it that nobody reads there.
    pub(super) async fn take_out(&self, removal: &Removal) -> Result<u64, StoreError> {
        // Whoever writes waits for its turn here.
        let _writer = self.writer.lock().await;
        let mut connection = self.database.writer().acquire().await?;
        let result = take_out(&mut connection, removal).await;
        if result.is_err() {
            // As after a batch that failed: see `append`.
            let _ = connection.close().await;
        }
        // What is remembered of the newest rows has no gaps.
        self.recent.forget(removal.project);
        result
    }
}

async fn take_out(connection: &mut SqliteConnection, removal: &Removal) -> Result<u64, StoreError> {
    let (project, places) = (removal.project, places(&removal.keys));
    let received = removal.received_before.millis();
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let row = sqlx::query(SUM)
        .bind(key(project, 0))
        .bind(&places)
        .bind(received)
        .fetch_one(&mut *transaction)
        .await?;
    let count: i64 = row.try_get(0)?;
    if count == 0 {
        return Ok(0);
    }
    for statement in REFERENCES.into_iter().chain([IDS, ENTRIES, DETAILS]) {
        sqlx::query(statement)
            .bind(key(project, 0))
            .bind(&places)
            .bind(received)
            .bind(project.0)
            .execute(&mut *transaction)
            .await?;
    }
    let mut record =
        sqlx::query(RECORD).bind(project.0).bind(removal.run).bind(&removal.rule).bind(count);
    for bound in 1..5 {
        record = record.bind(row.try_get::<i64, _>(bound)?);
    }
    record.execute(&mut *transaction).await?;
    sqlx::query("UPDATE project SET removed = removed + $2 WHERE number = $1")
        .bind(project.0)
        .bind(count)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(count.unsigned_abs())
}

/// Places as a JSON array: as one value, a statement is the same for any number of them.
fn places(keys: &[Key]) -> String {
    let mut list = String::from("[");
    // Behind these there is nothing, and their keys would be another project's.
    for (_, place) in keys.iter().filter(|(_, place)| (1..1 << 40).contains(place)) {
        // Writing to a String cannot fail.
        let _ = write!(list, "{}{place}", if list.len() > 1 { "," } else { "" });
    }
    list + "]"
}

/// Gives some of the file's free pages back to the disk; whether there are more.
pub(super) async fn give_back(database: &Database) -> Result<bool, StoreError> {
    let mut connection = database.writer().acquire().await?;
    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA incremental_vacuum({PAGES})")))
        .execute(&mut *connection)
        .await?;
    let free: i64 = sqlx::query_scalar("PRAGMA freelist_count").fetch_one(&mut *connection).await?;
    Ok(free > 0)
}

impl super::Sqlite {
    /// How many entries of a project were taken out so far.
    pub(super) async fn taken_out(&self, project: ProjectId) -> Result<u64, StoreError> {
        let removed: Option<i64> =
            sqlx::query_scalar("SELECT removed FROM project WHERE number = $1")
                .bind(project.0)
                .fetch_optional(self.database.readers())
                .await?;
        Ok(removed.unwrap_or(0).unsigned_abs())
    }

    /// How many entries lie between two keys and two places, all included.
    pub(super) async fn held_between(
        &self,
        project: ProjectId,
        (first, last): (Key, Key),
        (from, to): (u64, u64),
    ) -> Result<u64, StoreError> {
        let number = |place: u64| i64::try_from(place).unwrap_or(i64::MAX);
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM entry WHERE project = $1 AND occurred_at BETWEEN $2 AND $4 \
             AND (occurred_at, seq) >= ($2, $3) AND (occurred_at, seq) <= ($4, $5) \
             AND seq BETWEEN $6 AND $7",
        )
        .bind(project.0)
        .bind(first.0)
        .bind(number(first.1))
        .bind(last.0)
        .bind(number(last.1))
        .bind(number(from))
        .bind(number(to))
        .fetch_one(self.database.readers())
        .await?;
        Ok(count.unsigned_abs())
    }
}
