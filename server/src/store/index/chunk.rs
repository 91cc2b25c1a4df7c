//! Some rows, in the order of time, column by column. A chunk never changes.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{
    bits::Bits,
    packed::{Offsets, Packed},
    row::{COLUMNS, Coded, Key, Row},
};

/// Which columns there are; a column that left the index is not.
pub(super) type Columns = [bool; COLUMNS];

/// Some rows, ascending by time and place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Chunk {
    len: usize,
    times: Offsets,
    places: Offsets,
    /// The places that occur lie between these two, both included. In the tail, all others between them
    /// are gone.
    places_within: (u64, u64),
    has: Packed,
    failures: Bits,
    errors: Bits,
    columns: Vec<Option<Packed>>,
    #[serde(skip)]
    bytes: usize,
}

/// What is left of a chunk.
#[derive(Debug)]
pub(super) enum Rest {
    Some(Box<Chunk>),
    Nothing,
}

/// A place in the log, as offsets are kept.
fn signed(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

impl Chunk {
    /// A chunk of some rows, at least one, in any order.
    pub(super) fn of(mut rows: Vec<Row>, columns: Columns) -> Self {
        rows.sort_unstable_by_key(|row| row.key);
        let places = rows.iter().map(|row| row.key.1);
        let within = (places.clone().min().unwrap_or(0), places.clone().max().unwrap_or(0));
        let column = |(i, kept): (usize, &bool)| {
            kept.then(|| Packed::of(rows.iter().map(|row| row.codes[i])))
        };
        let mut chunk = Self {
            len: rows.len(),
            times: Offsets::of(rows.iter().map(|row| row.key.0)),
            places: Offsets::of(places.map(signed)),
            places_within: within,
            has: Packed::of(rows.iter().map(|row| row.has.into())),
            failures: Bits::from_rows(&rows, |row| row.severity() == 1),
            errors: Bits::from_rows(&rows, |row| row.severity() == 2),
            columns: columns.iter().enumerate().map(column).collect(),
            bytes: 0,
        };
        chunk.weigh();
        chunk
    }

    /// The same, telling of more places, which are gone.
    pub(super) fn covering(mut self, first: u64, last: u64) -> Self {
        let (from, to) = self.places_within;
        self.places_within = (from.min(first), to.max(last));
        self
    }

    /// Two chunks as one.
    pub(super) fn merged(&self, other: &Self, columns: Columns) -> Self {
        let rows = [self, other].into_iter().flat_map(|chunk| (0..chunk.len).map(|i| chunk.row(i)));
        let (first, last) = other.places_within;
        Self::of(rows.collect(), columns)
            .covering(first, last)
            .covering(self.places_within.0, self.places_within.1)
    }

    /// The rows without those of these keys, which ascend: `None` if all stay.
    pub(super) fn without(&self, keys: &[Key]) -> Option<Rest> {
        let (first, last) = self.ends();
        let among =
            keys.partition_point(|key| *key < first)..keys.partition_point(|key| *key <= last);
        let mut among = keys[among].iter().peekable();
        among.peek()?;
        let keep = |row| {
            let key = self.key(row);
            while among.next_if(|gone| **gone < key).is_some() {}
            among.peek().is_none_or(|gone| **gone != key)
        };
        let keep: Vec<bool> = (0..self.len).map(keep).collect();
        let len = keep.iter().filter(|keep| **keep).count();
        if len == self.len {
            return None;
        }
        if len == 0 {
            return Some(Rest::Nothing);
        }
        let bits = |bits: &Bits| {
            let rows = (0..self.len).filter(|&row| keep[row]).map(|row| bits.has(row));
            Bits::from_rows(&rows.collect::<Vec<_>>(), |bit| *bit)
        };
        let column = |column: &Option<Packed>| column.as_ref().map(|column| column.kept(&keep));
        let mut rest = Self {
            len,
            times: self.times.kept(&keep),
            places: self.places.kept(&keep),
            places_within: self.places_within,
            has: self.has.kept(&keep),
            failures: bits(&self.failures),
            errors: bits(&self.errors),
            columns: self.columns.iter().map(column).collect(),
            bytes: 0,
        };
        rest.weigh();
        Some(Rest::Some(Box::new(rest)))
    }

    /// The largest place that occurs.
    pub(super) fn last_place(&self) -> u64 {
        (0..self.len).map(|row| self.places.get(row).unsigned_abs()).max().unwrap_or(0)
    }

    /// The same with these columns alone; `None` if it does not have one of them.
    pub(super) fn narrowed(mut self, columns: Columns) -> Option<Self> {
        for (column, kept) in self.columns.iter_mut().zip(columns) {
            if kept && column.is_none() {
                return None;
            }
            *column = column.take().filter(|_| kept);
        }
        self.weigh();
        Some(self)
    }

    /// The largest code in each column.
    pub(super) fn largest(&self) -> [u32; COLUMNS] {
        let mut largest = [0; COLUMNS];
        for (largest, column) in largest.iter_mut().zip(&self.columns) {
            *largest = column.as_ref().and_then(|c| c.distinct().last().copied()).unwrap_or(0);
        }
        largest
    }

    /// Whether its parts fit together; what was read from a file might not.
    pub(super) fn is_sound(&self) -> bool {
        let packed = self.columns.iter().flatten().chain([&self.has]);
        self.len > 0
            && self.columns.len() == COLUMNS
            && packed.clone().all(|column| column.is_sound(self.len))
            && [&self.times, &self.places].iter().all(|offsets| offsets.len() == self.len)
            && [&self.failures, &self.errors].iter().all(|bits| bits.is_sound(self.len))
    }

    fn weigh(&mut self) {
        let columns: usize = self.columns.iter().flatten().map(Packed::bytes).sum();
        self.bytes = columns
            + self.has.bytes()
            + self.times.bytes()
            + self.places.bytes()
            + self.failures.bytes()
            + self.errors.bytes()
            + size_of::<Self>();
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// A row as it was taken in. Columns that left the index are absent.
    pub(super) fn row(&self, i: usize) -> Row {
        let mut codes = [0; COLUMNS];
        for (code, column) in codes.iter_mut().zip(&self.columns) {
            *code = column.as_ref().map_or(0, |column| column.get(i));
        }
        let has = u8::try_from(self.has.get(i)).unwrap_or(0);
        Row { key: self.key(i), has, codes }
    }

    /// The same with what is in some columns alone: reading all of them takes longer than all else.
    pub(super) fn row_in(&self, i: usize, columns: &[usize]) -> Row {
        if columns.len() == COLUMNS {
            return self.row(i);
        }
        let mut codes = [0; COLUMNS];
        for &column in columns {
            codes[column] = self.columns[column].as_ref().map_or(0, |column| column.get(i));
        }
        Row { key: self.key(i), has: 0, codes }
    }

    /// The time and place of a row.
    pub(super) fn key(&self, i: usize) -> Key {
        (self.times.get(i), self.places.get(i).unsigned_abs())
    }

    /// The keys of the first and of the last row.
    pub(super) fn ends(&self) -> (Key, Key) {
        (self.key(0), self.key(self.len - 1))
    }

    /// The smallest and the largest place in the log.
    pub(super) fn places_within(&self) -> (u64, u64) {
        self.places_within
    }

    /// The rows of a time, its end excluded.
    pub(super) fn between(&self, from: i64, to: i64) -> Range<usize> {
        let start = self.times.below(from);
        start..self.times.below(to).max(start)
    }

    /// A column, unless it left the index.
    pub(super) fn column(&self, column: Coded) -> Option<&Packed> {
        self.columns[column.index()].as_ref()
    }

    /// The bits of [`Row::has`].
    pub(super) fn has(&self) -> &Packed {
        &self.has
    }

    /// The rows of a range that the log had at some place, unless it had all of them.
    pub(super) fn as_of(&self, place: u64, rows: Range<usize>) -> Option<Bits> {
        (self.places_within.1 > place).then(|| self.places.at_most(signed(place), rows))
    }

    /// How many of the meant rows of a range are quiet, failures and errors. The bits begin at row
    /// `first`.
    pub(super) fn severities(&self, bits: &Bits, first: usize, rows: Range<usize>) -> [u64; 3] {
        let rows = rows.start - first..rows.end - first;
        let all = bits.count(rows.clone());
        let failures = bits.count_with(rows.clone(), &self.failures, first);
        let errors = bits.count_with(rows, &self.errors, first);
        [all.saturating_sub(failures + errors), failures, errors]
    }
}
