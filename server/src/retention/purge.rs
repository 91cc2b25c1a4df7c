//! Applying a project's rules: what is due is archived, then taken out in small steps.

use std::{
    collections::BTreeSet,
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
    outbound::Place,
    state::AppState,
    store::{Key, Parts, ProjectId, Removal, StoreError},
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
/// How many entries are looked for at once.
const PAGE: usize = 1_000;

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
    let archived = state.outbound.archive.is_some();
    let mut open = keeping.open(id).await?;
    if open.as_ref().is_some_and(|open| open.plan.archived.unwrap_or(archived) != archived) {
        // What is true of one of its entries would not be of another. What is left is the next one's.
        go_on(state, project, &mut open, false).await?;
        open = None;
    }
    let removed = go_on(state, project, &mut open, true).await?;
    let mut began = Instant::now();
    while removed > 0 && state.store.give_back().await? {
        state.pace.rest(keeping, began).await;
        began = Instant::now();
    }
    Ok(removed)
}

/// Goes on with a run or begins one, or ends it where nothing more is to go; how many entries went.
async fn go_on(
    state: &AppState,
    project: &Project,
    open: &mut Option<Open>,
    more: bool,
) -> Result<u64, RetentionError> {
    let (keeping, id) = (&state.retention, ProjectId(project.number));
    let plan = if let Some(open) = &open {
        open.plan.clone()
    } else {
        let rules = keeping.rules(id).await?.unwrap_or_default();
        let holds = keeping.holds(id).await?;
        let plan = Plan::settle(&*state.store, id, &rules, &holds, state.clock.now()).await?;
        plan.begun(state.outbound.archive.is_some())
    };
    let mut purge = Purge { state, keeping, project, id, plan, removed: 0 };
    if open.as_ref().is_none_or(|open| open.ended_at.is_none()) {
        purge.run(open, more).await?;
    }
    if let Some(Open { run, .. }) = open {
        tell(state, project, *run).await?;
    }
    Ok(purge.removed)
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
    /// Everything that is due, time by time, if `more` is to go at all. A run begins with the first entry
    /// that is.
    async fn run(&mut self, open: &mut Option<Open>, more: bool) -> Result<(), RetentionError> {
        let mut from = Timestamp::MIN;
        let mut stopped = !more || open.as_ref().is_some_and(|open| open.stopped);
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
            self.settle_what_is_gone().await?;
            let now = self.state.clock.now();
            self.keeping.end(self.id, open.run, now).await?;
            open.ended_at = Some(now);
        }
        Ok(())
    }

    /// Takes out what is due of a day: first that of which a file tells already, then what goes into a new
    /// one.
    async fn take(
        &mut self,
        (run, day): (i64, i64),
        due: &mut Due,
        seen: (&[Hold], Seq),
    ) -> Result<Step, RetentionError> {
        let state = self.state;
        let Some(place) = &state.outbound.archive else {
            return self.remove(run, &due.all(), seen).await;
        };
        // Of one that was written before something came in between, nothing is believed but what it gives back.
        for file in self.keeping.unsettled(self.id, Some(day)).await? {
            let within = archive::keys(place, &file).await?;
            match self.remove(run, &due.within(&within), seen).await? {
                Step::Done => self.settle_if_gone(&file, &within).await?,
                other => return Ok(other),
            }
        }
        if due.keys.is_empty() {
            return Ok(Step::Done);
        }
        let Some(file) = self.write(place, (run, day), due).await? else {
            // Nothing of it is old after all.
            return Ok(Step::Done);
        };
        match self.remove(run, &due.all(), seen).await? {
            Step::Done => self.keeping.settle(self.id, file.id).await?,
            other => return Ok(other),
        }
        Ok(Step::Done)
    }

    /// Writes what is due of a day to a new file.
    async fn write(
        &self,
        place: &Place,
        (run, day): (i64, i64),
        due: &mut Due,
    ) -> Result<Option<KeptFile>, RetentionError> {
        let part = self.keeping.last_part(self.id, run, day).await? + 1;
        let (id, now) = (FileId { run, day, part }, self.state.clock.now());
        let to = (&self.state.store, place, (self.state.pace, self.keeping));
        let file = archive::write(to, self.project, &self.plan, due, id, now).await?;
        if let Some(file) = &file {
            self.keeping.written(self.id, file).await?;
        }
        Ok(file)
    }

    /// Settles the files of which nothing is in the log any more. One that cannot be read stays as it is.
    async fn settle_what_is_gone(&self) -> Result<(), RetentionError> {
        let Some(place) = &self.state.outbound.archive else { return Ok(()) };
        for file in self.keeping.unsettled(self.id, None).await? {
            match archive::keys(place, &file).await {
                Ok(within) => self.settle_if_gone(&file, &within).await?,
                Err(error) => tracing::warn!(%error, "a file of the archive is not settled"),
            }
        }
        Ok(())
    }

    /// Settles a file, if nothing of it is in the log any more. What somebody holds, or the rules keep, stays;
    /// the run that takes it out finds it in this file.
    async fn settle_if_gone(
        &self,
        file: &KeptFile,
        within: &BTreeSet<Key>,
    ) -> Result<(), RetentionError> {
        let keys: Vec<Key> = within.iter().copied().collect();
        for keys in keys.chunks(PAGE) {
            if !self.state.store.at(self.id, keys, Parts::Narrow).await?.is_empty() {
                return Ok(());
            }
        }
        self.keeping.settle(self.id, file.id).await
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
        let archived = open.plan.archived.unwrap_or(state.outbound.archive.is_some());
        event.message = Some(record::sentence(count, archived));
        event.context = Some(record::context(&open.plan, run, &taken, archived));
        state.ledger.tell(id, record::ready(state, event)).await?;
    }
    keeping.told(id, run).await
}
