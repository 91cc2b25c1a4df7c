//! What is asked of entries, and the entries as they are asked.

use daybook_model::{
    Seq,
    alert::{Condition, HOURS_DAYS},
};

use super::HOUR;

/// A rule, as far as it says when it fires. Times in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(in crate::alerts) struct Watched {
    pub(in crate::alerts) condition: Condition,
    pub(in crate::alerts) quiet: i64,
    pub(in crate::alerts) window: i64,
}

impl Watched {
    pub(in crate::alerts) fn new(condition: Condition, quiet: u32) -> Self {
        let millis = |seconds: u32| i64::from(seconds) * 1_000;
        let window = millis(condition.window().unwrap_or_default());
        Self { condition, quiet: millis(quiet).max(window), window }
    }

    /// How far before a time what happened may matter for it, in milliseconds.
    pub(in crate::alerts) const fn looks_back(&self) -> i64 {
        match self.condition {
            Condition::UnusualHour {} => HOURS_DAYS as i64 * 24 * HOUR,
            _ => self.quiet,
        }
    }
}

/// An entry that matches the rule's filter.
#[derive(Debug, Clone, Copy)]
pub(in crate::alerts) struct Sighting<'a> {
    pub(in crate::alerts) at: i64,
    pub(in crate::alerts) seq: Seq,
    /// When it was received; what is ahead of that moves no time on.
    pub(in crate::alerts) received: i64,
    /// The value of the rule's group.
    pub(in crate::alerts) group: Option<(&'a str, &'a str)>,
    /// The value of the condition's facet.
    pub(in crate::alerts) value: Option<(&'a str, &'a str)>,
}
