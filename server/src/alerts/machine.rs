//! One rule at work: what it has in mind, and what becomes of it with each entry that matches.
//!
//! What it finds depends on the entries and their order alone, so that whoever begins again from what was
//! kept finds the same. Everything in it is bounded.

mod episode;
mod hours;
mod window;

use std::collections::{HashMap, HashSet};

use daybook_model::{
    Seq,
    alert::{Condition, HOURS_DAYS},
};
use serde::{Deserialize, Serialize};

use crate::store::dictionary::Word;
pub(super) use episode::Episode;
use hours::Hours;
use window::{Point, Window};

/// So many entries and groups one rule has in mind, about.
const HELD: usize = 20_000;
/// So many values one rule knows.
const SEEN: usize = 50_000;
/// A rule fires so often within an hour. Who wants to know more often has no use for alerts.
pub(super) const BRAKE: u32 = 200;
/// After so many entries, what is over is forgotten.
const SWEEP: u32 = 1_024;
/// After so many entries it is counted what it has in mind.
const COUNTED: u32 = 64;
/// What comes this late still finds what it belongs to.
const LATE: i64 = 24 * 60 * 60 * 1_000;
const HOUR: i64 = 60 * 60 * 1_000;
/// What hours of a group weigh, in entries.
const HOURS_WEIGH: usize = 16;

/// A rule, as far as it says when it fires. Times in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watched {
    pub(super) condition: Condition,
    pub(super) quiet: i64,
    window: i64,
}

impl Watched {
    pub(super) fn new(condition: Condition, quiet: u32) -> Self {
        let millis = |seconds: u32| i64::from(seconds) * 1_000;
        let window = millis(condition.window().unwrap_or_default());
        Self { condition, quiet: millis(quiet).max(window), window }
    }

    /// How far before a time what happened may matter for it, in milliseconds.
    pub(super) const fn looks_back(&self) -> i64 {
        match self.condition {
            Condition::UnusualHour {} => HOURS_DAYS as i64 * 24 * HOUR,
            _ => self.quiet,
        }
    }
}

/// An entry that matches the rule's filter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sighting<'a> {
    pub(super) at: i64,
    pub(super) seq: Seq,
    /// When it was received; what is ahead of that moves no time on.
    pub(super) received: i64,
    /// The value of the rule's group.
    pub(super) group: Option<(&'a str, &'a str)>,
    /// The value of the condition's facet.
    pub(super) value: Option<(&'a str, &'a str)>,
}

/// Why a rule does not see everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Limit {
    /// More goes on at once than it can have in mind.
    Crowded,
    /// There are more values than it can know.
    Values,
    /// It fired too often.
    Brake,
}

impl Limit {
    /// As told.
    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::Crowded => {
                "more goes on at once than it can keep in mind, and what is oldest was left aside: narrow its filter"
            }
            Self::Values => {
                "there are more than 50,000 values, and new ones are not told from old ones any more: narrow its filter"
            }
            Self::Brake => {
                "it fired more than 200 times within an hour, and what came then is not told: narrow its filter, or give it more quiet time"
            }
        }
    }
}

/// What a rule has in mind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Mind {
    groups: HashMap<i64, Group>,
    seen: HashSet<i64>,
    /// The time, as far as entries tell.
    time: i64,
    /// The last entry, for absence; and whether its being the last was told.
    last: Option<(i64, Seq)>,
    told: bool,
    entries: u32,
    /// How often it fired in which hour.
    fired: (i64, u32),
    /// What was reached, and when first.
    pub(super) limit: Option<(Limit, i64)>,
}

/// What is in mind of one value of the group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Group {
    window: Window,
    hours: Option<Hours>,
    episode: Option<Episode>,
    last: i64,
}

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
        let at = sighting.at;
        self.mind.time = self.mind.time.max(at.min(sighting.received));
        self.mind.entries = self.mind.entries.wrapping_add(1);
        if self.mind.entries.is_multiple_of(SWEEP) {
            self.sweep();
        }
        let key = key(sighting.group);
        let found: Option<Vec<Point>> = match self.watched.condition {
            Condition::Absence { .. } => {
                let at = at.min(sighting.received);
                if self.mind.last.is_none_or(|(last, _)| last < at) {
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

    /// Forgets what nothing can belong to any more.
    fn sweep(&mut self) {
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
    fn bound(&mut self, now: i64) {
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

impl Group {
    fn weight(&self) -> usize {
        let hours = self.hours.as_ref().map_or(0, |_| HOURS_WEIGH);
        let episode = self.episode.as_ref().map_or(0, |episode| 1 + episode.seqs.len());
        1 + self.window.len() + hours + episode
    }
}

fn key(group: Option<(&str, &str)>) -> i64 {
    group.map_or(0, |(value, _)| Word::hash(value))
}

#[cfg(test)]
mod tests;
