//! One rule at work: what it has in mind, and what becomes of it with each entry that matches.
//!
//! What it finds depends on the entries and their order alone, so that whoever begins again from what was
//! kept finds the same. Everything in it is bounded.

mod bounds;
mod episode;
mod hours;
mod mind;
mod watched;
mod window;

use std::collections::HashSet;

use daybook_model::{
    Seq,
    alert::{Condition, HOURS_DAYS},
};

use crate::store::dictionary::Word;
pub(super) use episode::Episode;
pub(super) use mind::{Limit, Mind};
pub(super) use watched::{Sighting, Watched};
use window::Point;

/// So many values one rule knows.
const SEEN: usize = 50_000;
/// A rule fires so often within an hour. Who wants to know more often has no use for alerts.
pub(super) const BRAKE: u32 = 200;
/// After so many entries, what is over is forgotten.
const SWEEP: u32 = 1_024;
/// What comes this late still finds what it belongs to.
const LATE: i64 = 24 * 60 * 60 * 1_000;
const HOUR: i64 = 60 * 60 * 1_000;

/// A rule at work.
#[derive(Debug)]
pub(super) struct Machine {
    watched: Watched,
    mind: Mind,
    /// Whether it fires only so often.
    braked: bool,
    /// Groups whose episodes were changed.
    changed: HashSet<i64>,
    /// Episodes that were changed and are over.
    over: Vec<Episode>,
    /// Whether what it has in mind is not what was kept.
    pub(super) dirty: bool,
}

impl Machine {
    /// With what was kept.
    pub(super) fn new(watched: Watched, mind: Mind) -> Self {
        let (changed, over) = (HashSet::new(), Vec::new());
        Self { watched, mind, braked: true, changed, over, dirty: false }
    }

    /// Without an end to how often it fires: for trying it.
    pub(super) fn unbraked(watched: Watched) -> Self {
        Self { braked: false, ..Self::new(watched, Mind::default()) }
    }

    /// What it has in mind.
    pub(super) const fn mind(&self) -> &Mind {
        &self.mind
    }

    /// Whether it learns from what was before it began.
    pub(super) const fn learns(&self) -> bool {
        matches!(self.watched.condition, Condition::New { .. } | Condition::UnusualHour {})
    }

    /// How far back it learns from, in milliseconds; for ever where absent.
    pub(super) fn memory(&self) -> Option<i64> {
        let days = i64::from(HOURS_DAYS) * 24 * HOUR;
        matches!(self.watched.condition, Condition::UnusualHour {}).then_some(days)
    }

    /// An entry from before it began.
    pub(super) fn learn(&mut self, sighting: &Sighting<'_>) {
        self.dirty = true;
        self.mind.time = self.mind.time.max(sighting.at.min(sighting.received));
        self.mind.entries = self.mind.entries.wrapping_add(1);
        match self.watched.condition {
            Condition::New { .. } => drop(self.is_new(sighting)),
            Condition::UnusualHour {} => {
                let key = key(sighting.group);
                let group = self.mind.groups.entry(key).or_default();
                group.hours.get_or_insert_default().note(sighting.at);
                group.last = group.last.max(sighting.at);
                self.bound(sighting.received);
            }
            _ => {}
        }
    }

    /// An entry that matches.
    pub(super) fn observe(&mut self, sighting: &Sighting<'_>) {
        self.dirty = true;
        let (at, received) = (sighting.at, sighting.received);
        // A clock that was ahead for a while and was set right leaves times of the future behind.
        self.mind.time = self.mind.time.max(at).min(received);
        self.mind.entries = self.mind.entries.wrapping_add(1);
        if self.mind.entries.is_multiple_of(SWEEP) {
            self.sweep();
        }
        let key = key(sighting.group);
        let found: Option<Vec<Point>> = match self.watched.condition {
            Condition::Absence { .. } => {
                let at = at.min(received);
                if self.mind.last.is_none_or(|(last, _)| last < at || last > received) {
                    self.mind.last = Some((at, sighting.seq));
                    self.mind.told = false;
                }
                return;
            }
            Condition::New { .. } => self.is_new(sighting).then(|| vec![Point::of(sighting)]),
            Condition::Any {} => Some(vec![Point::of(sighting)]),
            Condition::UnusualHour {} => {
                let group = self.mind.groups.entry(key).or_default();
                let hours = group.hours.get_or_insert_default();
                hours.forget_after(received + LATE);
                let unusual = hours.is_unusual(at);
                hours.note(at);
                group.last = group.last.max(at);
                unusual.then(|| vec![Point::of(sighting)])
            }
            Condition::Count { at_least, .. } | Condition::Distinct { at_least, .. } => {
                let distinct = matches!(self.watched.condition, Condition::Distinct { .. });
                if distinct && sighting.value.is_none() {
                    return;
                }
                let group = self.mind.groups.entry(key).or_default();
                group.last = group.last.max(at);
                let (window, need) = (self.watched.window, at_least as usize);
                let since = self.mind.time - window - window.max(LATE);
                group.window.forget_after(received + LATE);
                group.window.add(Point::of(sighting), distinct, (need, window), since)
            }
        };
        if let Some(points) = found {
            self.meet(key, sighting, &points);
        }
        self.bound(sighting.received);
    }

    /// Whether nothing has come for too long at a moment; there may be an episode then.
    pub(super) fn look(&mut self, now: i64) {
        let (Condition::Absence { .. }, Some((last, seq)), false) =
            (self.watched.condition, self.mind.last, self.mind.told)
        else {
            return;
        };
        if last > now + LATE {
            // The clock was ahead: the silence begins now.
            self.mind.last = Some((now, seq));
            self.dirty = true;
            return;
        }
        let due = last.saturating_add(self.watched.window);
        if now < due {
            return;
        }
        self.dirty = true;
        self.mind.told = true;
        self.over.push(Episode::silence(seq, last, due));
    }

    /// Whether there are such episodes.
    pub(super) fn has_found(&self) -> bool {
        !self.changed.is_empty() || !self.over.is_empty()
    }

    /// Episodes that were begun or went on since this was asked last.
    pub(super) fn take(&mut self) -> Vec<Episode> {
        let mut all = std::mem::take(&mut self.over);
        for key in self.changed.drain() {
            all.extend(self.mind.groups.get(&key).and_then(|group| group.episode.clone()));
        }
        // What is found first is told first.
        all.sort_by_key(|episode| (episode.cause, episode.grouping));
        all
    }

    /// Episodes that are over, for whoever wants all of them.
    pub(super) fn ended(&mut self) -> Vec<Episode> {
        std::mem::take(&mut self.over)
    }

    /// An episode is closed: what repeats is another one.
    pub(super) fn close(&mut self, grouping: i64, cause: Seq) {
        let Some(group) = self.mind.groups.get_mut(&grouping) else { return };
        if group.episode.as_ref().is_some_and(|episode| episode.cause == cause) {
            self.dirty = true;
            let episode = group.episode.take();
            if self.changed.remove(&grouping) {
                self.over.extend(episode);
            }
        }
    }

    fn is_new(&mut self, sighting: &Sighting<'_>) -> bool {
        let Some((value, _)) = sighting.value else { return false };
        let pair = match sighting.group {
            Some((group, _)) => Word::hash(&format!("{}:{group}{value}", group.len())),
            None => Word::hash(value),
        };
        if self.mind.seen.contains(&pair) {
            return false;
        }
        if self.mind.seen.len() >= SEEN {
            self.reach(Limit::Values, sighting.received);
            return false;
        }
        self.mind.seen.insert(pair)
    }

    /// The condition is met: the episode goes on, or another one begins.
    fn meet(&mut self, key: i64, sighting: &Sighting<'_>, points: &[Point]) {
        let quiet = self.watched.quiet;
        let group = self.mind.groups.entry(key).or_default();
        group.last = group.last.max(sighting.at);
        if let Some(episode) = &mut group.episode
            && quiet > 0
            && (episode.from - quiet..=episode.last_at + quiet).contains(&sighting.at)
        {
            episode.join(sighting);
            self.changed.insert(key);
            return;
        }
        if self.braked {
            let hour = sighting.received.div_euclid(HOUR);
            let (of, fired) = self.mind.fired;
            let fired = if of == hour { fired } else { 0 };
            if fired >= BRAKE {
                self.reach(Limit::Brake, sighting.received);
                return;
            }
            self.mind.fired = (hour, fired + 1);
        }
        let group = self.mind.groups.entry(key).or_default();
        let before = group.episode.replace(Episode::of(key, sighting, points, self.watched));
        if !self.changed.insert(key) || !self.braked {
            self.over.extend(before);
        }
    }

    fn reach(&mut self, limit: Limit, at: i64) {
        if self.mind.limit.is_none_or(|(reached, _)| reached != limit) {
            self.mind.limit = Some((limit, at));
        }
    }
}

fn key(group: Option<(&str, &str)>) -> i64 {
    group.map_or(0, |(value, _)| Word::hash(value))
}

#[cfg(test)]
mod tests;
