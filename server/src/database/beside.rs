//! What is no evidence: who is signed in, when tokens were used, readings whose minute is not over. Beside a
//! file it is in a small file of its own; in PostgreSQL all servers share it, in tables of their own.

use std::path::{Path, PathBuf};

use sqlx::{
    migrate::{MigrateError, Migrator},
    sqlite::SqliteConnectOptions,
};

use super::{Database, Pool};
use crate::{presence, store::sqlite::one_writer};

static IN_A_FILE: Migrator = sqlx::migrate!("migrations/sessions");
/// The steps of these tables that were taken are counted apart from those of the log.
const STEPS: &str = "_sqlx_migrations_of_sessions";

/// Where it is.
#[derive(Debug, Clone)]
pub enum Beside {
    /// In a file that is made when missing, or `:memory:`.
    File(PathBuf),
    /// In the log's database.
    Log(Database),
}

impl From<&Path> for Beside {
    fn from(file: &Path) -> Self {
        Self::File(file.to_owned())
    }
}

impl From<&PathBuf> for Beside {
    fn from(file: &PathBuf) -> Self {
        Self::File(file.clone())
    }
}

impl Beside {
    /// Connections to it, its tables brought to the newest layout; to a file one, opened as is said.
    pub async fn open(
        &self,
        with: impl FnOnce(SqliteConnectOptions) -> SqliteConnectOptions + Send,
    ) -> Result<Pool, MigrateError> {
        match self {
            Self::File(file) => {
                // Where this fails, opening fails too, and says why.
                let _ = presence::make_private(file);
                let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
                let pool = one_writer().connect_with(with(options)).await;
                let pool = pool.map_err(MigrateError::Execute)?;
                IN_A_FILE.run(&pool).await?;
                Ok(Pool::Sqlite(pool))
            }
            Self::Log(log) => {
                if let Pool::Postgres { pool, .. } = &log.readers {
                    let mut steps = sqlx::migrate!("migrations/postgres-sessions");
                    steps.dangerous_set_table_name(STEPS);
                    steps.run(pool).await?;
                }
                Ok(log.readers.clone())
            }
        }
    }
}
