//! The log's parts of time: a month each, made before the first entry of that time is written, and dropped
//! when retention has left nothing in it.
//!
//! Events cannot be of a time that is still far away, but of any that is past: what is older than the first
//! month shares one part.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use sqlx::{AssertSqlSafe, Connection as _, PgPool, error::DatabaseError, postgres::PgConnection};

use crate::store::StoreError;

/// The tables that have parts.
const TABLES: [&str; 2] = ["entry", "detail"];
/// The years that are divided; see the first migration.
const YEARS: std::ops::Range<i32> = 2010..2060;
/// Who makes or drops a part holds this lock.
const TURN: i64 = 0x0da7_b00c_0001;

/// Which parts there are, as far as this server knows.
#[derive(Debug, Default)]
pub(super) struct Parts(Mutex<HashSet<(i32, u32)>>);

/// The month that a time lies in; `None` outside of the years that are divided.
fn month(millis: i64) -> Option<NaiveDate> {
    let date = DateTime::<Utc>::from_timestamp_millis(millis)?.date_naive().with_day(1)?;
    YEARS.contains(&date.year()).then_some(date)
}

fn key(month: NaiveDate) -> (i32, u32) {
    (month.year(), month.month())
}

fn millis(month: NaiveDate) -> i64 {
    month.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis()
}

fn name(table: &str, month: NaiveDate) -> String {
    format!("{table}_{}", month.format("%Y_%m"))
}

impl Parts {
    fn known(&self) -> std::sync::MutexGuard<'_, HashSet<(i32, u32)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another server may have dropped some: they are looked for anew.
    pub(super) fn forget(&self) {
        self.known().clear();
    }

    /// Makes the parts that entries of these times need and that are not there.
    pub(super) async fn make_room(&self, pool: &PgPool, times: &[i64]) -> Result<(), StoreError> {
        let mut missing: Vec<NaiveDate> = {
            let known = self.known();
            times.iter().filter_map(|&at| month(at)).filter(|m| !known.contains(&key(*m))).collect()
        };
        missing.sort_unstable();
        missing.dedup();
        for month in missing {
            make(pool, month).await?;
            self.known().insert(key(month));
        }
        Ok(())
    }

    /// Drops a part in which nothing is left, if there is one; whether there may be more. Not that of the
    /// last months: entries of this time may still arrive.
    pub(super) async fn give_back(&self, pool: &PgPool) -> Result<bool, StoreError> {
        let mut connection = pool.acquire().await?;
        // `entry_future` and `entry_past` come last.
        let parts = "SELECT CAST(c.relname AS text) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
             WHERE i.inhparent = CAST('entry' AS regclass) ORDER BY c.relname";
        let names: Vec<String> = sqlx::query_scalar(parts).fetch_all(&mut *connection).await?;
        let newest = names.len().saturating_sub(5);
        for name in names.iter().take(newest) {
            let Some(suffix) = name.strip_prefix("entry_").filter(|s| s.contains('_')) else {
                continue;
            };
            // Looked at in nobody's way: most have something in them.
            if is_empty(&mut connection, suffix).await? {
                return self.drop_empty(&mut connection, suffix).await;
            }
        }
        Ok(false)
    }

    /// Drops a part that was empty; whether it did. Not where somebody is in the way, or wrote to it.
    async fn drop_empty(
        &self,
        connection: &mut PgConnection,
        suffix: &str,
    ) -> Result<bool, StoreError> {
        // What was committed until it is locked is seen, however the database is set up.
        let mut turn = connection.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
        match self.drop_alone(&mut turn, suffix).await {
            Ok(true) => turn.commit().await?,
            Ok(false) => return Ok(false),
            Err(error) if is_in_the_way(&error) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        Ok(true)
    }

    async fn drop_alone(&self, turn: &mut PgConnection, suffix: &str) -> Result<bool, sqlx::Error> {
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(TURN).execute(&mut *turn).await?;
        // In nobody's way for long: else another time.
        sqlx::query("SET LOCAL lock_timeout = '500ms'").execute(&mut *turn).await?;
        sqlx::query("SET LOCAL statement_timeout = '2s'").execute(&mut *turn).await?;
        // Nobody writes to any part from here on. In the order in which who writes takes them.
        let lock = "LOCK TABLE ONLY detail, ONLY entry IN ACCESS EXCLUSIVE MODE";
        sqlx::query(lock).execute(&mut *turn).await?;
        if !is_empty(turn, suffix).await? {
            return Ok(false);
        }
        // Forgotten first: who comes next makes it anew.
        self.forget();
        for table in TABLES {
            let dropped = format!("DROP TABLE {table}_{suffix}");
            sqlx::query(AssertSqlSafe(dropped)).execute(&mut *turn).await?;
        }
        Ok(true)
    }
}

/// Whether nothing is left of a month.
async fn is_empty(connection: &mut PgConnection, suffix: &str) -> Result<bool, sqlx::Error> {
    // Safe: names of our own parts.
    let empty = format!(
        "SELECT NOT EXISTS (SELECT FROM entry_{suffix}) AND NOT EXISTS (SELECT FROM detail_{suffix})"
    );
    sqlx::query_scalar(AssertSqlSafe(empty)).persistent(false).fetch_one(connection).await
}

/// Who else is at work did not make way in time, or it took too long to look.
fn is_in_the_way(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| ["55P03", "57014", "40P01"].contains(&&*code))
}

/// Makes the parts of a month.
async fn make(pool: &PgPool, month: NaiveDate) -> Result<(), StoreError> {
    let next = month.checked_add_months(Months::new(1)).unwrap_or(month);
    let mut turn = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(TURN).execute(&mut *turn).await?;
    for table in TABLES {
        let name = name(table, month);
        let there = sqlx::query("SELECT 1 FROM pg_class WHERE oid = to_regclass($1)");
        if there.bind(&name).fetch_optional(&mut *turn).await?.is_some() {
            continue;
        }
        // Safe: names and numbers of our own. Made apart and then attached, it is in nobody's way.
        let made = format!("CREATE TABLE {name} (LIKE {table} INCLUDING ALL)");
        sqlx::query(AssertSqlSafe(made)).execute(&mut *turn).await?;
        let attached = format!(
            "ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({}) TO ({})",
            millis(month),
            millis(next)
        );
        sqlx::query(AssertSqlSafe(attached)).execute(&mut *turn).await?;
    }
    turn.commit().await?;
    Ok(())
}
