//! What a run goes by, and which entries are due by it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use daybook_model::{
    Filter, Range, Seq, Sort, Span, Timestamp,
    retention::{DAY, Hold, Retention},
    sort::SortKey,
};
use serde::{Deserialize, Serialize};

use crate::store::{Key, Position, ProjectId, Scope, Store, StoreError};

/// How many entries of a time are looked at together.
const TOGETHER: u64 = 500_000;
/// How many keys are read at once.
const KEYS: usize = 100_000;

/// What a run goes by: settled when it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The rules, in the order in which they are tried.
    pub rules: Vec<Planned>,
    /// What was held when it began; what is held later counts as well.
    pub holds: Vec<Held>,
    /// What the names of its files end with: no other run's do, nor another log's that shares the archive.
    #[serde(default)]
    pub mark: Option<String>,
    /// Whether there was an archive when it began. Of a run from before this was noted it is not known.
    #[serde(default)]
    pub archived: Option<bool>,
}

/// A rule, and what is old by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// The rule's name.
    pub name: String,
    /// Which entries obey it, unless an earlier rule has them.
    #[serde(with = "daybook_model::tab::text")]
    pub filter: Filter,
    /// Days that these are kept; for ever without.
    pub days: Option<u32>,
    /// Older is what happened, and was received, before this moment.
    pub before: Timestamp,
    /// The last place in the log that had been given by then.
    pub upto: Seq,
}

/// What a hold keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held(#[serde(with = "daybook_model::tab::text")] pub Filter);

/// The entries that are due.
#[derive(Debug, Default)]
pub struct Due {
    /// By the place of the rule that says so.
    pub keys: BTreeMap<Key, usize>,
    /// How many would be due if nothing were held.
    pub held: u64,
}

impl Plan {
    /// Settles what is old now.
    pub async fn settle(
        store: &dyn Store,
        project: ProjectId,
        rules: &Retention,
        holds: &[Hold],
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut planned = Vec::new();
        for rule in rules.all() {
            let (before, upto) = match rule.days {
                Some(days) => {
                    let before = now.plus_millis(-i64::from(days) * DAY);
                    (before, store.place_before(project, before).await?)
                }
                None => (Timestamp::MIN, 0),
            };
            let (name, filter, days) = (rule.name, rule.filter, rule.days);
            planned.push(Planned { name, filter, days, before, upto });
        }
        let holds = holds.iter().map(|hold| Held(hold.filter.clone())).collect();
        Ok(Self { rules: planned, holds, mark: None, archived: None })
    }

    /// What a run goes by that is about to begin.
    pub(super) fn begun(self, archived: bool) -> Self {
        let mark = format!("{:08x}", rand::random::<u32>());
        Self { mark: Some(mark), archived: Some(archived), ..self }
    }

    /// The next time in which something may be due, from a moment on: no longer than a day, and with no
    /// more entries than fit into memory. `None` where there is none.
    pub async fn window(
        &self,
        store: &dyn Store,
        project: ProjectId,
        from: Timestamp,
    ) -> Result<Option<Span>, StoreError> {
        let latest = self.rules.iter().map(|rule| rule.before).max();
        let upto = self.rules.iter().map(|rule| rule.upto).max().unwrap_or(0);
        let Some(span) = latest.and_then(|latest| Span::new(from, latest)) else { return Ok(None) };
        let mut all = scope(project, &Filter::default(), span, upto);
        let Some(there) = store.extent(&all).await? else { return Ok(None) };
        let day = there.from.millis().div_euclid(DAY);
        let end = Timestamp::saturating((day + 1).saturating_mul(DAY)).min(span.to);
        let Some(mut window) = Span::new(there.from, end) else { return Ok(None) };
        loop {
            all.span = window;
            let length = window.to.millis() - window.from.millis();
            if length <= 1 || store.count(&all).await? <= TOGETHER {
                return Ok(Some(window));
            }
            let to = window.from.plus_millis(length / 2);
            window = Span::new(window.from, to).unwrap_or(window);
        }
    }

    /// What is due of a time. Nothing behind the place `floor` is, nor what these holds keep.
    pub async fn due(
        &self,
        store: &dyn Store,
        project: ProjectId,
        span: Span,
        holds: &[Hold],
        floor: Seq,
    ) -> Result<Due, StoreError> {
        let mut due = Due::default();
        for (number, rule) in self.rules.iter().enumerate() {
            let upto = rule.upto.min(floor);
            let Some(span) = Span::new(span.from, span.to.min(rule.before)) else { continue };
            let keys = keys(store, project, &rule.filter, span, upto).await?;
            if keys.is_empty() {
                continue;
            }
            let mut others = HashSet::new();
            // What an earlier rule takes as well may go under this one's name.
            for other in self.rules[..number].iter().filter(|other| other.keeps_longer(rule)) {
                let kept = self::keys(store, project, &other.filter, span, upto).await?;
                others.extend(kept);
            }
            for key in keys.into_iter().filter(|key| !others.contains(key)) {
                due.keys.entry(key).or_insert(number);
            }
        }
        let now = holds.iter().map(|hold| &hold.filter);
        for filter in self.holds.iter().map(|held| &held.0).chain(now) {
            if due.keys.is_empty() {
                break;
            }
            for key in keys(store, project, filter, span, Seq::MAX).await? {
                due.held += u64::from(due.keys.remove(&key).is_some());
            }
        }
        Ok(due)
    }
}

impl Due {
    /// Takes all of them.
    pub(super) fn all(&mut self) -> Vec<(Key, usize)> {
        std::mem::take(&mut self.keys).into_iter().collect()
    }

    /// Takes those that are among these.
    pub(super) fn within(&mut self, keys: &BTreeSet<Key>) -> Vec<(Key, usize)> {
        self.keys.extract_if(.., |key, _| keys.contains(key)).collect()
    }
}

impl Planned {
    fn keeps_longer(&self, other: &Self) -> bool {
        match (self.days, other.days) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(mine), Some(theirs)) => mine > theirs,
        }
    }
}

fn scope(project: ProjectId, filter: &Filter, span: Span, as_of: Seq) -> Scope {
    Scope { project, within: Vec::new(), filter: filter.clone(), span, as_of }
}

/// The keys of the entries of a time that match, up to a place in the log.
async fn keys(
    store: &dyn Store,
    project: ProjectId,
    filter: &Filter,
    span: Span,
    as_of: Seq,
) -> Result<Vec<Key>, StoreError> {
    let own = match filter.range {
        Range::Between(own) => Span::new(span.from.max(own.from), span.to.min(own.to)),
        Range::Last(_) => Some(span),
    };
    let Some(span) = own else { return Ok(Vec::new()) };
    let scope = scope(project, filter, span, as_of);
    let sort = Sort { descending: false, ..Sort::default() };
    let (mut keys, mut last) = (Vec::new(), None);
    loop {
        let more = store.keys(&scope, sort, last.as_ref(), KEYS).await?;
        last = more.last().map(|&(time, seq)| Position {
            key: SortKey::Number(time),
            time: Timestamp::saturating(time),
            seq,
        });
        let over = more.len() < KEYS;
        keys.extend(more);
        if over {
            return Ok(keys);
        }
    }
}
