//! Instants: milliseconds since 1970, UTC.

use std::{fmt, str::FromStr};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant in milliseconds since 1970-01-01T00:00:00Z. Written as RFC 3339, UTC, with three
/// digits of a second. Finer input is cut, not rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The first instant Daybook accepts: 1970-01-01T00:00:00Z.
    pub const MIN: Self = Self(0);
    /// The end of what Daybook accepts, itself excluded: 2200-01-01T00:00:00Z.
    pub const END: Self = Self(7_258_118_400_000);

    /// From milliseconds since 1970. `None` outside 1970–2199.
    pub fn from_millis(millis: i64) -> Option<Self> {
        (Self::MIN.0..=Self::END.0).contains(&millis).then_some(Self(millis))
    }

    /// From milliseconds since 1970, moved to the nearest accepted instant.
    pub fn saturating(millis: i64) -> Self {
        Self(millis.clamp(Self::MIN.0, Self::END.0))
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This instant moved by so many milliseconds, within what is accepted.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self::saturating(self.0.saturating_add(millis))
    }

    /// The same instant for calendar arithmetic.
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }
}

/// Why a text is not an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// Not of the form.
    #[error("is not an RFC 3339 time such as 2026-11-20T13:32:04.871Z")]
    Format,
    /// Outside the accepted years.
    #[error("is outside the years 1970 to 2199")]
    Year,
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| TimestampError::Format)?;
        Self::from_millis(parsed.timestamp_millis())
            .filter(|&at| at < Self::END || parsed.timestamp_subsec_nanos() == 0)
            .ok_or(TimestampError::Year)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|e| de::Error::custom(format_args!("{text:?} {e}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_offset_is_read_and_utc_is_written() {
        let at: Timestamp = "2026-11-20T14:32:04.871999+01:00".parse().unwrap();
        assert_eq!(at.to_string(), "2026-11-20T13:32:04.871Z");
    }

    #[test]
    fn years_outside_are_refused() {
        for text in ["1601-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1969-12-31T23:59:59.999Z"] {
            assert_eq!(text.parse::<Timestamp>(), Err(TimestampError::Year), "{text}");
        }
        assert_eq!("yesterday".parse::<Timestamp>(), Err(TimestampError::Format));
        assert!("2199-12-31T23:59:59.999Z".parse::<Timestamp>().is_ok());
        assert_eq!("2200-01-01T00:00:00Z".parse::<Timestamp>(), Ok(Timestamp::END));
    }
}
