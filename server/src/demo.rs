//! A believable platform, made up: people with habits, bots, deploys, mishaps.
//!
//! Everything follows from a seed and the moment at which the story ends; no clock is read. The
//! events come in the order of their time, and only those of the next ten minutes or so are held,
//! so a million of them take no more memory than a thousand.

mod access;
mod bots;
mod cast;
mod catalogue;
mod configuration;
mod deploy;
mod dice;
mod habits;
mod live;
mod people;
mod places;
mod requests;
mod routes;
mod schedule;
mod stage;
mod stories;

use std::{cmp::Ordering, collections::BinaryHeap};

use daybook_model::{Event, Timestamp};

use schedule::{SLOT, Schedule};
use stage::Stage;

/// The events of a made-up platform, in the order of their time.
pub struct Demo {
    stage: Stage,
    schedule: Schedule,
    /// The next slot to fill; whatever lies before it is complete.
    slot: usize,
    /// How many of the ordinary events were made, and how many there shall be.
    made: u64,
    ordinary: u64,
    /// What happens at a fixed time, latest first.
    stories: Vec<Event>,
    pending: BinaryHeap<Pending>,
    order: u64,
    live_until: i64,
}

impl Demo {
    /// `count` events in the `days` before `end`, the same ones for the same arguments.
    pub fn new(seed: u64, end: Timestamp, days: u32, count: u64) -> Self {
        let start = end.plus_millis(-i64::from(days.max(1)) * habits::DAY).millis();
        let mut stage = Stage::new(seed, start, end.millis());
        stage.expect(count / u64::from(days.max(1)));
        let schedule = Schedule::new(&mut stage.dice, start, end.millis());
        let mut stories = stories::all(&mut stage, count);
        stories.retain(|event| (start..end.millis()).contains(&event.occurred_at.millis()));
        stories.sort_by_key(|event| std::cmp::Reverse(event.occurred_at));
        let ordinary = count.saturating_sub(stories.len() as u64);
        Self {
            stage,
            schedule,
            slot: 0,
            made: 0,
            ordinary,
            stories,
            pending: BinaryHeap::new(),
            order: 0,
            live_until: end.millis(),
        }
    }

    /// The same events without the states before and after, for measuring what those take.
    #[must_use]
    pub fn without_snapshots(mut self) -> Self {
        self.stage.snapshots = false;
        for event in &mut self.stories {
            event.change = None;
        }
        self
    }

    /// Makes all the events that begin in the next slot.
    fn fill(&mut self) {
        let (from, to) = self.schedule.bounds(self.slot);
        while self.stories.last().is_some_and(|event| event.occurred_at.millis() < to) {
            let story = self.stories.pop();
            self.push(story);
        }
        let target = self.schedule.target(self.slot, self.ordinary);
        let players = self.stage.on_duty(from);
        while self.made < target {
            let at = self.stage.dice.between(from, to - 1);
            let player = players.choose(&mut self.stage.dice);
            self.stage.act(player, at);
            let left = usize::try_from(self.ordinary - self.made).unwrap_or(usize::MAX);
            let events = self.stage.take(self.schedule.end());
            let events: Vec<Event> = events.into_iter().take(left).collect();
            self.made += events.len() as u64;
            self.push(events);
        }
        self.slot += 1;
    }

    fn push(&mut self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            self.order += 1;
            self.pending.push(Pending { order: self.order, event: Box::new(event) });
        }
    }

    fn pop_before(&mut self, end: i64) -> Option<Event> {
        let due = self.pending.peek().is_some_and(|next| next.event.occurred_at.millis() < end);
        if due { self.pending.pop().map(|next| *next.event) } else { None }
    }
}

impl Iterator for Demo {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            let filled =
                self.schedule.start() + i64::try_from(self.slot).unwrap_or(i64::MAX) * SLOT;
            if let Some(event) = self.pop_before(filled) {
                return Some(event);
            }
            if self.slot >= self.schedule.len() {
                return None;
            }
            self.fill();
        }
    }
}

/// An event that is made but not yet due; the earliest is the greatest.
struct Pending {
    order: u64,
    /// Boxed, because a heap moves what it holds.
    event: Box<Event>,
}

impl Pending {
    fn key(&self) -> (Timestamp, u64) {
        (self.event.occurred_at, self.order)
    }
}

impl Ord for Pending {
    fn cmp(&self, other: &Self) -> Ordering {
        other.key().cmp(&self.key())
    }
}

impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pending {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Pending {}
