//! The forms in which instants are written.

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use daybook_model::{Span, Timestamp};

use super::Zone;

const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `Wednesday`; the first three letters are the short form.
pub(crate) fn weekday_name(date: NaiveDate) -> &'static str {
    WEEKDAYS[date.weekday().num_days_from_monday() as usize]
}

/// `November`; the first three letters are the short form.
pub(crate) fn month_name(date: NaiveDate) -> &'static str {
    MONTHS[date.month0() as usize]
}

/// `14:32:18`.
pub(crate) fn clock(at: Timestamp, zone: Zone) -> String {
    let t = zone.civil(at);
    format!("{:02}:{:02}:{:02}", t.hour(), t.minute(), t.second())
}

/// The thousandths after a clock, `.120`: set apart, so that they can be quieter.
pub(crate) fn millis(at: Timestamp) -> String {
    format!(".{:03}", at.millis().rem_euclid(1_000))
}

/// A heading over the entries of a day: `Today, Saturday 21 November`, `Friday 20 November`, and
/// with the year when it is another one.
pub(crate) fn day_heading(at: Timestamp, now: Timestamp, zone: Zone) -> String {
    let (date, today) = (zone.civil(at).date(), zone.civil(now).date());
    let mut text = format!("{} {} {}", weekday_name(date), date.day(), month_name(date));
    if date.year() != today.year() {
        text = format!("{text} {}", date.year());
    }
    match (today - date).num_days() {
        0 => format!("Today, {text}"),
        1 => format!("Yesterday, {text}"),
        _ => text,
    }
}

/// `Wed 18 Nov`, and with the year when it is another one than now.
pub(crate) fn day(at: Timestamp, now: Timestamp, zone: Zone) -> String {
    short_date(zone.civil(at).date(), zone.civil(now).date())
}

fn short_date(date: NaiveDate, today: NaiveDate) -> String {
    let text = format!("{} {} {}", &weekday_name(date)[..3], date.day(), &month_name(date)[..3]);
    if date.year() == today.year() { text } else { format!("{text} {}", date.year()) }
}

/// As exact as it has to be within `length` milliseconds: `15:30`, `15:30:05`, `15:30:05.120`.
fn short_time(t: NaiveDateTime, length: i64) -> String {
    let thousandths = t.and_utc().timestamp_subsec_millis();
    match (t.second(), thousandths) {
        (second, _) if length >= 3_600_000 || (second, thousandths) == (0, 0) => {
            format!("{:02}:{:02}", t.hour(), t.minute())
        }
        _ if length >= 60_000 || thousandths == 0 => {
            format!("{:02}:{:02}:{:02}", t.hour(), t.minute(), t.second())
        }
        _ => format!("{:02}:{:02}:{:02}.{thousandths:03}", t.hour(), t.minute(), t.second()),
    }
}

/// `Wed 18 Nov 15:30`.
pub(crate) fn brief(at: Timestamp, now: Timestamp, zone: Zone) -> String {
    let (t, today) = (zone.civil(at), zone.civil(now).date());
    format!("{} {}", short_date(t.date(), today), short_time(t, 0))
}

/// `Wed 18 Nov 15:30`, to the minute however exact the instant is.
pub(crate) fn day_time(at: Timestamp, now: Timestamp, zone: Zone) -> String {
    let (t, today) = (zone.civil(at), zone.civil(now).date());
    format!("{} {:02}:{:02}", short_date(t.date(), today), t.hour(), t.minute())
}

/// A minute as part of a sentence: `at 14:32`, and where it is not of today `on Wed 18 Nov at 14:32`.
pub(crate) fn minute(at: Timestamp, now: Timestamp, zone: Zone) -> String {
    let (t, today) = (zone.civil(at), zone.civil(now).date());
    let clock = format!("at {:02}:{:02}", t.hour(), t.minute());
    if t.date() == today { clock } else { format!("on {} {clock}", short_date(t.date(), today)) }
}

/// An interval: `Wed 18 Nov 15:30 – 17:15`, `Wed 18 Nov 22:00 – Thu 19 Nov 02:00`, and where it is
/// made of whole days `Wed 18 Nov` or `Wed 18 Nov – Fri 20 Nov`, both included. From an hour on it is
/// told to the minute, from a minute on to the second.
pub(crate) fn span_text(span: Span, now: Timestamp, zone: Zone) -> String {
    let (from, to, today) = (zone.civil(span.from), zone.civil(span.to), zone.civil(now).date());
    let (first, length) = (short_date(from.date(), today), span.millis());
    if is_midnight(from) && is_midnight(to) {
        let last = to.date() - TimeDelta::days(1);
        return if last <= from.date() {
            first
        } else {
            format!("{first} – {}", short_date(last, today))
        };
    }
    // Up to midnight is still the same day.
    let last_day = (to - TimeDelta::milliseconds(1)).date();
    let end = match (last_day == from.date(), is_midnight(to)) {
        (true, true) => "24:00".into(),
        (true, false) => short_time(to, length),
        (false, _) => format!("{} {}", short_date(to.date(), today), short_time(to, length)),
    };
    format!("{first} {} – {end}", short_time(from, length))
}

/// An interval as in [`span_text`], always with the year, and with `now` as its end where it has
/// none: `Fri 20 Nov 2026, 14:00 – now`.
pub(crate) fn span_with_year(span: Span, until_now: bool, zone: Zone) -> String {
    let (from, to) = (zone.civil(span.from), zone.civil(span.to));
    let date = |t: NaiveDateTime| format!("{} {}", short_date(t.date(), t.date()), t.year());
    let time = |t: NaiveDateTime| format!("{}, {}", date(t), short_time(t, 0));
    let last = to - TimeDelta::milliseconds(1);
    match (until_now, is_midnight(from) && is_midnight(to)) {
        (true, _) => format!("{} – now", time(from)),
        (false, true) if last.date() == from.date() => date(from),
        (false, true) => format!("{} – {}", date(from), date(last)),
        (false, false) if is_midnight(to) && last.date() == from.date() => {
            format!("{} – 24:00", time(from))
        }
        (false, false) if to.date() == from.date() => {
            format!("{} – {}", time(from), short_time(to, 0))
        }
        (false, false) => format!("{} – {}", time(from), time(to)),
    }
}

/// How long that is: `90 minutes`, `25 hours`, `3 days`, `2 days 5 hours`.
pub(crate) fn length_text(millis: i64) -> String {
    const UNITS: [(i64, &str); 5] = [
        (86_400_000, "day"),
        (3_600_000, "hour"),
        (60_000, "minute"),
        (1_000, "second"),
        (1, "millisecond"),
    ];
    let counted = |n: i64, unit: &str| format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
    // Below two of a unit the next one says it better: 25 hours, 90 minutes.
    let large = UNITS.iter().position(|(length, _)| millis >= 2 * length).unwrap_or(4);
    let (length, unit) = UNITS[large];
    let text = counted(millis / length, unit);
    match UNITS.get(large + 1) {
        Some((small, unit)) if millis % length / small > 0 => {
            format!("{text} {}", counted(millis % length / small, unit))
        }
        _ => text,
    }
}

fn is_midnight(t: NaiveDateTime) -> bool {
    t.num_seconds_from_midnight() == 0 && t.nanosecond() == 0
}

/// Everything: `Saturday 21 November 2026, 14:32:18.120, UTC+01:00`.
pub(crate) fn long(at: Timestamp, zone: Zone) -> String {
    let date = zone.civil(at).date();
    let minutes = zone.offset(at.millis()) / 60_000;
    let offset = match (zone, minutes) {
        (Zone::Utc, _) => "UTC".to_owned(),
        (Zone::Local, _) => {
            let sign = if minutes < 0 { '−' } else { '+' };
            format!("UTC{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
        }
    };
    let (clock, millis) = (clock(at, zone), millis(at));
    format!(
        "{} {} {} {}, {clock}{millis}, {offset}",
        weekday_name(date),
        date.day(),
        month_name(date),
        date.year()
    )
}

/// How long ago, or in how long: `just now`, `3 minutes ago`, `in 2 hours`.
pub(crate) fn relative(at: Timestamp, now: Timestamp) -> String {
    const UNITS: [(i64, &str); 6] = [
        (365 * 86_400, "year"),
        (30 * 86_400, "month"),
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
        (1, "second"),
    ];
    let seconds = (now.millis() - at.millis()) / 1_000;
    if seconds.abs() < 2 {
        return "just now".into();
    }
    let (length, unit) =
        UNITS.into_iter().find(|(length, _)| *length <= seconds.abs()).unwrap_or((1, "second"));
    let n = seconds.abs() / length;
    let s = if n == 1 { "" } else { "s" };
    if seconds > 0 { format!("{n} {unit}{s} ago") } else { format!("in {n} {unit}{s}") }
}

/// An instant to be typed over: `2026-11-20 14:00:00`.
pub(crate) fn to_input(at: Timestamp, zone: Zone) -> String {
    let t = zone.civil(at);
    let (date, clock) = (t.date(), clock(at, zone));
    format!("{:04}-{:02}-{:02} {clock}", date.year(), date.month(), date.day())
}

/// The instant that such a text means; the time may be left out, or its seconds. `None` for what is
/// no time.
pub(crate) fn from_input(text: &str, zone: Zone) -> Option<Timestamp> {
    let text = text.trim();
    let (date, clock) = text.split_once([' ', 'T']).unwrap_or((text, "00:00:00"));
    let seconds = if clock.len() == "14:32".len() { ":00" } else { "" };
    let wall: Timestamp = format!("{date}T{}{seconds}Z", clock.trim_start()).parse().ok()?;
    Some(zone.instant(wall.to_utc().naive_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::{
        Range,
        range::{typed, wall},
    };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn span(from: &str, to: &str) -> String {
        let now = at("2026-11-21T14:32:18.120Z");
        span_text(Span { from: at(from), to: at(to) }, now, Zone::Utc)
    }

    #[test]
    fn days_have_headings() {
        let now = at("2026-11-21T14:32:18.120Z");
        let heading = |text| day_heading(at(text), now, Zone::Utc);
        assert_eq!(heading("2026-11-21T00:00:00Z"), "Today, Saturday 21 November");
        assert_eq!(heading("2026-11-20T23:59:59Z"), "Yesterday, Friday 20 November");
        assert_eq!(heading("2026-11-19T12:00:00Z"), "Thursday 19 November");
        assert_eq!(heading("2025-11-19T12:00:00Z"), "Wednesday 19 November 2025");
    }

    #[test]
    fn an_instant_is_written_in_full() {
        let now = at("2026-11-21T14:32:18.120Z");
        assert_eq!(clock(now, Zone::Utc), "14:32:18");
        assert_eq!(millis(now), ".120");
        assert_eq!(long(now, Zone::Utc), "Saturday 21 November 2026, 14:32:18.120, UTC");
        assert_eq!(brief(now, now, Zone::Utc), "Sat 21 Nov 14:32:18.120");
        assert_eq!(day_time(now, now, Zone::Utc), "Sat 21 Nov 14:32");
    }

    #[test]
    fn an_interval_says_no_more_than_it_has_to() {
        assert_eq!(
            span("2026-11-18T15:30:00Z", "2026-11-18T17:15:00Z"),
            "Wed 18 Nov 15:30 – 17:15"
        );
        assert_eq!(
            span("2026-11-18T22:00:00Z", "2026-11-19T02:00:00Z"),
            "Wed 18 Nov 22:00 – Thu 19 Nov 02:00"
        );
        assert_eq!(
            span("2026-11-18T22:00:00Z", "2026-11-19T00:00:00Z"),
            "Wed 18 Nov 22:00 – 24:00"
        );
        assert_eq!(span("2026-11-18T00:00:00Z", "2026-11-19T00:00:00Z"), "Wed 18 Nov");
        assert_eq!(span("2026-11-18T00:00:00Z", "2026-11-21T00:00:00Z"), "Wed 18 Nov – Fri 20 Nov");
        assert_eq!(
            span("2026-11-18T15:30:05.120Z", "2026-11-18T17:15:09Z"),
            "Wed 18 Nov 15:30 – 17:15"
        );
        assert_eq!(
            span("2026-11-18T15:30:05.120Z", "2026-11-18T15:30:05.2Z"),
            "Wed 18 Nov 15:30:05.120 – 15:30:05.200"
        );
        assert_eq!(
            span("2025-12-31T15:30:05Z", "2025-12-31T15:30:06Z"),
            "Wed 31 Dec 2025 15:30:05 – 15:30:06"
        );
    }

    #[test]
    fn an_interval_with_its_year_can_be_typed() {
        let told = |from: &str, to: &str, until_now| {
            span_with_year(Span { from: at(from), to: at(to) }, until_now, Zone::Utc)
        };
        let (noon, two) = ("2026-11-20T12:00:00Z", "2026-11-20T14:00:00.5Z");
        assert_eq!(told(noon, two, true), "Fri 20 Nov 2026, 12:00 – now");
        for (from, to, text) in [
            (noon, two, "Fri 20 Nov 2026, 12:00 – 14:00:00.500"),
            (noon, "2026-11-21T00:00:00Z", "Fri 20 Nov 2026, 12:00 – 24:00"),
            (noon, "2026-11-21T02:00:00Z", "Fri 20 Nov 2026, 12:00 – Sat 21 Nov 2026, 02:00"),
            ("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "Fri 20 Nov 2026"),
            ("2026-11-18T00:00:00Z", "2026-11-21T00:00:00Z", "Wed 18 Nov 2026 – Fri 20 Nov 2026"),
        ] {
            assert_eq!(told(from, to, false), text);
            let context = typed::Context {
                now: at("2026-11-21T14:32:18.120Z"),
                wall: wall::Wall(&|_| 0),
                week: chrono::Weekday::Mon,
            };
            let read = typed::read(text, context).map(|typed| typed.range);
            assert_eq!(read, Ok(Range::Between(Span { from: at(from), to: at(to) })), "{text}");
        }
    }

    #[test]
    fn a_length_is_told_in_two_units_at_the_most() {
        const HOUR: i64 = 3_600_000;
        for (millis, text) in [
            (25 * HOUR, "25 hours"),
            (23 * HOUR, "23 hours"),
            (90 * 60_000, "90 minutes"),
            (2 * HOUR + 60_000, "2 hours 1 minute"),
            (7 * 24 * HOUR, "7 days"),
            (169 * HOUR, "7 days 1 hour"),
            (1_500, "1500 milliseconds"),
            (1, "1 millisecond"),
        ] {
            assert_eq!(length_text(millis), text);
        }
    }

    #[test]
    fn distance_is_told_in_the_largest_unit() {
        let now = at("2026-11-21T14:32:18.120Z");
        for (text, said) in [
            ("2026-11-21T14:32:18Z", "just now"),
            ("2026-11-21T14:32:14Z", "4 seconds ago"),
            ("2026-11-21T14:29:10Z", "3 minutes ago"),
            ("2026-11-20T14:29:10Z", "1 day ago"),
            ("2024-11-20T14:29:10Z", "2 years ago"),
            ("2026-11-21T16:32:19Z", "in 2 hours"),
        ] {
            assert_eq!(relative(at(text), now), said);
        }
    }

    #[test]
    fn a_field_gives_back_what_it_was_given() {
        let now = at("2026-11-21T14:32:18Z");
        assert_eq!(from_input(&to_input(now, Zone::Utc), Zone::Utc), Some(now));
        assert_eq!(from_input("2026-11-21T14:32", Zone::Utc), Some(at("2026-11-21T14:32:00Z")));
        assert_eq!(from_input(" 2026-11-21 14:32 ", Zone::Utc), Some(at("2026-11-21T14:32:00Z")));
        assert_eq!(from_input("2026-11-21", Zone::Utc), Some(at("2026-11-21T00:00:00Z")));
        assert_eq!(from_input("11/21/2026", Zone::Utc), None);
        assert_eq!(from_input("tomorrow", Zone::Utc), None);
    }
}
