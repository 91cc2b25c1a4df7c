//! The server's clock, as seen from here: "4 s ago" must not depend on a wrong wrist watch.

use std::time::Duration;

use daybook_model::Timestamp;
use leptos::prelude::*;

/// What time it is, to the second.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    ticks: RwSignal<i64>,
    ahead: RwSignal<i64>,
}

impl Clock {
    /// Starts ticking.
    pub(crate) fn start() -> Self {
        let clock = Self { ticks: RwSignal::new(browser_millis()), ahead: RwSignal::new(0) };
        let tick = move || clock.ticks.set(browser_millis());
        if let Ok(handle) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || handle.clear());
        }
        clock
    }

    /// The server said what time it is.
    pub(crate) fn set(self, now: Timestamp) {
        let browser = browser_millis();
        self.ahead.set(now.millis() - browser);
        self.ticks.set(browser);
    }

    /// Now; whoever reads it is told every second.
    pub(crate) fn now(self) -> Timestamp {
        Timestamp::saturating(self.ticks.get() + self.ahead.get())
    }

    /// Now, once.
    pub(crate) fn now_untracked(self) -> Timestamp {
        Timestamp::saturating(browser_millis() + self.ahead.get_untracked())
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 are whole numbers far below 2^53"
)]
fn browser_millis() -> i64 {
    js_sys::Date::now() as i64
}
