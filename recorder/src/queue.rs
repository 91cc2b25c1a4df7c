//! Records wait here, and are sent in batches by one task.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use daybook_model::{Outcome, Request};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, timeout_at},
};

use crate::{Record, Recording, Sink, SinkError, recorder::Settings};

/// How fast a queue is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) capacity: usize,
    pub(crate) batch: usize,
    pub(crate) linger: Duration,
    pub(crate) first_wait: Duration,
    pub(crate) longest_wait: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            capacity: 10_000,
            batch: 500,
            linger: Duration::from_secs(1),
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(30),
        }
    }
}

/// What became of the records so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// In the log.
    pub recorded: u64,
    /// Refused by the log.
    pub refused: u64,
    /// Given up: the queue was full, or there was no more time to send them.
    pub dropped: u64,
}

#[derive(Debug, Default)]
struct Counters {
    recorded: AtomicU64,
    refused: AtomicU64,
    dropped: AtomicU64,
    /// Of those dropped, how many the log was not told about yet.
    untold: AtomicU64,
}

/// A handle to the queue.
#[derive(Clone)]
pub(crate) struct Queue {
    records: mpsc::Sender<Record>,
    counters: Arc<Counters>,
    /// When sending ends, once that is decided.
    deadline: Arc<watch::Sender<Option<Instant>>>,
    done: watch::Receiver<bool>,
}

impl Queue {
    pub(crate) fn start<S: Sink>(sink: S, pace: Pace, settings: Arc<Settings>) -> Self {
        let (records, waiting) = mpsc::channel(pace.capacity);
        let (deadline, until) = watch::channel(None);
        let (finished, done) = watch::channel(false);
        let counters = Arc::new(Counters::default());
        let mut sender = Sender { sink, pace, settings, until, counters: Arc::clone(&counters) };
        tokio::spawn(async move {
            sender.run(waiting).await;
            finished.send_replace(true);
        });
        Self { records, counters, deadline: Arc::new(deadline), done }
    }

    /// Never waits: where there is no room the record is dropped, and counted.
    pub(crate) fn put(&self, record: Record) {
        if self.records.try_send(record).is_err() {
            self.counters.lose(1);
        }
    }

    pub(crate) fn stats(&self) -> Stats {
        let Counters { recorded, refused, dropped, .. } = &*self.counters;
        let [recorded, refused, dropped] = [recorded, refused, dropped].map(|n| n.load(Relaxed));
        Stats { recorded, refused, dropped }
    }

    pub(crate) async fn close(&self, patience: Duration) {
        self.deadline.send_replace(Some(Instant::now() + patience));
        // An error means that the task is gone, which is what is waited for.
        let _ = self.done.clone().wait_for(|done| *done).await;
    }
}

impl Counters {
    fn lose(&self, number: u64) {
        self.dropped.fetch_add(number, Relaxed);
        self.untold.fetch_add(number, Relaxed);
    }
}

/// The task that sends.
struct Sender<S> {
    sink: S,
    pace: Pace,
    settings: Arc<Settings>,
    until: watch::Receiver<Option<Instant>>,
    counters: Arc<Counters>,
}

impl<S: Sink> Sender<S> {
    async fn run(&mut self, mut waiting: mpsc::Receiver<Record>) {
        let mut batch = Vec::new();
        while self.gather(&mut waiting, &mut batch).await {
            let told = self.tell_dropped(&mut batch);
            if let Err(error) = self.send(&batch).await {
                // The notice of those that were dropped before is among them.
                let lost = batch.len() as u64 - u64::from(told > 0);
                self.counters.lose(lost);
                self.counters.untold.fetch_add(told, Relaxed);
                tracing::error!(%error, lost, "calls were not recorded");
            }
            batch.clear();
        }
        let untold = self.counters.untold.load(Relaxed);
        if untold > 0 {
            tracing::error!(untold, "the log was not told how many calls were not recorded");
        }
    }

    /// Waits for records, and a little for more; says whether there are any.
    async fn gather(
        &mut self,
        waiting: &mut mpsc::Receiver<Record>,
        batch: &mut Vec<Record>,
    ) -> bool {
        let first = loop {
            let closing = self.until.borrow().is_some();
            if closing {
                waiting.close();
            }
            tokio::select! {
                biased;
                first = waiting.recv() => break first,
                changed = self.until.changed(), if !closing => if changed.is_err() {
                    // Every handle is gone, and with them whoever could record more.
                    waiting.close();
                },
            }
        };
        let Some(first) = first else { return false };
        batch.push(first);
        let patience = Instant::now() + self.pace.linger;
        while batch.len() < self.pace.batch {
            let closing = async { drop(self.until.wait_for(Option::is_some).await) };
            tokio::select! {
                biased;
                more = timeout_at(patience, waiting.recv()) => match more {
                    Ok(Some(record)) => batch.push(record),
                    Ok(None) | Err(_) => break,
                },
                // No waiting any more: what is there is taken.
                () = closing => waiting.close(),
            }
        }
        true
    }

    /// Adds a record of how many were dropped, if some were; says how many.
    fn tell_dropped(&self, batch: &mut Vec<Record>) -> u64 {
        let dropped = self.counters.untold.swap(0, Relaxed);
        if dropped > 0 {
            let (id, now) = ((self.settings.id)(), (self.settings.now)());
            let notice = Recording::new(id, now, "RecordsDropped".into(), Request::default());
            notice.outcome(Outcome::Failure).detail("dropped", dropped).message(format!(
                "{dropped} calls were not recorded: more came than could be sent"
            ));
            batch.extend(notice.take());
        }
        dropped
    }

    /// Sends a batch until it is taken, refused, or there is no more time.
    async fn send(&mut self, batch: &[Record]) -> Result<(), SinkError> {
        let mut wait = self.pace.first_wait;
        loop {
            let error = match self.sink.send(batch).await {
                Ok(refused) => {
                    let refused = refused.min(batch.len() as u64);
                    self.counters.recorded.fetch_add(batch.len() as u64 - refused, Relaxed);
                    self.counters.refused.fetch_add(refused, Relaxed);
                    return Ok(());
                }
                Err(error @ SinkError::Refused(_)) => return Err(error),
                Err(error) => error,
            };
            let SinkError::Unavailable { retry_after, .. } = &error else { return Err(error) };
            let pause = retry_after.unwrap_or(wait).min(self.pace.longest_wait);
            tracing::warn!(%error, again_in = ?pause, "records wait");
            wait = (wait * 2).min(self.pace.longest_wait);
            let deadline = *self.until.borrow_and_update();
            if deadline.is_some_and(|deadline| Instant::now() + pause >= deadline) {
                return Err(error);
            }
            tokio::select! {
                () = sleep(pause) => {}
                // Time has become short: at once, then.
                changed = self.until.changed() => if changed.is_err() { sleep(pause).await },
            }
        }
    }
}
