//! The embedded default: one file, SQLite.

mod database;
mod insert;
mod removal;

use super::{StoreError, tables::Tables};

pub(in crate::store) use database::TAKEN;
pub(crate) use database::one_writer;
pub use database::{Database, Layout, layout};

/// A log in a file.
pub type Sqlite = Tables<Database>;

impl Sqlite {
    /// Opens the file that a `sqlite:` address names; makes it, and its folder, where missing.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Ok(Self::on(Database::open(url).await?))
    }
}
