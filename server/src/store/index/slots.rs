//! The projects that are held, and those that are not yet.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use daybook_model::Seq;
use tokio::{
    sync::{Semaphore, mpsc, oneshot, watch},
    task::AbortHandle,
    time::{Instant, timeout},
};

use super::{
    Settings,
    keeper::{Keeper, Shown, Wish},
    purge::{Prepared, Purge},
    row::Key,
    snapshot::Snapshot,
    source::Source,
};
use crate::store::{Held, ProjectId, StoreError};

/// How long after a failure a project is tried again.
const REST: Duration = Duration::from_secs(5);

/// A project's place in the index.
struct Slot {
    wish: watch::Sender<Wish>,
    shown: watch::Receiver<Shown>,
    begun: Instant,
    task: AbortHandle,
    purges: mpsc::Sender<Purge>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// All projects.
pub(super) struct Slots {
    source: Arc<dyn Source>,
    settings: Arc<Settings>,
    turn: Arc<Semaphore>,
    held: Mutex<HashMap<ProjectId, Slot>>,
    here: AtomicU64,
    beneath: AtomicU64,
}

impl std::fmt::Debug for Slots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slots").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Slots {
    pub(super) fn new(source: Arc<dyn Source>, settings: Settings) -> Self {
        Self {
            source,
            settings: Arc::new(settings),
            turn: Arc::new(Semaphore::new(1)),
            held: Mutex::default(),
            here: AtomicU64::new(0),
            beneath: AtomicU64::new(0),
        }
    }

    /// What is shown of a project. Begins to hold it, unless that has just failed.
    pub(super) fn shown(&self, project: ProjectId) -> watch::Receiver<Shown> {
        let mut slots = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some(slot) = slots.get(&project) {
            let lives = slot.shown.has_changed().is_ok();
            if lives || slot.begun + REST > now {
                // Nobody needs to wake up for this.
                slot.wish.send_if_modified(|wish| {
                    wish.looked = now;
                    false
                });
                return slot.shown.clone();
            }
        }
        let (wish, wished) = watch::channel(Wish { head: 0, looked: now });
        let (show, shown) = watch::channel(Shown::default());
        let (purges, asked) = mpsc::channel(1);
        let keeper = Keeper::new(
            Arc::clone(&self.source),
            project,
            Arc::clone(&self.settings),
            Arc::clone(&self.turn),
            (wished, show),
            asked,
        );
        let task = tokio::spawn(keeper.run()).abort_handle();
        slots.insert(project, Slot { wish, shown: shown.clone(), begun: now, task, purges });
        shown
    }

    /// Whether a project is held.
    pub(super) fn holds(&self, project: ProjectId) -> bool {
        let slots = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        slots.get(&project).is_some_and(|slot| slot.shown.borrow().begun)
    }

    /// Has what is held of a project made ready to go on without some entries, given by ascending keys.
    /// `None` where nothing is held.
    pub(super) async fn prepare(&self, project: ProjectId, keys: &Arc<[Key]>) -> Option<Prepared> {
        let purges = {
            let slots = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            slots.get(&project)?.purges.clone()
        };
        let (ready, is_ready) = oneshot::channel();
        purges.send(Purge { keys: Arc::clone(keys), ready }).await.ok()?;
        is_ready.await.ok()
    }

    /// Lets go what is held of a project: it is read anew.
    pub(super) fn forget(&self, project: ProjectId) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&project);
    }

    /// What is held of all projects.
    pub(super) fn held(&self) -> Held {
        let slots = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let mut held = Held { projects: slots.len(), ..Held::default() };
        for slot in slots.values() {
            let shown = slot.shown.borrow();
            held.building += usize::from(!shown.settled);
            held.rows += shown.snapshot.len();
            held.bytes += shown.snapshot.bytes();
            held.lag = held.lag.max(slot.wish.borrow().head.saturating_sub(shown.snapshot.head));
        }
        held
    }

    /// A project's log goes up to this place.
    pub(super) fn announce(&self, project: ProjectId, head: Seq) {
        let slots = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(&project) {
            slot.wish.send_if_modified(|wish| {
                let news = wish.head < head;
                wish.head = wish.head.max(head);
                news
            });
        }
    }

    /// What is held of a project once it knows of every entry up to a place, and if there is time
    /// of every entry that was announced; `None` if it does not in time.
    pub(super) async fn at(
        &self,
        project: ProjectId,
        as_of: Seq,
    ) -> Result<Option<Arc<Snapshot>>, StoreError> {
        let mut shown = self.shown(project);
        let knows = |shown: &Shown, place| shown.begun && shown.snapshot.head >= place;
        let announced = self.announced(project);
        let place = if as_of <= announced {
            as_of
        } else {
            let place = self.source.head(project).await?.min(as_of);
            self.announce(project, place);
            place
        };
        let newest = place.max(announced);
        if !shown.borrow().begun {
            self.count(false);
            return Ok(None);
        }
        // Too late, or not held at all: what is there may do.
        let _ = timeout(self.settings.patience, shown.wait_for(|s| knows(s, newest))).await;
        let shown = shown.borrow();
        let enough = knows(&shown, place);
        if !enough {
            self.count(false);
        }
        Ok(enough.then(|| Arc::clone(&shown.snapshot)))
    }

    /// The place up to which the log is known to go.
    fn announced(&self, project: ProjectId) -> Seq {
        let slots = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        slots.get(&project).map_or(0, |slot| slot.wish.borrow().head)
    }

    /// What is held of a project when nothing more is to be read.
    pub(super) async fn settled(
        &self,
        project: ProjectId,
        head: Seq,
    ) -> Result<Arc<Snapshot>, StoreError> {
        let mut shown = self.shown(project);
        self.announce(project, head);
        let settled = shown.wait_for(|shown| shown.settled && shown.snapshot.head >= head).await;
        let settled = settled.map_err(|_| StoreError::Unavailable("it is not held".into()))?;
        Ok(Arc::clone(&settled.snapshot))
    }

    /// Counts a question, answered here or beneath.
    pub(super) fn count(&self, here: bool) {
        let counter = if here { &self.here } else { &self.beneath };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// How many questions were answered here and beneath.
    pub(super) fn answered(&self) -> (u64, u64) {
        (self.here.load(Ordering::Relaxed), self.beneath.load(Ordering::Relaxed))
    }
}
