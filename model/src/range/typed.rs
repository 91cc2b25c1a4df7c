//! Ranges as people type them: `2h`, `yesterday`, `2026-11-20 14:00`, `18 Nov 15:30 – 17:15`.
//!
//! What is read: a length of time that ends now; days; an instant, from which on is meant; and two
//! of these with `to`, `..` or a dash between them. Dates are of the given wall. Where a year or a
//! day is left out, the latest that has begun is meant, because a log is about what was.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, Weekday};

use super::{Preset, Range, Span, wall::Wall};
use crate::Timestamp;

/// The longest text that is looked at.
const MAX_BYTES: usize = 200;

/// What a text is understood by.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What time it is.
    pub now: Timestamp,
    /// The clock that is meant.
    pub wall: Wall<'a>,
    /// The day on which a week begins.
    pub week: Weekday,
}

/// What a text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Typed {
    /// The range. Only one that equals a preset is relative.
    pub range: Range,
    /// Whether its end is this very moment.
    pub until_now: bool,
}

/// Why a text means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypedError {
    /// There is none.
    #[error("Type a time, such as 2h, yesterday, or 2026-11-20 14:00 to 15:30.")]
    Empty,
    /// It is of no known form.
    #[error(
        "{0:?} is not understood. Understood are 90m, 2h, 3d, today, yesterday, this week, last \
         month, 2026-11-20, 20 Nov 14:00, 14:00, ISO 8601, and two of them with “to” between."
    )]
    Unknown(String),
    /// It has the form of a date or time that there is not.
    #[error("There is no {0}.")]
    NoSuchTime(String),
    /// The day of the week is another one.
    #[error("{0} is a {1}.")]
    OtherWeekday(NaiveDate, &'static str),
    /// It begins after now, and has no end.
    #[error("This is yet to come. Give an end as well: A to B.")]
    Future,
    /// The end is not after the start.
    #[error("The end must be after the start.")]
    Backwards,
    /// Outside of what Daybook accepts.
    #[error("This is outside of the years 1970 to 2199.")]
    Years,
}

/// Understands a text.
pub fn read(text: &str, context: Context<'_>) -> Result<Typed, TypedError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TypedError::Empty);
    }
    let unknown = || {
        let mut chars = text.chars();
        let start: String = chars.by_ref().take(60).collect();
        TypedError::Unknown(if chars.next().is_some() { start + "…" } else { start })
    };
    if text.len() > MAX_BYTES {
        return Err(unknown());
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    if let Some(relative) = relative(&words) {
        return context.last(relative?);
    }
    let clean = words.join(" ");
    let clean = clean.strip_prefix("from ").unwrap_or(&clean);
    if let Some((from, to)) = two(clean) {
        let from = context.part(from)?.ok_or_else(unknown)?;
        let to = context.part(to)?.ok_or_else(unknown)?;
        return context.between(from, to);
    }
    context.since(context.part(clean)?.ok_or_else(unknown)?)
}

/// What stands on both sides of the word or sign between them.
fn two(text: &str) -> Option<(&str, &str)> {
    let signs = ["..", " to ", " until ", "–", "—", " - "];
    let (from, to) = signs.iter().find_map(|sign| text.split_once(sign))?;
    Some((from.trim(), to.trim()))
}

/// A day of a year that is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Yearless {
    /// In a leap year, which has every day.
    date: NaiveDate,
    weekday: Option<u32>,
}

impl Yearless {
    /// The day in this year, or else in the nearest before it, or behind it, that fits.
    fn in_year(
        self,
        year: i32,
        step: i32,
        fits: impl Fn(NaiveDate) -> bool,
    ) -> Result<NaiveDate, TypedError> {
        let is_weekday = |date: &NaiveDate| {
            self.weekday.is_none_or(|day| day == date.weekday().num_days_from_monday())
        };
        // Each date is each day of the week at least once in so many years.
        let dates = (0..=40).filter_map(|i| self.date.with_year(year + step * i));
        dates.filter(is_weekday).find(|date| fits(*date)).ok_or(TypedError::Years)
    }
}

/// One side of a range, or all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// An instant.
    At(Timestamp),
    /// This moment.
    Now,
    /// From one midnight to another.
    Days(NaiveDate, NaiveDate),
    /// A time of a day, in milliseconds since its midnight.
    Wall(NaiveDate, i64),
    /// A day and perhaps a time, of a year that is not said.
    OfSomeYear(Yearless, Option<i64>),
    /// A time of a day that is not said.
    OfSomeDay(i64),
}

const DAY: i64 = 86_400_000;

impl Context<'_> {
    fn today(self) -> NaiveDate {
        self.wall.civil(self.now).date()
    }

    /// What happened in this very millisecond is inside.
    fn end_of_now(self) -> Timestamp {
        self.now.plus_millis(1)
    }

    /// A range that ends now.
    fn last(self, length: Option<i64>) -> Result<Typed, TypedError> {
        let same = |preset: &&Preset| preset.millis() == length;
        if let Some(preset) = Preset::ALL.iter().find(same) {
            return Ok(Typed { range: Range::Last(*preset), until_now: length.is_some() });
        }
        let to = self.end_of_now();
        let from = to.millis().checked_sub(length.unwrap_or(i64::MAX));
        span(from.and_then(Timestamp::from_millis).ok_or(TypedError::Years)?, to, true)
    }

    /// The instant of a time on the wall; 24:00 is the next midnight.
    fn instant(self, date: NaiveDate, millis: i64) -> Result<Timestamp, TypedError> {
        let civil = NaiveDateTime::from(date).checked_add_signed(TimeDelta::milliseconds(millis));
        let millis = self.wall.millis(civil.ok_or(TypedError::Years)?);
        Timestamp::from_millis(millis).ok_or(TypedError::Years)
    }

    /// All of a part that stands alone: whole days, or what has happened since.
    fn since(self, part: Part) -> Result<Typed, TypedError> {
        let today = self.today();
        let (from, end) = match part {
            Part::Days(first, end) => (self.instant(first, 0)?, Some(self.instant(end, 0)?)),
            Part::OfSomeYear(date, time) => {
                let date = date.in_year(today.year(), -1, |date| date <= today)?;
                match time {
                    None => (self.instant(date, 0)?, Some(self.instant(next(date)?, 0)?)),
                    Some(time) => (self.instant(date, time)?, None),
                }
            }
            Part::OfSomeDay(time) => (self.latest(time, self.now)?, None),
            Part::Wall(date, time) => (self.instant(date, time)?, None),
            Part::At(at) => (at, None),
            Part::Now => return Err(TypedError::Backwards),
        };
        match end {
            Some(end) if end <= self.now => span(from, end, false),
            _ if from > self.now => Err(TypedError::Future),
            _ => span(from, self.end_of_now(), true),
        }
    }

    /// The last time before or at an instant at which the wall showed this.
    fn latest(self, time: i64, at: Timestamp) -> Result<Timestamp, TypedError> {
        let date = self.wall.civil(at).date();
        let same_day = self.instant(date, time)?;
        if same_day <= at {
            return Ok(same_day);
        }
        self.instant(date.checked_sub_days(Days::new(1)).ok_or(TypedError::Years)?, time)
    }

    /// From the start of one part to the end of another.
    fn between(self, from: Part, to: Part) -> Result<Typed, TypedError> {
        let today = self.today();
        if (from, to) == (Part::Now, Part::Now) {
            return Err(TypedError::Backwards);
        }
        // A time alone is that of the other side's day.
        let from = match (from, to) {
            (Part::OfSomeDay(start), Part::OfSomeDay(end)) if start < end => {
                Part::At(self.latest(start, self.now)?)
            }
            (Part::OfSomeDay(start), Part::OfSomeDay(end)) => {
                // Over midnight: so that the end has come, where that can be.
                let end = self.latest(end, self.now)?;
                Part::At(self.latest(start, end.plus_millis(-1))?)
            }
            (Part::OfSomeDay(time), Part::Days(date, _) | Part::Wall(date, _)) => {
                Part::Wall(date, time)
            }
            (Part::OfSomeDay(time), _) => Part::At(self.latest(time, self.now)?),
            (Part::OfSomeYear(date, time), _) => {
                let year = match to {
                    Part::Days(first, _) | Part::Wall(first, _) => first,
                    _ => today,
                };
                of_day(date.in_year(year.year(), -1, |date| date <= year)?, time)?
            }
            (from, _) => from,
        };
        let start = match from {
            Part::Days(date, _) => self.instant(date, 0)?,
            Part::Wall(date, time) => self.instant(date, time)?,
            Part::At(at) => at,
            _ => self.now,
        };
        let day = self.wall.civil(start).date();
        let to = match to {
            Part::OfSomeYear(date, time) => {
                of_day(date.in_year(day.year(), 1, |date| date >= day)?, time)?
            }
            Part::OfSomeDay(time) if self.instant(day, time)? > start => Part::Wall(day, time),
            Part::OfSomeDay(time) => Part::Wall(next(day)?, time),
            to => to,
        };
        let end = match to {
            Part::Days(_, end) => self.instant(end, 0)?,
            Part::Wall(date, time) => self.instant(date, time)?,
            Part::At(at) => at,
            _ => self.end_of_now(),
        };
        // Days that are not over end now.
        let not_over = matches!(to, Part::Days(..)) && end > self.now && start <= self.now;
        if to == Part::Now || not_over {
            return span(start, self.end_of_now(), true);
        }
        span(start, end, false)
    }

    /// Reads one side. `None` where it is of no known form.
    fn part(self, text: &str) -> Result<Option<Part>, TypedError> {
        if text == "now" {
            return Ok(Some(Part::Now));
        }
        if let Some(length) = text.strip_suffix(" ago") {
            let words: Vec<&str> = length.split(' ').collect();
            let Some(length) = duration(&words) else { return Ok(None) };
            let at = self.now.millis().checked_sub(length?);
            let at = at.and_then(Timestamp::from_millis).ok_or(TypedError::Years)?;
            return Ok(Some(Part::At(at)));
        }
        if let Some((first, end)) = self.named(text) {
            return Ok(Some(Part::Days(first, end)));
        }
        if text.as_bytes().get(4..11).is_some_and(|b| b[0] == b'-' && b[6] == b't') {
            return iso(&text.to_uppercase());
        }
        let (date, time) = match text.rsplit_once(' ') {
            _ if is_time(text) => ("", Some(text)),
            Some((date, time)) if is_time(time) => (date, Some(time)),
            _ => (text, None),
        };
        let time = time.map(time_of_day).transpose()?;
        let date = date.trim_end_matches(',');
        let day = match (self.named(date), time) {
            (Some((date, _)), Some(time)) if matches!(date_word(text), "today" | "yesterday") => {
                Part::Wall(date, time)
            }
            (_, Some(time)) if date.is_empty() => Part::OfSomeDay(time),
            _ => match date_of(date)? {
                Some(Date::Whole(date)) => of_day(date, time)?,
                Some(Date::OfSomeYear(date)) => Part::OfSomeYear(date, time),
                Some(Date::Month(first)) if time.is_none() => {
                    let end = first.checked_add_months(Months::new(1)).ok_or(TypedError::Years)?;
                    Part::Days(first, end)
                }
                _ => return Ok(None),
            },
        };
        Ok(Some(day))
    }

    /// `yesterday`, `last week`, …: the first day and the one after the last.
    fn named(self, text: &str) -> Option<(NaiveDate, NaiveDate)> {
        let today = self.today();
        let (back, unit) = match text {
            "today" => return Some((today, today.succ_opt()?)),
            "yesterday" => return Some((today.pred_opt()?, today)),
            _ => match text.split_once(' ')? {
                ("this", unit) => (0, unit),
                ("last", unit) => (1, unit),
                _ => return None,
            },
        };
        if unit == "week" {
            let first = today.week(self.week).first_day().checked_sub_days(Days::new(7 * back))?;
            return Some((first, first.checked_add_days(Days::new(7))?));
        }
        let (first, months) = match unit {
            "month" => (today.with_day(1)?, 1),
            "year" => (today.with_ordinal(1)?, 12),
            _ => return None,
        };
        let back = u32::try_from(back).ok()? * months;
        let first = first.checked_sub_months(Months::new(back))?;
        Some((first, first.checked_add_months(Months::new(months))?))
    }
}

fn span(from: Timestamp, to: Timestamp, until_now: bool) -> Result<Typed, TypedError> {
    let span = Span::new(from, to).ok_or(TypedError::Backwards)?;
    Ok(Typed { range: Range::Between(span), until_now })
}

/// `2026-11-20T14:00`, with a zone or by the wall.
fn iso(text: &str) -> Result<Option<Part>, TypedError> {
    let no_such = || TypedError::NoSuchTime(text.to_owned());
    let Some((date, rest)) = text.split_once('T') else { return Ok(None) };
    let zone = rest.find(['Z', '+', '-']);
    let (time, zone) = rest.split_at(zone.unwrap_or(rest.len()));
    if !is_time(time) {
        return Ok(None);
    }
    let time = time_of_day(time)?;
    let Some(Date::Whole(date)) = date_of(date)? else { return Ok(None) };
    if zone.is_empty() {
        return Ok(Some(Part::Wall(date, time)));
    }
    let ahead = if zone == "Z" {
        0
    } else if zone.starts_with('Z') {
        return Ok(None);
    } else {
        let (hours, minutes) = match zone[1..].split_once(':') {
            Some(parts) => parts,
            None if zone.len() == 5 && zone.is_ascii() => zone[1..].split_at(2),
            None => (&zone[1..], "0"),
        };
        let digits = |text: &str| text.parse::<i64>().ok().filter(|_| digits(text));
        let (Some(hours), Some(minutes)) = (digits(hours), digits(minutes)) else {
            return Ok(None);
        };
        if hours > 23 || minutes > 59 {
            return Err(no_such());
        }
        (if zone.starts_with('-') { -1 } else { 1 }) * (hours * 60 + minutes) * 60_000
    };
    let utc = NaiveDateTime::from(date).and_utc().timestamp_millis() + time - ahead;
    Timestamp::from_millis(utc).map(Part::At).map(Some).ok_or(TypedError::Years)
}

fn of_day(date: NaiveDate, time: Option<i64>) -> Result<Part, TypedError> {
    Ok(match time {
        Some(time) => Part::Wall(date, time),
        None => Part::Days(date, next(date)?),
    })
}

fn next(date: NaiveDate) -> Result<NaiveDate, TypedError> {
    date.succ_opt().ok_or(TypedError::Years)
}

fn date_word(text: &str) -> &str {
    text.split([' ', ',']).next().unwrap_or_default()
}

/// A length of time that ends now. `None` inside is all time.
fn relative(words: &[&str]) -> Option<Result<Option<i64>, TypedError>> {
    if matches!(words, ["all" | "everything"] | ["all", "time"]) {
        return Some(Ok(None));
    }
    let length = match words {
        ["last" | "past", rest @ ..] => match rest {
            // The last week is another one than the last seven days.
            ["week" | "month" | "year"] if words[0] == "last" => return None,
            [unit] if unit_of(unit).is_some() => unit_of(unit).map(Ok),
            rest => duration(rest),
        },
        words => duration(words),
    };
    length.map(|length| length.map(Some))
}

/// `2h`, `90 min`, `1d 12h`, in milliseconds.
fn duration(words: &[&str]) -> Option<Result<i64, TypedError>> {
    let text = words.concat();
    let mut rest = text.as_str();
    let mut sum = 0_i64;
    while !rest.is_empty() {
        let (number, tail) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let unit = unit_of(unit)?;
        if number.is_empty() {
            return None;
        }
        let length = number.parse::<i64>().ok().and_then(|n| n.checked_mul(unit));
        let Some(total) = length.and_then(|n| sum.checked_add(n)) else {
            return Some(Err(TypedError::Years));
        };
        (sum, rest) = (total, tail);
    }
    match (text.is_empty(), sum) {
        (true, _) => None,
        (_, 0) => Some(Err(TypedError::Backwards)),
        (_, sum) => Some(Ok(sum)),
    }
}

fn unit_of(word: &str) -> Option<i64> {
    Some(match word {
        "s" | "sec" | "secs" | "second" | "seconds" => 1_000,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000,
        "d" | "day" | "days" => DAY,
        "w" | "week" | "weeks" => 7 * DAY,
        _ => return None,
    })
}

/// A date as it was written.
enum Date {
    Whole(NaiveDate),
    OfSomeYear(Yearless),
    /// The first of a month.
    Month(NaiveDate),
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const LEAP_YEAR: i32 = 2024;

/// `2026-11-20`, `2026-11`, `20 nov`, `fri 20 november 2026`, `nov 20, 2026`.
fn date_of(text: &str) -> Result<Option<Date>, TypedError> {
    let no_such = || TypedError::NoSuchTime(text.to_owned());
    let iso: Vec<&str> = text.split('-').collect();
    if let [year, month, day @ ..] = &iso[..]
        && digits(year)
        && year.len() == 4
        && digits(month)
        && month.len() == 2
    {
        let number = |text: &str| text.parse::<u32>().map_err(|_| no_such());
        let year = year.parse().map_err(|_| no_such())?;
        return match day {
            [] => {
                let first = NaiveDate::from_ymd_opt(year, number(month)?, 1).ok_or_else(no_such)?;
                Ok(Some(Date::Month(first)))
            }
            [day] if digits(day) && day.len() == 2 => {
                let date = NaiveDate::from_ymd_opt(year, number(month)?, number(day)?);
                Ok(Some(Date::Whole(date.ok_or_else(no_such)?)))
            }
            _ => Ok(None),
        };
    }
    let mut words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let weekday = words.first().and_then(|word| named(word, &WEEKDAYS));
    if weekday.is_some() {
        words.remove(0);
    }
    let (day, month, year) = match words[..] {
        [a, b] => (a, b, None),
        [a, b, year] if digits(year) && year.len() == 4 => (a, b, Some(year)),
        _ => return Ok(None),
    };
    let (day, month) = if digits(day) { (day, month) } else { (month, day) };
    let (Some(month), true) = (named(month, &MONTHS), digits(day) && day.len() <= 2) else {
        return Ok(None);
    };
    let day = day.parse().map_err(|_| no_such())?;
    let year = year.map(|year| year.parse().map_err(|_| no_such())).transpose()?;
    let date = NaiveDate::from_ymd_opt(year.unwrap_or(LEAP_YEAR), month + 1, day);
    let date = date.ok_or_else(no_such)?;
    if year.is_none() {
        return Ok(Some(Date::OfSomeYear(Yearless { date, weekday })));
    }
    match weekday {
        Some(said) if said != date.weekday().num_days_from_monday() => {
            let name = WEEKDAYS[date.weekday().num_days_from_monday() as usize];
            Err(TypedError::OtherWeekday(date, name))
        }
        _ => Ok(Some(Date::Whole(date))),
    }
}

/// The place of a name of which at least three letters are written.
fn named(word: &str, names: &[&str]) -> Option<u32> {
    let fits = |name: &&str| {
        word.len() >= 3 && name.get(..word.len()).is_some_and(|n| n.eq_ignore_ascii_case(word))
    };
    names.iter().position(fits).and_then(|place| u32::try_from(place).ok())
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.len() < 10 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether this has the form of a time of day.
fn is_time(text: &str) -> bool {
    text.contains(':')
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || b == b':' || b == b'.')
}

/// `14:00`, `9:05:30`, `14:00:00.120`, `24:00`, in milliseconds since midnight.
fn time_of_day(text: &str) -> Result<i64, TypedError> {
    let no_such = || TypedError::NoSuchTime(text.to_owned());
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let parts: Vec<&str> = clock.split(':').collect();
    let (hour, minute, second) = match parts[..] {
        [hour, minute] if fraction.is_empty() => (hour, minute, "00"),
        [hour, minute, second] => (hour, minute, second),
        _ => return Err(no_such()),
    };
    let number = |text: &str, below: i64| {
        let n = text.parse::<i64>().ok().filter(|n| digits(text) && text.len() <= 2 && *n < below);
        n.ok_or_else(no_such)
    };
    let millis = if fraction.is_empty() {
        0
    } else {
        // Finer than that is cut.
        let three: String = fraction.chars().chain("00".chars()).take(3).collect();
        three.parse::<i64>().map_err(|_| no_such())?
    };
    let seconds = (number(hour, 25)? * 60 + number(minute, 60)?) * 60 + number(second, 60)?;
    Some(seconds * 1_000 + millis).filter(|time| *time <= DAY).ok_or_else(no_such)
}
