//! When runs are due: at an hour by the clocks of a zone, where days have 23 or 25 hours at times.

use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _};
use chrono_tz::Tz;
use daybook_model::{
    QueryError, Timestamp,
    schedule::{Weekday, When},
};

/// The hours of a schedule.
#[derive(Debug, Clone, Copy)]
pub struct Calendar {
    zone: Tz,
    weekday: Option<chrono::Weekday>,
    time: NaiveTime,
}

impl Calendar {
    /// As somebody wants them.
    pub fn of(when: &When) -> Result<Self, QueryError> {
        let zone = when.zone.parse().map_err(|_| {
            let problem =
                format!("{:?} is not the name of a time zone, such as Europe/Berlin", when.zone);
            QueryError::new("zone", problem)
        })?;
        let time = NaiveTime::from_hms_opt(when.hour.into(), 0, 0)
            .ok_or_else(|| QueryError::new("hour", "is not an hour from 0 to 23"))?;
        Ok(Self { zone, weekday: when.weekday.map(weekday), time })
    }

    /// Its zone.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The first time behind a moment.
    pub fn next(&self, after: Timestamp) -> Timestamp {
        let found = self.around(after, -2..=16).find(|&at| at > after);
        found.unwrap_or(Timestamp::END)
    }

    /// The last time up to a moment.
    pub fn last(&self, upto: Timestamp) -> Timestamp {
        let found = self.around(upto, -16..=2).take_while(|&at| at <= upto).last();
        found.unwrap_or(Timestamp::MIN)
    }

    /// The times of the days around a moment, in order.
    fn around(
        &self,
        at: Timestamp,
        days: std::ops::RangeInclusive<i64>,
    ) -> impl Iterator<Item = Timestamp> {
        let today = self.zone.from_utc_datetime(&at.to_utc().naive_utc()).date_naive();
        let date = move |offset: i64| {
            let days = Days::new(offset.unsigned_abs());
            if offset < 0 { today.checked_sub_days(days) } else { today.checked_add_days(days) }
        };
        let this = *self;
        let fits = move |date: &NaiveDate| this.weekday.is_none_or(|day| day == date.weekday());
        days.filter_map(date).filter(fits).filter_map(move |date| this.on(date))
    }

    /// The time of one day: where clocks are put back and the hour comes twice, the first; where they
    /// are put forward over it, the moment at which they go on.
    fn on(&self, date: NaiveDate) -> Option<Timestamp> {
        const QUARTER: TimeDelta = TimeDelta::minutes(15);
        let wall = date.and_time(self.time);
        // Samoa left out a whole day once.
        let at = (0..=26 * 4)
            .find_map(|n| self.zone.from_local_datetime(&(wall + QUARTER * n)).earliest())?;
        Some(Timestamp::saturating(at.timestamp_millis()))
    }
}

const fn weekday(day: Weekday) -> chrono::Weekday {
    match day {
        Weekday::Monday => chrono::Weekday::Mon,
        Weekday::Tuesday => chrono::Weekday::Tue,
        Weekday::Wednesday => chrono::Weekday::Wed,
        Weekday::Thursday => chrono::Weekday::Thu,
        Weekday::Friday => chrono::Weekday::Fri,
        Weekday::Saturday => chrono::Weekday::Sat,
        Weekday::Sunday => chrono::Weekday::Sun,
    }
}

#[cfg(test)]
mod tests {
    use chrono::Timelike as _;
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3_600_000;

    fn calendar(weekday: Option<Weekday>, hour: u8, zone: &str) -> Calendar {
        Calendar::of(&When { weekday, hour, zone: zone.into() }).expect("it is right")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    #[test]
    fn an_hour_stays_that_hour_when_clocks_change() {
        let daily = calendar(None, 8, "Europe/Berlin");
        // 2026-10-25 has 25 hours, 2026-03-29 has 23.
        let october = daily.next(at("2026-10-24T06:00:00Z"));
        assert_eq!(october, at("2026-10-25T07:00:00Z"));
        assert_eq!(daily.next(at("2026-03-28T07:00:00Z")), at("2026-03-29T06:00:00Z"));
        let weekly = calendar(Some(Weekday::Monday), 8, "Europe/Berlin");
        assert_eq!(weekly.next(at("2026-10-19T06:00:00Z")), at("2026-10-26T07:00:00Z"));
        assert_eq!(weekly.last(at("2026-10-26T06:59:59.999Z")), at("2026-10-19T06:00:00Z"));
        assert_eq!(weekly.last(at("2026-10-26T07:00:00Z")), at("2026-10-26T07:00:00Z"));
    }

    #[test]
    fn an_hour_that_is_left_out_or_comes_twice_is_one() {
        let two = calendar(None, 2, "Europe/Berlin");
        // 02:00 is not there on 2026-03-29; the clocks go on at 03:00.
        assert_eq!(two.next(at("2026-03-28T12:00:00Z")), at("2026-03-29T01:00:00Z"));
        // 02:00 comes twice on 2026-10-25.
        let first = two.next(at("2026-10-24T12:00:00Z"));
        assert_eq!(first, at("2026-10-25T00:00:00Z"));
        assert_eq!(two.next(first), at("2026-10-26T01:00:00Z"));
        // There was no 30 December 2011 in Samoa.
        let samoa = calendar(None, 8, "Pacific/Apia");
        let before = samoa.next(at("2011-12-29T12:00:00Z"));
        assert!(samoa.next(before) > before);
        assert!(Calendar::of(&When { weekday: None, hour: 8, zone: "Mars/Base".into() }).is_err());
    }

    proptest! {
        /// Against every quarter of an hour, looked at one by one.
        #[test]
        fn the_next_time_is_the_first_quarter_that_is_it(
            start in 0_i64..4_000_000_000,
            hour in 0_u8..24,
            day in prop::option::of(prop::sample::select(Weekday::ALL)),
            zone in prop::sample::select(&["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo"][..]),
        ) {
            let calendar = calendar(day, hour, zone);
            let start = Timestamp::saturating(start / 900 * 900_000 + 1);
            let next = calendar.next(start);
            prop_assert!(next > start && next.millis() - start.millis() <= 8 * 24 * HOUR);
            // Nothing lies between, and the two directions agree.
            prop_assert_eq!(calendar.last(next), next);
            prop_assert!(calendar.last(next.plus_millis(-1)) <= start);
            let local = |at: Timestamp| calendar.zone.from_utc_datetime(&at.to_utc().naive_utc());
            let is_it = |at: Timestamp| {
                let (now, before) = (local(at), local(at.plus_millis(-900_000)));
                let minutes = |t: &chrono::DateTime<Tz>| t.num_days_from_ce() * 1440 + t.hour().cast_signed() * 60 + t.minute().cast_signed();
                let wanted = now.num_days_from_ce() * 1440 + i32::from(hour) * 60;
                // Reached or passed over in this quarter, for the first time on that day.
                let passed = minutes(&before) < wanted && minutes(&now) >= wanted;
                let again = (1..=16).any(|n| {
                    let earlier = local(at.plus_millis(-900_000 * n));
                    earlier.date_naive() == now.date_naive() && minutes(&earlier) >= wanted
                });
                passed && !again && day.is_none_or(|day| weekday(day) == now.weekday())
            };
            let quarters = (1..).map(|n| Timestamp::saturating((start.millis() / 900_000 + n) * 900_000));
            let first = quarters.take(9 * 96).find(|&at| is_it(at));
            prop_assert_eq!(first, Some(next));
        }
    }
}
