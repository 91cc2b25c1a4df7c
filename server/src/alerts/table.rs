//! What is kept of alerts, in the log's database.

mod deliveries;
mod firings;
mod kept;
mod progress;
mod recipients;
mod rules;

use daybook_model::alert::{MAX_RECIPIENTS, MAX_RULES};

use crate::database::Database;
use crate::store::StoreError;
pub(super) use deliveries::Due;
pub use firings::Wanted;
pub use kept::KeptRule;
pub(super) use progress::{Found, Kept, Progress};
pub use recipients::KeptRecipient;

/// Why something of alerts cannot be had, kept or changed.
#[derive(Debug, thiserror::Error)]
pub enum AlertsError {
    /// The database did not do it.
    #[error("the database of alerts failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The log cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is kept cannot be understood.
    #[error("what is kept of {0} cannot be read")]
    Unreadable(String),
    /// There is no such rule in the project.
    #[error("this project has no such rule")]
    NoRule,
    /// There is no such firing in the project.
    #[error("this project has no such alert")]
    NoFiring,
    /// There is no such recipient in the project.
    #[error("this project has no such recipient")]
    NoRecipient,
    /// There is no such delivery in the project.
    #[error("this project has no such delivery")]
    NoDelivery,
    /// Another one is called so.
    #[error("another one is called so already: choose another name")]
    Taken,
    /// There are too many rules.
    #[error("this project has {MAX_RULES} rules already: delete one first")]
    TooManyRules,
    /// There are too many recipients.
    #[error("this project has {MAX_RECIPIENTS} recipients already: delete one first")]
    TooManyRecipients,
    /// What was given cannot be.
    #[error(transparent)]
    Given(#[from] daybook_model::QueryError),
}

/// Rules, firings, recipients and deliveries of all projects.
#[derive(Debug, Clone)]
pub struct Table {
    log: Database,
}

impl Table {
    /// Those that are kept in this database.
    pub(super) fn on(log: &Database) -> Self {
        Self { log: log.clone() }
    }

    /// The database that they are kept in.
    pub(super) fn database(&self) -> &Database {
        &self.log
    }
}

fn taken(error: sqlx::Error) -> AlertsError {
    let unique =
        error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation);
    if unique { AlertsError::Taken } else { error.into() }
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, AlertsError> {
    serde_json::to_string(value).map_err(|e| AlertsError::Unreadable(e.to_string()))
}

fn unreadable(what: &str, id: i64) -> AlertsError {
    AlertsError::Unreadable(format!("the {what} {id}"))
}
