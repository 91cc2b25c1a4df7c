//! Numbers in as few bytes as they need.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::bits::Bits;

/// Runs the same loop over codes of any width.
macro_rules! each_width {
    ($codes:expr, $values:ident => $body:expr) => {
        match $codes {
            Codes::U8($values) => $body,
            Codes::U16($values) => $body,
            Codes::U32($values) => $body,
        }
    };
}

/// A small number for each row.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Codes {
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
}

/// A column of codes: what occurs in it, and for each row which of these it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Packed {
    /// The codes that occur, ascending.
    distinct: Vec<u32>,
    /// How often each of them does.
    totals: Vec<u32>,
    /// For each row, a place in `distinct`.
    codes: Codes,
}

impl Packed {
    /// Packs a column.
    pub(super) fn of(column: impl Iterator<Item = u32> + Clone) -> Self {
        let mut distinct: Vec<u32> = column.clone().collect();
        distinct.sort_unstable();
        distinct.dedup();
        // It had room for every row.
        distinct.shrink_to_fit();
        let mut totals = vec![0; distinct.len()];
        let mut last = (0, 0);
        let places = column.map(|code| {
            // Neighbours are often alike.
            if distinct.get(last.1) != Some(&code) || last.0 != code {
                last = (code, distinct.partition_point(|&d| d < code));
            }
            totals[last.1] += 1;
            last.1
        });
        // Each place is below the number of distinct codes, which the width was chosen by.
        #[expect(clippy::cast_possible_truncation, reason = "the width was chosen to fit")]
        let codes = match distinct.len() {
            0..=0x100 => Codes::U8(places.map(|p| p as u8).collect()),
            0x101..=0x1_0000 => Codes::U16(places.map(|p| p as u16).collect()),
            _ => Codes::U32(places.map(|p| p as u32).collect()),
        };
        Self { distinct, totals, codes }
    }

    /// The column without the rows that are not kept.
    pub(super) fn kept(&self, keep: &[bool]) -> Self {
        let rows = || keep.iter().enumerate().filter(|(_, keep)| **keep).map(|(row, _)| row);
        Self::of(rows().map(|row| self.get(row)).collect::<Vec<_>>().into_iter())
    }

    /// The codes that occur, ascending.
    pub(super) fn distinct(&self) -> &[u32] {
        &self.distinct
    }

    /// How often each code occurs among all rows, in the order of [`Packed::distinct`].
    pub(super) fn totals(&self) -> &[u32] {
        &self.totals
    }

    /// The code of a row.
    pub(super) fn get(&self, row: usize) -> u32 {
        let place = each_width!(&self.codes, values => values[row] as usize);
        self.distinct[place]
    }

    /// The place of a row's code among the distinct ones.
    pub(super) fn place(&self, row: usize) -> usize {
        each_width!(&self.codes, values => values[row] as usize)
    }

    /// The rows of a range whose code's place is marked.
    pub(super) fn select(&self, marked: &[bool], rows: Range<usize>) -> Bits {
        each_width!(&self.codes, values => Bits::from_rows(&values[rows], |&place| marked[place as usize]))
    }

    /// Adds up how often each code occurs among some rows, by its place; `counts` is as long as
    /// [`Packed::distinct`]. The bits begin at row `first`.
    pub(super) fn count(&self, bits: &Bits, first: usize, rows: Range<usize>, counts: &mut [u32]) {
        each_width!(&self.codes, values => {
            bits.runs(rows.start - first..rows.end - first, |run| {
                for &place in &values[run.start + first..run.end + first] {
                    counts[place as usize] += 1;
                }
            });
        });
    }

    /// Whether its parts fit together, and to so many rows.
    pub(super) fn is_sound(&self, len: usize) -> bool {
        self.totals.len() == self.distinct.len()
            && self.distinct.is_sorted()
            && each_width!(&self.codes, values => {
                values.len() == len && values.iter().all(|&p| (p as usize) < self.distinct.len())
            })
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        size_of::<u32>() * (self.distinct.capacity() + self.totals.capacity())
            + each_width!(&self.codes, values => size_of_val(&values[..]))
    }
}

/// Large numbers that lie near one another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Offsets {
    base: i64,
    offsets: Wide,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Wide {
    U32(Vec<u32>),
    U64(Vec<u64>),
}

impl Offsets {
    /// Packs numbers.
    pub(super) fn of(numbers: impl Iterator<Item = i64> + Clone) -> Self {
        let base = numbers.clone().min().unwrap_or(0);
        let offsets = numbers.map(|n| n.abs_diff(base));
        let is_narrow = offsets.clone().all(|offset| u32::try_from(offset).is_ok());
        #[expect(clippy::cast_possible_truncation, reason = "all of them fit")]
        let offsets = if is_narrow {
            Wide::U32(offsets.map(|offset| offset as u32).collect())
        } else {
            Wide::U64(offsets.collect())
        };
        Self { base, offsets }
    }

    /// The numbers of the rows that are kept.
    pub(super) fn kept(&self, keep: &[bool]) -> Self {
        let rows: Vec<_> =
            (0..self.len()).filter(|&row| keep[row]).map(|row| self.get(row)).collect();
        Self::of(rows.into_iter())
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        match &self.offsets {
            Wide::U32(offsets) => offsets.len(),
            Wide::U64(offsets) => offsets.len(),
        }
    }

    /// The number of a row.
    pub(super) fn get(&self, row: usize) -> i64 {
        self.base.saturating_add_unsigned(match &self.offsets {
            Wide::U32(offsets) => offsets[row].into(),
            Wide::U64(offsets) => offsets[row],
        })
    }

    /// How many rows at the start have a number below this one; the numbers ascend.
    pub(super) fn below(&self, number: i64) -> usize {
        let Some(wanted) = number.checked_sub(self.base).filter(|&o| o > 0) else { return 0 };
        let wanted = wanted.unsigned_abs();
        match &self.offsets {
            Wide::U32(offsets) => offsets.partition_point(|&o| u64::from(o) < wanted),
            Wide::U64(offsets) => offsets.partition_point(|&o| o < wanted),
        }
    }

    /// The rows of a range with at most this number.
    pub(super) fn at_most(&self, number: i64, rows: Range<usize>) -> Bits {
        match &self.offsets {
            Wide::U32(offsets) => {
                Bits::from_rows(&offsets[rows], |&o| self.base.saturating_add(o.into()) <= number)
            }
            Wide::U64(offsets) => {
                Bits::from_rows(&offsets[rows], |&o| self.base.saturating_add_unsigned(o) <= number)
            }
        }
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        let width = if matches!(self.offsets, Wide::U32(_)) { 4 } else { 8 };
        width * self.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_takes_no_more_memory_than_what_is_in_it() {
        let rows = 100_000;
        let packed = Packed::of((0..rows).map(|row| row % 3));
        assert_eq!(packed.bytes(), rows as usize + 3 * 2 * size_of::<u32>());
    }
}
