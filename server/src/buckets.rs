//! Where the bars of a chart begin and end: calendar edges in the viewer's zone.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Weekday};
use chrono_tz::Tz;
use daybook_model::{Span, Timestamp};

/// How many bars a chart has unless asked otherwise.
pub const DEFAULT_BUCKETS: u16 = 120;
/// The most bars a chart has, give or take the partial ones at its ends.
pub const MAX_BUCKETS: u16 = 180;

/// How wide a bar is: a fixed ladder, so that neighbouring views have comparable bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    /// Parts of a day, counted from local midnight.
    Seconds(i64),
    Day,
    Week,
    /// 1, 3 or 12 months.
    Months(u32),
}

const LADDER: &[(Width, &str)] = &[
    (Width::Seconds(1), "1s"),
    (Width::Seconds(5), "5s"),
    (Width::Seconds(10), "10s"),
    (Width::Seconds(30), "30s"),
    (Width::Seconds(60), "1m"),
    (Width::Seconds(2 * 60), "2m"),
    (Width::Seconds(5 * 60), "5m"),
    (Width::Seconds(10 * 60), "10m"),
    (Width::Seconds(15 * 60), "15m"),
    (Width::Seconds(30 * 60), "30m"),
    (Width::Seconds(3600), "1h"),
    (Width::Seconds(2 * 3600), "2h"),
    (Width::Seconds(3 * 3600), "3h"),
    (Width::Seconds(6 * 3600), "6h"),
    (Width::Seconds(12 * 3600), "12h"),
    (Width::Day, "1d"),
    (Width::Week, "1w"),
    (Width::Months(1), "1mo"),
    (Width::Months(3), "3mo"),
    (Width::Months(12), "1y"),
];

impl Width {
    /// Its usual length in milliseconds.
    const fn millis(self) -> i64 {
        const DAY: i64 = 86_400_000;
        match self {
            Self::Seconds(seconds) => seconds * 1000,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Months(months) => months as i64 * 30 * DAY,
        }
    }
}

/// The edges of about `wanted` bars over a span: the span's ends, and between them the calendar's
/// edges in this zone. Days have 23 or 25 hours where clocks change.
pub fn edges(span: Span, zone: Tz, wanted: u16) -> (&'static str, Vec<Timestamp>) {
    let wanted = i64::from(wanted.clamp(1, MAX_BUCKETS));
    let fits = |(width, _): &&(Width, &str)| span.millis() / width.millis() <= wanted;
    let (width, label) = *LADDER.iter().find(fits).unwrap_or(&LADDER[LADDER.len() - 1]);
    let inner =
        calendar(span, zone, width).into_iter().filter(|&at| span.from < at && at < span.to);
    (label, [span.from].into_iter().chain(inner).chain([span.to]).collect())
}

/// Calendar edges around a span, ascending, at least one before its end.
fn calendar(span: Span, zone: Tz, width: Width) -> Vec<Timestamp> {
    let date_of = |at: Timestamp| zone.from_utc_datetime(&at.to_utc().naive_utc()).date_naive();
    let (first, last) = (date_of(span.from), date_of(span.to));
    let mut edges = Vec::new();
    let mut date = match width {
        Width::Seconds(_) | Width::Day => first,
        Width::Week => first.week(Weekday::Mon).first_day(),
        Width::Months(months) => {
            let january_is_0 = first.month0() / months * months;
            first.with_day(1).and_then(|d| d.with_month0(january_is_0)).unwrap_or(first)
        }
    };
    while date <= last {
        let next = match width {
            Width::Seconds(_) | Width::Day => date.checked_add_days(Days::new(1)),
            Width::Week => date.checked_add_days(Days::new(7)),
            Width::Months(months) => date.checked_add_months(chrono::Months::new(months)),
        };
        let Some(next) = next else { break };
        let start = midnight(date, zone);
        if let Width::Seconds(seconds) = width {
            // Skip the part of the first day that nobody looks at: a day has 86,400 seconds.
            let step = seconds * 1000;
            let skipped = (span.from.millis() - start).max(0) / step * step;
            let end = midnight(next, zone).min(span.to.millis());
            edges.extend(
                (start + skipped..end)
                    .step_by(usize::try_from(step).unwrap_or(usize::MAX))
                    .map(Timestamp::saturating),
            );
        } else {
            edges.push(Timestamp::saturating(start));
        }
        date = next;
    }
    edges
}

/// The first instant of a day, in milliseconds: midnight, or where clocks skip it, what follows.
fn midnight(date: NaiveDate, zone: Tz) -> i64 {
    let midnight = NaiveDateTime::new(date, NaiveTime::MIN);
    (0..=8)
        .find_map(|quarters| {
            zone.from_local_datetime(&(midnight + chrono::Duration::minutes(15 * quarters)))
                .earliest()
        })
        .map_or_else(|| midnight.and_utc().timestamp_millis(), |at| at.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, to: &str) -> Span {
        Span::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
    }

    #[test]
    fn days_follow_the_clock_of_the_zone() {
        let (width, edges) = edges(
            span("2026-10-20T00:00:00Z", "2026-10-30T00:00:00Z"),
            chrono_tz::Europe::Berlin,
            12,
        );
        assert_eq!(width, "1d");
        let hours: Vec<i64> =
            edges.windows(2).map(|w| (w[1].millis() - w[0].millis()) / 3_600_000).collect();
        assert_eq!(hours, [22, 24, 24, 24, 24, 25, 24, 24, 24, 24, 1]);
    }

    #[test]
    fn a_day_of_23_hours_has_23_bars_of_an_hour() {
        let (width, edges) = edges(
            span("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            chrono_tz::Europe::Berlin,
            30,
        );
        assert_eq!((width, edges.len() - 1), ("1h", 23));
    }

    #[test]
    fn any_span_has_ascending_edges_and_few_bars() {
        for (from, to) in [
            (0, 1),
            (0, 999),
            (1_700_000_000_000, 1_700_000_000_001),
            (5, 7_258_118_400_000),
            (1_790_000_000_123, 1_790_604_800_124),
            (1_790_000_000_000, 1_790_009_000_000),
        ] {
            for zone in [
                chrono_tz::UTC,
                chrono_tz::Asia::Kolkata,
                chrono_tz::America::New_York,
                chrono_tz::Pacific::Apia,
                chrono_tz::Africa::Cairo,
            ] {
                for wanted in [1, 60, 180] {
                    let span =
                        Span::new(Timestamp::saturating(from), Timestamp::saturating(to)).unwrap();
                    let (_, edges) = edges(span, zone, wanted);
                    assert!(edges.windows(2).all(|w| w[0] < w[1]), "{span} {zone}");
                    assert_eq!((edges[0], edges[edges.len() - 1]), (span.from, span.to));
                    assert!(edges.len() <= 240, "{span} {zone} {}", edges.len());
                }
            }
        }
    }
}
