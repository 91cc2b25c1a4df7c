//! When people work and machines run.

use chrono::{Datelike, Offset, TimeZone, Timelike};
use chrono_tz::Tz;
use daybook_model::Timestamp;

pub(super) const SECOND: i64 = 1000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// How activity follows the hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rhythm {
    /// At work from about this minute of the local day, Monday to Friday.
    Office(u32),
    /// A machine that works when people push.
    Pipeline,
    /// The same day and night.
    Steady,
    /// At night, when nobody is in the way.
    Nightly,
}

impl Rhythm {
    /// The activity at a moment; a full hour at work is 1,000. Never 0: something always happens.
    pub(super) fn activity(self, at: i64, zone: Tz) -> u64 {
        let local = Timestamp::saturating(at).to_utc().with_timezone(&zone);
        let minute = local.hour() * 60 + local.minute();
        let weekend = local.weekday().number_from_monday() > 5;
        match self {
            Self::Office(start) => office(minute, start) / if weekend { 16 } else { 1 } + 1,
            Self::Pipeline => (office(minute, 9 * 60) + 60) / if weekend { 6 } else { 1 },
            Self::Steady => 400,
            Self::Nightly => {
                if (2 * 60..2 * 60 + 40).contains(&minute) {
                    9000
                } else {
                    20
                }
            }
        }
    }
}

fn office(minute: u32, start: u32) -> u64 {
    if (12 * 60 + 5..13 * 60).contains(&minute) && start < 11 * 60 {
        return 330;
    }
    let since = i64::from(minute) - i64::from(start);
    match since {
        -45..0 => 120,
        0..30 => 500,
        30..240 => 1000,
        240..480 => 920,
        480..540 => 560,
        540..600 => 220,
        600..780 => 55,
        _ => 4,
    }
}

/// The day number in a zone, for what happens once a day.
pub(super) fn local_day(at: i64, zone: Tz) -> i64 {
    let utc = Timestamp::saturating(at).to_utc();
    let offset = zone.offset_from_utc_datetime(&utc.naive_utc()).fix().local_minus_utc();
    (at + i64::from(offset) * SECOND).div_euclid(DAY)
}

/// The moment some days before another at this hour and minute of a zone.
pub(super) fn days_before(end: i64, days: i64, zone: Tz, hour: i64, minute: i64) -> i64 {
    let at = end - days * DAY;
    let utc = Timestamp::saturating(at).to_utc();
    let offset = zone.offset_from_utc_datetime(&utc.naive_utc()).fix().local_minus_utc();
    local_day(at, zone) * DAY + hour * HOUR + minute * MINUTE - i64::from(offset) * SECOND
}
