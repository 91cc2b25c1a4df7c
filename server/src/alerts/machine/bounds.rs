//! What keeps a rule's memory small. What goes depends on the entries alone.

use daybook_model::alert::HOURS_DAYS;

use super::{Episode, HOUR, LATE, Limit, Machine, Watched, mind::Group};

/// So many entries and groups one rule has in mind, about.
pub(super) const HELD: usize = 20_000;
/// After so many entries it is counted what it has in mind.
const COUNTED: u32 = 64;

impl Machine {
    /// Forgets what nothing can belong to any more.
    pub(super) fn sweep(&mut self) {
        let (time, Watched { window, quiet, .. }) = (self.mind.time, self.watched);
        let old = time - window - window.max(LATE);
        let hours = i64::from(HOURS_DAYS) * 24 * HOUR;
        let Self { mind, changed, over, braked, .. } = self;
        mind.groups.retain(|key, group| {
            group.window.forget(old);
            if group.hours.is_some() && group.last < time - hours - LATE {
                group.hours = None;
            }
            let quiet = |episode: &Episode| episode.last_at + quiet + LATE < time;
            if group.episode.as_ref().is_some_and(quiet) {
                let episode = group.episode.take();
                if changed.remove(key) || !*braked {
                    over.extend(episode);
                }
            }
            group.weight() > 1
        });
    }

    /// Forgets what is oldest, where there is too much.
    pub(super) fn bound(&mut self, now: i64) {
        // Counted now and then: it takes a look at every group.
        if !self.mind.entries.is_multiple_of(COUNTED) {
            return;
        }
        let held: usize = self.mind.groups.values().map(Group::weight).sum();
        if held <= HELD {
            return;
        }
        self.sweep();
        let mut by_age: Vec<_> = self
            .mind
            .groups
            .iter()
            .map(|(key, group)| (group.last, *key, group.weight()))
            .collect();
        let mut held: usize = by_age.iter().map(|(_, _, weight)| weight).sum();
        if held <= HELD {
            return;
        }
        by_age.sort_unstable();
        for (_, key, weight) in by_age {
            if held <= HELD / 4 * 3 {
                break;
            }
            held -= weight;
            let episode = self.mind.groups.remove(&key).and_then(|group| group.episode);
            if self.changed.remove(&key) || !self.braked {
                self.over.extend(episode);
            }
        }
        self.reach(Limit::Crowded, now);
    }
}
