//! Between instants and the calendar of a zone, of which nothing is known but how far it is ahead
//! of UTC at an instant.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

use crate::Timestamp;

const DAY: i64 = 86_400_000;

/// A clock on the wall.
#[derive(Clone, Copy)]
pub struct Wall<'a>(
    /// How far it is ahead of UTC at an instant, both in milliseconds.
    pub &'a dyn Fn(i64) -> i64,
);

impl Wall<'_> {
    /// The date and time it shows at an instant.
    pub fn civil(self, at: Timestamp) -> NaiveDateTime {
        let shifted = at.millis() + (self.0)(at.millis());
        DateTime::from_timestamp_millis(shifted).unwrap_or_default().naive_utc()
    }

    /// The instant at which it shows this, in milliseconds. Of two instants with the same time (a
    /// clock set back) the first; a time that is skipped counts from before the gap.
    pub fn millis(self, civil: NaiveDateTime) -> i64 {
        let (offset, wall) = (self.0, civil.and_utc().timestamp_millis());
        // Offsets stay within ±26 hours and change rarely: those a day before and after are the
        // only two that can apply.
        let (before, after) = (offset(wall - DAY), offset(wall + DAY));
        let early = wall - before;
        if offset(early) == before {
            return early;
        }
        let late = wall - after;
        if offset(late) == after { late } else { early }
    }

    /// The same, moved to the nearest accepted instant.
    pub fn instant(self, civil: NaiveDateTime) -> Timestamp {
        Timestamp::saturating(self.millis(civil))
    }

    /// The first instant of a day.
    pub fn midnight(self, date: NaiveDate) -> Timestamp {
        self.instant(date.and_time(NaiveTime::MIN))
    }
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
        for (wall, instant) in [
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
            let instant: Timestamp = instant.parse().unwrap();
            assert_eq!(Wall(&prague).instant(wall.parse().unwrap()), instant, "{wall}");
        }
    }
}
