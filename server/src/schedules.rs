//! Schedules: saved views that are exported or summarised by themselves.
//!
//! A run has the places of the log behind the end of the one before, up to the last place there was when
//! it began: places are given in order and without gaps, so each entry is in exactly one run, however late
//! it came. This is settled in [`Schedules`] before anything is made, and a run that fails, or that the server
//! does not live to see the end of, is made again from the same places. [`keeper`] watches the time,
//! `perform` makes what is wanted, [`calendar`] knows the hours.

pub mod calendar;
mod file;
pub mod keeper;
mod kept;
mod letter;
mod perform;
mod press;
mod steps;
mod summary;
mod told;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Notify, Semaphore};

pub use file::{name as file_name, rows_of};
pub use kept::{Kept, KeptRun};
pub use told::{changed, made, removed, urged};

use crate::database::Database;
use crate::store::StoreError;

/// How many runs are made at once.
const AT_ONCE: usize = 2;

/// Why a schedule cannot be had, kept or changed.
#[derive(Debug, thiserror::Error)]
pub enum SchedulesError {
    /// The database did not do it.
    #[error("the database of schedules failed: {0}")]
    Database(#[from] sqlx::Error),
    /// What is kept cannot be read.
    #[error("what is kept of a schedule cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// There are too many.
    #[error("this project has {0} schedules already: remove one first")]
    TooMany(i64),
    /// The log did not say how far it is.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The schedules of all projects.
#[derive(Debug, Clone)]
pub struct Schedules {
    log: Database,
    /// Those that somebody sees to at the moment.
    busy: Arc<Mutex<HashSet<i64>>>,
    places: Arc<Semaphore>,
    bell: Arc<Notify>,
}

impl Schedules {
    /// Those that are kept in this database.
    pub fn on(log: &Database) -> Self {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Self { log: log.clone(), busy: Arc::default(), places, bell: Arc::default() }
    }

    /// Takes a schedule for oneself; `None` while somebody else has it.
    fn claim(&self, id: i64) -> Option<Claim> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.insert(id).then(|| Claim { busy: Arc::clone(&self.busy), id })
    }

    /// Whether a run of it is being made.
    pub(crate) fn is_busy(&self, id: i64) -> bool {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).contains(&id)
    }
}

/// A schedule that nobody else sees to meanwhile.
struct Claim {
    busy: Arc<Mutex<HashSet<i64>>>,
    id: i64,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}
