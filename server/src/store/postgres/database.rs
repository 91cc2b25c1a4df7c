//! Connections: some that write, some that read.

use std::{
    collections::HashMap,
    str::FromStr as _,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use sqlx::{
    ConnectOptions as _, PgPool, Postgres,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgConnection, PgPoolOptions},
};

use tokio::sync::mpsc;

use super::{news, parts::Parts};
use crate::store::{
    News, ProjectId, StoreError,
    engine::{Ask as _, Engine, Removal},
    sqlite::{Layout, TAKEN},
};

/// Those below 1000 are a file's, too, under the same numbers; those from there on are of PostgreSQL alone.
static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How many questions are answered at once.
const READERS: u32 = 12;
/// How many write to the log at once: one batch of a project at a time.
const WRITERS: u32 = 4;
/// How many change what is kept beside it, or wait for their turn to.
const BESIDE: u32 = 4;

/// How many connections a server has to the primary at the most: these, and one to say that it is there.
pub const TO_PRIMARY: u32 = READERS + WRITERS + BESIDE + 1;
/// How many it has to a replica.
pub const TO_REPLICA: u32 = READERS;

/// How long a replica is waited for before the primary is read instead.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it is left alone then.
const REST: Duration = Duration::from_secs(5);
/// How much what one question takes is bounded, whatever it asks.
const BOUND: [(&str, &str); 1] = [("statement_timeout", "60s")];
/// Whatever a server holds there is let go where its machine, or the way to it, is lost: others wait for it.
const LET_GO: [(&str, &str); 6] = [
    ("idle_in_transaction_session_timeout", "30s"),
    ("client_connection_check_interval", "5s"),
    ("tcp_keepalives_idle", "5"),
    ("tcp_keepalives_interval", "2"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "10s"),
];

/// An opened database, brought to the newest layout.
#[derive(Debug, Clone)]
pub struct Database {
    writer: PgPool,
    beside: PgPool,
    readers: PgPool,
    replica: Option<PgPool>,
    /// How many entries were taken out of each project when this was opened.
    removed: Arc<HashMap<i64, i64>>,
    parts: Arc<Parts>,
    /// Until when a replica is left alone.
    resting: Arc<Mutex<Option<Instant>>>,
    /// Tells this server from others that share the database.
    server: i64,
}

impl Database {
    /// Opens the database that a `postgres:` address names, to be read at another one where that is given:
    /// that of a replica.
    pub async fn open(url: &str, replica: Option<&str>) -> Result<Self, StoreError> {
        let server = i64::from(rand::random::<u32>()) + 1;
        // What this server notes of itself can be told from what others note.
        let options = options(url)?.options([("daybook.server", server.to_string())]);
        let pool = PgPoolOptions::new().acquire_timeout(Duration::from_secs(30));
        let writer = pool.clone().max_connections(WRITERS).connect_with(options.clone()).await?;
        MIGRATIONS.run(&writer).await?;
        // Before any of it is read: what others take out from here on is heard of.
        let removed = "SELECT number, removed FROM project";
        let removed = sqlx::query_as(removed).fetch_all(&writer).await?.into_iter().collect();
        // Who waits for a turn there is in nobody's way here.
        let beside = pool.clone().max_connections(BESIDE).connect_lazy_with(options.clone());
        let pool = pool.max_connections(READERS);
        let readers = pool.clone().connect_lazy_with(options.options(BOUND));
        let replica = match replica {
            Some(url) => {
                let options = self::options(url)?.options(BOUND);
                // It may come later.
                Some(pool.acquire_timeout(PATIENCE).connect_lazy_with(options))
            }
            None => None,
        };
        let (parts, resting) = (Arc::default(), Arc::default());
        let removed = Arc::new(removed);
        Ok(Self { writer, beside, readers, replica, removed, parts, resting, server })
    }

    /// This server among those that share the database.
    pub fn server(&self) -> i64 {
        self.server
    }

    /// The file from which a log is being moved here, where that is not finished.
    pub async fn incoming(&self) -> Result<Option<String>, StoreError> {
        let there = "SELECT source FROM migration WHERE finished_at IS NULL";
        Ok(sqlx::query_scalar(there).fetch_optional(&self.writer).await?)
    }

    /// The connections that write.
    pub fn writer(&self) -> &PgPool {
        &self.writer
    }

    /// The connections that change what is kept beside the log.
    pub fn beside(&self) -> &PgPool {
        &self.beside
    }

    /// The connections that read from the primary.
    pub fn readers(&self) -> &PgPool {
        &self.readers
    }

    /// Waits for what is running, then closes all connections.
    pub async fn close(&self) {
        if let Some(replica) = &self.replica {
            replica.close().await;
        }
        self.readers.close().await;
        self.beside.close().await;
        self.writer.close().await;
    }
}

/// A connection to the database of an address, to look at it.
pub async fn connect(url: &str) -> Result<PgConnection, StoreError> {
    Ok(options(url)?.connect().await?)
}

/// How its layout stands to that of this version. Changes nothing.
pub async fn layout(connection: &mut PgConnection) -> Result<Layout, sqlx::Error> {
    let there = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
    if !sqlx::query_scalar::<_, bool>(there).fetch_one(&mut *connection).await? {
        return Ok(Layout::Foreign);
    }
    let taken: Vec<i64> = sqlx::query_scalar(TAKEN).fetch_all(connection).await?;
    Ok(Layout::of(&MIGRATIONS, &taken))
}

/// How a database is connected to.
pub(super) fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
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
        // Numbers are compared to words that are the same for every project, and tables grow from nothing: plans
        // for the values and the sizes at hand are worth making anew.
        .options([("plan_cache_mode", "force_custom_plan"), ("jit", "off")])
        .options(LET_GO)
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
         WHERE project = $1 AND kind = $2 AND octet_length(email) <= 254 \
         AND lower(email) = lower($3 COLLATE \"C\")";
    const REMOVAL: Removal = super::removal::REMOVAL;

    fn readers(&self) -> &PgPool {
        self.replica.as_ref().unwrap_or(&self.readers)
    }

    fn primary(&self) -> &PgPool {
        &self.readers
    }

    fn may_lag(&self) -> bool {
        self.replica.is_some()
    }

    fn is_resting(&self) -> bool {
        let until = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn rest(&self) {
        let mut until = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        *until = Some(Instant::now() + REST);
    }

    fn writer(&self) -> &PgPool {
        &self.writer
    }

    async fn announce(
        &self,
        connection: &mut PgConnection,
        project: ProjectId,
        head: i64,
    ) -> Result<(), StoreError> {
        let said = news::said(self.server, project, head);
        connection.ask(news::TELL.into(), vec![said.into()]).await.map(drop)
    }

    async fn announce_removal(
        &self,
        connection: &mut PgConnection,
        project: ProjectId,
    ) -> Result<(), StoreError> {
        let said = news::said_of_removal(self.server, project);
        connection.ask(news::TELL.into(), vec![said.into()]).await.map(drop)
    }

    fn news(&self) -> Option<mpsc::Receiver<(ProjectId, News)>> {
        let (tell, told) = mpsc::channel(1_024);
        let removed = HashMap::clone(&self.removed);
        tokio::spawn(news::follow(self.readers.clone(), self.server, removed, tell));
        Some(told)
    }

    async fn make_room(&self, times: &[i64]) -> Result<(), StoreError> {
        self.parts.make_room(&self.writer, times).await
    }

    fn forget_room(&self) {
        self.parts.forget();
    }

    async fn give_back(&self) -> Result<bool, StoreError> {
        self.parts.give_back(&self.writer).await
    }
}
