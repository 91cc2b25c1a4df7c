//! The log's database, for what is kept beside the log: people, views, rules, streams and the like. The
//! same statements, whichever database it is.
//!
//! Who writes here is the only one who does, as SQLite has it by itself: on PostgreSQL, changes of all
//! servers wait for each other by a lock. Entries are written by another way, and do not wait for it.

mod beside;
mod query;
mod row;
mod value;

pub use beside::Beside;
pub use query::{On, Query, Scalar, query, scalar};
pub use row::{Column, Row};
pub use value::Value;

use std::ops::{Deref, DerefMut};

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction as Begun, pool::PoolConnection};

use crate::store::{postgres, sqlite};

/// Who changes what is kept beside the log holds this lock of PostgreSQL's.
const TURN: i64 = 0x0da7_b00c_0002;

/// The log's database.
#[derive(Debug, Clone)]
pub struct Database {
    writer: Pool,
    readers: Pool,
    shared: Option<Shared>,
}

/// A database that several servers share, and which of them this one is.
#[derive(Debug, Clone)]
pub struct Shared {
    /// Connections to it.
    pub pool: PgPool,
    /// This server's number, another one at each start.
    pub server: i64,
}

impl From<&sqlite::Database> for Database {
    fn from(file: &sqlite::Database) -> Self {
        Self {
            writer: Pool::Sqlite(file.writer().clone()),
            readers: Pool::Sqlite(file.readers().clone()),
            shared: None,
        }
    }
}

impl From<&postgres::Database> for Database {
    fn from(database: &postgres::Database) -> Self {
        // Not from a replica: who was let in, or sent away, is so at once.
        let pool = database.readers();
        Self {
            writer: Pool::Postgres { pool: database.beside().clone(), in_turn: true },
            readers: Pool::Postgres { pool: pool.clone(), in_turn: false },
            shared: Some(Shared { pool: pool.clone(), server: database.server() }),
        }
    }
}

impl Database {
    /// For what changes something.
    pub fn writer(&self) -> &Pool {
        &self.writer
    }

    /// Whether several servers may share it.
    pub fn shared(&self) -> Option<&Shared> {
        self.shared.as_ref()
    }

    /// Holds other servers off what this number stands for, until it is dropped. Beside a file there are none.
    pub async fn alone(
        &self,
        number: i64,
    ) -> Result<Option<Begun<'static, Postgres>>, sqlx::Error> {
        let Some(shared) = &self.shared else { return Ok(None) };
        let mut held = shared.pool.begin().await?;
        // What is done meanwhile is done on other connections.
        sqlx::query("SET LOCAL idle_in_transaction_session_timeout = '2min'")
            .execute(&mut *held)
            .await?;
        let lock = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(number);
        lock.execute(&mut *held).await?;
        Ok(Some(held))
    }

    /// For what only reads.
    pub fn readers(&self) -> &Pool {
        &self.readers
    }
}

/// Some connections.
#[derive(Debug, Clone)]
pub enum Pool {
    /// To a file.
    Sqlite(SqlitePool),
    /// To a server.
    Postgres {
        /// The connections.
        pool: PgPool,
        /// Whether what is done here waits for its turn.
        in_turn: bool,
    },
}

/// A connection.
#[derive(Debug)]
pub struct Connection(Kind);

/// A transaction. Dropped before it is committed, nothing of it was.
#[derive(Debug)]
pub struct Transaction(Connection);

#[derive(Debug)]
enum Kind {
    Sqlite(PoolConnection<Sqlite>),
    SqliteBegun(Begun<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresBegun(Begun<'static, Postgres>),
}

impl Pool {
    /// A connection, once one is free.
    pub async fn acquire(&self) -> Result<Connection, sqlx::Error> {
        Ok(Connection(match self {
            Self::Sqlite(pool) => Kind::Sqlite(pool.acquire().await?),
            Self::Postgres { pool, .. } => Kind::Postgres(pool.acquire().await?),
        }))
    }

    /// Waits for what is running, then closes all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres { pool, .. } => pool.close().await,
        }
    }

    /// How many connections somebody has.
    pub fn in_use(&self) -> usize {
        match self {
            Self::Sqlite(pool) => (pool.size() as usize).saturating_sub(pool.num_idle()),
            Self::Postgres { pool, .. } => (pool.size() as usize).saturating_sub(pool.num_idle()),
        }
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        Ok(Transaction(Connection(match self {
            Self::Sqlite(pool) => Kind::SqliteBegun(pool.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres { pool, in_turn } => {
                let mut begun = pool.begin().await?;
                if *in_turn {
                    let turn = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(TURN);
                    turn.execute(&mut *begun).await?;
                }
                Kind::PostgresBegun(begun)
            }
        })))
    }
}

impl Transaction {
    /// Makes it last.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self.0.0 {
            Kind::SqliteBegun(begun) => begun.commit().await,
            Kind::PostgresBegun(begun) => begun.commit().await,
            // What is no transaction is on disk already.
            Kind::Sqlite(_) | Kind::Postgres(_) => Ok(()),
        }
    }
}

impl Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}
