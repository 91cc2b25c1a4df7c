//! What the chart says: labels, tooltip, and the sentences a screen reader is given.

use daybook_model::{Histogram, Previous, Severity, Span, Timestamp};

use super::selection::Selection;
use crate::ui::{
    number::{counted, grouped},
    time::{Zone, span_text},
};

/// The clock by which times are written, and the moment that decides whether a year is said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Clock {
    /// The zone.
    pub(crate) zone: Zone,
    /// Now.
    pub(crate) now: Timestamp,
}

impl Clock {
    /// An interval in words.
    pub(crate) fn span(self, span: Span) -> String {
        span_text(span, self.now, self.zone)
    }
}

/// A length of time that another is compared with: `7 days before`, `hour before`.
pub(crate) fn before(millis: i64) -> String {
    const DAY: i64 = 86_400_000;
    const UNITS: [(i64, &str); 4] =
        [(DAY, "day"), (3_600_000, "hour"), (60_000, "minute"), (1_000, "second")];
    // One day would be a day of the calendar, which may be longer; 24 hours never are.
    let whole =
        |(length, _): &&(i64, &str)| millis % length == 0 && (millis, *length) != (DAY, DAY);
    match UNITS.iter().find(whole) {
        Some((length, unit)) if millis == *length => format!("{unit} before"),
        Some((length, unit)) => {
            format!("{} {unit}s before", grouped(millis.unsigned_abs() / length.unsigned_abs()))
        }
        None => "same length before".into(),
    }
}

/// How many there are against the time before: `+12 % against the 7 days before (10,177)`. Nothing is
/// set against a time of which not all is kept; `since` is where the kept history begins.
pub(crate) fn against(
    total: u64,
    previous: &Previous,
    millis: i64,
    since: Option<Timestamp>,
) -> String {
    let (then, before) = (previous.total, before(millis));
    if since.is_none_or(|since| since >= previous.span.to) {
        return format!("nothing is kept of the {before}");
    }
    if since.is_some_and(|since| since > previous.span.from) {
        return format!("{} in what is kept of the {before}", grouped(then));
    }
    if then == 0 {
        return format!("none in the {before}");
    }
    if total == then {
        return format!("as many as in the {before}");
    }
    let (more, sign) = if total > then { (total - then, '+') } else { (then - total, '−') };
    let thousandths = (u128::from(more) * 1_000 + u128::from(then) / 2) / u128::from(then);
    let change = match thousandths {
        0 => format!("{sign}{}", grouped(more)),
        1..100 => format!("{sign}{}.{} %", thousandths / 10, thousandths % 10),
        100..10_000 => format!("{sign}{} %", (thousandths + 5) / 10),
        // Nobody thinks in thousands of per cent.
        _ => format!("{} times as many", grouped(total / then)),
    };
    let link = if thousandths < 10_000 { "against" } else { "as in" };
    format!("{change} {link} the {before} ({})", grouped(then))
}

/// What a bar counts: entries `per hour`.
pub(crate) fn per(width: &str) -> Option<String> {
    unit(width).map(|unit| format!("per {unit}"))
}

/// `1h` is `hour`, `15m` is `15 minutes`. `None` for what is no width.
fn unit(width: &str) -> Option<String> {
    let digits = width.find(|c: char| !c.is_ascii_digit())?;
    let (number, sign) = width.split_at(digits);
    let name = match sign {
        "s" => "second",
        "m" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        "mo" => "month",
        "y" => "year",
        _ => return None,
    };
    Some(if number == "1" { name.to_owned() } else { format!("{number} {name}s") })
}

/// A selection: `Wed 18 Nov 15:30 – 17:15`, and `1,840 entries`.
pub(crate) fn selected(
    selection: Selection,
    histogram: &Histogram,
    clock: Clock,
) -> Option<(String, String)> {
    let span = selection.span(&histogram.buckets)?;
    let total = selection.counts(&histogram.buckets).iter().sum();
    Some((clock.span(span), counted(total, "entry", "entries")))
}

/// The whole chart in a sentence or two.
pub(crate) fn summary(histogram: &Histogram, clock: Clock) -> String {
    let all = Selection { start: 0, end: histogram.buckets.len() }.counts(&histogram.buckets);
    let mut text = format!(
        "{}, {}.",
        counted(all.iter().sum(), "entry", "entries"),
        clock.span(histogram.span)
    );
    let bad: Vec<_> = Severity::ALL
        .iter()
        .zip(all)
        .skip(1)
        .filter(|(_, n)| *n > 0)
        .map(|(severity, n)| {
            let word = severity.label().to_ascii_lowercase();
            counted(n, &word, &format!("{word}s"))
        })
        .collect();
    if !bad.is_empty() {
        text = format!("{text} {}.", bad.join(" and "));
    }
    let highest = histogram.buckets.iter().max_by_key(|b| b.total()).filter(|b| b.total() > 0);
    if let Some(span) = highest.and_then(|b| Some((Span::new(b.from, b.to)?, b.total()))) {
        text = format!("{text} Most in {}: {}.", clock.span(span.0), grouped(span.1));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;
    use daybook_model::Bucket;

    #[test]
    fn a_change_is_told_as_people_say_it() {
        let against = |now, then, millis| {
            let span = Span::ALL;
            let previous = Previous { span, counts: Vec::new(), total: then, as_of: 1 };
            super::against(now, &previous, millis, Some(Timestamp::MIN))
        };
        for (now, then, millis, told) in [
            (11_398, 10_177, 7 * DAY, "+12 % against the 7 days before (10,177)"),
            (50, 100, DAY, "−50 % against the 24 hours before (100)"),
            (1_023, 1_000, DAY / 24, "+2.3 % against the hour before (1,000)"),
            (1_000_001, 1_000_000, 60_000, "+1 against the minute before (1,000,000)"),
            (4_000, 100, 25 * DAY / 24, "40 times as many as in the 25 hours before (100)"),
            (0, 100, 90 * 60_000, "−100 % against the 90 minutes before (100)"),
            (5, 0, DAY + 1, "none in the same length before"),
            (7, 7, 2 * DAY, "as many as in the 2 days before"),
        ] {
            assert_eq!(against(now, then, millis), told);
        }
    }

    #[test]
    fn what_is_not_kept_is_no_measure() {
        let at = Timestamp::saturating;
        let span = Span { from: at(DAY), to: at(2 * DAY) };
        let previous = Previous { span, counts: Vec::new(), total: 12, as_of: 1 };
        for (since, told) in [
            (Some(at(DAY)), "−50 % against the 24 hours before (12)"),
            (Some(at(DAY + 1)), "12 in what is kept of the 24 hours before"),
            (Some(at(2 * DAY)), "nothing is kept of the 24 hours before"),
            (None, "nothing is kept of the 24 hours before"),
        ] {
            assert_eq!(super::against(6, &previous, DAY, since), told);
        }
    }

    #[test]
    fn widths_are_words() {
        for (width, text) in [
            ("1h", Some("per hour")),
            ("15m", Some("per 15 minutes")),
            ("3mo", Some("per 3 months")),
            ("?", None),
        ] {
            assert_eq!(per(width).as_deref(), text);
        }
    }

    #[test]
    fn the_chart_is_told_in_words() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let bucket = |from, to, counts| Bucket { from: at(from), to: at(to), counts };
        let buckets = vec![
            bucket("2026-11-18T15:00:00Z", "2026-11-18T16:00:00Z", [1_200, 3, 1]),
            bucket("2026-11-18T16:00:00Z", "2026-11-18T17:00:00Z", [636, 0, 0]),
        ];
        let span = Span { from: buckets[0].from, to: buckets[1].to };
        let histogram = Histogram {
            buckets,
            width: "1h".into(),
            sum: 1_840,
            total: 1_840,
            span,
            as_of: 9,
            since: None,
            stack: None,
        };
        let clock = Clock { zone: Zone::Utc, now: span.to };
        assert_eq!(
            summary(&histogram, clock),
            "1,840 entries, Wed 18 Nov 15:00 – 17:00. 3 failures and 1 server error. \
             Most in Wed 18 Nov 15:00 – 16:00: 1,204."
        );
        let all = Selection { start: 0, end: 2 };
        assert_eq!(
            selected(all, &histogram, clock),
            Some(("Wed 18 Nov 15:00 – 17:00".into(), "1,840 entries".into()))
        );
    }
}
