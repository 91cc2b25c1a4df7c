//! A bit for each row.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Which rows of a range are meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// Every row.
    pub(super) fn all(len: usize) -> Self {
        let mut words = vec![u64::MAX; len.div_ceil(64)];
        if let (Some(last), 1..) = (words.last_mut(), len % 64) {
            *last = (1 << (len % 64)) - 1;
        }
        Self { words, len }
    }

    /// No row.
    pub(super) fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// The rows for which something holds.
    pub(super) fn from_rows<T>(rows: &[T], holds: impl Fn(&T) -> bool) -> Self {
        let word = |rows: &[T]| {
            rows.iter().enumerate().fold(0, |word, (i, row)| word | u64::from(holds(row)) << i)
        };
        Self { words: rows.chunks(64).map(word).collect(), len: rows.len() }
    }

    /// Whether it is about so many rows.
    pub(super) fn is_sound(&self, len: usize) -> bool {
        self.len == len && self.words.len() == len.div_ceil(64)
    }

    /// Keeps the rows that are in both.
    pub(super) fn and(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    /// Adds the rows of the other.
    pub(super) fn or(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    /// Whether no row is meant.
    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// How many rows of a range are meant.
    pub(super) fn count(&self, rows: Range<usize>) -> u64 {
        self.masked(rows).map(|(_, word)| u64::from(word.count_ones())).sum()
    }

    /// How many rows of a range are meant here and, counted from `first`, in another.
    pub(super) fn count_with(&self, rows: Range<usize>, other: &Self, first: usize) -> u64 {
        self.masked(rows)
            .map(|(i, word)| u64::from((word & other.word(first + 64 * i)).count_ones()))
            .sum()
    }

    /// Calls `run` with runs of rows that are all meant, which together are all that are.
    pub(super) fn runs(&self, rows: Range<usize>, mut run: impl FnMut(Range<usize>)) {
        for (i, mut word) in self.masked(rows) {
            if word == u64::MAX {
                run(64 * i..64 * i + 64);
                continue;
            }
            while word != 0 {
                let row = 64 * i + word.trailing_zeros() as usize;
                run(row..row + 1);
                word &= word - 1;
            }
        }
    }

    /// The meant rows of a range, ascending.
    pub(super) fn ones(&self, rows: Range<usize>) -> impl DoubleEndedIterator<Item = usize> {
        rows.filter(|&row| self.has(row))
    }

    /// Whether a row is meant.
    pub(super) fn has(&self, row: usize) -> bool {
        self.words[row / 64] >> (row % 64) & 1 == 1
    }

    /// The 64 bits that begin at a row.
    fn word(&self, row: usize) -> u64 {
        let at = |i: usize| self.words.get(i).copied().unwrap_or(0);
        let low = at(row / 64) >> (row % 64);
        low | at(row / 64 + 1).checked_shl(64 - u32::try_from(row % 64).unwrap_or(0)).unwrap_or(0)
    }

    /// The words of a range, with their places; what lies outside of the range is not meant.
    fn masked(&self, rows: Range<usize>) -> impl Iterator<Item = (usize, u64)> {
        let words = if rows.is_empty() { 0..0 } else { rows.start / 64..rows.end.div_ceil(64) };
        words.map(move |i| {
            let mut word = self.words[i];
            if 64 * i < rows.start {
                word &= u64::MAX << (rows.start - 64 * i);
            }
            if rows.end < 64 * i + 64 {
                word &= u64::MAX >> (64 * i + 64 - rows.end);
            }
            (i, word)
        })
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        8 * self.words.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Bits;

    proptest! {
        #[test]
        fn bits_are_a_list_of_bools(
            rows in proptest::collection::vec(prop_oneof![any::<bool>(), Just(true)], 0..300),
            (a, b) in (0..300_usize, 0..300_usize),
            first in 0..200_usize,
        ) {
            let bits = Bits::from_rows(&rows, |&row| row);
            let range = a.min(b).min(rows.len())..a.max(b).min(rows.len());
            let expected: Vec<usize> = range.clone().filter(|&row| rows[row]).collect();
            prop_assert_eq!(bits.count(range.clone()), expected.len() as u64);
            prop_assert_eq!(bits.ones(range.clone()).collect::<Vec<_>>(), expected.clone());
            let mut met = Vec::new();
            bits.runs(range.clone(), |run| met.extend(run));
            prop_assert_eq!(met, expected);

            let part = Bits::from_rows(rows.get(first..).unwrap_or_default(), |&row| row);
            let within = range.start.min(part.len)..range.end.min(part.len);
            prop_assert_eq!(part.count_with(within.clone(), &bits, first), part.count(within));
            prop_assert_eq!(Bits::all(rows.len()).count(range.clone()), range.len() as u64);
            prop_assert_eq!(bits.is_empty(), !rows.contains(&true));
        }
    }
}
