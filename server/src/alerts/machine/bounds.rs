//! What keeps a rule's memory small. What goes depends on the entries alone.

use daybook_model::alert::HOURS_DAYS;

use super::{
    Episode, HOUR, LATE, Limit, Machine, Watched,
    mind::{Group, HOURS_WEIGH},
};

/// So many entries and groups one rule has in mind, about.
pub(super) const HELD: usize = 20_000;
/// Where that is too much, it comes down to so many.
const ROOM: usize = HELD / 4 * 3;
/// After so many entries it is counted what it has in mind.
const COUNTED: u32 = 64;
/// An entry adds a group, a point in its window, hours and a place in an episode at most; an episode is counted
/// with its entries.
pub(super) const GROWTH: usize = 1 + 1 + HOURS_WEIGH + 1;

impl Machine {
    /// Forgets what nothing can belong to any more.
    pub(super) fn sweep(&mut self) {
        let (time, Watched { window, quiet, .. }) = (self.mind.time, self.watched);
        let old = time - window - window.max(LATE);
        let hours = i64::from(HOURS_DAYS) * 24 * HOUR;
        let mut over = Vec::new();
        self.mind.groups.retain(|key, group| {
            group.window.forget(old);
            if group.hours.is_some() && group.last < time - hours - LATE {
                group.hours = None;
            }
            let quiet = |episode: &mut Episode| episode.last_at + quiet + LATE < time;
            over.extend(group.episodes.extract_if(.., quiet).map(|episode| (*key, episode)));
            group.weight() > 1
        });
        for (key, episode) in over {
            self.let_go(key, episode);
        }
    }

    /// Forgets what is oldest, where there is too much: first what only something late might belong to.
    pub(super) fn bound(&mut self, now: i64) {
        // Counted now and then, and where it may be too much: it takes a look at every group.
        if !self.mind.entries.is_multiple_of(COUNTED) || self.room > 0 || self.fits() {
            return;
        }
        self.sweep();
        if self.fits() {
            return;
        }
        self.reach(Limit::Crowded, now);
        self.forget_past();
        let mut held = self.held();
        if held <= ROOM {
            return;
        }
        let mut by_age: Vec<_> = self
            .mind
            .groups
            .iter()
            .map(|(key, group)| (group.last, *key, group.weight()))
            .collect();
        by_age.sort_unstable();
        for (_, key, weight) in by_age {
            if held <= ROOM {
                break;
            }
            held -= weight;
            let group = self.mind.groups.remove(&key).unwrap_or_default();
            for episode in group.episodes {
                self.let_go(key, episode);
            }
        }
    }

    /// Forgets what only something late might belong to, oldest first.
    fn forget_past(&mut self) {
        let edge = self.mind.time - 2 * self.watched.window;
        let mut over = Vec::new();
        for (key, group) in &mut self.mind.groups {
            let past = group.episodes.len().saturating_sub(1);
            over.extend(group.episodes.drain(..past).map(|episode| (*key, episode)));
        }
        for (key, episode) in over {
            self.let_go(key, episode);
        }
        let groups = self.mind.groups.values();
        let mut past: Vec<_> =
            groups.flat_map(|group| group.window.times().take_while(|at| *at < edge)).collect();
        let too_many = self.held().saturating_sub(ROOM);
        let from = if too_many < past.len() { *past.select_nth_unstable(too_many).1 } else { edge };
        self.mind.groups.values_mut().for_each(|group| group.window.forget(from));
    }

    /// Whether what it has in mind is not too much.
    fn fits(&mut self) -> bool {
        let held = self.held();
        self.room = HELD.saturating_sub(held);
        held <= HELD
    }

    fn held(&self) -> usize {
        self.mind.groups.values().map(Group::weight).sum()
    }
}
