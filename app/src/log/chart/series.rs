//! What bars are made of, from the ground up: one series for each thing that is told apart.

use daybook_model::{FacetValue, Field, Histogram, Severity, Stack, StackBy, Term};

use crate::log::names::word;

/// One part of every bar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    /// What it is called.
    pub(crate) label: String,
    /// The class of its colour.
    pub(crate) class: &'static str,
    /// What it stands for.
    pub(crate) what: What,
    /// Its entries in each bar.
    pub(crate) counts: Vec<u64>,
}

/// What a part of a bar stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    /// How bad it is.
    Severity(Severity),
    /// A value, or the absence of one.
    Value(Field, Term),
    /// Everything that is not told apart.
    Others,
}

impl Series {
    /// All of its entries.
    pub(crate) fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The least height in pixels at which it is drawn where there is any of it: one failure among
    /// ten thousand entries is what a reader looks for.
    pub(crate) fn least(&self) -> f64 {
        match self.class {
            "failure" | "error" => 2.0,
            "quiet" | "read" => 1.0,
            _ => 0.0,
        }
    }
}

/// The class of a severity's colour.
pub(crate) const fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Quiet => "quiet",
        Severity::Failure => "failure",
        Severity::ServerError => "error",
    }
}

/// What a histogram's bars are stacked by.
pub(crate) fn stacked_by(histogram: &Histogram) -> StackBy {
    histogram.stack.as_ref().map_or(StackBy::Outcome, |stack| stack.by)
}

/// The parts of a histogram's bars, the lowest first.
pub(crate) fn series(histogram: &Histogram) -> Vec<Series> {
    let stacked = histogram.stack.as_ref().and_then(|stack| Some((stack, stack.by.field()?)));
    let Some((stack, field)) = stacked else {
        let severity = |(place, severity): (usize, Severity)| Series {
            label: severity.label().to_owned(),
            class: class(severity),
            what: What::Severity(severity),
            counts: histogram.buckets.iter().map(|bucket| bucket.counts[place]).collect(),
        };
        return Severity::ALL.into_iter().enumerate().map(severity).collect();
    };
    let hues = hues(&stack.values);
    let values = stack.values.iter().zip(&stack.bars.values).zip(hues);
    let mut all: Vec<Series> =
        values.map(|((value, counts), hue)| of_value(stack, field, value, hue, counts)).collect();
    let occurs = |counts: &[u64]| counts.iter().any(|n| *n > 0);
    if occurs(&stack.bars.other) {
        all.push(Series {
            label: if stack.other_values == 1 {
                "1 other".into()
            } else {
                format!("{} others", stack.other_values)
            },
            class: "other",
            what: What::Others,
            counts: stack.bars.other.clone(),
        });
    }
    if occurs(&stack.bars.absent) {
        all.push(Series {
            label: format!("no {}", field.label().to_ascii_lowercase()),
            class: "absent",
            what: What::Value(field, Term::Absent),
            counts: stack.bars.absent.clone(),
        });
    }
    all
}

/// Colours that mean nothing, one for each value that is shown.
const HUES: [&str; 8] = ["hue1", "hue2", "hue3", "hue4", "hue5", "hue6", "hue7", "hue8"];

/// Each value's colour comes from its letters, so that it is the same whatever else is shown and
/// however often it occurs; where two want the same one, the later in the alphabet gives way.
fn hues(values: &[FacetValue]) -> Vec<&'static str> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by_key(|&i| &values[i].value);
    let (mut hues, mut taken) = (vec![HUES[0]; values.len()], [false; HUES.len()]);
    for i in order {
        let letters = values[i].value.bytes();
        let wanted =
            letters.fold(0, |sum: usize, letter| sum.wrapping_mul(31) + usize::from(letter));
        let places = (0..HUES.len()).map(|step| (wanted + step) % HUES.len());
        let place = places.clone().find(|&place| !taken[place]).unwrap_or(wanted % HUES.len());
        (hues[i], taken[place]) = (HUES[place], true);
    }
    hues
}

fn of_value(
    stack: &Stack,
    field: Field,
    value: &FacetValue,
    hue: &'static str,
    counts: &[u64],
) -> Series {
    let class = match (stack.by, value.value.as_str()) {
        (StackBy::Status, "1xx") => "notice",
        (StackBy::Status, "2xx") => "quiet",
        (StackBy::Status, "3xx") => "elsewhere",
        (StackBy::Status, "4xx") => "failure",
        (StackBy::Status, "5xx") => "error",
        // As methods are tinted in the list: a scale of their own, as none of them is good or bad.
        (StackBy::Method, "GET") => "read",
        (StackBy::Method, "POST") => "create",
        (StackBy::Method, "PUT") => "replace",
        (StackBy::Method, "PATCH") => "update",
        (StackBy::Method, "DELETE") => "delete",
        _ => hue,
    };
    let what =
        field.value(&value.value).map_or(What::Others, |value| What::Value(field, Term::Is(value)));
    Series {
        label: word(field, &value.value).unwrap_or_else(|| value.label.clone()),
        class,
        what,
        counts: counts.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::{Bucket, FacetBars, Span, Timestamp};

    fn histogram(stack: Option<Stack>) -> Histogram {
        let at = Timestamp::saturating;
        let bucket = |i: i64, counts| Bucket { from: at(i * 10), to: at(i * 10 + 10), counts };
        Histogram {
            buckets: vec![bucket(0, [5, 1, 0]), bucket(1, [2, 0, 1])],
            width: "1h".into(),
            sum: 9,
            total: 9,
            span: Span { from: at(0), to: at(20) },
            as_of: 9,
            since: None,
            stack,
        }
    }

    #[test]
    fn bars_are_of_severities_unless_they_are_taken_apart() {
        let plain = series(&histogram(None));
        let told: Vec<_> = plain.iter().map(|s| (s.label.as_str(), s.counts.clone())).collect();
        assert_eq!(
            told,
            [("Success", vec![5, 2]), ("Failure", vec![1, 0]), ("Server error", vec![0, 1])]
        );
    }

    #[test]
    fn a_value_keeps_its_colour_whatever_is_more_frequent() {
        let value =
            |value: &&str| FacetValue { value: (*value).into(), label: String::new(), count: 1 };
        let of = |values: &[&str]| hues(&values.iter().map(value).collect::<Vec<_>>());
        let [login, created] = of(&["login", "token_created"])[..] else { panic!("two") };
        assert_ne!(login, created);
        assert_eq!(of(&["token_created", "login"]), [created, login]);
        assert_eq!(of(&["login"]), [login]);
        let letters: Vec<String> = ('a'..='h').map(String::from).collect();
        let mut all = of(&letters.iter().map(String::as_str).collect::<Vec<_>>());
        all.sort_unstable();
        assert_eq!(all, HUES, "no two are alike while there are colours");
    }

    #[test]
    fn each_part_of_a_stack_is_told_and_nothing_that_is_not_there() {
        let value =
            |value: &str, count| FacetValue { value: value.into(), label: value.into(), count };
        let stack = Stack {
            by: StackBy::Operation,
            values: vec![value("token_created", 4), value("login", 2)],
            other_values: 3,
            bars: FacetBars {
                values: vec![vec![4, 0], vec![1, 1]],
                other: vec![1, 2],
                absent: vec![0, 0],
            },
        };
        let stacked = series(&histogram(Some(stack)));
        let told: Vec<_> = stacked.iter().map(|s| (s.label.as_str(), s.total())).collect();
        assert_eq!(told, [("Token created", 4), ("Sign-in", 2), ("3 others", 3)]);
        assert_eq!(stacked[2].class, "other");
        assert_eq!(stacked[2].what, What::Others);
    }
}
