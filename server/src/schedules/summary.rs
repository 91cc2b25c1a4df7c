//! What a run had, in numbers, beside the time before it.

use std::collections::HashMap;

use daybook_model::{Entry, Outcome, Range, Seq, Span, Timestamp, View};
use serde::Serialize;

use super::{Kept, KeptRun, file, kept::Mark, perform::RunError};
use crate::{access::Access, extract::Question, state::AppState, store::Scope};

/// How many values are told of each.
const TOLD: usize = 10;
/// How many different values are counted; those that come then are counted as others.
const COUNTED: usize = 20_000;
/// How many places of the log are looked at together.
const STEP: u64 = 2_048;

/// A number, and what it was in the time before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(super) struct Count {
    /// In the run.
    pub(super) now: u64,
    /// In the time before.
    pub(super) before: u64,
}

/// How often a value occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Frequent {
    /// As filtered by.
    pub(super) value: String,
    /// As shown.
    pub(super) label: String,
    /// How often.
    #[serde(flatten)]
    pub(super) count: Count,
}

/// The most frequent values, and how many entries have others.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(super) struct Values {
    /// The most frequent first.
    pub(super) top: Vec<Frequent>,
    /// All others together.
    pub(super) others: Count,
}

/// A summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Summary {
    /// Of which project.
    pub(super) project: String,
    /// Of which view.
    pub(super) view: String,
    /// Which entries.
    pub(super) filter: String,
    /// From the end of the run before.
    pub(super) from: Timestamp,
    /// To when this one began.
    pub(super) to: Timestamp,
    /// What it is compared with begins here, and ends where this begins.
    pub(super) before_from: Timestamp,
    /// The last place in the log that is not in it any more.
    pub(super) after: Seq,
    /// The last place in the log that is in it.
    pub(super) as_of: Seq,
    /// How many there are.
    pub(super) entries: Count,
    /// How many of them happened before, and came late.
    pub(super) late: u64,
    /// How many of them failed.
    pub(super) failures: Count,
    /// By how they ended.
    pub(super) outcomes: Values,
    /// By who did it.
    pub(super) actors: Values,
    /// By what was done.
    pub(super) actions: Values,
    /// Those that failed, by what was done.
    pub(super) failed_actions: Values,
}

impl Summary {
    /// The query of the page on which these entries are: those of them that happened in this time. It stays as
    /// it is now.
    pub(super) fn view(&self) -> String {
        let mut view = View::read(&self.filter).0;
        let to = self.to.max(self.from.plus_millis(1));
        view.filter.range = Range::Between(Span { from: self.from, to });
        view.filter.as_of = Some(self.as_of);
        view.to_string()
    }
}

/// Counts a run's entries, and those of the time before.
pub(super) async fn of(
    state: &AppState,
    kept: &Kept,
    run: &KeptRun,
    access: Access,
) -> Result<Summary, RunError> {
    let Question { access, list, .. } =
        file::question(state, access, &kept.wanted, run.to.seq).await?;
    let (mut now, mut before) = (Tally::default(), Tally::default());
    before.count(&access, &list.scope, run.before, run.from).await?;
    now.count(&access, &list.scope, run.from, run.to).await?;
    Ok(Summary {
        project: access.project.slug,
        view: kept.wanted.name.clone(),
        filter: kept.wanted.query.clone(),
        from: run.from.at,
        to: run.to.at,
        before_from: run.before.at,
        after: run.from.seq,
        as_of: run.to.seq,
        entries: Count { now: now.entries, before: before.entries },
        late: now.late,
        failures: Count { now: now.failures, before: before.failures },
        outcomes: now.outcomes.against(&before.outcomes),
        actors: now.actors.against(&before.actors),
        actions: now.actions.against(&before.actions),
        failed_actions: now.failed_actions.against(&before.failed_actions),
    })
}

#[derive(Default)]
struct Tally {
    entries: u64,
    late: u64,
    failures: u64,
    outcomes: Counted,
    actors: Counted,
    actions: Counted,
    failed_actions: Counted,
}

impl Tally {
    /// Counts what is in the scope between two places.
    async fn count(
        &mut self,
        access: &Access,
        scope: &Scope,
        from: Mark,
        to: Mark,
    ) -> Result<(), RunError> {
        let mut after = from.seq;
        while after < to.seq {
            let upto = to.seq.min(after + STEP);
            for entry in access.store.matching(scope, after, upto).await? {
                self.add(&entry, from.at);
            }
            after = upto;
        }
        Ok(())
    }

    fn add(&mut self, entry: &Entry, begin: Timestamp) {
        let event = &entry.event;
        self.entries += 1;
        self.late += u64::from(event.occurred_at < begin);
        let (word, label) = match event.outcome {
            Some(outcome) => (outcome.as_str(), outcome.label()),
            None => ("", "Not said"),
        };
        self.outcomes.add(word.into(), label);
        self.actors.add(event.actor.key(), event.actor.label());
        self.actions.add(event.action.clone(), &event.action);
        if event.outcome == Some(Outcome::Failure) {
            self.failures += 1;
            self.failed_actions.add(event.action.clone(), &event.action);
        }
    }
}

/// How often each value occurs, in bounded memory.
#[derive(Default)]
struct Counted {
    values: HashMap<String, (String, u64)>,
    others: u64,
}

impl Counted {
    fn add(&mut self, value: String, label: &str) {
        if self.values.len() >= COUNTED && !self.values.contains_key(&value) {
            self.others += 1;
            return;
        }
        // The name that was seen last.
        let kept = self.values.entry(value).or_default();
        if kept.0 != label {
            label.clone_into(&mut kept.0);
        }
        kept.1 += 1;
    }

    fn total(&self) -> u64 {
        self.others + self.values.values().map(|(_, count)| count).sum::<u64>()
    }

    /// The most frequent of these, with how often they were there before.
    fn against(&self, before: &Self) -> Values {
        let mut all: Vec<(&String, &(String, u64))> = self.values.iter().collect();
        all.sort_by(|a, b| b.1.1.cmp(&a.1.1).then_with(|| a.0.cmp(b.0)));
        let was = |value: &str| before.values.get(value).map_or(0, |(_, count)| *count);
        let top: Vec<Frequent> = all
            .into_iter()
            .take(TOLD)
            .map(|(value, (label, now))| Frequent {
                value: value.clone(),
                label: label.clone(),
                count: Count { now: *now, before: was(value) },
            })
            .collect();
        let told = |of: fn(&Count) -> u64| top.iter().map(|value| of(&value.count)).sum::<u64>();
        let others = Count {
            now: self.total() - told(|count| count.now),
            before: before.total() - told(|count| count.before),
        };
        Values { top, others }
    }
}
