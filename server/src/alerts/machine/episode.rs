//! What becomes a firing: entries that met a condition, and those that repeated it.

use daybook_model::{Seq, alert::MAX_FIRING_SEQS};
use serde::{Deserialize, Serialize};

use super::{Sighting, Value, Watched, window::Point};
use daybook_model::alert::Condition;

/// A value, with the name it was seen with.
pub(in crate::alerts) type Named = (String, String);

/// Entries that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::alerts) struct Episode {
    /// The hash of the group's value. With the cause, what tells it from others of the rule.
    pub(in crate::alerts) grouping: i64,
    /// The place of the entry that met the condition.
    pub(in crate::alerts) cause: Seq,
    pub(in crate::alerts) from: i64,
    pub(in crate::alerts) at: i64,
    pub(in crate::alerts) last_at: i64,
    /// The greatest place in it.
    pub(in crate::alerts) upto: Seq,
    pub(in crate::alerts) count: u64,
    pub(in crate::alerts) seqs: Vec<Seq>,
    pub(in crate::alerts) group: Option<Named>,
    pub(in crate::alerts) value: Option<Named>,
}

fn named(Value { text, label, .. }: Value<'_>) -> Named {
    (text.to_owned(), label.to_owned())
}

impl Episode {
    /// One that an entry begins, with those that it has in its window, itself among them.
    pub(super) fn of(
        grouping: i64,
        sighting: &Sighting<'_>,
        points: &[Point],
        watched: Watched,
    ) -> Self {
        let times = || points.iter().map(|point| point.at);
        let mut seqs: Vec<_> = points.iter().map(|point| point.seq).collect();
        seqs.sort_unstable();
        let count = seqs.len() as u64;
        seqs.truncate(MAX_FIRING_SEQS);
        let is_new = matches!(watched.condition, Condition::New { .. });
        Self {
            grouping,
            cause: sighting.seq,
            from: times().min().unwrap_or(sighting.at),
            at: sighting.at,
            last_at: times().max().unwrap_or(sighting.at),
            upto: points.iter().map(|point| point.seq).max().unwrap_or(sighting.seq),
            count,
            seqs,
            group: sighting.group.map(named),
            value: sighting.value.filter(|_| is_new).map(named),
        }
    }

    /// One that nothing made.
    pub(in crate::alerts) fn silence(cause: Seq, last: i64, due: i64) -> Self {
        Self {
            grouping: 0,
            cause,
            from: last,
            at: due,
            last_at: due,
            upto: cause,
            count: 0,
            seqs: vec![cause],
            group: None,
            value: None,
        }
    }

    /// Another silence that belongs to it.
    pub(super) fn goes_on(&mut self, silence: &Self) {
        self.last_at = silence.last_at;
        self.upto = self.upto.max(silence.upto);
        if self.seqs.len() < MAX_FIRING_SEQS {
            self.seqs.extend(&silence.seqs);
        }
    }

    /// An entry repeats it.
    pub(super) fn join(&mut self, sighting: &Sighting<'_>) {
        self.count += 1;
        self.from = self.from.min(sighting.at);
        self.last_at = self.last_at.max(sighting.at);
        self.upto = self.upto.max(sighting.seq);
        if self.seqs.len() < MAX_FIRING_SEQS {
            self.seqs.push(sighting.seq);
        }
        // Another value is not what this one is about.
        if self.value.as_ref().map(|(value, _)| value.as_str())
            != sighting.value.map(|value| value.text)
        {
            self.value = None;
        }
    }
}
