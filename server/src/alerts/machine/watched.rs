//! What is asked of entries, and the entries as they are asked.

use daybook_model::{
    Seq,
    alert::{Condition, HOURS_DAYS},
};

use super::HOUR;
use crate::store::dictionary::Word;

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
    pub(in crate::alerts) group: Option<Value<'a>>,
    /// The value of the condition's facet.
    pub(in crate::alerts) value: Option<Value<'a>>,
}

/// A value of a facet.
#[derive(Debug, Clone, Copy)]
pub(in crate::alerts) struct Value<'a> {
    pub(in crate::alerts) text: &'a str,
    /// The name to show.
    pub(in crate::alerts) label: &'a str,
    /// What it is kept as.
    pub(in crate::alerts) hash: i64,
}

impl<'a> Value<'a> {
    pub(in crate::alerts) fn of(text: &'a str, label: &'a str) -> Self {
        Self { text, label, hash: Word::hash(text) }
    }
}
