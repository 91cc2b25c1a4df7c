//! The database to grow on: PostgreSQL, with several servers before it.

mod copy;
mod database;
mod listen;
mod news;
mod parts;
mod reach;
mod removal;

use super::{StoreError, tables::Tables};

pub use copy::Copied;
pub use database::{Database, TO_PRIMARY, TO_REPLICA, connect, layout};
pub use listen::heard;
pub use reach::{ReachError, reach};

/// A log in PostgreSQL.
pub type Postgres = Tables<Database>;

impl Postgres {
    /// Opens the database that a `postgres:` address names, which has to be there, and makes its tables.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Ok(Self::on(Database::open(url, None).await?))
    }
}
