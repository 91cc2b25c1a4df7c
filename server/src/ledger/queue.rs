//! The task that writes: takes what waits, group by group.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use daybook_model::{Event, Seq, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};

use super::{Destination, LedgerError, Pulse, Submitted, heads::Heads, tap::Tap};
use crate::{
    clock::Clock,
    store::{AnyStore, Appended},
};

/// How many events share a transaction.
const EVENTS: usize = 20_000;
/// How many bytes share a transaction, about.
const BYTES: usize = 32 << 20;

/// Events that wait, and who waits for them.
#[derive(Debug)]
pub(super) struct Batch {
    to: Destination,
    events: Vec<Event>,
    weight: usize,
    /// Held as long as the events are.
    room: OwnedSemaphorePermit,
    answer: oneshot::Sender<Answer>,
}

/// What became of a batch, once it is known.
type Answer = Result<Submitted, LedgerError>;

impl Batch {
    /// A batch, and where it is told what became of it.
    pub(super) fn new(
        to: Destination,
        events: Vec<Event>,
        weight: usize,
        room: OwnedSemaphorePermit,
    ) -> (Self, oneshot::Receiver<Answer>) {
        let (answer, answered) = oneshot::channel();
        (Self { to, events, weight, room, answer }, answered)
    }
}

/// What waits, in the order in which it came.
pub(super) struct Queue {
    store: AnyStore,
    clock: Clock,
    heads: Heads,
    tap: Tap,
    pulse: Arc<Pulse>,
    waiting: VecDeque<Batch>,
}

impl Queue {
    pub(super) fn new(
        store: AnyStore,
        clock: Clock,
        heads: Heads,
        tap: Tap,
        pulse: Arc<Pulse>,
    ) -> Self {
        Self { store, clock, heads, tap, pulse, waiting: VecDeque::new() }
    }

    /// Writes until it is closed and nothing waits any more.
    pub(super) async fn run(
        mut self,
        mut batches: mpsc::Receiver<Batch>,
        mut closed: watch::Receiver<bool>,
    ) {
        loop {
            while let Ok(batch) = batches.try_recv() {
                self.waiting.push_back(batch);
            }
            if !self.waiting.is_empty() {
                self.write().await;
                continue;
            }
            tokio::select! {
                // Also when every handle is gone.
                _ = closed.wait_for(|closed| *closed), if !batches.is_closed() => batches.close(),
                batch = batches.recv() => match batch {
                    Some(batch) => self.waiting.push_back(batch),
                    None => return,
                },
            }
        }
    }

    /// Writes the first batch, and with it what else waits for its project, in one transaction.
    async fn write(&mut self) {
        let Some(first) = self.waiting.front() else { return };
        let to = first.to;
        let (mut group, mut later) = (Vec::new(), VecDeque::new());
        let (mut events, mut bytes, mut full) = (0, 0, false);
        for batch in self.waiting.drain(..) {
            let mine = batch.to.project == to.project && !full;
            // Once one does not fit, none behind it may overtake it.
            full = full
                || mine
                    && !group.is_empty()
                    && (batch.to != to
                        || events + batch.events.len() > EVENTS
                        || bytes + batch.weight > BYTES);
            if mine && !full {
                events += batch.events.len();
                bytes += batch.weight;
                group.push(batch);
            } else {
                later.push_back(batch);
            }
        }
        self.waiting = later;
        self.commit(to, group).await;
    }

    /// Writes batches in one transaction. Where that is refused for good, each is tried by itself: one that cannot
    /// be stored takes no others with it.
    async fn commit(&self, to: Destination, mut group: Vec<Batch>) {
        let sizes: Vec<usize> = group.iter().map(|batch| batch.events.len()).collect();
        let bytes = group.iter().map(|batch| batch.weight).sum();
        let mut together = Vec::with_capacity(sizes.iter().sum());
        for batch in &mut group {
            together.append(&mut batch.events);
        }
        let (now, begun) = (self.clock.now(), Instant::now());
        let result = self.append(to, &together, now).await;
        if let Err(LedgerError::Store(error)) = &result
            && !error.passes()
            && group.len() > 1
        {
            tracing::warn!(%error, batches = group.len(), "batches are refused together, and tried one by one");
            let mut events = together.into_iter();
            for (mut batch, size) in group.into_iter().zip(sizes) {
                batch.events = events.by_ref().take(size).collect();
                Box::pin(self.commit(to, vec![batch])).await;
            }
            return;
        }
        self.pulse.committed(begun.elapsed(), result.as_ref().err());
        let left = match &result {
            Ok((outcomes, _)) => self.tap.tell(to, together, outcomes, now, bytes),
            Err(_) => Some(together),
        };
        let (rooms, answers): (Vec<_>, Vec<_>) =
            group.into_iter().map(|batch| (batch.room, batch.answer)).unzip();
        // Thousands of events are some hundred thousand pieces of memory: who writes does not wait
        // until they are given back.
        tokio::task::spawn_blocking(move || drop((left, rooms)));
        if let Ok((outcomes, head)) = &result
            && outcomes.iter().any(|o| matches!(o, Appended::Stored(_)))
        {
            self.heads.announce(to.project, *head);
        }
        let mut outcomes = result.as_ref().map_or([].iter(), |(outcomes, _)| outcomes.iter());
        for (size, answer) in sizes.into_iter().zip(answers) {
            let submitted = match &result {
                Ok((_, head)) => Ok(Submitted {
                    outcomes: outcomes.by_ref().take(size).copied().collect(),
                    head: *head,
                }),
                Err(e) => Err(e.clone()),
            };
            // Whoever asked may be gone.
            let _ = answer.send(submitted);
        }
    }

    async fn append(
        &self,
        Destination { project, is_back }: Destination,
        events: &[Event],
        now: Timestamp,
    ) -> Result<(Vec<Appended>, Seq), LedgerError> {
        let outcomes = if is_back {
            self.store.restore(project, events, now).await?
        } else {
            self.store.append(project, events, now).await?
        };
        let stored = outcomes.iter().rev().find_map(|o| match o {
            Appended::Stored(seq) => Some(*seq),
            Appended::Duplicate(_) | Appended::Differs(_) => None,
        });
        // What is stored must not be reported as lost because a question after it failed.
        let head = match stored {
            Some(seq) => seq,
            None => self.store.head(project).await?,
        };
        Ok((outcomes, head))
    }
}
