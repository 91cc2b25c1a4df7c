//! The one way in. Whatever writes to the log goes through here: batches wait in a bounded queue,
//! one task writes them, those of one project that wait together share a transaction, and every new
//! head is announced.

mod heads;
mod pulse;
mod queue;
mod tap;
mod weight;

use std::sync::Arc;

use daybook_model::{Event, Seq};
use tokio::sync::{Semaphore, broadcast, mpsc, watch};

use crate::{
    clock::Clock,
    store::{AnyStore, Appended, News, ProjectId, StoreError},
};
use heads::Heads;
pub use pulse::Pulse;
use queue::{Batch, Queue};
use tap::Tap;
pub(crate) use tap::Written;

/// How many bytes of events may wait, about. A batch alone may be larger.
const WAITING: u32 = 128 << 20;
/// How many batches may wait.
const BATCHES: usize = 1_024;

/// What became of a batch, all of which is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// One for each event, in order.
    pub outcomes: Vec<Appended>,
    /// The last place in the project's log.
    pub head: Seq,
}

/// A project's log has grown up to this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announcement {
    /// The project.
    pub project: ProjectId,
    /// The last place in its log.
    pub head: Seq,
}

/// Why a batch was not taken. None of it is stored, unless the error says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Too much is waiting; try again in a moment.
    #[error("too much is waiting to be written; try again in a moment")]
    Busy,
    /// The server is shutting down.
    #[error("the server is shutting down")]
    Closed,
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where events go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Destination {
    project: ProjectId,
    /// Whether they come back from an archive.
    is_back: bool,
}

impl Destination {
    /// Of what is new.
    const fn of(project: ProjectId) -> Self {
        Self { project, is_back: false }
    }
}

/// A handle to the task that writes; clones write to the same.
#[derive(Debug, Clone)]
pub struct Ledger {
    batches: mpsc::Sender<Batch>,
    room: Arc<Semaphore>,
    heads: Heads,
    tap: Tap,
    pulse: Arc<Pulse>,
    closing: Arc<watch::Sender<bool>>,
    done: watch::Receiver<bool>,
}

impl Ledger {
    /// Starts the task that writes to this store.
    pub fn start(store: AnyStore, clock: Clock) -> Self {
        let (batches, waiting) = mpsc::channel(BATCHES);
        let heads = Heads::new();
        let (closing, closed) = watch::channel(false);
        let (finished, done) = watch::channel(false);
        let (tap, pulse) = (Tap::default(), Arc::new(Pulse::default()));
        if let Some(news) = store.news() {
            tokio::spawn(pass_on(news, heads.clone(), closed.clone()));
        }
        let queue = Queue::new(store, clock, heads.clone(), tap.clone(), Arc::clone(&pulse));
        tokio::spawn(async move {
            queue.run(waiting, closed).await;
            finished.send_replace(true);
        });
        Self {
            batches,
            room: Arc::new(Semaphore::new(WAITING as usize)),
            heads,
            tap,
            pulse,
            closing: Arc::new(closing),
            done,
        }
    }

    /// Stores a batch. When this returns without an error, every event is on disk. The batch is
    /// written even if nobody waits for the answer any more. [`LedgerError::Busy`] where too much
    /// waits already.
    pub async fn submit(
        &self,
        project: ProjectId,
        events: Vec<Event>,
    ) -> Result<Submitted, LedgerError> {
        let weight = weight::of(&events);
        let room = Arc::clone(&self.room)
            .try_acquire_many_owned(permits(weight))
            .map_err(|_| LedgerError::Busy)?;
        let (batch, answered) = Batch::new(Destination::of(project), events, weight, room);
        let _waits = self.pulse.wait();
        self.batches.try_send(batch).map_err(|e| match e {
            mpsc::error::TrySendError::Full(_) => LedgerError::Busy,
            mpsc::error::TrySendError::Closed(_) => LedgerError::Closed,
        })?;
        answered.await.unwrap_or(Err(LedgerError::Closed))
    }

    /// As [`Self::submit`], but waits for room: for those who have nobody to turn away.
    pub async fn submit_in_turn(
        &self,
        project: ProjectId,
        events: Vec<Event>,
    ) -> Result<Submitted, LedgerError> {
        self.in_turn(Destination::of(project), events).await
    }

    /// As [`Self::submit_in_turn`], for events that come back from an archive: what watches the log has seen
    /// them.
    pub async fn restore(
        &self,
        project: ProjectId,
        events: Vec<Event>,
    ) -> Result<Submitted, LedgerError> {
        self.in_turn(Destination { project, is_back: true }, events).await
    }

    async fn in_turn(&self, to: Destination, events: Vec<Event>) -> Result<Submitted, LedgerError> {
        let weight = weight::of(&events);
        let room = Arc::clone(&self.room)
            .acquire_many_owned(permits(weight))
            .await
            .map_err(|_| LedgerError::Closed)?;
        let (batch, answered) = Batch::new(to, events, weight, room);
        let _waits = self.pulse.wait();
        self.batches.send(batch).await.map_err(|_| LedgerError::Closed)?;
        answered.await.unwrap_or(Err(LedgerError::Closed))
    }

    /// Writes down something that we tell of ourselves. Ids are not only ours to choose: where somebody
    /// has taken this one for something else, the event gets another, so that nobody can keep it out of
    /// the log.
    pub async fn tell(&self, project: ProjectId, event: Event) -> Result<Submitted, LedgerError> {
        let submitted = self.submit_in_turn(project, vec![event.clone()]).await?;
        if !matches!(submitted.outcomes[..], [Appended::Differs(_)]) {
            return Ok(submitted);
        }
        self.submit_in_turn(project, vec![Event { id: Some(new_id()), ..event }]).await
    }

    /// Every head from now on. A listener that falls behind is told so, and asks the store.
    pub fn listen(&self) -> broadcast::Receiver<Announcement> {
        self.heads.listen()
    }

    /// What is written from now on, for the one who looks at each entry: without reading it again. Who falls
    /// behind misses some, and asks the store.
    pub(crate) fn tap(&self) -> mpsc::Receiver<Written> {
        self.tap.open()
    }

    /// How it fares.
    pub fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// How many bytes of events wait, about.
    pub fn waiting_bytes(&self) -> usize {
        (WAITING as usize).saturating_sub(self.room.available_permits())
    }

    /// Takes nothing more, and returns when all that was taken is written.
    pub async fn close(&self) {
        self.closing.send_replace(true);
        // An error means that the task is gone, which is what is waited for.
        let _ = self.done.clone().wait_for(|done| *done).await;
    }
}

/// Announces what other servers wrote, until this one takes nothing more.
async fn pass_on(
    mut news: mpsc::Receiver<(ProjectId, News)>,
    heads: Heads,
    mut closed: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            // Also when every handle is gone.
            _ = closed.wait_for(|closed| *closed) => return,
            told = news.recv() => {
                let Some((project, told)) = told else { return };
                if let News::Grown(head) = told {
                    heads.announce(project, head);
                }
            }
        }
    }
}

/// An id for an event of ours: random, so that it can be told before it is stored.
pub(crate) fn new_id() -> String {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid().hyphenated().to_string()
}

/// The room that so many bytes need; a batch larger than all of it has it to itself.
fn permits(weight: usize) -> u32 {
    u32::try_from(weight).map_or(WAITING, |weight| weight.min(WAITING))
}
