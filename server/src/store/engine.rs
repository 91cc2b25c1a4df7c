//! What the log asks of a database: all that differs between one and another.

use async_trait::async_trait;
use sea_query::Value;
use sea_query_sqlx::SqlxValues;
use sqlx::{
    AssertSqlSafe, Connection, Database, Pool,
    postgres::{PgConnection, PgDatabaseError, PgRow},
    sqlite::{SqliteArguments, SqliteConnection, SqliteRow},
};
use tokio::sync::mpsc;

use super::{News, ProjectId, StoreError, insert::Batch, postgres::Copied, row::Id, sql::Dialect};

/// A database that a log is in, opened.
#[async_trait]
pub trait Engine: std::fmt::Debug + Clone + Send + Sync + 'static {
    /// As sqlx knows it.
    type Db: Database<Connection = Self::Connection>;
    /// A connection to it.
    type Connection: Ask + Connection<Database = Self::Db>;

    /// Begins to read: however many statements it takes, the log is seen as it was at one moment.
    const READ: &'static str;
    /// Begins to write.
    const WRITE: &'static str;
    /// The last place of a project's log (`$1`), for who writes: nobody else writes to it until the
    /// transaction is over, so that places are given in the order of commits.
    const HEAD: &'static str;
    /// The actors (`$2` is their kind) of a project that had an e-mail address (`$3`), whatever its case.
    const ACTORS: &'static str;
    /// How entries are taken out.
    const REMOVAL: Removal;

    /// The connections that read: from a replica, where there is one.
    fn readers(&self) -> &Pool<Self::Db>;

    /// Those that read what is there, where others may be behind it.
    fn primary(&self) -> &Pool<Self::Db> {
        self.readers()
    }

    /// Whether those that read may be behind what was written.
    fn may_lag(&self) -> bool {
        false
    }

    /// Whether a replica is left alone for a while, because it did not answer.
    fn is_resting(&self) -> bool {
        false
    }

    /// A replica did not answer.
    fn rest(&self) {}

    /// Tells other servers that a project's log goes up to a place, once the transaction is committed.
    async fn announce(
        &self,
        connection: &mut Self::Connection,
        project: ProjectId,
        head: i64,
    ) -> Result<(), StoreError> {
        let _ = (connection, project, head);
        Ok(())
    }

    /// Tells other servers that a project has so many entries less in all, once the transaction is committed.
    async fn announce_removal(
        &self,
        connection: &mut Self::Connection,
        project: ProjectId,
    ) -> Result<(), StoreError> {
        let _ = (connection, project);
        Ok(())
    }

    /// See [`super::Store::news`].
    fn news(&self) -> Option<mpsc::Receiver<(ProjectId, News)>> {
        None
    }

    /// The connections that write.
    fn writer(&self) -> &Pool<Self::Db>;

    /// Makes room for entries of these times, before they are written.
    async fn make_room(&self, times: &[i64]) -> Result<(), StoreError> {
        let _ = times;
        Ok(())
    }

    /// What was written failed: room that was made may be gone again.
    fn forget_room(&self) {}

    /// See [`super::Store::give_back`].
    async fn give_back(&self) -> Result<bool, StoreError>;
}

/// Statements about the entries at some places. In each, `$1` is the project, `$2` a JSON array of places,
/// `$3` the moment that they were received before.
#[derive(Debug)]
pub struct Removal {
    /// How many there are, the first and the last of their times, and of their places.
    pub sum: &'static str,
    /// Take them out.
    pub deletes: &'static [&'static str],
}

/// A connection that can be asked.
#[async_trait]
pub trait Ask: Send {
    /// A row of an answer.
    type Row: Columns;
    /// Rows that go in.
    type Batch: Batch<Connection = Self>;
    /// How it is spoken to.
    const DIALECT: Dialect;

    /// All rows of a statement. Every value is bound, and every name in the text is a constant of ours.
    async fn ask(&mut self, text: String, values: Vec<Value>)
    -> Result<Vec<Self::Row>, StoreError>;

    /// The same, row by row: all of them as the driver has them would take ten times the memory.
    async fn each(
        &mut self,
        text: String,
        values: Vec<Value>,
        take: &mut (dyn FnMut(Self::Row) -> Result<(), StoreError> + Send),
    ) -> Result<(), StoreError>;

    /// Does what a statement says; how many rows that were.
    async fn change(&mut self, text: &'static str, values: Vec<Value>) -> Result<u64, StoreError>;
}

/// A row of an answer.
pub trait Columns: Send + Sync + 'static {
    /// An integer, whatever its width.
    fn int(&self, column: usize) -> Result<i64, StoreError>;
    /// The same, where there may be none.
    fn int_or_none(&self, column: usize) -> Result<Option<i64>, StoreError>;
    /// A text.
    fn text(&self, column: usize) -> Result<String, StoreError>;
    /// The same, where there may be none.
    fn text_or_none(&self, column: usize) -> Result<Option<String>, StoreError>;
    /// A producer's id, where there may be none.
    fn id_or_none(&self, column: usize) -> Result<Option<Id>, StoreError>;

    /// A number that is not negative.
    fn count(&self, column: usize) -> Result<u64, StoreError> {
        Ok(self.int(column)?.unsigned_abs())
    }
}

/// Statements of more values are not kept prepared: their number is seldom the same twice, and a hundred of them, each
/// of hundreds of kilobytes, is what a connection would hold.
const KEPT: usize = 160;

macro_rules! asked {
    ($connection:ty, $row:ty, $batch:ty, $dialect:expr, $get:ident) => {
        #[async_trait]
        impl Ask for $connection {
            type Row = $row;
            type Batch = $batch;
            const DIALECT: Dialect = $dialect;

            async fn ask(
                &mut self,
                text: String,
                values: Vec<Value>,
            ) -> Result<Vec<$row>, StoreError> {
                let keep = values.len() <= KEPT;
                let values = SqlxValues(sea_query::Values(values));
                let query = sqlx::query_with(AssertSqlSafe(text), values).persistent(keep);
                Ok(query.fetch_all(self).await?)
            }

            async fn each(
                &mut self,
                text: String,
                values: Vec<Value>,
                take: &mut (dyn FnMut($row) -> Result<(), StoreError> + Send),
            ) -> Result<(), StoreError> {
                use futures_util::TryStreamExt as _;
                let keep = values.len() <= KEPT;
                let values = SqlxValues(sea_query::Values(values));
                let query = sqlx::query_with(AssertSqlSafe(text), values).persistent(keep);
                let mut found = query.fetch(self);
                while let Some(row) = found.try_next().await? {
                    take(row)?;
                }
                Ok(())
            }

            async fn change(
                &mut self,
                text: &'static str,
                values: Vec<Value>,
            ) -> Result<u64, StoreError> {
                let values = SqlxValues(sea_query::Values(values));
                Ok(sqlx::query_with(text, values).execute(self).await?.rows_affected())
            }
        }

        impl Columns for $row {
            fn int(&self, column: usize) -> Result<i64, StoreError> {
                Ok(sqlx::Row::$get(self, column)?)
            }

            fn int_or_none(&self, column: usize) -> Result<Option<i64>, StoreError> {
                Ok(sqlx::Row::$get(self, column)?)
            }

            fn text(&self, column: usize) -> Result<String, StoreError> {
                Ok(sqlx::Row::$get(self, column)?)
            }

            fn text_or_none(&self, column: usize) -> Result<Option<String>, StoreError> {
                Ok(sqlx::Row::$get(self, column)?)
            }

            fn id_or_none(&self, column: usize) -> Result<Option<Id>, StoreError> {
                Ok(sqlx::Row::$get(self, column)?)
            }
        }
    };
}

asked!(SqliteConnection, SqliteRow, SqliteArguments, Dialect::Sqlite, try_get);
// Its integers have several widths, all of which are read alike.
asked!(PgConnection, PgRow, Copied, Dialect::Postgres, try_get_unchecked);

/// No part takes a row, says PostgreSQL. Where a column may not have a value it says the same, and by which rule.
fn is_of_a_part(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| {
        error.code().is_some_and(|code| code == "23514") && error.constraint().is_none()
    })
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if is_of_a_part(&error) {
            return Self::PartGone;
        }
        let passes = match &error {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(e) => match e.try_downcast_ref::<PgDatabaseError>() {
                Some(e) => passes_on_postgres(e.code()),
                None => e.code().and_then(|code| code.parse().ok()).is_some_and(passes_on_sqlite),
            },
            _ => false,
        };
        if passes { Self::Unavailable(error.to_string()) } else { Self::Failed(error.to_string()) }
    }
}

/// Busy, locked, out of memory, read-only, I/O error, full, cannot open. The low byte is the primary code.
fn passes_on_sqlite(code: u32) -> bool {
    matches!(code & 0xff, 5 | 6 | 7 | 8 | 10 | 13 | 14)
}

/// No connection, given up in favour of another, out of resources, shutting down or starting, an error of
/// the system beneath, and a standby that takes no writes.
fn passes_on_postgres(code: &str) -> bool {
    ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class))
        || ["25006", "25P03"].contains(&code)
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError::{Execute, ExecuteMigration};
        match error {
            Execute(e) | ExecuteMigration(e, _) => e.into(),
            other => Self::Failed(format!(
                "the database cannot be brought to this version's layout: {other}"
            )),
        }
    }
}

/// A project's log: the last place that was given.
pub(super) async fn head(
    connection: &mut impl Ask,
    text: &str,
    project: ProjectId,
) -> Result<i64, StoreError> {
    let rows = connection.ask(text.to_owned(), vec![project.0.into()]).await?;
    let row = rows.first();
    row.ok_or_else(|| StoreError::Failed(format!("there is no project {}", project.0)))?.int(0)
}
