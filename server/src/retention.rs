//! Retention: entries that are old enough are written to the archive, where there is one, and then taken
//! out of the log.
//!
//! A run goes by what is settled when it begins: for each rule, the time before which entries must have
//! happened, and the place in the log up to which they were received before it. What it means does not
//! change then, so that it can be begun again after whatever ends it, with the same outcome: [`plan`]
//! finds what is left, `archive` writes it down and reads it back, `purge` takes it out in small steps.
//! [`keeper`] watches the time, [`clock`] whether it can be believed.

mod archive;
pub mod clock;
mod files;
mod holds;
pub mod keeper;
pub mod plan;
mod purge;
mod record;
pub mod restore;
mod runs;
mod settings;

use std::{
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{Postgres, Transaction};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard};

pub use files::{FileId, KeptFile};
pub use purge::Pace;
pub(crate) use purge::entry_id;
pub use record::{Done, record};

use crate::{
    database::Database, duty::Order, export::encode::EncodeError, outbound::OutboundError,
    store::StoreError,
};

/// Why retention cannot be looked up, changed or applied.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The database did not do it.
    #[error("the log's file failed: {0}")]
    Database(#[from] sqlx::Error),
    /// What is kept cannot be read.
    #[error("what is kept of retention cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// There are too many.
    #[error("this project has {0} holds already: lift one first")]
    TooMany(usize),
    /// The log did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log did not take what was to be written down.
    #[error(transparent)]
    Ledger(#[from] crate::ledger::LedgerError),
    /// A file of the archive is not where it was written to.
    #[error("{0} is not there")]
    Gone(String),
    /// The archive did not take a file, or did not give it back.
    #[error("the archive cannot be reached: {0}")]
    Archive(#[from] OutboundError),
    /// A file of the archive cannot be made.
    #[error("a file of the archive cannot be made: {0}")]
    Encode(#[from] EncodeError),
    /// What was read back is not what was written.
    #[error("the archive gave back something else than was written to {0}: nothing was removed")]
    Different(String),
    /// It was the archive's file, and is not any more.
    #[error("{0} is not as it was written; it is not brought back")]
    Damaged(String),
    /// There is no archive.
    #[error(
        "this server has no archive: whoever runs it starts it with --archive-folder or --archive-bucket"
    )]
    NoArchive,
}

/// Servers that share a database take their steps one after the other.
const STEP: i64 = 0x0da7_b00c_0004;

/// While it is held nothing else is taken out, and nobody is told that something stays.
struct Step {
    _here: OwnedMutexGuard<()>,
    _there: Option<Transaction<'static, Postgres>>,
}

/// What is kept of retention, of all projects.
#[derive(Debug, Clone)]
pub struct Keeping {
    log: Database,
    bell: Arc<Notify>,
    /// One run at a time.
    turn: Arc<Mutex<()>>,
    /// Held while entries go, and while it is said that they stay.
    step: Arc<Mutex<()>>,
    /// When somebody last asked for entries.
    asked: Arc<std::sync::Mutex<Option<Instant>>>,
}

/// Who has not asked for so long has gone on to something else.
const QUIET: Duration = Duration::from_secs(2);

impl Keeping {
    /// What is kept in this database.
    pub fn on(log: &Database) -> Self {
        Self {
            log: log.clone(),
            bell: Arc::default(),
            turn: Arc::default(),
            step: Arc::default(),
            asked: Arc::default(),
        }
    }

    /// Somebody asks for entries: who takes some out rests longer in between for a while.
    pub fn ask(&self) {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether somebody asked just now.
    pub(crate) fn is_asked(&self) -> bool {
        let asked = *self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.is_some_and(|asked| asked.elapsed() < QUIET)
    }

    fn ring(&self) {
        Order::Retention.tell(&self.log);
        self.look();
    }

    /// Somebody is in a hurry, here or at another server.
    pub(crate) fn look(&self) {
        self.bell.notify_one();
    }

    /// Waits until nothing is taken out and nobody says that something stays, here or at another server, and
    /// keeps it so until what is returned is dropped.
    async fn step(&self) -> Result<Step, sqlx::Error> {
        let here = Arc::clone(&self.step).lock_owned().await;
        let there = self.log.alone(STEP).await?;
        Ok(Step { _here: here, _there: there })
    }

    /// Waits until somebody is in a hurry.
    async fn rung(&self) {
        self.bell.notified().await;
    }
}
