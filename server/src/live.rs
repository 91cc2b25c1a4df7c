//! What arrives, told as it arrives.
//!
//! One task a project follows the ledger while somebody listens. It reads what is new once, tries
//! it against each distinct filter once, and writes each entry that matches once, however many
//! listen. A listener keeps its place in the log itself: what it cannot have from the task, because
//! it came later or reads too slowly, it reads from the store. So nothing is sent twice or left
//! out, and nothing is held for whoever does not read.

mod evaluate;
mod listener;
mod permit;
mod watch;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{broadcast, watch as signal};

use crate::{
    clock::Clock,
    ledger::Ledger,
    store::{AnyStore, ProjectId},
};

use evaluate::Batch;
pub use evaluate::Interest;
pub use permit::Permit;
use permit::Permits;

/// How many batches a listener may be behind before it reads from the store.
const BATCHES: usize = 8;

/// The distinct questions that are followed in a project, and who gets the answers.
type Channels = HashMap<Interest, broadcast::Sender<Arc<Batch>>>;

/// Everybody who listens; clones are the same.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    store: AnyStore,
    ledger: Ledger,
    clock: Clock,
    watched: Mutex<HashMap<ProjectId, Channels>>,
    permits: Arc<Permits>,
    closing: signal::Sender<bool>,
}

impl Hub {
    /// Nobody listens yet.
    pub fn new(store: AnyStore, ledger: Ledger, clock: Clock) -> Self {
        let (closing, _) = signal::channel(false);
        Self(Arc::new(Inner {
            store,
            ledger,
            clock,
            watched: Mutex::default(),
            permits: Arc::default(),
            closing,
        }))
    }

    /// Ends every stream: the server is about to stop.
    pub fn close(&self) {
        self.0.closing.send_replace(true);
    }

    /// How many distinct questions are followed at the moment.
    pub fn followed(&self) -> usize {
        self.0.watched().values().map(HashMap::len).sum()
    }

    /// The answers to a question from now on. The task that gives them is started where it does
    /// not run yet.
    fn subscribe(&self, interest: &Interest) -> broadcast::Receiver<Arc<Batch>> {
        let mut watched = self.0.watched();
        let channels = watched.entry(interest.project).or_insert_with(|| {
            tokio::spawn(watch::follow(Arc::clone(&self.0), interest.project));
            Channels::new()
        });
        let channel =
            channels.entry(interest.clone()).or_insert_with(|| broadcast::channel(BATCHES).0);
        channel.subscribe()
    }
}

impl Inner {
    fn watched(&self) -> MutexGuard<'_, HashMap<ProjectId, Channels>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
