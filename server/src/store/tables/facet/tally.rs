//! The most frequent values, and the chosen ones, of however many.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

/// One value, with the words that have it.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) value: String,
    /// The label of the word that the dictionary learnt last.
    pub(super) label: String,
    pub(super) count: u64,
    pub(super) words: Vec<i64>,
    pub(super) contains: bool,
    /// Whether it only sums up others.
    pub(super) sums: bool,
}

/// Takes groups in; keeps the most frequent and the chosen ones.
pub(super) struct Tally {
    pub(super) top: usize,
    pub(super) kept: BinaryHeap<Reverse<Ranked>>,
    pub(super) chosen: BTreeMap<String, Option<Group>>,
    pub(super) total: u64,
    pub(super) values: u64,
}

/// A group by its rank: frequent ones last, equal ones by value, backwards.
pub(super) struct Ranked(pub(super) Group);

impl Ranked {
    fn rank(&self) -> (u64, Reverse<&str>) {
        (self.0.count, Reverse(self.0.value.as_str()))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl Tally {
    /// Takes a group in, which is complete.
    pub(super) fn add(&mut self, group: Group) {
        if !group.contains {
            // Even when chosen: it does not contain what is looked for.
            self.chosen.remove(&group.value);
            return;
        }
        self.total += group.count;
        self.values += 1;
        self.kept.push(Reverse(Ranked(group)));
        if self.kept.len() > self.top
            && let Some(Reverse(Ranked(least))) = self.kept.pop()
            && let Some(place) = self.chosen.get_mut(&least.value)
        {
            *place = Some(least);
        }
    }
}
