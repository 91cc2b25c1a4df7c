//! How much memory something takes, over what was taken before.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// Looks at this process every few milliseconds.
pub(crate) struct Watch {
    over: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
    idle: u64,
}

impl Watch {
    /// From now on.
    pub(crate) fn begin() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let thread = thread::spawn(move || {
            let mut most = 0;
            while !seen.load(Ordering::Relaxed) {
                most = most.max(resident());
                thread::sleep(Duration::from_millis(2));
            }
            most
        });
        Self { over, thread, idle: resident() }
    }

    /// The most that was taken since, in MiB.
    pub(crate) fn end(self) -> f64 {
        self.over.store(true, Ordering::Relaxed);
        let most = self.thread.join().unwrap_or_default();
        most.saturating_sub(self.idle) as f64 / 1024.0
    }
}

/// Memory of our own in KiB: what the system has cached of the log's file is not.
pub(crate) fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
