//! How far it is: a bar where somebody sees it, else a line now and then.

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use indicatif::ProgressBar;

/// How long it is between two lines.
const EVERY: Duration = Duration::from_secs(10);

/// How many places are done, of how many.
pub(super) struct Progress {
    bar: ProgressBar,
    /// What is done with them.
    what: String,
    all: u64,
    done: u64,
    /// When a line was due for the last time.
    said: Instant,
}

impl Progress {
    pub(super) fn of(what: impl Into<String>, all: u64) -> Self {
        let bar = crate::cli::progress(all);
        Self { bar, what: what.into(), all, done: 0, said: Instant::now() }
    }

    /// So many more are done.
    pub(super) fn more(&mut self, places: u64) {
        self.bar.inc(places);
        let line = self.line(places, Instant::now());
        if let Some(line) = line.filter(|_| self.bar.is_hidden()) {
            // It goes on although nobody reads that.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }

    pub(super) fn end(self) {
        self.bar.finish_and_clear();
    }

    /// What is written where there is no bar, if it is time to.
    fn line(&mut self, places: u64, now: Instant) -> Option<String> {
        self.done += places;
        if now.duration_since(self.said) < EVERY {
            return None;
        }
        self.said = now;
        Some(format!("{}: {} of {} places", self.what, self.done, self.all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_every_ten_seconds() {
        let mut progress = Progress::of("copied", 1_000);
        let began = progress.said;
        let mut after = |seconds| progress.line(200, began + Duration::from_secs(seconds));
        assert_eq!(after(9), None);
        assert_eq!(after(11).as_deref(), Some("copied: 400 of 1000 places"));
        assert_eq!(after(20), None);
        assert_eq!(after(21).as_deref(), Some("copied: 800 of 1000 places"));
    }
}
