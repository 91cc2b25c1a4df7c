//! Entries as numbers and the words that these stand for: for whoever writes many entries and needs no
//! text of them but what is in the dictionary.

use std::sync::Arc;

use daybook_model::{Column, Field, Outcome, Seq, Sort, Timestamp, sort::SortKey};

use super::{
    Key, Position, StoreError,
    dictionary::{Kind, Word},
    index::{Coded, Row},
    row::outcome_of,
};

/// What numbers stand for.
pub(crate) trait Spelling: Send + Sync {
    /// The word of a number.
    fn word(&self, kind: Kind, number: u32) -> Option<&Word>;

    /// Whether it has a word for each number in some rows.
    fn spells(&self, rows: &[Row]) -> bool {
        rows.iter().flat_map(Row::words).all(|(kind, number)| self.word(kind, number).is_some())
    }
}

/// Some entries in order, as [`super::Parts::Narrow`] shows them.
pub struct Rows {
    rows: Vec<Row>,
    spelling: Arc<dyn Spelling>,
}

/// One of them.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    row: &'a Row,
    spelling: &'a dyn Spelling,
}

impl Rows {
    /// Rows, and the words of every number in them.
    pub(crate) fn new(rows: Vec<Row>, spelling: Arc<dyn Spelling>) -> Result<Self, StoreError> {
        // A word that is missing would look like a value that is absent.
        spelling.spells(&rows).then_some(Self { rows, spelling }).ok_or_else(StoreError::incomplete)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Keeps the first ones.
    pub fn truncate(&mut self, rows: usize) {
        self.rows.truncate(rows);
    }

    /// The time and place of the last.
    pub fn last(&self) -> Option<Key> {
        self.rows.last().map(|row| row.key)
    }

    /// The position of the last in a list that is sorted so.
    pub fn last_in(&self, sort: Sort) -> Option<Position> {
        let line = self.iter().last()?;
        Some(Position {
            key: line.sort_key(sort.column),
            time: line.occurred_at(),
            seq: line.seq(),
        })
    }

    /// Takes the first ones out.
    #[must_use]
    pub fn take(&mut self, rows: usize) -> Self {
        let rows = self.rows.drain(..rows.min(self.rows.len())).collect();
        Self { rows, spelling: Arc::clone(&self.spelling) }
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = Line<'_>> {
        self.rows.iter().map(|row| Line { row, spelling: &*self.spelling })
    }
}

impl<'a> Line<'a> {
    /// Its place in the log.
    pub fn seq(self) -> Seq {
        self.row.key.1
    }

    /// When it happened.
    pub fn occurred_at(self) -> Timestamp {
        Timestamp::saturating(self.row.key.0)
    }

    /// The answer's status code.
    pub fn status(self) -> Option<u32> {
        Some(self.row.codes[Coded::Status.index()]).filter(|&code| code != 0)
    }

    /// How it ended.
    pub fn outcome(self) -> Option<Outcome> {
        outcome_of(i64::from(self.row.codes[Coded::Outcome.index()]) - 1)
    }

    /// What it is sorted by in a column; by the time alone, where the column is of no words.
    fn sort_key(self, column: Column) -> SortKey {
        let text = |text: Option<String>| text.map_or(SortKey::Absent, SortKey::Text);
        match Coded::of_column(column) {
            None => SortKey::Absent,
            Some(Coded::Status) => {
                self.status().map_or(SortKey::Absent, |code| SortKey::Number(code.into()))
            }
            Some(Coded::Outcome) => text(self.outcome().map(|outcome| outcome.as_str().into())),
            Some(Coded::Word(kind)) => {
                text(self.word(kind).map(|word| word.sort(kind).unwrap_or(word.value.clone())))
            }
        }
    }

    /// What stands for its value of a field, where that has such codes.
    pub(crate) fn code(self, field: Field) -> Option<u32> {
        Some(self.row.codes[Coded::of_field(field)?.index()])
    }

    /// Its word of a kind.
    pub(crate) fn word(self, kind: Kind) -> Option<&'a Word> {
        self.spelling.word(kind, self.row.codes[Coded::Word(kind).index()])
    }
}
