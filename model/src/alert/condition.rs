//! What has to be so for a rule to fire.

use serde::{Deserialize, Serialize};

use crate::{Field, QueryError};

/// The shortest window, in seconds.
pub const MIN_WINDOW: u32 = 1;
/// The longest window, in seconds: 30 days.
pub const MAX_WINDOW: u32 = 30 * 24 * 60 * 60;
/// The longest quiet time, in seconds: 30 days.
pub const MAX_QUIET: u32 = MAX_WINDOW;
/// The most entries, or values, that a condition can wait for.
pub const MAX_AT_LEAST: u32 = 1_000;
/// Hours are learned from so many days before an entry.
pub const HOURS_DAYS: u32 = 28;
/// Hours are known of whom was seen on so many of these days.
pub const HOURS_LEARNED: u32 = 5;

/// What has to be so, among the entries that match a rule's filter, for it to fire. Where the rule has
/// a group (`by`), it is asked of each value of that facet by itself, and entries without one do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// There is one.
    Any {},
    /// There are so many within a window.
    Count {
        /// How many, 1 to 1,000.
        at_least: u32,
        /// The window, in seconds, 1 to 2,592,000.
        window: u32,
    },
    /// So many different values of a facet occur within a window.
    Distinct {
        /// The facet. Entries without a value do not count.
        field: Field,
        /// How many, 1 to 1,000.
        at_least: u32,
        /// The window, in seconds, 1 to 2,592,000.
        window: u32,
    },
    /// A value of a facet occurs that never did before, as far back as the log reaches.
    New {
        /// The facet. Entries without a value do not count.
        field: Field,
    },
    /// It is an hour of the day, in UTC, in which whoever did it (`by`, the actor mostly) had no entry that
    /// matches in the four weeks before, nor in the hour before or after it. Whom little is known of has no
    /// usual hours.
    UnusualHour {},
    /// None came for so long, after one did.
    Absence {
        /// How long, in seconds, 1 to 2,592,000.
        window: u32,
    },
}

impl Condition {
    /// The window, in seconds, if it has one.
    pub const fn window(&self) -> Option<u32> {
        match self {
            Self::Count { window, .. }
            | Self::Distinct { window, .. }
            | Self::Absence { window } => Some(*window),
            Self::Any {} | Self::New { .. } | Self::UnusualHour {} => None,
        }
    }

    /// What is wrong with it, or with it and a group together, if anything is.
    pub fn check(&self, by: Option<Field>) -> Result<(), QueryError> {
        let wrong = |key: &str, problem: String| Err(QueryError::new(key, problem));
        if let Some(window) = self.window()
            && !(MIN_WINDOW..=MAX_WINDOW).contains(&window)
        {
            let problem =
                format!("{window} is not a number of seconds from {MIN_WINDOW} to {MAX_WINDOW}");
            return wrong("condition.window", problem);
        }
        if let Self::Count { at_least, .. } | Self::Distinct { at_least, .. } = self
            && !(1..=MAX_AT_LEAST).contains(at_least)
        {
            let problem = format!("{at_least} is not a number from 1 to {MAX_AT_LEAST}");
            return wrong("condition.at_least", problem);
        }
        if let Self::Distinct { field, .. } | Self::New { field } = self {
            if !field.is_facet() {
                return wrong("condition.field", format!("{field} is not a facet"));
            }
            if by == Some(*field) {
                return wrong(
                    "by",
                    format!("is {field} as well, of which each group has one value"),
                );
            }
        }
        match (self, by) {
            (_, Some(field)) if !field.is_facet() => wrong("by", format!("{field} is not a facet")),
            (Self::UnusualHour {}, None) => {
                wrong("by", "is missing: say whose hours are learned, such as actor".into())
            }
            (Self::Absence { .. }, Some(_)) => wrong(
                "by",
                "does not go with absence; choose one value in the filter instead".into(),
            ),
            _ => Ok(()),
        }
    }
}
