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
pub(super) use watched::{Sighting, Value, Watched};
use window::{Asked, Point};

/// So many values one rule knows.
const SEEN: usize = 50_000;
/// A rule fires so often within an hour. Who wants to know more often has no use for alerts.
pub(super) const BRAKE: u32 = 200;
/// So many episodes of a group something may belong to.
const EPISODES: usize = 4;
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
    /// Episodes that were changed: their groups and causes.
    changed: HashSet<(i64, Seq)>,
    /// Episodes that were changed and are over.
    over: Vec<Episode>,
    /// Whether what it has in mind is not what was kept.
    pub(super) dirty: bool,
    /// So much more it may have in mind, at least, before that is too much.
    room: usize,
}

impl Machine {
    /// With what was kept.
    pub(super) fn new(watched: Watched, mind: Mind) -> Self {
        let (changed, over) = (HashSet::new(), Vec::new());
        Self { watched, mind, braked: true, changed, over, dirty: false, room: 0 }
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
        self.room = self.room.saturating_sub(bounds::GROWTH);
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
        if matches!(self.watched.condition, Condition::Absence { .. }) {
            self.came(sighting);
            return;
        }
        let (at, received) = (sighting.at, sighting.received);
        // A clock that was ahead for a while and was set right leaves times of the future behind.
        self.mind.time = self.mind.time.max(at).min(received);
        self.mind.entries = self.mind.entries.wrapping_add(1);
        self.room = self.room.saturating_sub(bounds::GROWTH);
        if self.mind.entries.is_multiple_of(SWEEP) {
            self.sweep();
        }
        let key = key(sighting.group);
        let found: Option<Vec<Point>> = match self.watched.condition {
            Condition::New { .. } => self.is_new(sighting).then(|| vec![Point::of(sighting)]),
            Condition::Any {} => Some(vec![Point::of(sighting)]),
            Condition::Absence { .. } => None,
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
                let length = self.watched.window;
                let asked = Asked { need: at_least as usize, length, distinct };
                let since = self.mind.time - length - length.max(LATE);
                group.window.forget_after(received + LATE);
                let (found, is_lost) = group.window.add(Point::of(sighting), asked, since);
                if is_lost {
                    self.reach(Limit::Crowded, received);
                }
                found
            }
        };
        if let Some(points) = found {
            self.meet(key, sighting, &points);
        }
        self.bound(sighting.received);
    }

    /// An entry whose absence is watched for. What matters is when it came, however long ago it happened.
    fn came(&mut self, sighting: &Sighting<'_>) {
        let &Sighting { at, seq, received, .. } = sighting;
        let happened = at.min(received);
        let (last, place) = match self.mind.last {
            // A clock that was ahead for a while and was set right leaves times of the future behind.
            Some((last, place)) if last <= received => {
                let is_news = received != self.mind.time || last < happened;
                (last.max(happened), if is_news { seq } else { place })
            }
            _ => (happened, seq),
        };
        self.mind.last = Some((last, place));
        self.mind.time = received;
        self.mind.told = false;
    }

    /// Looks at the clock: nothing may have come for too long.
    pub(super) fn look(&mut self, now: i64) {
        let (Condition::Absence { .. }, Some((last, seq)), false) =
            (self.watched.condition, self.mind.last, self.mind.told)
        else {
            return;
        };
        if self.mind.time > now + LATE {
            // The clock was ahead: the silence begins now.
            (self.mind.time, self.mind.last) = (now, Some((last.min(now), seq)));
            self.dirty = true;
            return;
        }
        let due = self.mind.time.saturating_add(self.watched.window);
        if now < due {
            return;
        }
        self.dirty = true;
        self.mind.told = true;
        self.fall_silent(Episode::silence(seq, last, due), now);
    }

    /// A silence: the one before goes on, or another one begins.
    pub(super) fn fall_silent(&mut self, silence: Episode, now: i64) {
        let (key, quiet) = (silence.grouping, self.watched.quiet);
        let before = self.mind.groups.entry(key).or_default().episodes.last_mut();
        if let Some(before) = before
            && (before.from..before.last_at + quiet).contains(&silence.at)
        {
            before.goes_on(&silence);
            self.changed.insert((key, before.cause));
        } else if self.may_fire(now) {
            self.begin(silence);
        }
    }

    /// Whether there are such episodes.
    pub(super) fn has_found(&self) -> bool {
        !self.changed.is_empty() || !self.over.is_empty()
    }

    /// Episodes that were begun or went on since this was asked last.
    pub(super) fn take(&mut self) -> Vec<Episode> {
        let mut all = std::mem::take(&mut self.over);
        for (key, cause) in self.changed.drain() {
            let episodes = self.mind.groups.get(&key).map(|group| &group.episodes[..]);
            let changed = |episode: &&Episode| episode.cause == cause;
            all.extend(episodes.unwrap_or_default().iter().find(changed).cloned());
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
        let is_it = |episode: &mut Episode| episode.cause == cause;
        for episode in group.episodes.extract_if(.., is_it) {
            self.dirty = true;
            if self.changed.remove(&(grouping, cause)) {
                self.over.push(episode);
            }
        }
    }

    fn is_new(&mut self, sighting: &Sighting<'_>) -> bool {
        let Some(value) = sighting.value else { return false };
        let pair = match sighting.group {
            Some(Value { text: group, .. }) => {
                Word::hash(&format!("{}:{group}{}", group.len(), value.text))
            }
            None => value.hash,
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
        if quiet > 0
            && let Some(episode) = group.going_on(sighting.at, quiet)
        {
            episode.join(sighting);
            self.changed.insert((key, episode.cause));
        } else if self.may_fire(sighting.received) {
            self.begin(Episode::of(key, sighting, points, self.watched));
        }
    }

    /// Whether it fires once more within the hour; it counts as if it did.
    fn may_fire(&mut self, now: i64) -> bool {
        if !self.braked {
            return true;
        }
        let hour = now.div_euclid(HOUR);
        let (of, fired) = self.mind.fired;
        let fired = if of == hour { fired } else { 0 };
        if fired >= BRAKE {
            self.reach(Limit::Brake, now);
            return false;
        }
        self.mind.fired = (hour, fired + 1);
        true
    }

    /// Another episode begins; of those of its group the last ones are kept.
    fn begin(&mut self, episode: Episode) {
        let key = episode.grouping;
        self.changed.insert((key, episode.cause));
        self.room = self.room.saturating_sub(bounds::GROWTH + episode.seqs.len());
        let group = self.mind.groups.entry(key).or_default();
        group.episodes.push(episode);
        let others = group.episodes.len() - 1;
        // Nothing goes on where nothing is quiet.
        if others >= if self.watched.quiet > 0 { EPISODES } else { 1 } {
            let oldest = (0..others).min_by_key(|&n| group.episodes[n].last_at);
            let oldest = group.episodes.remove(oldest.unwrap_or_default());
            self.let_go(key, oldest);
        }
    }

    /// Nothing belongs to an episode any more. It is told once more where it was changed.
    fn let_go(&mut self, key: i64, episode: Episode) {
        if self.changed.remove(&(key, episode.cause)) || !self.braked {
            self.over.push(episode);
        }
    }

    fn reach(&mut self, limit: Limit, at: i64) {
        if self.mind.limit.is_none_or(|(reached, _)| reached != limit) {
            self.mind.limit = Some((limit, at));
        }
    }
}

fn key(group: Option<Value<'_>>) -> i64 {
    group.map_or(0, |group| group.hash)
}

#[cfg(test)]
mod tests;
