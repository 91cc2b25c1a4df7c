//! Between instants and the calendar of a zone.

use chrono::NaiveDateTime;
use daybook_model::{Timestamp, range::wall::Wall};

/// Whose clock is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Zone {
    /// The reader's.
    #[default]
    Local,
    /// Coordinated universal time.
    Utc,
}

impl Zone {
    /// How far the zone is ahead of UTC at an instant, in milliseconds.
    pub(crate) fn offset(self, at: i64) -> i64 {
        match self {
            Self::Local => local_offset(at),
            Self::Utc => 0,
        }
    }

    /// The calendar date and the time on the wall at an instant.
    pub(crate) fn civil(self, at: Timestamp) -> NaiveDateTime {
        Wall(&|at| self.offset(at)).civil(at)
    }

    /// The instant at which the wall shows this.
    pub(crate) fn instant(self, civil: NaiveDateTime) -> Timestamp {
        Wall(&|at| self.offset(at)).instant(civil)
    }
}

#[cfg(target_arch = "wasm32")]
fn local_offset(at: i64) -> i64 {
    // Minutes that UTC is ahead of the zone: the other way round.
    -super::super::number::whole(
        js_sys::Date::new(&(at as f64).into()).get_timezone_offset() * 60_000.0,
    )
}

/// Without a browser there is no reader, and no zone of theirs.
#[cfg(not(target_arch = "wasm32"))]
const fn local_offset(_: i64) -> i64 {
    0
}
