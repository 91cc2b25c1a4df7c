//! The rules of one project at work: each entry is looked at once, in the order of the log, for all of them.

use std::sync::Arc;

use daybook_model::{
    Event, Field, Filter, Range, Seq, Span, Term, Timestamp,
    account::{Project, Role},
    alert::Condition,
};

use super::{
    Inner,
    machine::{Episode, Machine, Mind, Sighting, Value, Watched},
    matcher::{Facts, Matcher},
    ours,
    table::{AlertsError, Found, Kept, KeptRule, Progress},
    walk::{Asked, walk},
};
use crate::store::{ProjectId, Scope};

/// How many entries are read together, where they are read.
const WINDOW: Seq = 1_000;
/// How long after a start silence is not told: who sends had nobody to send to.
const GRACE: i64 = 5 * 60 * 1_000;

/// The rules of one project at work.
pub(super) struct Engine {
    pub(super) project: Project,
    /// Up to here everything was looked at.
    pub(super) place: Seq,
    /// Up to here that is kept.
    kept: Seq,
    rules: Vec<Active>,
    since: Timestamp,
}

struct Active {
    kept: KeptRule,
    matcher: Matcher,
    machine: Machine,
    asked: Asked,
}

/// An entry to look at.
pub(super) struct Seen<'e> {
    pub(super) seq: Seq,
    pub(super) event: &'e Event,
    pub(super) received: Timestamp,
    /// Whether it came back from an archive: what was found in it was found before.
    pub(super) is_back: bool,
}

/// What a condition asks of an entry.
pub(super) const fn field(condition: &Condition) -> Option<Field> {
    match condition {
        Condition::Distinct { field, .. } | Condition::New { field } => Some(*field),
        _ => None,
    }
}

impl Active {
    fn see(&mut self, seen: &Seen<'_>, facts: &Facts<'_>) {
        let (by, field) = self.asked;
        if seen.seq <= self.kept.upto || !self.matcher.matches(facts) {
            return;
        }
        let group = by.and_then(|by| facts.named(by));
        if by.is_some() && group.is_none() {
            return;
        }
        let value = field.and_then(|field| facts.named(field));
        let sighting = Sighting {
            at: seen.event.occurred_at.millis(),
            seq: seen.seq,
            received: seen.received.millis(),
            group: group.as_ref().map(|(value, label)| Value::of(value, label)),
            value: value.as_ref().map(|(value, label)| Value::of(value, label)),
        };
        if seen.is_back {
            self.machine.learn(&sighting);
        } else {
            self.machine.observe(&sighting);
        }
    }

    fn found(&self, episode: Episode) -> Found {
        let query = query(&self.kept.rule.filter, self.asked, &episode);
        Found { rule: self.kept.clone(), episode, query }
    }
}

/// The link to an episode's entries.
fn query(filter: &Filter, (by, field): Asked, episode: &Episode) -> String {
    let mut filter = filter.clone();
    let mut only = |field: Option<Field>, value: &Option<(String, String)>| {
        let (Some(field), Some((value, _))) = (field, value) else { return };
        if let Ok(value) = field.value(value) {
            filter.choices.entry(field).or_default().include = [Term::Is(value)].into();
        }
    };
    only(by, &episode.group);
    only(field, &episode.value);
    let time = Timestamp::saturating;
    if let Some(span) = Span::new(time(episode.from), time(episode.last_at).plus_millis(1)) {
        filter.range = Range::Between(span);
    }
    filter.as_of = Some(episode.upto);
    filter.to_string()
}

impl Engine {
    /// From what was kept. What rules of this project know of before they began is learned.
    pub(super) async fn load(inner: &Inner, project: Project) -> Result<Self, AlertsError> {
        let id = ProjectId(project.number);
        let head = inner.store.head(id).await?;
        let kept = inner.table.rules(id, head, inner.clock.now()).await?;
        let place = inner.table.place(id).await?.unwrap_or(head);
        let mut minds = inner.table.minds(id).await?;
        let closed = inner.table.closed(id).await?;
        let mut rules = Vec::new();
        for mut kept in kept.into_iter().filter(|kept| kept.rule.enabled && kept.legible) {
            let watched = Watched::new(kept.rule.condition, kept.rule.quiet);
            let mind = minds.remove(&kept.id).filter(|(revision, _)| *revision == kept.revision);
            let asked = (kept.rule.by, field(&kept.rule.condition));
            let (mind, begins) = match mind.map(|(_, mind)| postcard::from_bytes::<Mind>(&mind)) {
                Some(Ok(mind)) => (mind, false),
                Some(Err(_)) => (Mind::lost(inner.clock.now().millis()), true),
                None => (Mind::default(), true),
            };
            let mut machine = Machine::new(watched, mind);
            if begins {
                kept.upto = kept.upto.max(place);
                machine = learn(inner, &kept, machine, asked).await?;
            }
            for (_, grouping, cause) in closed.iter().filter(|(rule, ..)| *rule == kept.id) {
                machine.close(*grouping, *cause);
            }
            let matcher = Matcher::of(&kept.rule.filter);
            rules.push(Active { kept, matcher, machine, asked });
        }
        Ok(Self { project, place, kept: place, rules, since: inner.clock.now() })
    }

    pub(super) fn id(&self) -> ProjectId {
        ProjectId(self.project.number)
    }

    /// Looks at the entries up to a place that were not looked at before.
    pub(super) async fn see(
        &mut self,
        inner: &Inner,
        entries: &[Seen<'_>],
        upto: Seq,
    ) -> Result<(), AlertsError> {
        let claims = entries.iter().map(|seen| (seen.seq, seen.event));
        let ours = ours::among(&inner.table, self.id(), claims).await?;
        let news = entries.iter().filter(|seen| seen.seq > self.place && !ours.contains(&seen.seq));
        for seen in news {
            let facts = Facts::of(seen.event);
            for rule in &mut self.rules {
                rule.see(seen, &facts);
            }
        }
        self.place = self.place.max(upto);
        Ok(())
    }

    /// Reads what was missed, up to a place: some of it. Says whether that is all.
    pub(super) async fn catch_up(&mut self, inner: &Inner, upto: Seq) -> Result<bool, AlertsError> {
        if self.place >= upto {
            return Ok(true);
        }
        let end = upto.min(self.place + WINDOW);
        let entries = inner.store.between(self.id(), self.place, end).await?;
        let back = inner.table.restored(self.id(), self.place, end).await?;
        let seen = entries.iter().map(|entry| Seen {
            seq: entry.seq,
            event: &entry.event,
            received: entry.received_at,
            is_back: back.iter().any(|places| places.contains(&entry.seq)),
        });
        self.see(inner, &seen.collect::<Vec<_>>(), end).await?;
        Ok(end >= upto)
    }

    /// Looks at the clock, for what did not come.
    pub(super) fn look(&mut self, now: Timestamp) {
        for rule in &mut self.rules {
            let window = rule.kept.rule.condition.window().unwrap_or_default();
            let grace = GRACE.min(i64::from(window) * 1_000);
            let due = self.since.millis().saturating_add(grace);
            if now.millis() >= due {
                rule.machine.look(now.millis());
            }
        }
    }

    /// An alert was closed: what repeats is another one.
    pub(super) fn close(&mut self, rule: i64, grouping: i64, cause: Seq) {
        let found = self.rules.iter_mut().find(|active| active.kept.id == rule);
        if let Some(active) = found {
            active.machine.close(grouping, cause);
        }
    }

    /// Whether there is something to be kept, beside the place.
    pub(super) fn is_dirty(&self) -> bool {
        self.place != self.kept || self.rules.iter().any(|rule| rule.machine.dirty)
    }

    /// Whether somebody waits for what was found.
    pub(super) fn is_urgent(&self) -> bool {
        self.rules.iter().any(|rule| rule.machine.has_found())
    }

    /// Keeps the place, and what was found up to there. Where that fails, this one is of no use any more.
    pub(super) async fn keep(&mut self, inner: &Inner) -> Result<(), AlertsError> {
        let mut progress = Progress {
            project: self.id(),
            slug: self.project.slug.clone(),
            place: self.place,
            minds: Vec::new(),
            found: Vec::new(),
            site: inner.site.clone(),
            // What is told is what an admin sees.
            masks: inner.privacy.masks(self.id(), Role::Admin).await?,
        };
        for rule in &mut self.rules {
            let episodes = rule.machine.take();
            progress.found.extend(episodes.into_iter().map(|episode| rule.found(episode)));
            if std::mem::take(&mut rule.machine.dirty) {
                let mind = rule.machine.mind();
                let limit = mind.limit;
                let mind = postcard::to_stdvec(mind);
                let mind = mind.map_err(|e| AlertsError::Unreadable(e.to_string()))?;
                let KeptRule { id: rule, revision, .. } = rule.kept;
                progress.minds.push(Kept { rule, revision, mind, limit });
            }
        }
        let fired = !progress.found.is_empty();
        if inner.table.keep(&progress, inner.clock.now()).await? {
            inner.courier.notify_one();
        }
        if fired {
            inner.fired.notify_one();
        }
        self.kept = self.place;
        Ok(())
    }
}

/// What a rule knows of the log before it begins.
async fn learn(
    inner: &Inner,
    kept: &KeptRule,
    mut machine: Machine,
    asked: Asked,
) -> Result<Machine, AlertsError> {
    machine.dirty = true;
    if !machine.learns() || kept.upto == 0 {
        return Ok(machine);
    }
    let now = inner.clock.now();
    let from = machine.memory().map_or(Timestamp::MIN, |memory| now.plus_millis(-memory));
    let span = Span { from, to: Timestamp::END };
    let scope = Scope {
        project: kept.project,
        within: Vec::new(),
        filter: kept.rule.filter.clone(),
        span,
        as_of: kept.upto,
    };
    let store = Arc::clone(&inner.store);
    let ours = ours::within(&inner.table, &*store, &*store, &scope).await?;
    let learned = walk(&*store, &scope, asked, ours, machine, |machine, sighting| {
        machine.learn(sighting);
        true
    });
    Ok(learned.await?)
}
