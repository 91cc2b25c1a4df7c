//! What the chart says: labels, tooltip, and the sentences a screen reader is given.

use daybook_model::{Histogram, Severity, Span, Timestamp};

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

/// What the highest line stands for: `450 per hour`.
pub(crate) fn top(entries: u64, width: &str) -> String {
    match unit(width) {
        Some(unit) => format!("{} per {unit}", grouped(entries)),
        None => grouped(entries),
    }
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
            let word = severity.label().to_lowercase();
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
    use daybook_model::Bucket;

    #[test]
    fn widths_are_words() {
        assert_eq!(top(450, "1h"), "450 per hour");
        assert_eq!(top(1_500, "15m"), "1,500 per 15 minutes");
        assert_eq!(top(9, "3mo"), "9 per 3 months");
        assert_eq!(top(9, "?"), "9");
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
        let histogram =
            Histogram { buckets, width: "1h".into(), sum: 1_840, total: 1_840, span, as_of: 9 };
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
