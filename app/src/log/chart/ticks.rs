//! What stands under the chart: days, hours or whatever the span needs, on the wall of the reader.

use chrono::{Datelike, Months, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use daybook_model::{Span, Timestamp};

use crate::ui::time::{Zone, month_name, weekday_name};

/// A mark with a text beside it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    /// Where it stands.
    pub(crate) at: Timestamp,
    /// What it says.
    pub(crate) text: String,
    /// Whether a mark belongs there: the first text may only say which day it is.
    pub(crate) mark: bool,
    /// Whether a new day, or a new year, begins here.
    pub(crate) major: bool,
}

/// A distance between marks that falls on round times of the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Seconds(u32),
    Days(u32),
    Weeks,
    Months(u32),
}

const STEPS: [Step; 21] = [
    Step::Seconds(1),
    Step::Seconds(5),
    Step::Seconds(15),
    Step::Seconds(30),
    Step::Seconds(60),
    Step::Seconds(5 * 60),
    Step::Seconds(15 * 60),
    Step::Seconds(30 * 60),
    Step::Seconds(3_600),
    Step::Seconds(3 * 3_600),
    Step::Seconds(6 * 3_600),
    Step::Days(1),
    Step::Days(2),
    Step::Weeks,
    Step::Months(1),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(24),
    Step::Months(60),
    Step::Months(120),
];

/// A character of the labels and the space between two, in pixels.
const CHARACTER: f64 = 7.3;
const SPACE: f64 = 24.0;

impl Step {
    /// About how long it is, in milliseconds, and never longer than it ever is.
    const fn millis(self) -> i64 {
        const DAY: i64 = 86_400_000;
        match self {
            Self::Seconds(n) => n as i64 * 1_000,
            Self::Days(n) => n as i64 * DAY,
            Self::Weeks => 7 * DAY,
            Self::Months(n) => n as i64 * 28 * DAY,
        }
    }

    /// How wide its widest label is, in characters.
    const fn characters(self) -> u32 {
        match self {
            Self::Seconds(..60) => 8,
            Self::Seconds(_) | Self::Days(_) | Self::Weeks => 6,
            Self::Months(_) => 4,
        }
    }

    /// The last round time of the wall that is not after this one.
    fn floor(self, t: NaiveDateTime) -> Option<NaiveDateTime> {
        let date = t.date();
        match self {
            Self::Seconds(n) => {
                let second = t.num_seconds_from_midnight();
                date.and_hms_opt(0, 0, 0)?
                    .checked_add_signed(TimeDelta::seconds((second - second % n).into()))
            }
            Self::Days(n) => {
                let back = u64::from(date.num_days_from_ce().unsigned_abs() % n);
                date.checked_sub_days(chrono::Days::new(back))?.and_hms_opt(0, 0, 0)
            }
            Self::Weeks => {
                let back = u64::from(date.weekday().num_days_from_monday());
                date.checked_sub_days(chrono::Days::new(back))?.and_hms_opt(0, 0, 0)
            }
            Self::Months(n) => {
                let months = date.year() * 12 + i32::try_from(date.month0()).ok()?;
                let months = months - months.rem_euclid(i32::try_from(n).ok()?);
                let month = u32::try_from(months.rem_euclid(12)).ok()? + 1;
                NaiveDate::from_ymd_opt(months.div_euclid(12), month, 1)?.and_hms_opt(0, 0, 0)
            }
        }
    }

    fn next(self, t: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Seconds(n) => t.checked_add_signed(TimeDelta::seconds(n.into())),
            Self::Days(n) => t.checked_add_signed(TimeDelta::days(n.into())),
            Self::Weeks => t.checked_add_signed(TimeDelta::days(7)),
            Self::Months(n) => t.checked_add_months(Months::new(n)),
        }
    }

    fn label(self, t: NaiveDateTime) -> (String, bool) {
        let midnight = t.num_seconds_from_midnight() == 0;
        match self {
            Self::Seconds(_) if midnight => (day(t.date()), true),
            Self::Seconds(..60) => {
                (format!("{:02}:{:02}:{:02}", t.hour(), t.minute(), t.second()), false)
            }
            Self::Seconds(_) => (format!("{:02}:{:02}", t.hour(), t.minute()), false),
            Self::Days(_) | Self::Weeks if t.day() == 1 => (date_in_month(t.date()), true),
            Self::Days(_) => (day(t.date()), false),
            Self::Weeks => (date_in_month(t.date()), false),
            Self::Months(_) if t.month() == 1 => (t.year().to_string(), true),
            Self::Months(_) => (month_name(t.date())[..3].to_owned(), false),
        }
    }
}

/// `Wed 18`.
fn day(date: NaiveDate) -> String {
    format!("{} {}", &weekday_name(date)[..3], date.day())
}

/// `18 Nov`.
fn date_in_month(date: NaiveDate) -> String {
    format!("{} {}", date.day(), &month_name(date)[..3])
}

/// The marks for a span of time over so many pixels: as many as fit, none over another, each at a
/// round time in the zone.
pub(crate) fn ticks(span: Span, width: f64, zone: Zone) -> Vec<Tick> {
    let per_milli = width / span.millis().max(1) as f64;
    let fits = |step: &Step| {
        step.millis() as f64 * per_milli >= f64::from(step.characters()) * CHARACTER + SPACE
    };
    let Some(step) = STEPS.into_iter().find(fits) else { return Vec::new() };
    let x = |at: Timestamp| (at.millis() - span.from.millis()) as f64 * per_milli;
    let wide = |text: &str| text.chars().count() as f64 * CHARACTER;

    let mut ticks = Vec::new();
    let mut wall = step.floor(zone.civil(span.from));
    while let Some(t) = wall {
        let at = zone.instant(t);
        if at >= span.to || ticks.len() > 400 {
            break;
        }
        if at >= span.from {
            let (text, major) = step.label(t);
            // What would be cut by the right edge only keeps its mark.
            let text = if x(at) + wide(&text) <= width { text } else { String::new() };
            ticks.push(Tick { at, text, mark: true, major });
        }
        wall = step.next(t);
    }
    // Hours alone do not say of which day.
    let unsaid = !ticks.iter().any(|t| t.major && x(t.at) < width / 3.0);
    let first = zone.civil(span.from).date();
    let start = match step {
        Step::Seconds(_) if unsaid => {
            Some(format!("{} {}", &weekday_name(first)[..3], date_in_month(first)))
        }
        Step::Days(1) => Some(day(first)),
        _ => None,
    };
    if let Some(text) = start {
        let end = wide(&text) + SPACE / 2.0;
        let mut in_the_way = ticks.iter_mut().filter(|t| x(t.at) < end);
        match step {
            _ if wide(&text) > width => return ticks,
            Step::Seconds(_) => in_the_way.for_each(|t| t.text.clear()),
            // A day that hardly shows needs no name.
            _ if in_the_way.next().is_some() => return ticks,
            _ => {}
        }
        ticks.insert(0, Tick { at: span.from, text, mark: false, major: true });
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(from: &str, to: &str, width: f64) -> Vec<String> {
        let span = Span { from: from.parse().unwrap(), to: to.parse().unwrap() };
        let ticks = ticks(span, width, Zone::Utc);
        // Whatever is said has room, and stands at a round time.
        let per_milli = width / span.millis() as f64;
        let mut end = f64::MIN;
        for tick in &ticks {
            let x = (tick.at.millis() - span.from.millis()) as f64 * per_milli;
            if tick.text.is_empty() {
                continue;
            }
            assert!(x >= end, "{} overlaps what is before", tick.text);
            end = x + tick.text.chars().count() as f64 * CHARACTER;
            assert!(end <= width, "{} leaves the chart", tick.text);
            assert!(!tick.mark || tick.at.millis() % 1_000 == 0);
        }
        ticks.into_iter().map(|t| t.text).filter(|t| !t.is_empty()).collect()
    }

    #[test]
    fn a_week_has_days() {
        let week = ("2026-11-14T14:32:00Z", "2026-11-21T14:32:00Z");
        let days = ["Sat 14", "Sun 15", "Mon 16", "Tue 17", "Wed 18", "Thu 19", "Fri 20", "Sat 21"];
        assert_eq!(said(week.0, week.1, 1_100.0), days);
        assert!(said(week.0, week.1, 362.0).len() >= 3);
    }

    #[test]
    fn hours_say_of_which_day() {
        assert_eq!(
            said("2026-11-18T15:30:00Z", "2026-11-18T17:15:00Z", 1_100.0),
            ["Wed 18 Nov", "15:45", "16:00", "16:15", "16:30", "16:45", "17:00"]
        );
        let night = said("2026-11-17T14:00:00Z", "2026-11-18T14:00:00Z", 1_100.0);
        assert!(
            night.contains(&"Wed 18".to_owned()) && night.contains(&"18:00".to_owned()),
            "{night:?}"
        );
    }

    #[test]
    fn any_span_at_any_width_is_legible() {
        let from: Timestamp = "2024-02-28T23:17:05.120Z".parse().unwrap();
        for exponent in 0..24 {
            for factor in [1_i64, 3, 7] {
                let span =
                    Span { from, to: from.plus_millis(factor * 1_000 * 2_i64.pow(exponent)) };
                for width in [40.0, 320.0, 362.0, 700.0, 1_134.0, 2_500.0] {
                    said(&span.from.to_string(), &span.to.to_string(), width);
                }
            }
        }
    }
}
