//! Applying a project's rules: what is due is archived, then taken out in small steps.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use daybook_model::{
    Operation, Seq, Timestamp,
    account::Project,
    retention::{DAY, Hold},
};

use super::{
    Keeping, RetentionError, archive,
    files::{FileId, KeptFile},
    plan::{Due, Plan},
    record,
    runs::Open,
};
use crate::{
    state::AppState,
    store::{Key, ProjectId, Removal, StoreError},
};

/// How fast it goes.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How many entries go at once.
    pub step: usize,
    /// How often as long as it worked it does nothing, while somebody asks.
    pub rest: u32,
    /// The same while nobody does.
    pub rest_alone: u32,
    /// How often somebody who reads is waited for before the run is put off.
    pub tries: u32,
}

impl Default for Pace {
    fn default() -> Self {
        // One question in twenty-five meets it at work, so nineteen of twenty never notice.
        Self { step: 2_000, rest: 24, rest_alone: 1, tries: 20 }
    }
}

impl Pace {
    /// Does nothing for a while, having worked since a moment.
    pub(super) async fn rest(&self, keeping: &Keeping, began: Instant) {
        let times = if keeping.is_asked() { self.rest } else { self.rest_alone };
        tokio::time::sleep(began.elapsed() * times).await;
    }
}

/// How long in between.
const WAIT: Duration = Duration::from_millis(500);

/// How a step ended.
enum Step {
    Done,
    /// What is held, or what the rules are, has changed: what is due is looked up again.
    Again,
    Stopped,
}

/// Applies the rules of a project once, or goes on with what was begun; how many entries went.
pub(super) async fn apply(state: &AppState, project: &Project) -> Result<u64, RetentionError> {
    let (keeping, id) = (&state.retention, ProjectId(project.number));
    let mut open = keeping.open(id).await?;
    let plan = if let Some(open) = &open {
        open.plan.clone()
    } else {
        let rules = keeping.rules(id).await?.unwrap_or_default();
        let holds = keeping.holds(id).await?;
        Plan::settle(&*state.store, id, &rules, &holds, state.clock.now()).await?
    };
    let mut purge = Purge { state, keeping, project, id, plan, removed: 0 };
    if open.as_ref().is_none_or(|open| open.ended_at.is_none()) {
        purge.run(&mut open).await?;
    }
    let Some(Open { run, .. }) = open else { return Ok(0) };
    tell(state, project, run).await?;
    let removed = purge.removed;
    let mut began = Instant::now();
    while removed > 0 && state.store.give_back().await? {
        state.pace.rest(keeping, began).await;
        began = Instant::now();
    }
    Ok(removed)
}

/// A run.
struct Purge<'s> {
    state: &'s AppState,
    keeping: &'s Keeping,
    project: &'s Project,
    id: ProjectId,
    plan: Plan,
    removed: u64,
}

impl Purge<'_> {
    /// Everything that is due, time by time. A run begins with the first entry that is.
    async fn run(&mut self, open: &mut Option<Open>) -> Result<(), RetentionError> {
        let mut from = Timestamp::MIN;
        let mut stopped = open.as_ref().is_some_and(|open| open.stopped);
        while !stopped {
            let began = Instant::now();
            let window = self.plan.window(&*self.state.store, self.id, from).await?;
            let Some(window) = window else { break };
            let day = window.from.millis().div_euclid(DAY);
            let holds = self.keeping.holds(self.id).await?;
            let floor = self.keeping.floor(self.id).await?;
            let store = &*self.state.store;
            let mut due = self.plan.due(store, self.id, window, &holds, floor).await?;
            self.state.pace.rest(self.keeping, began).await;
            if due.keys.is_empty() {
                from = window.to;
                continue;
            }
            if open.is_none() {
                let plan = self.plan.clone();
                *open = Some(self.keeping.begin(self.id, plan, self.state.clock.now()).await?);
            }
            let run = open.as_ref().map_or(0, |open| open.run);
            match self.take((run, day), &mut due, (&holds, floor)).await? {
                Step::Done => from = window.to,
                Step::Again => {}
                Step::Stopped => stopped = true,
            }
        }
        if let Some(open) = open {
            self.keeping.settle(self.id, open.run, None).await?;
            let now = self.state.clock.now();
            self.keeping.end(self.id, open.run, now).await?;
            open.ended_at = Some(now);
        }
        Ok(())
    }

    /// Takes out what is due of a day: that of which a file tells already, else what goes into a new one.
    async fn take(
        &mut self,
        (run, day): (i64, i64),
        due: &mut Due,
        seen: (&[Hold], Seq),
    ) -> Result<Step, RetentionError> {
        while !due.keys.is_empty() {
            let file = match &self.state.outbound.archive {
                Some(_) => self.file(run, day, due).await?,
                None => None,
            };
            if file.is_none() && self.state.outbound.archive.is_some() {
                // Nothing of it is old after all.
                return Ok(Step::Done);
            }
            let within = file.as_ref().and_then(|(_, within)| within.as_ref());
            let now = due.keys.iter().map(|(&key, &rule)| (key, rule));
            let now: Vec<(Key, usize)> = now
                .filter(|(key, _)| within.is_none_or(|within| within.contains(&key.1)))
                .collect();
            for (key, _) in &now {
                due.keys.remove(key);
            }
            match self.remove(run, &now, seen).await? {
                Step::Done => {}
                other => return Ok(other),
            }
            if let Some((file, _)) = file {
                self.keeping.settle(self.id, run, Some(file.id)).await?;
            }
        }
        Ok(Step::Done)
    }

    /// A file that has some of what is due, and which entries these are, unless it has all. Of one that was
    /// written before something came in between, nothing is believed but what it gives back.
    async fn file(
        &self,
        run: i64,
        day: i64,
        due: &mut Due,
    ) -> Result<Option<(KeptFile, Option<HashSet<Seq>>)>, RetentionError> {
        let Some(place) = &self.state.outbound.archive else { return Ok(None) };
        if let Some(file) = self.keeping.unsettled(self.id, run, day).await? {
            let within = archive::places(place, &file).await?;
            return Ok(Some((file, Some(within))));
        }
        let part = self.keeping.parts(self.id, run, day).await? + 1;
        let (id, now) = (FileId { run, day, part }, self.state.clock.now());
        let to = (&self.state.store, place, (self.state.pace, self.keeping));
        let file = archive::write(to, self.project, &self.plan, due, id, now).await?;
        if let Some(file) = &file {
            self.keeping.written(self.id, file).await?;
        }
        Ok(file.map(|file| (file, None)))
    }

    /// Takes entries out, a few at a time.
    async fn remove(
        &mut self,
        run: i64,
        keys: &[(Key, usize)],
        (holds, floor): (&[Hold], Seq),
    ) -> Result<Step, RetentionError> {
        let pace = self.state.pace;
        for (number, rule) in self.plan.rules.iter().enumerate() {
            let own: Vec<Key> =
                keys.iter().filter(|(_, of)| *of == number).map(|(key, _)| *key).collect();
            for keys in own.chunks(pace.step) {
                let removal = Removal {
                    project: self.id,
                    keys: keys.to_vec(),
                    received_before: rule.before,
                    run,
                    rule: rule.name.clone(),
                };
                let began = Instant::now();
                {
                    // Whoever makes a hold waits until this step is over, and no other begins.
                    let _step = self.keeping.step().await?;
                    if self.keeping.is_stopped(self.id, run).await? {
                        return Ok(Step::Stopped);
                    }
                    let now =
                        (self.keeping.holds(self.id).await?, self.keeping.floor(self.id).await?);
                    if now.0 != holds || now.1 < floor {
                        return Ok(Step::Again);
                    }
                    self.state.investigations.removing(self.id, run, keys).await?;
                    self.removed += self.step(&removal).await?;
                }
                pace.rest(self.keeping, began).await;
            }
        }
        Ok(Step::Done)
    }

    /// One step, once nobody reads there.
    async fn step(&self, removal: &Removal) -> Result<u64, StoreError> {
        let mut tries = 0;
        loop {
            match self.state.store.remove(removal).await {
                Err(error) if error.passes() && tries < self.state.pace.tries => {
                    tries += 1;
                    tokio::time::sleep(WAIT).await;
                }
                result => return result,
            }
        }
    }
}

/// The id of the entry by which the log tells of a run.
pub(crate) fn entry_id(project: ProjectId, run: i64) -> String {
    format!("retention:{}:run:{run}", project.0)
}

/// Writes down what a run did, once.
async fn tell(state: &AppState, project: &Project, run: i64) -> Result<(), RetentionError> {
    let (keeping, id) = (&state.retention, ProjectId(project.number));
    let Some(open) = keeping.open(id).await?.filter(|open| open.run == run) else { return Ok(()) };
    let (Some(at), taken) = (open.ended_at, keeping.taken(id, run).await?) else { return Ok(()) };
    if !taken.is_empty() {
        let mut event = record::event(at, "ApplyRetention", Operation::Delete);
        // The same however often it is written.
        event.id = Some(entry_id(id, run));
        let count: u64 = taken.iter().filter_map(|taken| taken.count).sum();
        let archived = state.outbound.archive.is_some();
        event.message = Some(record::sentence(count, archived));
        event.context = Some(record::context(&open.plan, run, &taken, archived));
        state.ledger.tell(id, record::ready(state, event)).await?;
    }
    keeping.told(id, run).await
}
