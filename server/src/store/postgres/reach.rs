//! Whether there is a database to be opened, and why not: a pool that cannot connect tries for half a minute, and
//! does not say what stood in its way.

use std::time::Duration;

use sqlx::{ConnectOptions as _, Connection as _, postgres::PgConnectOptions};

use super::database::options;
use crate::store::StoreError;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// PostgreSQL's code for a database that is not there.
const MISSING: &str = "3D000";

/// Why a database cannot be opened. The address may have a password in it: only parts of it are said.
#[derive(Debug, thiserror::Error)]
pub enum ReachError {
    /// It is no address.
    #[error(transparent)]
    Address(#[from] StoreError),
    /// There is no such database.
    #[error("PostgreSQL at {at} has no database {name:?}: make it: createdb{how} {name}")]
    Missing {
        /// Where.
        at: String,
        /// What it is called.
        name: String,
        /// How PostgreSQL's own commands come there.
        how: String,
    },
    /// Nobody answers, or nobody is let in.
    #[error("PostgreSQL at {at} cannot be used: {why}")]
    Closed {
        /// Where.
        at: String,
        /// What the system or the server says.
        why: String,
    },
}

/// Connects to the database of an address, once.
pub async fn reach(url: &str) -> Result<(), ReachError> {
    let options = options(url)?;
    let why = match tokio::time::timeout(PATIENCE, options.connect()).await {
        Ok(Ok(connection)) => {
            // It was of use already.
            let _ = connection.close().await;
            return Ok(());
        }
        Ok(Err(sqlx::Error::Database(error))) if error.code().as_deref() == Some(MISSING) => {
            return Err(missing(&options));
        }
        Ok(Err(sqlx::Error::Database(error))) => error.message().to_owned(),
        Ok(Err(sqlx::Error::Io(error))) => error.to_string(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("it does not answer within {} s", PATIENCE.as_secs()),
    };
    Err(ReachError::Closed { at: place(&options), why })
}

fn missing(options: &PgConnectOptions) -> ReachError {
    let name = options.get_database().unwrap_or(options.get_username()).to_owned();
    let folder = options.get_socket().map(|folder| folder.display().to_string());
    let host = folder.unwrap_or_else(|| options.get_host().to_owned());
    let how = format!(" -h {host} -p {}", options.get_port());
    ReachError::Missing { at: place(options), name, how }
}

/// Where it is, as people say it.
fn place(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(folder) => format!("{} (port {})", folder.display(), options.get_port()),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}
