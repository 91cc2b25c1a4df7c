//! How the ledger fares, for whoever watches it.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use prometheus_client::metrics::{counter::Counter, gauge::Gauge, histogram::Histogram};

use super::LedgerError;

/// Seconds by which commits are told apart: from a fast disk to a busy one.
const COMMITS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// How the ledger fares.
#[derive(Debug)]
pub struct Pulse {
    /// Batches that are not answered yet.
    pub waiting: Gauge,
    /// How long transactions took until they were on disk, in seconds.
    pub commits: Histogram,
    /// Transactions that failed.
    pub failures: Counter,
    failed: Mutex<Option<Instant>>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            waiting: Gauge::default(),
            commits: Histogram::new(COMMITS),
            failures: Counter::default(),
            failed: Mutex::default(),
        }
    }
}

impl Pulse {
    /// One more batch waits, until this is dropped.
    pub(super) fn wait(&self) -> Waits<'_> {
        self.waiting.inc();
        Waits(&self.waiting)
    }

    /// A transaction has ended.
    pub(super) fn committed(&self, took: Duration, error: Option<&LedgerError>) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        match error {
            None => {
                self.commits.observe(took.as_secs_f64());
                *failed = None;
            }
            Some(error) => {
                self.failures.inc();
                if matches!(error, LedgerError::Store(error) if error.passes()) {
                    *failed = Some(Instant::now());
                }
            }
        }
    }

    /// How long ago the last transaction could not be written, as where the disk is full; `None` if it
    /// could.
    pub fn failing(&self) -> Option<Duration> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.map(|at| at.elapsed())
    }
}

/// A batch that waits.
pub(super) struct Waits<'a>(&'a Gauge);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}
