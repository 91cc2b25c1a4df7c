//! Ranges as people type them, against the tables of time zones.

#![allow(clippy::unwrap_used, reason = "a failing test says enough")]

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Offset as _, TimeZone as _, Timelike, Weekday};
use chrono_tz::{Africa, America, Asia, Australia, Europe, Tz};
use daybook_model::{
    Preset, Range, Span, Timestamp,
    range::{
        typed::{Context, Typed, TypedError, read},
        wall::Wall,
    },
};
use proptest::{prelude::*, sample::select};

/// A Saturday.
const NOW: &str = "2026-11-21T14:32:18.120Z";

fn offset(zone: Tz) -> impl Fn(i64) -> i64 {
    move |at| {
        let utc = DateTime::from_timestamp_millis(at).unwrap().naive_utc();
        i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * 1_000
    }
}

fn in_zone(text: &str, now: &str, zone: Tz) -> Result<Typed, TypedError> {
    let offset = offset(zone);
    let (now, wall) = (now.parse().unwrap(), Wall(&offset));
    read(text, Context { now, wall, week: Weekday::Mon })
}

/// The span as the wall shows it, and `now` where its end is.
fn told(text: &str) -> Result<String, TypedError> {
    let typed = in_zone(text, NOW, Europe::Berlin)?;
    Ok(match typed.range {
        Range::Last(preset) => preset.as_str().to_owned(),
        Range::Between(Span { from, to }) => {
            let wall = |at: Timestamp| {
                let local =
                    Europe::Berlin.from_utc_datetime(&at.to_utc().naive_utc()).naive_local();
                let millis = if local.nanosecond() == 0 { "" } else { "%.3f" };
                local.format(&format!("%F %T{millis}")).to_string()
            };
            let to = if typed.until_now {
                assert_eq!(to, NOW.parse::<Timestamp>().unwrap().plus_millis(1), "{text}");
                "now".to_owned()
            } else {
                wall(to)
            };
            format!("{} to {to}", wall(from))
        }
    })
}

#[test]
fn what_people_type_is_understood() {
    for (text, means) in [
        ("24h", "24h"),
        ("1d", "24h"),
        ("7 days", "7d"),
        ("past week", "7d"),
        ("60m", "1h"),
        ("ALL", "all"),
        ("2h", "2026-11-21 13:32:18.121 to now"),
        ("90m", "2026-11-21 14:02:18.121 to now"),
        ("1h 30 min", "2026-11-21 14:02:18.121 to now"),
        ("last 3 days", "2026-11-18 15:32:18.121 to now"),
        ("today", "2026-11-21 00:00:00 to now"),
        ("yesterday", "2026-11-20 00:00:00 to 2026-11-21 00:00:00"),
        ("this week", "2026-11-16 00:00:00 to now"),
        ("last week", "2026-11-09 00:00:00 to 2026-11-16 00:00:00"),
        ("this month", "2026-11-01 00:00:00 to now"),
        ("last month", "2026-10-01 00:00:00 to 2026-11-01 00:00:00"),
        ("last year", "2025-01-01 00:00:00 to 2026-01-01 00:00:00"),
        ("2026-11-20", "2026-11-20 00:00:00 to 2026-11-21 00:00:00"),
        ("2026-11-21", "2026-11-21 00:00:00 to now"),
        ("2026-02", "2026-02-01 00:00:00 to 2026-03-01 00:00:00"),
        ("2026-11-20 14:00", "2026-11-20 14:00:00 to now"),
        ("2026-11-20T14:00", "2026-11-20 14:00:00 to now"),
        ("2026-11-20T14:00:00.5Z", "2026-11-20 15:00:00.500 to now"),
        ("2026-11-20T14:00-05:00", "2026-11-20 20:00:00 to now"),
        ("2026-11-20t14:00+0530", "2026-11-20 09:30:00 to now"),
        ("14:00", "2026-11-21 14:00:00 to now"),
        ("23:15", "2026-11-20 23:15:00 to now"),
        ("yesterday 9:05", "2026-11-20 09:05:00 to now"),
        ("20 nov", "2026-11-20 00:00:00 to 2026-11-21 00:00:00"),
        ("Nov 20, 2025 14:00", "2025-11-20 14:00:00 to now"),
        ("24 December", "2025-12-24 00:00:00 to 2025-12-25 00:00:00"),
        ("29 feb", "2024-02-29 00:00:00 to 2024-03-01 00:00:00"),
        ("2026-11-18 to 2026-11-19", "2026-11-18 00:00:00 to 2026-11-20 00:00:00"),
        ("from yesterday until now", "2026-11-20 00:00:00 to now"),
        ("yesterday .. today", "2026-11-20 00:00:00 to now"),
        ("2026-11-20 14:00..15:30", "2026-11-20 14:00:00 to 2026-11-20 15:30:00"),
        ("14:00 - 15:00", "2026-11-21 14:00:00 to 2026-11-21 15:00:00"),
        ("22:00 to 02:00", "2026-11-20 22:00:00 to 2026-11-21 02:00:00"),
        ("3h ago to 1h ago", "2026-11-21 12:32:18.120 to 2026-11-21 14:32:18.120"),
        (
            "2026-11-20T13:00:00Z to 2026-11-20T14:00:00Z",
            "2026-11-20 14:00:00 to 2026-11-20 15:00:00",
        ),
        // As the page itself writes it.
        ("Wed 18 Nov 15:30 – 17:15", "2026-11-18 15:30:00 to 2026-11-18 17:15:00"),
        ("Wed 18 Nov 22:00 – 24:00", "2026-11-18 22:00:00 to 2026-11-19 00:00:00"),
        ("Wed 18 Nov – Fri 20 Nov", "2026-11-18 00:00:00 to 2026-11-21 00:00:00"),
        ("Wed 31 Dec 2025 15:30:05 – 15:30:06", "2025-12-31 15:30:05 to 2025-12-31 15:30:06"),
        ("Thu 31 Dec 2025 – 1 Jan", "refused"),
        ("31 Dec – 1 Jan", "2025-12-31 00:00:00 to 2026-01-02 00:00:00"),
        ("Mon 18 Nov", "2024-11-18 00:00:00 to 2024-11-19 00:00:00"),
    ] {
        assert_eq!(told(text).unwrap_or_else(|_| "refused".into()), means, "{text}");
    }
}

#[test]
fn what_means_nothing_is_told_why() {
    let refused = |text: &str| told(text).unwrap_err();
    assert_eq!(refused("  "), TypedError::Empty);
    for text in [
        "tomorrow",
        "2 fortnights",
        "h",
        "2026",
        "14",
        "20 foo",
        "a to b",
        "2h to now",
        "é",
        "::",
        "2026-11-20T",
        "2026-11-20T14:00+1€",
        "2026-11-20T14:00Z05:00",
        "t",
    ] {
        let error = refused(text);
        assert!(
            matches!(&error, TypedError::Unknown(said) if said == text)
                || matches!(error, TypedError::NoSuchTime(_)),
            "{text}: {error}"
        );
    }
    for text in ["2026-02-29", "2026-13-01", "25:00", "24:01", "31 nov", "2026-11-20 14:60"] {
        assert!(matches!(refused(text), TypedError::NoSuchTime(_)), "{text}");
    }
    for (text, error) in [
        ("2026-11-22", TypedError::Future),
        ("2026-11-21 16:00", TypedError::Future),
        ("2026-11-20 to 2026-11-18", TypedError::Backwards),
        ("now to now", TypedError::Backwards),
        ("now", TypedError::Backwards),
        ("0h", TypedError::Backwards),
        ("99999d", TypedError::Years),
        ("99999999999999999999d", TypedError::Years),
        ("1969-12-31", TypedError::Years),
        ("2200-01-02 to 2200-01-03", TypedError::Years),
    ] {
        assert_eq!(refused(text), error, "{text}");
    }
    assert!(refused(&"é".repeat(5_000)).to_string().chars().count() < 300);
}

#[test]
fn what_a_preset_is_called_is_that_preset() {
    for preset in Preset::ALL {
        for text in [preset.label(), preset.as_str()] {
            assert_eq!(in_zone(text, NOW, Tz::UTC).unwrap().range, Range::Last(*preset), "{text}");
        }
    }
}

#[test]
fn days_are_as_long_as_they_are() {
    let now = "2026-11-21T14:32:18.120Z";
    for (day, hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)] {
        let Range::Between(span) = in_zone(day, now, Europe::Berlin).unwrap().range else {
            panic!()
        };
        assert_eq!(span.millis(), hours * 3_600_000, "{day}");
    }
    // Of two times that the wall shows the same, the first.
    let twice = in_zone("2026-10-25 02:30 to 03:00", now, Europe::Berlin).unwrap();
    let Range::Between(span) = twice.range else { panic!() };
    assert_eq!(span.millis(), 90 * 60_000);
}

fn zone() -> impl Strategy<Value = Tz> {
    select(vec![
        Tz::UTC,
        Europe::Berlin,
        America::New_York,
        America::St_Johns,
        Asia::Kolkata,
        Australia::Lord_Howe,
        Africa::Cairo,
    ])
}

fn date() -> impl Strategy<Value = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap();
    (0..13_000_u64).prop_map(move |days| first + Days::new(days))
}

/// The first instant of a day, by the tables.
fn first_instant(zone: Tz, date: NaiveDate) -> i64 {
    let midnight = date.and_time(NaiveTime::MIN);
    let at = (0..=4).find_map(|quarters| {
        zone.from_local_datetime(&(midnight + chrono::Duration::minutes(30 * quarters))).earliest()
    });
    at.unwrap().timestamp_millis()
}

proptest! {
    #[test]
    fn a_day_is_from_midnight_to_midnight(zone in zone(), date in date()) {
        let typed = in_zone(&date.to_string(), NOW, zone).unwrap();
        let (from, to) = (first_instant(zone, date), first_instant(zone, date + Days::new(1)));
        let span = Span::new(Timestamp::saturating(from), Timestamp::saturating(to)).unwrap();
        prop_assert_eq!(typed, Typed { range: Range::Between(span), until_now: false });
    }

    #[test]
    fn a_time_on_the_wall_is_the_instant_at_which_it_shows_that(zone in zone(), date in date(), minute in 0..1_440_u32) {
        let time = NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0).unwrap();
        let Some(at) = zone.from_local_datetime(&date.and_time(time)).earliest() else { return Ok(()) };
        let typed = in_zone(&format!("{date} {}", time.format("%H:%M")), NOW, zone).unwrap();
        let Range::Between(span) = typed.range else { panic!() };
        prop_assert_eq!(span.from.millis(), at.timestamp_millis());
        prop_assert!(typed.until_now);
    }

    #[test]
    fn two_instants_are_read_back(from in 0..Timestamp::END.millis(), length in 1..10_000_000_000_i64, zone in zone()) {
        let from = Timestamp::saturating(from);
        let Some(span) = Span::new(from, from.plus_millis(length)) else { return Ok(()) };
        for text in [format!("{} to {}", span.from, span.to), format!("{}..{}", span.from, span.to)] {
            prop_assert_eq!(in_zone(&text, NOW, zone).unwrap().range, Range::Between(span));
        }
    }

    #[test]
    fn a_length_ends_now(n in 1..2_000_i64, unit in select(vec![("s", 1), ("min", 60), ("h", 3_600), (" days", 86_400)])) {
        let typed = in_zone(&format!("{n}{}", unit.0), NOW, Tz::UTC).unwrap();
        let span = typed.range.resolve(NOW.parse().unwrap());
        prop_assert_eq!(span.millis(), n * unit.1 * 1_000);
        prop_assert_eq!(span.to, NOW.parse::<Timestamp>().unwrap().plus_millis(1));
    }

    #[test]
    fn any_text_has_an_answer(
        text in "\\PC{0,30}|[0-9:.tz+ –-]{0,24}|(last|this|from|20|nov|14:00|to|\\.\\.|now|2h|ago|week| ){0,8}",
        zone in zone(),
        now in 0..Timestamp::END.millis(),
    ) {
        let now = Timestamp::saturating(now).to_string();
        match in_zone(&text, &now, zone) {
            Ok(Typed { range: Range::Between(span), until_now }) => {
                prop_assert!(span.from < span.to);
                prop_assert_eq!(until_now && span.to < Timestamp::END, until_now && span.to == now.parse::<Timestamp>().unwrap().plus_millis(1) && span.to < Timestamp::END);
            }
            Ok(_) => {}
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
