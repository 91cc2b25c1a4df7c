//! Connections: some that write, some that read.

use std::{str::FromStr as _, sync::Arc, time::Duration};

use async_trait::async_trait;
use sqlx::{
    ConnectOptions as _, PgPool, Postgres,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgConnection, PgPoolOptions},
};

use super::parts::Parts;
use crate::store::{
    StoreError,
    engine::{Engine, Removal},
};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How many questions are answered at once.
const READERS: u32 = 12;
/// How many write at once: one batch of a project at a time, and what is kept beside the log.
const WRITERS: u32 = 6;

/// An opened database, brought to the newest layout.
#[derive(Debug, Clone)]
pub struct Database {
    writer: PgPool,
    readers: PgPool,
    parts: Arc<Parts>,
}

impl Database {
    /// Opens the database that a `postgres:` address names, to be read at another one where that is given:
    /// that of a replica.
    pub async fn open(url: &str, replica: Option<&str>) -> Result<Self, StoreError> {
        let options = options(url)?;
        let pool = PgPoolOptions::new().acquire_timeout(Duration::from_secs(30));
        let writer = pool.clone().max_connections(WRITERS).connect_with(options.clone()).await?;
        MIGRATIONS.run(&writer).await?;
        let reading = match replica {
            Some(url) => self::options(url)?,
            None => options,
        };
        // What one question costs is bounded, whatever it asks.
        let reading = reading.options([("statement_timeout", "60s")]);
        let readers = pool.max_connections(READERS).connect_with(reading).await?;
        Ok(Self { writer, readers, parts: Arc::default() })
    }

    /// The connections that write.
    pub fn writer(&self) -> &PgPool {
        &self.writer
    }

    /// The connections that read.
    pub fn readers(&self) -> &PgPool {
        &self.readers
    }

    /// Waits for what is running, then closes all connections.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let known = url.starts_with("postgres:") || url.starts_with("postgresql:");
    let options = known.then(|| PgConnectOptions::from_str(url).ok()).flatten();
    let options = options.ok_or_else(|| {
        // The address may have a password in it: it is not repeated.
        StoreError::Failed(
            "this is not the address of a PostgreSQL database, such as postgres://daybook@db.example.com/daybook"
                .into(),
        )
    })?;
    Ok(options
        .application_name("daybook")
        // Numbers are compared to words that are the same for every project: plans for a value at hand are
        // worth making anew.
        .options([("plan_cache_mode", "force_custom_plan"), ("jit", "off")])
        .disable_statement_logging())
}

#[async_trait]
impl Engine for Database {
    type Db = Postgres;
    type Connection = PgConnection;

    const READ: &'static str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    const WRITE: &'static str = "BEGIN";
    const HEAD: &'static str = "SELECT head FROM project WHERE number = $1 FOR NO KEY UPDATE";
    const ACTORS: &'static str = "SELECT DISTINCT value FROM word \
         WHERE project = $1 AND kind = $2 AND lower(email) = lower($3 COLLATE \"C\")";
    const REMOVAL: Removal = super::removal::REMOVAL;

    fn readers(&self) -> &PgPool {
        &self.readers
    }

    fn writer(&self) -> &PgPool {
        &self.writer
    }

    async fn make_room(&self, times: &[i64]) -> Result<(), StoreError> {
        self.parts.make_room(&self.writer, times).await
    }

    async fn give_back(&self) -> Result<bool, StoreError> {
        self.parts.give_back(&self.writer).await
    }
}
