//! Rows as the index takes them in: numbers only.

use daybook_model::{Column, Field};

use crate::store::dictionary::Kind;

/// How many coded columns there are: the status, the outcome, and one for each kind of word.
pub(crate) const COLUMNS: usize = 2 + Kind::COUNT;

/// A coded column. The code 0 says that the value is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coded {
    /// The status code itself.
    Status,
    /// 1 for a failure, 2 for a success.
    Outcome,
    /// The number of the word.
    Word(Kind),
}

impl Coded {
    /// Its place in [`Row::codes`].
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Status => 0,
            Self::Outcome => 1,
            Self::Word(kind) => 2 + kind as usize,
        }
    }

    /// The column that answers for a field; none does for what is found by exact match alone.
    pub(crate) const fn of_field(field: Field) -> Option<Self> {
        match field {
            Field::Status => Some(Self::Status),
            Field::Outcome => Some(Self::Outcome),
            _ => match Kind::of_field(field) {
                Some(kind) => Some(Self::Word(kind)),
                None => None,
            },
        }
    }

    /// The places of those that answer for these fields, or of all.
    pub(crate) fn of_fields(fields: Option<&[Field]>) -> Vec<usize> {
        let place = |field: &Field| Self::of_field(*field).map(Self::index);
        match fields {
            Some(fields) => fields.iter().filter_map(place).collect(),
            None => (0..COLUMNS).collect(),
        }
    }

    /// Whether lists by this column are found here: two columns are of the wide row.
    pub(crate) const fn orders(column: Column) -> bool {
        !matches!(column, Column::Run | Column::Error)
    }

    /// The column that a list is sorted by; `None` for the time.
    pub(crate) const fn of_column(column: Column) -> Option<Self> {
        match column {
            Column::Status => Some(Self::Status),
            Column::Outcome => Some(Self::Outcome),
            _ => match Kind::of_column(column) {
                Some(kind) => Some(Self::Word(kind)),
                None => None,
            },
        }
    }
}

/// Where an entry is in the order of time: milliseconds since 1970, and the place in the log.
pub(crate) type Key = (i64, u64);

/// An entry, as the index takes it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its time and place.
    pub(crate) key: Key,
    /// The bits of [`crate::store::row::has`].
    pub(crate) has: u8,
    /// By [`Coded::index`].
    pub(crate) codes: [u32; COLUMNS],
}

impl Row {
    /// Its words: the numbers, where it has any.
    pub(crate) fn words(&self) -> impl Iterator<Item = (Kind, u32)> {
        let codes = self.codes[Coded::Word(Kind::ALL[0]).index()..].iter();
        Kind::ALL.iter().copied().zip(codes.copied()).filter(|&(_, code)| code != 0)
    }

    /// 0 quiet, 1 failure, 2 server error: [`daybook_model::Severity`] of the entry.
    pub(crate) fn severity(&self) -> u8 {
        match (self.codes[Coded::Status.index()], self.codes[Coded::Outcome.index()]) {
            (500.., _) => 2,
            (400.., _) | (_, 1) => 1,
            _ => 0,
        }
    }
}
