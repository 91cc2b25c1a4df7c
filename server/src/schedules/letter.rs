//! The mail of a run: a few numbers and links. Whatever is in it was written by strangers, and is escaped.

mod html;

use std::fmt::Write as _;

use chrono_tz::Tz;
use daybook_model::{Timestamp, schedule::Product};
use sha2::{Digest as _, Sha256};

use super::{
    Kept,
    calendar::Calendar,
    summary::{Count, Summary, Values},
};
use crate::{export::stream::hex, outbound::Letter};

/// Where a mail leads.
pub(super) struct Links {
    /// The entries, as they are now, on the log's page.
    pub(super) entries: String,
    /// The schedules of the project, with the files of their runs.
    pub(super) schedules: String,
}

/// The longest label that is shown whole, in characters.
const LABEL: usize = 60;

/// A mail's own id: the same whenever the same mail is sent again.
pub(super) fn id(schedule: i64, run: u32, recipient: &str) -> String {
    let whom = hex(&Sha256::digest(recipient.as_bytes())[..8]);
    format!("daybook.schedule-{schedule}.run-{run}.{whom}")
}

/// The mail of a run; for whom is said when it is sent.
pub(super) fn of(kept: &Kept, summary: &Summary, links: &Links) -> Letter {
    let zone = Calendar::of(&kept.wanted.when).map_or(Tz::UTC, |hours| hours.zone());
    let words = Words::of(kept, summary, zone);
    Letter {
        subject: format!("{} · {}: {}", summary.project, summary.view, words.count),
        text: text(summary, &words, links),
        html: html::page(summary, &words, links),
        id: String::new(),
    }
}

/// What both forms of a mail say.
struct Words {
    period: String,
    count: String,
    against: String,
    failed: String,
    late: Option<String>,
    /// Numbers by who and what; not in the mail of an export, which leads to its file.
    tables: Vec<(&'static str, Table)>,
    open: &'static str,
    file: Option<&'static str>,
    why: String,
}

type Table = Vec<(String, Count)>;

impl Words {
    fn of(kept: &Kept, summary: &Summary, zone: Tz) -> Self {
        let period = format!("{} to {}", moment(summary.from, zone), moment(summary.to, zone));
        let Count { now, before } = summary.entries;
        let long = length(summary.from.millis() - summary.before_from.millis());
        let against = match (now, before) {
            (_, 0) => format!("There were none in the {long} before."),
            (now, before) if now == before => format!("As many as in the {long} before."),
            (now, before) => {
                let (word, difference) =
                    if now > before { ("more", now - before) } else { ("fewer", before - now) };
                format!(
                    "{} {word} than in the {long} before ({}).",
                    grouped(difference),
                    grouped(before)
                )
            }
        };
        let Count { now: failed, before: failed_before } = summary.failures;
        let failed = format!("{} failed, {} before.", grouped(failed), grouped(failed_before));
        let late = (summary.late > 0).then(|| {
            let them = if summary.late == 1 {
                "1 of them"
            } else {
                &format!("{} of them", grouped(summary.late))
            };
            format!(
                "{them} happened earlier and arrived in this time; the link leads to the others."
            )
        });
        let exports = matches!(kept.wanted.product, Product::Export { .. });
        let tables = [
            ("Outcome", &summary.outcomes),
            ("Actor", &summary.actors),
            ("Action", &summary.actions),
            ("Failed action", &summary.failed_actions),
        ];
        let tables = tables.into_iter().filter(|(_, values)| !exports && !values.top.is_empty());
        Self {
            period,
            count: entries(now),
            against,
            failed,
            late,
            tables: tables.map(|(title, values)| (title, table(values))).collect(),
            open: if exports { "Look at the entries" } else { "Open these entries" },
            file: exports.then_some("Get the file"),
            why: format!(
                "{} keeps this schedule in Daybook, which sends this mail to people of the project {} alone. \
                 The links ask you to sign in.",
                kept.owner, summary.project
            ),
        }
    }
}

fn table(values: &Values) -> Table {
    let mut rows: Table =
        values.top.iter().map(|value| (short(&value.label), value.count)).collect();
    if values.others != Count::default() {
        rows.push(("Others".into(), values.others));
    }
    rows
}

fn text(summary: &Summary, words: &Words, links: &Links) -> String {
    let mut text = format!("{} · {}\n{}\n\n", summary.project, summary.view, words.period);
    let mut line = |said: &str| {
        text.push_str(said);
        text.push('\n');
    };
    line(&format!("{}. {}", words.count, words.against));
    line(&words.failed);
    if let Some(late) = &words.late {
        line(late);
    }
    for (title, table) in &words.tables {
        line(&format!("\n{title:<42}{:>10}{:>10}", "now", "before"));
        for (label, Count { now, before }) in table {
            let label: String = label.chars().take(40).collect();
            line(&format!("  {label:<40}{:>10}{:>10}", grouped(*now), grouped(*before)));
        }
    }
    line(&format!("\n{}: {}", words.open, links.entries));
    if let Some(file) = words.file {
        line(&format!("{file}: {}", links.schedules));
    }
    line(&format!("\n-- \n{}", words.why));
    text
}

/// A label that fits, on one line, in the direction of the rest.
fn short(label: &str) -> String {
    let turns = |c: &char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain = label.chars().filter(|c| !turns(c)).map(|c| if c.is_control() { ' ' } else { c });
    let mut plain: Vec<char> = plain.take(LABEL + 1).collect();
    if plain.len() > LABEL {
        plain.truncate(LABEL - 1);
        plain.push('…');
    }
    plain.into_iter().collect()
}

fn entries(count: u64) -> String {
    match count {
        0 => "No entries".into(),
        1 => "1 entry".into(),
        count => format!("{} entries", grouped(count)),
    }
}

/// `1,204`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn moment(at: Timestamp, zone: Tz) -> String {
    at.to_utc().with_timezone(&zone).format("%a %-d %b %Y, %H:%M %Z").to_string()
}

/// `7 days`, `1 day 2 hours`, `40 minutes`.
fn length(millis: i64) -> String {
    let minutes = (millis + 30_000) / 60_000;
    let mut said = String::new();
    for (unit, long) in [("day", 1440), ("hour", 60), ("minute", 1)] {
        let part = if long == 1440 {
            minutes / long
        } else {
            minutes % (long * if long == 60 { 24 } else { 60 }) / long
        };
        // Minutes beside days say nothing.
        if part > 0 && !(unit == "minute" && minutes >= 1440) {
            let space = if said.is_empty() { "" } else { " " };
            let plural = if part == 1 { "" } else { "s" };
            // Writing to a String cannot fail.
            let _ = write!(said, "{space}{part} {unit}{plural}");
        }
    }
    if said.is_empty() { "moment".into() } else { said }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lengths_are_read_at_a_glance() {
        const HOUR: i64 = 3_600_000;
        assert_eq!([0, 999, 1_204, 1_000_000].map(grouped), ["0", "999", "1,204", "1,000,000"]);
        assert_eq!(length(7 * 24 * HOUR + 3_000), "7 days");
        assert_eq!(length(25 * HOUR), "1 day 1 hour");
        assert_eq!(length(HOUR + 120_000), "1 hour 2 minutes");
        assert_eq!(length(5), "moment");
    }

    #[test]
    fn labels_fit_on_a_line() {
        assert_eq!(short("a\u{202e}b\nc"), "ab c");
        assert_eq!(short(&"x".repeat(100)).chars().count(), LABEL);
    }
}
