//! Streams: entries of a project, sent to another system as they arrive.
//!
//! Each stream has a worker. It reads the log from the stream's place on, by seq, when the ledger has
//! announced something new; it delivers one batch, and moves the place when the target has taken it. So
//! nothing is left out, order is kept, and what is sent twice is a batch of which it was not known
//! whether it was taken. Ingest waits for none of it.

mod batch;
mod deliver;
mod format;
mod pace;
mod record;
mod standing;
mod syslog;
mod table;
mod worker;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use daybook_model::{Seq, stream::StreamInfo};
use tokio::{sync::watch, task::JoinSet};

pub use crate::outbound::{Addresses, Authorities, AuthoritiesError};
use crate::{
    clock::Clock,
    ledger::Ledger,
    privacy,
    store::{AnyStore, ProjectId, StoreError},
};
use crate::{database::Database, duty::Order};
pub use format::write;
pub use pace::Pace;
pub use record::{Done, record};
pub use standing::Standing;
pub use table::{Stream, StreamsError, Table};
use worker::Worker;

/// How long a delivery that is under way may take when the server stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// How streams were told to be.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where they may lead.
    pub addresses: Addresses,
    /// Whose certificates are believed.
    pub authorities: Authorities,
    /// How fast they go.
    pub pace: Pace,
    /// What chance is made from.
    pub seed: u64,
}

/// The streams of all projects; clones are the same.
#[derive(Clone)]
pub struct Streams(Arc<Inner>);

/// What workers share.
struct Inner {
    table: Table,
    store: AnyStore,
    ledger: Ledger,
    clock: Clock,
    privacy: privacy::Settings,
    options: Options,
    started: AtomicBool,
    running: Mutex<HashMap<i64, Running>>,
    workers: tokio::sync::Mutex<JoinSet<()>>,
    closing: watch::Sender<bool>,
}

/// What is known of a worker from outside.
struct Running {
    /// Told when something about its stream was changed.
    changed: watch::Sender<()>,
    /// Up to this place nothing is left to be sent, though that is not written down yet.
    passed: Arc<AtomicU64>,
}

impl Inner {
    fn running(&self) -> MutexGuard<'_, HashMap<i64, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Streams {
    /// Nothing is sent yet.
    pub fn new(
        log: &Database,
        store: AnyStore,
        ledger: Ledger,
        clock: Clock,
        privacy: privacy::Settings,
        options: Options,
    ) -> Self {
        Self(Arc::new(Inner {
            table: Table::on(log),
            store,
            ledger,
            clock,
            privacy,
            options,
            started: AtomicBool::new(false),
            running: Mutex::default(),
            workers: tokio::sync::Mutex::default(),
            closing: watch::channel(false).0,
        }))
    }

    /// Begins to send, where each stream was left off. Says how many there are.
    pub async fn start(&self) -> Result<usize, StreamsError> {
        let ids = self.0.table.ids().await?;
        self.0.started.store(true, Ordering::Release);
        for id in &ids {
            self.look(*id).await;
        }
        Ok(ids.len())
    }

    /// What is kept of them.
    pub fn table(&self) -> &Table {
        &self.0.table
    }

    /// Where they may lead.
    pub fn addresses(&self) -> &Addresses {
        &self.0.options.addresses
    }

    /// Something about a stream was changed, or it is new.
    pub async fn wake(&self, id: i64) {
        Order::Stream(id).tell(&self.0.table.log);
        self.look(id).await;
    }

    /// The same, where it is told already: who sends looks at it.
    pub(crate) async fn look(&self, id: i64) {
        if !self.0.started.load(Ordering::Acquire) {
            return;
        }
        let mut workers = self.0.workers.lock().await;
        // Those of streams that were deleted.
        while workers.try_join_next().is_some() {}
        if let Some(worker) = self.employ(id) {
            workers.spawn(worker.run());
        }
    }

    /// Tells the worker of a stream to look at it again; a new one where there is none.
    fn employ(&self, id: i64) -> Option<Worker> {
        let mut running = self.0.running();
        running.retain(|_, worker| worker.changed.receiver_count() > 0);
        if running.get(&id).is_some_and(|worker| worker.changed.send(()).is_ok()) {
            return None;
        }
        let (changed, listening) = watch::channel(());
        let passed = Arc::new(AtomicU64::new(0));
        running.insert(id, Running { changed, passed: Arc::clone(&passed) });
        Some(Worker::new(Arc::clone(&self.0), id, listening, passed))
    }

    /// Up to where nothing is left to be sent of a stream: what is written down, or a little later.
    pub fn passed(&self, stream: &Stream) -> Seq {
        let running = self.0.running();
        let passed = running.get(&stream.id).map(|worker| worker.passed.load(Ordering::Acquire));
        passed.unwrap_or_default().max(stream.upto)
    }

    /// What admins see of a stream.
    pub async fn info(&self, stream: &Stream) -> Result<StreamInfo, StoreError> {
        let upto = self.passed(stream);
        let behind = self.0.store.head(stream.project).await?.saturating_sub(upto);
        let first = match behind {
            0 => None,
            _ => self.0.store.between(stream.project, upto, upto + 1).await?.into_iter().next(),
        };
        Ok(StreamInfo {
            id: stream.id,
            name: stream.name.clone(),
            target: stream.target.shown(),
            format: stream.format,
            filter: stream.filter.clone(),
            header: stream.header.as_ref().map(|header| header.name.clone()),
            state: stream.state,
            created_at: stream.created_at,
            upto,
            behind,
            behind_since: first.map(|entry| entry.received_at),
            sent: stream.sent,
            sent_at: stream.sent_at,
            trouble: stream.trouble.clone(),
            dead_letters: stream.dead_letters,
        })
    }

    /// The last place in a project's log.
    pub async fn head(&self, project: ProjectId) -> Result<Seq, StoreError> {
        self.0.store.head(project).await
    }

    /// Sends nothing until it is started again; what is not known to be taken is sent again.
    pub(crate) async fn rest(&self) {
        self.0.started.store(false, Ordering::Release);
        self.0.workers.lock().await.shutdown().await;
        self.0.running().clear();
    }

    /// Sends nothing more. What is being delivered has a moment left; what is not known to be taken by
    /// then is sent again.
    pub async fn close(&self) {
        self.0.closing.send_replace(true);
        let mut workers = self.0.workers.lock().await;
        let all = async { while workers.join_next().await.is_some() {} };
        // Who takes longer is told by the process that ends.
        let _ = tokio::time::timeout(FAREWELL, all).await;
        self.0.running().clear();
    }
}
