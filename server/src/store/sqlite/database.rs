//! The file: one connection that writes, a few that read.

use std::{str::FromStr as _, time::Duration};

use async_trait::async_trait;
use sqlx::{
    ConnectOptions as _, Connection as _, Sqlite, SqliteConnection, SqlitePool,
    migrate::Migrator,
    sqlite::{
        SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};
use tokio::fs::DirBuilder;

use crate::{
    presence,
    store::{
        StoreError,
        engine::{Engine, Removal},
    },
};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How the layout of a file stands to that of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// It is the same.
    Same,
    /// So many steps are missing.
    Older(usize),
    /// It has steps that this version does not know.
    Newer,
    /// There is none.
    Foreign,
}

/// The steps that were taken.
pub(in crate::store) const TAKEN: &str = "SELECT version FROM _sqlx_migrations WHERE success";

impl Layout {
    /// Of these steps, those were taken.
    pub(in crate::store) fn of(steps: &Migrator, taken: &[i64]) -> Self {
        if taken.iter().any(|version| !steps.version_exists(*version)) {
            return Self::Newer;
        }
        match steps.iter().filter(|step| !taken.contains(&step.version)).count() {
            0 => Self::Same,
            missing => Self::Older(missing),
        }
    }
}

/// How the layout of an opened file stands to that of this version. Changes nothing.
pub async fn layout(connection: &mut SqliteConnection) -> Result<Layout, sqlx::Error> {
    let there = "SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'";
    if sqlx::query_scalar::<_, i64>(there).fetch_one(&mut *connection).await? == 0 {
        return Ok(Layout::Foreign);
    }
    let taken: Vec<i64> = sqlx::query_scalar(TAKEN).fetch_all(connection).await?;
    Ok(Layout::of(&MIGRATIONS, &taken))
}

/// How many questions are answered at once; more than the cores of a small machine do not help.
const READERS: u32 = 6;

/// An opened file, brought to the newest layout.
#[derive(Debug, Clone)]
pub struct Database {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Database {
    /// Opens the file that a `sqlite:` address names; makes it, and its folder, where missing.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let foreign = || {
            StoreError::Failed(format!(
                "{url:?} is not the address of an SQLite database, such as sqlite://data/daybook.db"
            ))
        };
        // Without the scheme, any text would be taken for a path.
        let options = SqliteConnectOptions::from_str(
            Some(url).filter(|u| u.starts_with("sqlite:")).ok_or_else(foreign)?,
        )
        .map_err(|_| foreign())?
        .busy_timeout(Duration::from_secs(5))
        // A statement for many rows is many pages long; how long a request took is told by itself.
        .disable_statement_logging()
        .foreign_keys(true)
        // A map saves copying what the system has cached; 1 GiB of address space, not of memory.
        .pragma("mmap_size", (1_i64 << 30).to_string());

        if let Some(folder) = options.get_filename().parent().filter(|f| !f.as_os_str().is_empty())
        {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(folder).await;
            made.map_err(|e| {
                StoreError::Unavailable(format!(
                    "the folder {} cannot be made: {e}",
                    folder.display()
                ))
            })?;
        }
        // Where this fails, opening fails too, and says why.
        let _ = presence::make_private(options.get_filename());
        let writing = options
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What is answered with success is on disk, whatever happens to the machine.
            .synchronous(SqliteSynchronous::Full)
            // So that a purge can give space back; it cannot be chosen later.
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .pragma("journal_size_limit", (64 << 20).to_string())
            // Written back every 64 MB: a page that many events touch is then written once.
            .pragma("wal_autocheckpoint", "16000")
            .pragma("cache_size", "-65536");
        let writer = one_writer().connect_with(writing).await?;
        MIGRATIONS.run(&writer).await?;
        // The driver reads on a thread of its own; with more rows handed over at a time the two wait
        // for each other less.
        let reading = options.read_only(true).pragma("cache_size", "-2048").row_buffer_size(512);
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(reading)
            .await?;
        Ok(Self { writer, readers })
    }

    /// The one connection that writes.
    pub fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// The connections that read.
    pub fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// Waits for what is running, then closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// A pool of the one connection that writes. On a disk that is full SQLite takes a transaction back
/// by itself, which the driver does not notice: a connection that seems to be in one is replaced.
pub(crate) fn one_writer() -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(1).before_acquire(|connection, _| {
        let idle = !connection.is_in_transaction();
        Box::pin(async move { Ok(idle) })
    })
}

/// How many pages are given back at once.
const PAGES: &str = "PRAGMA incremental_vacuum(512)";

#[async_trait]
impl Engine for Database {
    type Db = Sqlite;
    type Connection = SqliteConnection;

    const READ: &'static str = "BEGIN";
    const WRITE: &'static str = "BEGIN IMMEDIATE";
    const HEAD: &'static str = "SELECT head FROM project WHERE number = $1";
    const ACTORS: &'static str = "SELECT DISTINCT value FROM word \
         WHERE project = $1 AND kind = $2 AND email = $3 COLLATE NOCASE";
    const REMOVAL: Removal = super::removal::REMOVAL;

    fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    async fn give_back(&self) -> Result<bool, StoreError> {
        let mut connection = self.writer.acquire().await?;
        sqlx::query(PAGES).execute(&mut *connection).await?;
        let free = "PRAGMA freelist_count";
        let free: i64 = sqlx::query_scalar(free).fetch_one(&mut *connection).await?;
        Ok(free > 0)
    }
}
