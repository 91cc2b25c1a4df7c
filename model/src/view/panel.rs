//! What is opened: a part of the entry beside the list, and the entries that show their changes in
//! place.

use std::{collections::BTreeSet, fmt, str::FromStr};

use super::read_number;
use crate::{QueryError, Seq};

/// The most entries that show their changes in place at a time: as many as a page has.
pub const MAX_OPEN: usize = 50;

/// A part of the opened entry (`part`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What it changed.
    Changes,
    /// What its producer says beside it.
    Context,
    /// Every field that has a value.
    Fields,
    /// The entry as it is stored.
    Raw,
}

impl Part {
    /// Every part, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Changes, Self::Context, Self::Fields, Self::Raw];

    /// The word in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::Context => "context",
            Self::Fields => "fields",
            Self::Raw => "raw",
        }
    }

    /// As shown to people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Changes => "Changes",
            Self::Context => "Context",
            Self::Fields => "Fields",
            Self::Raw => "Raw",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Part {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::ALL.into_iter().find(|part| part.as_str() == text).ok_or_else(|| {
            QueryError::new("part", format!("{text:?} is not one of changes, context, fields, raw"))
        })
    }
}

/// Reads `8841219,8841220`.
pub(super) fn read_open(text: &str, errors: &mut Vec<QueryError>) -> BTreeSet<Seq> {
    const WHAT: &str = "the number of an entry";
    let places = text.split(',').filter(|place| !place.is_empty());
    let mut open = BTreeSet::new();
    open.extend(places.filter_map(|place| read_number::<Seq>(place, "open", WHAT, errors)));
    if open.len() > MAX_OPEN {
        errors.push(QueryError::new("open", format!("names more than {MAX_OPEN} entries")));
        return BTreeSet::new();
    }
    open
}

/// The inverse of [`read_open`]; nothing where nothing is open.
pub(super) fn open_text(open: &BTreeSet<Seq>) -> Option<String> {
    let places: Vec<_> = open.iter().map(Seq::to_string).collect();
    (!places.is_empty()).then(|| places.join(","))
}
