//! The exports of this process: how far each is, and how it is cancelled.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use daybook_model::{
    Timestamp,
    export::{Export, State},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::Job;
use crate::database::Database;
use crate::extract::Caller;

/// How many are remembered, and of one caller. The oldest that does not run goes first.
const REMEMBERED: usize = 1_000;
const REMEMBERED_OF_ONE: usize = 100;
/// How many run at once, and for one caller. A slow reader's takes little but its place.
const RUNNING: usize = 32;
const RUNNING_FOR_ONE: usize = 16;
/// How long one waits to be fetched, in milliseconds.
const PATIENCE: i64 = 15 * 60 * 1000;

/// Why an export cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ExportsError {
    /// The database did not do it.
    #[error("the database of exports failed: {0}")]
    Database(#[from] sqlx::Error),
    /// It was fetched, or cancelled, or waited too long.
    #[error("this export was fetched or cancelled already; ask for a new one")]
    Spent,
    /// Too many run.
    #[error("{RUNNING} exports are under way already; try again when one of them is done")]
    TooMany,
    /// Too many of the same caller run.
    #[error(
        "{RUNNING_FOR_ONE} of your exports are under way already; cancel one, or try again when one is done"
    )]
    TooManyOfOne,
}

/// The exports of this process.
#[derive(Debug, Clone)]
pub struct Exports {
    kept: Arc<Mutex<VecDeque<Arc<Tracked>>>>,
    places: Arc<Semaphore>,
    log: Database,
}

/// An export, and how far it is.
#[derive(Debug)]
pub struct Tracked {
    /// What is exported.
    pub job: Job,
    rows: AtomicU64,
    bytes: AtomicU64,
    stand: watch::Sender<Stand>,
}

#[derive(Debug, Clone)]
struct Stand {
    state: State,
    sha256: Option<String>,
    ended_at: Option<Timestamp>,
}

impl Exports {
    /// None yet; those that are open are noted in this database.
    pub fn on(log: &Database) -> Self {
        Self { kept: Arc::default(), places: Arc::new(Semaphore::new(RUNNING)), log: log.clone() }
    }

    /// The database beneath.
    pub fn database(&self) -> &Database {
        &self.log
    }

    /// Takes an export in, which waits to be fetched.
    pub fn add(&self, job: Job) -> Arc<Tracked> {
        let tracked = Arc::new(Tracked {
            job,
            rows: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            stand: watch::Sender::new(Stand {
                state: State::Waiting,
                sha256: None,
                ended_at: None,
            }),
        });
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = |other: &Arc<Tracked>| other.state() != State::Running;
        let own = |other: &Arc<Tracked>| other.job.caller == tracked.job.caller;
        if kept.iter().filter(|other| own(other)).count() >= REMEMBERED_OF_ONE
            && let Some(oldest) = kept.iter().position(|other| own(other) && idle(other))
        {
            kept.remove(oldest);
        }
        if kept.len() >= REMEMBERED {
            let oldest = kept.iter().position(idle);
            kept.remove(oldest.unwrap_or(0));
        }
        kept.push_back(Arc::clone(&tracked));
        tracked
    }

    /// The export of this id.
    pub fn find(&self, id: &str) -> Option<Arc<Tracked>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|tracked| tracked.job.id == id).cloned()
    }

    /// How many run.
    pub fn running(&self) -> usize {
        RUNNING - self.places.available_permits()
    }

    /// A place to run in.
    pub(super) fn place(&self, caller: &Caller) -> Result<OwnedSemaphorePermit, ExportsError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let own = kept.iter().filter(|other| other.job.caller == *caller);
        if own.filter(|other| other.state() == State::Running).count() >= RUNNING_FOR_ONE {
            return Err(ExportsError::TooManyOfOne);
        }
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| ExportsError::TooMany)
    }
}

impl Tracked {
    /// How far it is.
    pub fn export(&self) -> Export {
        let Stand { state, sha256, ended_at } = self.stand.borrow().clone();
        let job = &self.job;
        Export {
            id: job.id.clone(),
            state,
            format: job.format,
            file_name: job.file_name.clone(),
            rows: self.rows.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            sha256,
            estimate: job.estimate.clone(),
            as_of: job.scope.as_of,
            created_at: job.created_at,
            ended_at,
        }
    }

    /// Its state.
    pub fn state(&self) -> State {
        self.stand.borrow().state
    }

    /// Begins it, once.
    pub(super) fn begin(&self, now: Timestamp) -> Result<(), ExportsError> {
        let late = now.millis() - self.job.created_at.millis() > PATIENCE;
        let begins = self.stand.send_if_modified(|stand| {
            let begins = stand.state == State::Waiting && !late;
            if begins {
                stand.state = State::Running;
            }
            begins
        });
        if begins { Ok(()) } else { Err(ExportsError::Spent) }
    }

    /// Counts what was handed over.
    pub(super) fn add(&self, rows: u64, bytes: usize) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Ends it; the first end counts. Whether this was the first.
    pub(super) fn end(&self, state: State, sha256: Option<String>, now: Timestamp) -> bool {
        self.stand.send_if_modified(|stand| {
            let first = !stand.state.is_over();
            if first {
                *stand = Stand { state, sha256, ended_at: Some(now) };
            }
            first
        })
    }

    /// Cancels it, unless it is over.
    pub fn cancel(&self, now: Timestamp) {
        self.end(State::Cancelled, None, now);
    }

    /// Waits until it is over.
    pub(super) async fn ended(&self) {
        // The sender is here as long as this is.
        let _ = self.stand.subscribe().wait_for(|stand| stand.state.is_over()).await;
    }
}
