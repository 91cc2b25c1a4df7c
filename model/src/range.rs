//! Which time is looked at.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Timestamp;

pub mod typed;
pub mod wall;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A relative range, ending now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// The last 15 minutes.
    M15,
    /// The last hour.
    H1,
    /// The last 24 hours.
    H24,
    /// The last 7 days.
    D7,
    /// The last 30 days.
    D30,
    /// The last 90 days.
    D90,
    /// Everything, whatever its time.
    All,
}

impl Preset {
    /// Every preset, shortest first.
    pub const ALL: &[Self] =
        &[Self::M15, Self::H1, Self::H24, Self::D7, Self::D30, Self::D90, Self::All];

    /// As written in the query string.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::M15 => "15m",
            Self::H1 => "1h",
            Self::H24 => "24h",
            Self::D7 => "7d",
            Self::D30 => "30d",
            Self::D90 => "90d",
            Self::All => "all",
        }
    }

    /// As shown to people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::M15 => "Last 15 minutes",
            Self::H1 => "Last hour",
            Self::H24 => "Last 24 hours",
            Self::D7 => "Last 7 days",
            Self::D30 => "Last 30 days",
            Self::D90 => "Last 90 days",
            Self::All => "All time",
        }
    }

    /// Its length; `None` for everything.
    pub const fn millis(self) -> Option<i64> {
        match self {
            Self::M15 => Some(15 * MINUTE),
            Self::H1 => Some(HOUR),
            Self::H24 => Some(DAY),
            Self::D7 => Some(7 * DAY),
            Self::D30 => Some(30 * DAY),
            Self::D90 => Some(90 * DAY),
            Self::All => None,
        }
    }
}

impl FromStr for Preset {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|p| p.as_str() == text).ok_or(())
    }
}

/// The range of a filter: relative, or two instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Range {
    /// Ends now and moves with it.
    Last(Preset),
    /// Stays where it is.
    Between(Span),
}

impl Default for Range {
    fn default() -> Self {
        Self::Last(Preset::D7)
    }
}

impl Range {
    /// The span that is meant at this moment. What happened in this very millisecond is inside.
    pub fn resolve(self, now: Timestamp) -> Span {
        match self {
            Self::Between(span) => span,
            Self::Last(preset) => preset.millis().map_or(Span::ALL, |length| {
                let to = now.plus_millis(1);
                Span { from: to.plus_millis(-length), to }
            }),
        }
    }
}

/// A half-open interval of time, `[from, to)`; `from` is before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Span {
    /// The first instant inside.
    pub from: Timestamp,
    /// The first instant outside.
    pub to: Timestamp,
}

impl Span {
    /// All that is accepted.
    pub const ALL: Self = Self { from: Timestamp::MIN, to: Timestamp::END };

    /// The interval `[from, to)`; `None` unless `from` is before `to`.
    pub fn new(from: Timestamp, to: Timestamp) -> Option<Self> {
        (from < to).then_some(Self { from, to })
    }

    /// Whether the instant is inside.
    pub fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    /// Its length in milliseconds.
    pub fn millis(self) -> i64 {
        self.to.millis() - self.from.millis()
    }

    /// The same length just before, as far back as anything is accepted; `None` where nothing is.
    pub fn before(self) -> Option<Self> {
        Self::new(self.from.plus_millis(-self.millis()), self.from)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.from, self.to)
    }
}
