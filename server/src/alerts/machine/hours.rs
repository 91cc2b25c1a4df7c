//! At which hours of the day somebody is active.

use daybook_model::alert::{HOURS_DAYS, HOURS_LEARNED};
use serde::{Deserialize, Serialize};

const HOUR: i64 = 60 * 60 * 1_000;
const DAY: i64 = 24 * HOUR;

/// The days and the hours of the day, in UTC, on which somebody was active, as far as they are remembered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Hours {
    /// The latest day.
    day: i64,
    /// Active on that day (the lowest bit) and on those before it.
    days: u64,
    /// For each hour, the latest day and the one before that.
    active: [Option<(i64, Option<i64>)>; 24],
}

/// The day, and the hour of it.
fn apart(at: i64) -> (i64, usize) {
    let hour = at.rem_euclid(DAY) / HOUR;
    (at.div_euclid(DAY), usize::try_from(hour).unwrap_or_default())
}

impl Hours {
    /// Forgets everything where it is of days after a time.
    pub(super) fn forget_after(&mut self, time: i64) {
        if self.day > apart(time).0 {
            *self = Self::default();
        }
    }

    /// Somebody was active then.
    pub(super) fn note(&mut self, at: i64) {
        let (day, hour) = apart(at);
        if self.days == 0 {
            (self.day, self.days) = (day, 1);
        }
        let moved = day - self.day;
        match u32::try_from(moved.unsigned_abs()) {
            Ok(moved @ 0..64) if day >= self.day => self.days = self.days << moved | 1,
            Ok(moved @ 0..64) => self.days |= 1 << moved,
            _ if day > self.day => self.days = 1,
            _ => return,
        }
        self.day = self.day.max(day);
        let known = &mut self.active[hour];
        *known = match *known {
            Some((last, before)) if last == day => Some((last, before)),
            Some((last, _)) if last < day => Some((day, Some(last))),
            Some((last, before)) => Some((last, before.max(Some(day)))),
            None => Some((day, None)),
        };
    }

    /// Whether it would be unusual to be active then, by the days before.
    pub(super) fn is_unusual(&self, at: i64) -> bool {
        let (day, hour) = apart(at);
        let first = day - i64::from(HOURS_DAYS);
        let days = (0..64).filter(|&ago| self.days >> ago & 1 == 1).map(|ago| self.day - ago);
        let known = days.filter(|known| (first..day).contains(known)).count();
        if known < HOURS_LEARNED as usize {
            return false;
        }
        // At midnight the hour before is one of the day before: that it is not this day makes no difference.
        ![hour + 23, hour, hour + 1].into_iter().any(|hour| {
            let seen = self.active[hour % 24]
                .and_then(|(last, before)| if last < day { Some(last) } else { before });
            seen.is_some_and(|seen| (first..day).contains(&seen))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_learned_from_the_days_before() {
        let mut hours = Hours::default();
        let at = |day: i64, hour: i64| day * DAY + hour * HOUR + 17;
        for day in 100..104 {
            hours.note(at(day, 9));
            assert!(!hours.is_unusual(at(day + 1, 3)), "too little is known on day {day}");
        }
        hours.note(at(104, 14));
        for (hour, unusual) in
            [(3, true), (8, false), (9, false), (10, false), (11, true), (15, false)]
        {
            assert_eq!(hours.is_unusual(at(105, hour)), unusual, "{hour}");
        }
        hours.note(at(105, 3));
        assert!(hours.is_unusual(at(105, 3)), "the same night is no habit");
        assert!(!hours.is_unusual(at(106, 4)), "another one is");
        assert!(!hours.is_unusual(at(200, 3)), "what is long past is not known any more");
    }
}
