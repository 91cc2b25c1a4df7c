//! Between instants and the calendar of a zone.

use chrono::{DateTime, NaiveDateTime};
use daybook_model::Timestamp;

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
        let shifted = at.millis() + self.offset(at.millis());
        DateTime::from_timestamp_millis(shifted).unwrap_or_default().naive_utc()
    }

    /// The instant at which the wall shows this.
    pub(crate) fn instant(self, civil: NaiveDateTime) -> Timestamp {
        Timestamp::saturating(instant(civil.and_utc().timestamp_millis(), |at| self.offset(at)))
    }
}

/// The instant of a time on the wall, given as milliseconds as if it were UTC. Of two instants with
/// the same time (a clock set back) the first; a time that is skipped counts from before the gap.
pub(crate) fn instant(wall: i64, offset: impl Fn(i64) -> i64) -> i64 {
    // Offsets stay within ±26 hours and change rarely: those a day before and after are the only
    // two that can apply.
    const DAY: i64 = 86_400_000;
    let (before, after) = (offset(wall - DAY), offset(wall + DAY));
    let early = wall - before;
    if offset(early) == before {
        return early;
    }
    let late = wall - after;
    if offset(late) == after { late } else { early }
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

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    /// Prague in 2026: CEST from 29 March 01:00 UTC to 25 October 01:00 UTC.
    fn prague(at: i64) -> i64 {
        if (1_774_746_000_000..1_792_890_000_000).contains(&at) { 2 * HOUR } else { HOUR }
    }

    #[test]
    fn every_time_on_the_wall_has_an_instant() {
        let at = |text: &str| text.parse::<NaiveDateTime>().unwrap().and_utc().timestamp_millis();
        let utc = |text: &str| text.parse::<Timestamp>().unwrap().millis();
        for (wall, instant_is) in [
            ("2026-01-10T12:00:00", "2026-01-10T11:00:00Z"),
            ("2026-07-10T12:00:00", "2026-07-10T10:00:00Z"),
            ("2026-03-29T00:00:00", "2026-03-28T23:00:00Z"),
            ("2026-03-29T01:59:59", "2026-03-29T00:59:59Z"),
            // Skipped: 02:30 by the clock before is 03:30 by the clock after.
            ("2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
            ("2026-03-29T03:00:00", "2026-03-29T01:00:00Z"),
            ("2026-10-25T00:00:00", "2026-10-24T22:00:00Z"),
            // Twice: the first one.
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
            ("2026-10-25T03:00:00", "2026-10-25T02:00:00Z"),
        ] {
            assert_eq!(instant(at(wall), prague), utc(instant_is), "{wall}");
        }
    }
}
