//! The entries of one group within a window, in the order in which they happened.

use std::collections::VecDeque;

use daybook_model::Seq;
use serde::{Deserialize, Serialize};

use super::Sighting;
use crate::store::dictionary::Word;

/// An entry in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Point {
    pub(super) at: i64,
    pub(super) seq: Seq,
    /// The hash of its value.
    value: i64,
}

impl Point {
    pub(super) fn of(sighting: &Sighting<'_>) -> Self {
        let value = sighting.value.map_or(0, |(value, _)| Word::hash(value));
        Self { at: sighting.at, seq: sighting.seq, value }
    }
}

/// The latest entries of a group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Window(VecDeque<Point>);

impl Window {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Forgets what happened before a time.
    pub(super) fn forget(&mut self, before: i64) {
        while self.0.front().is_some_and(|point| point.at < before) {
            self.0.pop_front();
        }
    }

    /// Forgets what happened after a time.
    pub(super) fn forget_after(&mut self, time: i64) {
        while self.0.back().is_some_and(|point| point.at > time) {
            self.0.pop_back();
        }
    }

    /// Adds an entry. Those that lie with it in a window of that length, where these are so many; of equal
    /// values the latest counts.
    pub(super) fn add(
        &mut self,
        point: Point,
        distinct: bool,
        (need, length): (usize, i64),
        since: i64,
    ) -> Option<Vec<Point>> {
        self.forget(since);
        if point.at < since {
            return (need <= 1).then(|| vec![point]);
        }
        if distinct && let Some(place) = self.0.iter().position(|other| other.value == point.value)
        {
            if self.0[place].at > point.at {
                return None;
            }
            self.0.remove(place);
        }
        let place = self.0.partition_point(|other| other < &point);
        self.0.insert(place, point);
        let found = self.around(place, need, length);
        while self.0.len() > need * 4 + 16 {
            self.0.pop_front();
        }
        found
    }

    fn around(&self, place: usize, need: usize, length: i64) -> Option<Vec<Point>> {
        let within = |first: usize, last: usize| self.0[last].at - self.0[first].at < length;
        let mut first = (place.saturating_sub(need - 1)..=place)
            .find(|&first| first + need <= self.0.len() && within(first, first + need - 1))?;
        let mut last = (first + need - 1).max(place);
        while first > 0 && within(first - 1, last) {
            first -= 1;
        }
        while last + 1 < self.0.len() && within(first, last + 1) {
            last += 1;
        }
        Some(self.0.range(first..=last).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(times: &[i64], need: usize, length: i64) -> Vec<Vec<i64>> {
        let mut window = Window::default();
        let mut all = Vec::new();
        for (seq, &at) in times.iter().enumerate() {
            let point = Point { at, seq: seq as u64 + 1, value: 0 };
            let found = window.add(point, false, (need, length), i64::MIN);
            all.push(found.unwrap_or_default().iter().map(|point| point.at).collect());
        }
        all
    }

    #[test]
    fn a_window_is_half_open() {
        let none = Vec::<i64>::new();
        assert_eq!(found(&[0, 5, 10], 2, 5), [none.clone(), none.clone(), none.clone()]);
        assert_eq!(found(&[0, 4, 10], 2, 5), [none.clone(), vec![0, 4], none]);
    }

    #[test]
    fn what_comes_late_completes_a_window() {
        let found = found(&[0, 8, 20, 4], 3, 10);
        assert!(found[..3].iter().all(Vec::is_empty), "{found:?}");
        assert_eq!(found[3], [0, 4, 8]);
    }

    #[test]
    fn equal_values_count_once() {
        let mut window = Window::default();
        let mut add = |at, value| {
            let point = Point { at, seq: at.unsigned_abs(), value };
            window.add(point, true, (2, 10), i64::MIN).map(|points| points.len())
        };
        assert_eq!([add(1, 7), add(2, 7), add(3, 8), add(20, 8)], [None, None, Some(2), None]);
    }
}
