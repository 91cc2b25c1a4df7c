//! Firings: each time at which a rule found something.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::AlertSeverity;
use crate::{
    Field, QueryError, Seq, Timestamp,
    vocabulary::{UnknownWord, vocabulary},
};

/// The longest note, in characters.
pub const MAX_NOTE: usize = 2_000;
/// The places of so many entries are kept with a firing: the first ones. The pinned link has all.
pub const MAX_FIRING_SEQS: usize = 100;

vocabulary! {
    /// What people have made of a firing.
    FiringState {
        Open = "open", "Open";
        Acknowledged = "acknowledged", "Acknowledged";
        Closed = "closed", "Closed";
    }
}

/// A value of a facet, with the name it was seen with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Group {
    /// The facet.
    pub field: Field,
    /// As filtered by.
    pub value: String,
    /// As shown.
    pub label: String,
}

/// One time at which a rule found something. What repeats within the quiet time is in the same one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Firing {
    /// Ours; a later one is greater.
    pub id: i64,
    /// The rule, unless it was deleted since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<i64>,
    /// What the rule was called then.
    pub name: String,
    /// What it meant then, in a sentence.
    pub sentence: String,
    /// How much it mattered then.
    pub severity: AlertSeverity,
    /// What people have made of it.
    pub state: FiringState,
    /// The value of the rule's group that it is about, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// The value that never occurred before, where that is what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Group>,
    /// When the first of its entries happened; of an absence, when the last one before it did.
    pub from: Timestamp,
    /// When the condition was met: the time of the entry that did it; of an absence, when it had lasted
    /// so long.
    pub at: Timestamp,
    /// When the last of its entries happened.
    pub last_at: Timestamp,
    /// When this server noticed.
    pub fired_at: Timestamp,
    /// How many entries it has. Of an absence: 0.
    pub count: u64,
    /// The places of the first of them, in the order in which they came.
    pub seqs: Vec<Seq>,
    /// The query of a link to its entries: a filter, a range and a moment. The same link has the same answer
    /// for ever.
    pub query: String,
    /// What was done with it and said about it, oldest first.
    pub notes: Vec<FiringNote>,
}

/// What somebody did with a firing, or said about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FiringNote {
    /// When.
    pub at: Timestamp,
    /// Who: a name or an address.
    pub by: String,
    /// What it became then, if that was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<FiringState>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What to do with a firing: change its state, say something, or both.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FiringChange {
    /// What it becomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<FiringState>,
    /// What is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl FiringChange {
    /// Checks it and brings the note to one form.
    pub fn checked(mut self) -> Result<Self, QueryError> {
        self.note = self.note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
        if let Some(note) = &self.note {
            let strange = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
            if note.chars().count() > MAX_NOTE || note.chars().any(strange) {
                let problem = format!("is not a text of at most {MAX_NOTE} characters");
                return Err(QueryError::new("note", problem));
            }
        }
        if self == Self::default() {
            return Err(QueryError::new("state", "and note are missing: say what to do"));
        }
        Ok(self)
    }
}

/// A page of firings, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Firings {
    /// The firings.
    pub firings: Vec<Firing>,
    /// `before=` for the page that follows, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
    /// How many match in all.
    pub total: u64,
    /// How many there are of each state, whatever was asked.
    pub counts: AlertCounts,
}

/// For the bell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlertCounts {
    /// Firings that nobody has acknowledged.
    pub open: u64,
    /// Firings that somebody deals with.
    pub acknowledged: u64,
    /// Firings that are done with.
    pub closed: u64,
    /// The greatest severity of those that are open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<AlertSeverity>,
    /// The number of the latest firing, whatever its state: a greater one is news.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<i64>,
}
