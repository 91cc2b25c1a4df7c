//! Time and randomness come in from outside, so that a test can stand at a given moment.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use daybook_model::Timestamp;

/// A clock: the real one, or one that a test sets.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Stands until it is set; milliseconds since 1970.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at this moment.
    pub fn standing_at(now: Timestamp) -> Self {
        Self::Set(Arc::new(AtomicI64::new(now.millis())))
    }

    /// The present.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::saturating(chrono::Utc::now().timestamp_millis()),
            Self::Set(millis) => Timestamp::saturating(millis.load(Ordering::Relaxed)),
        }
    }
}
