//! What a rule has in mind, and what it cannot.

use std::collections::{HashMap, HashSet};

use daybook_model::Seq;
use serde::{Deserialize, Serialize};

use super::{Episode, hours::Hours, window::Window};

/// What hours of a group weigh, in entries.
pub(super) const HOURS_WEIGH: usize = 4;

/// Why a rule does not see everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::alerts) enum Limit {
    /// More goes on at once than it can have in mind.
    Crowded,
    /// There are more values than it can know.
    Values,
    /// It fired too often.
    Brake,
    /// What it had in mind could not be read.
    Lost,
}

impl Limit {
    /// As told.
    pub(in crate::alerts) const fn message(self) -> &'static str {
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
            Self::Lost => "what it had in mind could not be read, and it began anew then",
        }
    }
}

/// What a rule has in mind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::alerts) struct Mind {
    pub(super) groups: HashMap<i64, Group>,
    pub(super) seen: HashSet<i64>,
    /// The time, as far as entries tell; for absence, when the last one came.
    pub(super) time: i64,
    /// For absence, when something happened last, and the place of what came last; and whether its being the
    /// last was told.
    pub(super) last: Option<(i64, Seq)>,
    pub(super) told: bool,
    pub(super) entries: u32,
    /// How often it fired in which hour.
    pub(super) fired: (i64, u32),
    /// What was reached, and when first.
    pub(in crate::alerts) limit: Option<(Limit, i64)>,
}

impl Mind {
    /// What one begins with whose own could not be read.
    pub(in crate::alerts) fn lost(now: i64) -> Self {
        Self { limit: Some((Limit::Lost, now)), ..Self::default() }
    }
}

/// What is in mind of one value of the group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) window: Window,
    pub(super) hours: Option<Hours>,
    /// The last ones, in the order in which they began.
    pub(super) episodes: Vec<Episode>,
    pub(super) last: i64,
}

impl Group {
    /// What it weighs, in entries.
    pub(super) fn weight(&self) -> usize {
        let hours = self.hours.as_ref().map_or(0, |_| HOURS_WEIGH);
        let episodes: usize = self.episodes.iter().map(|episode| 1 + episode.seqs.len()).sum();
        1 + self.window.len() + hours + episodes
    }

    /// The last of its episodes that goes on with what happened at a time.
    pub(super) fn going_on(&mut self, at: i64, quiet: i64) -> Option<&mut Episode> {
        let near =
            |episode: &&mut Episode| (episode.from - quiet..=episode.last_at + quiet).contains(&at);
        self.episodes.iter_mut().rev().find(near)
    }
}
