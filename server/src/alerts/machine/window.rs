//! The entries of one group within a window, in the order in which they happened.

use std::collections::{HashMap, HashSet, VecDeque, hash_map::Entry};

use daybook_model::Seq;
use serde::{Deserialize, Serialize};

use super::Sighting;

/// So many entries of one group are in mind; more than any two windows side by side have once they are thinned.
pub(super) const MOST: usize = 4_096;

/// What is asked of the entries of a window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// So many of them.
    pub(super) need: usize,
    /// Within so many milliseconds.
    pub(super) length: i64,
    /// Values are counted, and not entries.
    pub(super) distinct: bool,
}

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
        let value = sighting.value.map_or(0, |value| value.hash);
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

    /// Adds an entry. Those that lie with it in a window of what is asked, where these are enough; and whether
    /// some may have been, which there was no room for.
    pub(super) fn add(
        &mut self,
        point: Point,
        asked: Asked,
        since: i64,
    ) -> (Option<Vec<Point>>, bool) {
        self.forget(since);
        if point.at < since {
            return ((asked.need <= 1).then(|| vec![point]), false);
        }
        let oldest = self.0.front().map_or(point.at, |oldest| oldest.at);
        let place = self.0.partition_point(|other| other < &point);
        self.0.insert(place, point);
        let found = self.around(place, asked);
        self.thin(place, asked);
        let is_full = self.0.len() > MOST;
        if is_full {
            self.0.remove(self.oldest_apart_from(point, asked.length));
        }
        let is_lost = is_full && found.is_none() && point.at < oldest + asked.length;
        (found, is_lost)
    }

    /// Times that something happened at, oldest first.
    pub(super) fn times(&self) -> impl Iterator<Item = i64> {
        self.0.iter().map(|point| point.at)
    }

    /// Forgets what no window needs since there is an entry at a place.
    fn thin(&mut self, place: usize, asked: Asked) {
        let repeated = if asked.distinct { self.repeated(place, asked.length) } else { Vec::new() };
        for &place in &repeated {
            self.0.remove(place);
        }
        while let Some(spared) = self.spared(place, asked) {
            self.0.remove(spared);
        }
    }

    /// Whether entries at two places may lie in one window.
    fn within(&self, first: usize, last: usize, length: i64) -> bool {
        self.0[last].at - self.0[first].at < length
    }

    /// The entries of a window with that at a place, where it has enough.
    fn around(&self, place: usize, asked: Asked) -> Option<Vec<Point>> {
        let Asked { need, length, distinct } = asked;
        if self.0.len() < need {
            return None;
        }
        let within = |first, last| self.within(first, last, length);
        let (mut first, mut last) = if distinct {
            self.varied(place, asked)?
        } else {
            let first = (place.saturating_sub(need - 1)..=place.min(self.0.len() - need))
                .find(|&first| within(first, first + need - 1))?;
            (first, (first + need - 1).max(place))
        };
        while first > 0 && within(first - 1, last) {
            first -= 1;
        }
        while last + 1 < self.0.len() && within(first, last + 1) {
            last += 1;
        }
        let mut found: Vec<_> = self.0.range(first..=last).copied().collect();
        if distinct {
            // Of equal values the latest counts, and its own before all.
            let own = self.0[place];
            let mut seen = HashSet::from([own.value]);
            found.reverse();
            found.retain(|point| *point == own || seen.insert(point.value));
            found.reverse();
        }
        Some(found)
    }

    /// The first window with the entry at a place that has enough values.
    fn varied(&self, place: usize, asked: Asked) -> Option<(usize, usize)> {
        let (need, own) = (asked.need, self.0[place].at);
        let lowest = self.0.partition_point(|point| point.at <= own - asked.length);
        let (mut values, mut last) = (HashMap::new(), lowest);
        for first in lowest..=place {
            while last < self.0.len() && (last <= place || values.len() < need) {
                if !self.within(first, last, asked.length) {
                    break;
                }
                *values.entry(self.0[last].value).or_insert(0_usize) += 1;
                last += 1;
            }
            if last > place && values.len() >= need {
                return Some((first, last - 1));
            }
            if let Entry::Occupied(mut value) = values.entry(self.0[first].value) {
                *value.get_mut() -= 1;
                if *value.get() == 0 {
                    value.remove();
                }
            }
        }
        None
    }

    /// Of three entries of the same value that lie close together, the middle one: whatever window has it might
    /// have another. Last ones first.
    fn repeated(&self, place: usize, length: i64) -> Vec<usize> {
        let own = self.0[place];
        let near = |other: &usize| (self.0[*other].at - own.at).abs() <= length;
        let same = |other: &usize| self.0[*other].value == own.value;
        let before = (0..place).rev().take_while(near).filter(same).take(2);
        let after = (place + 1..self.0.len()).take_while(near).filter(same).take(2);
        let (before, after): (Vec<_>, Vec<_>) = (before.collect(), after.collect());
        if let (Some(first), Some(last)) = (before.first(), after.first())
            && self.0[*last].at - self.0[*first].at <= length
        {
            return vec![place];
        }
        [after, before].into_iter().filter(|two| two.len() == 2).map(|two| two[0]).collect()
    }

    /// One that has enough on either side of it, all in one window: whatever window has it might do without.
    fn spared(&self, place: usize, asked: Asked) -> Option<usize> {
        // Of each value there are two in a window at most.
        let need = if asked.distinct { asked.need * 2 } else { asked.need };
        let last = self.0.len().checked_sub(need + 1)?.min(place + need);
        (place.saturating_sub(need).max(need)..=last)
            .find(|&middle| self.within(middle - need, middle + need, asked.length))
    }

    /// The oldest, but for those that may lie in a window with an entry.
    fn oldest_apart_from(&self, own: Point, length: i64) -> usize {
        if self.0.front().is_some_and(|oldest| oldest.at <= own.at - length) {
            return 0;
        }
        let behind = self.0.partition_point(|point| point.at < own.at + length);
        if behind < self.0.len() { behind } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn found(times: &[i64], need: usize, length: i64) -> Vec<Vec<i64>> {
        let mut window = Window::default();
        let mut all = Vec::new();
        for (seq, &at) in times.iter().enumerate() {
            let point = Point { at, seq: seq as u64 + 1, value: 0 };
            let asked = Asked { need, length, distinct: false };
            let (found, _) = window.add(point, asked, i64::MIN);
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
            let asked = Asked { need: 2, length: 10, distinct: true };
            window.add(point, asked, i64::MIN).0.map(|points| points.len())
        };
        assert_eq!([add(1, 7), add(2, 7), add(3, 8), add(20, 8)], [None, None, Some(2), None]);
        assert_eq!(add(15, 7), Some(2), "what was seen since counts in its own window too");
    }

    proptest! {
        /// The slow way: whether there is a window around the entry that has enough, of all there ever were.
        #[test]
        fn nothing_that_matters_is_forgotten(
            steps in vec((0..120_i64, 0..4_i64), 0..120),
            need in 1..4_usize,
            distinct: bool,
        ) {
            let asked = Asked { need, length: 10, distinct };
            let (mut window, mut all) = (Window::default(), Vec::new());
            for (seq, (at, value)) in (1..).zip(steps) {
                let point = Point { at, seq, value };
                all.push(point);
                let met = (at - 9..=at).any(|first| {
                    let within = all.iter().filter(|point| (first..first + 10).contains(&point.at));
                    let values: HashSet<_> = within
                        .map(|point| if distinct { point.value } else { point.seq.cast_signed() })
                        .collect();
                    values.len() >= need
                });
                let (found, is_lost) = window.add(point, asked, i64::MIN);
                prop_assert!(!is_lost);
                prop_assert_eq!(found.is_some(), met, "{:?} in {:?}", point, all);
                if let Some(found) = found {
                    prop_assert!(found.contains(&point) && found.len() >= need);
                    prop_assert!(found[found.len() - 1].at - found[0].at < 10);
                }
            }
            let most = if distinct { 2 * need } else { need } * 2 * 13 + 2;
            prop_assert!(window.len() <= most, "{} are kept", window.len());
        }
    }

    #[test]
    fn what_comes_late_to_a_full_window_is_told_where_it_may_be_missed() {
        let (asked, mut window) =
            (Asked { need: 5, length: 10, distinct: false }, Window::default());
        let mut add = |at: i64, seq| window.add(Point { at, seq, value: 0 }, asked, i64::MIN);
        let steady: Vec<_> = (0..6_000).map(|n| add(n * 3, n.unsigned_abs())).collect();
        assert!(steady.iter().all(|added| *added == (None, false)), "nothing was late");
        let late: Vec<_> = (0..5).map(|n| add(9_001, 7_000 + n)).collect();
        assert!(late.iter().any(|(found, _)| found.is_some()), "what is recent is there");
        let lost: Vec<_> = (0..5).map(|n| add(100 + n, 8_000 + n.unsigned_abs())).collect();
        assert_eq!(lost[0], (None, true), "what was there is gone");
        assert_eq!(lost[4].0.as_ref().map(Vec::len), Some(5), "they are not put out by each other");
        let newest: Vec<_> = (0..2).map(|n| add(17_998, 9_000 + n)).collect();
        assert!(newest.iter().any(|(found, _)| found.is_some()), "nor were the newest");
    }
}
