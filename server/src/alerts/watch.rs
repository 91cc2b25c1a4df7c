//! The task that looks at what arrives, for all projects.

use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    sync::Arc,
    time::Duration,
};

use daybook_model::Seq;
use tokio::{
    sync::mpsc,
    time::{Instant, interval, sleep, timeout},
};

use super::{
    Inner,
    engine::{Engine, Seen},
    table::AlertsError,
};
use crate::{ledger::Written, store::ProjectId};

/// What arrives within this time is looked at together.
const LINGER: Duration = Duration::from_millis(50);
/// How often the clock is looked at, and the heads of logs.
const BEAT: Duration = Duration::from_secs(1);
/// How often the place is kept while nothing is found.
const KEEP: Duration = Duration::from_secs(5);
/// How long it waits after the database did not answer.
const REST: Duration = Duration::from_millis(500);

/// Looks at what arrives until the server stops.
pub(super) async fn watch(inner: Arc<Inner>, mut news: mpsc::Receiver<Written>) {
    let mut closing = inner.closing.subscribe();
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut watch =
        Watch { inner: Arc::clone(&inner), engines: HashMap::new(), kept: Instant::now() };
    let mut behind = true;
    loop {
        let mut written = None;
        let mut whole = behind;
        tokio::select! {
            // An error means that the hub is gone, which is the same.
            _ = closing.wait_for(|closing| *closing) => break,
            told = news.recv(), if !behind => match told {
                Some(told) => written = Some(told),
                None => break,
            },
            () = inner.bell.notified() => {}
            () = std::future::ready(()), if behind => {}
            _ = beat.tick() => whole = true,
        }
        behind = match watch.turn(written, &mut news, whole).await {
            Ok(behind) => behind,
            Err(error) => {
                tracing::warn!(%error, "alerts wait for the database");
                // What was found and not kept is found again.
                watch.engines.clear();
                let _ = timeout(REST, closing.wait_for(|closing| *closing)).await;
                true
            }
        };
    }
    for engine in watch.engines.values_mut().filter(|engine| engine.is_dirty()) {
        if let Err(error) = engine.keep(&inner).await {
            tracing::warn!(%error, "what alerts looked at last is looked at again");
        }
    }
}

struct Watch {
    inner: Arc<Inner>,
    engines: HashMap<ProjectId, Engine>,
    kept: Instant,
}

impl Watch {
    /// Looks at what there is. Says whether there is more.
    async fn turn(
        &mut self,
        written: Option<Written>,
        news: &mut mpsc::Receiver<Written>,
        whole: bool,
    ) -> Result<bool, AlertsError> {
        let inner = Arc::clone(&self.inner);
        // What was changed before something arrived counts for it.
        self.obey().await?;
        let mut heads = BTreeMap::new();
        let mut all = Vec::from_iter(written);
        // Where little arrives, a moment more brings a little more; where much does, it is there already.
        if !all.is_empty() && news.is_empty() {
            sleep(LINGER).await;
        }
        while let Ok(more) = news.try_recv() {
            all.push(more);
        }
        self.obey().await?;
        for written in all {
            let project = written.project;
            let (Some(first), Some((last, _))) = (written.first(), written.entries().last()) else {
                continue;
            };
            if first == 1 && !self.engines.contains_key(&project) {
                // A log that begins is watched from its first entry.
                inner.table.begin(project, 0, inner.clock.now()).await?;
            }
            let engine = self.engine(project).await?;
            if engine.place + 1 < first {
                // Something was missed: this is read with it.
                heads.insert(project, last);
                continue;
            }
            let (received, is_back) = (written.received_at, written.is_back);
            let seen = |(seq, event)| Seen { seq, event, received, is_back };
            engine.see(&inner, &written.entries().map(seen).collect::<Vec<_>>(), last).await?;
            // Whoever sends a lot is not to hold up the others of this thread.
            tokio::task::yield_now().await;
        }
        if whole {
            for project in inner.store.projects().await? {
                let id = ProjectId(project.number);
                heads.insert(id, inner.store.head(id).await?);
            }
        }
        let mut behind = false;
        for (project, head) in heads {
            let engine = self.engine(project).await?;
            behind |= !engine.catch_up(&inner, head).await?;
            engine.look(inner.clock.now());
        }
        let due = self.kept.elapsed() >= KEEP;
        for engine in self.engines.values_mut() {
            if engine.is_urgent() || due && engine.is_dirty() {
                engine.keep(&inner).await?;
            }
        }
        if due {
            self.kept = Instant::now();
        }
        let places = self.engines.iter().map(|(project, engine)| (*project, engine.place));
        inner.looked.send_modify(|looked| looked.extend(places));
        Ok(behind)
    }

    /// Does what people changed.
    async fn obey(&mut self) -> Result<(), AlertsError> {
        let inner = Arc::clone(&self.inner);
        let (changed, closed) = inner.take_orders();
        for (project, rule, grouping, cause) in closed {
            self.engine(project).await?.close(rule, grouping, cause);
        }
        for project in changed {
            if let Some(mut engine) = self.engines.remove(&project)
                && engine.is_dirty()
            {
                engine.keep(&inner).await?;
            }
            self.engine(project).await?;
        }
        Ok(())
    }

    async fn engine(&mut self, project: ProjectId) -> Result<&mut Engine, AlertsError> {
        let inner = Arc::clone(&self.inner);
        match self.engines.entry(project) {
            Entry::Occupied(engine) => Ok(engine.into_mut()),
            Entry::Vacant(room) => {
                let found = inner.store.project(&project.0.to_string()).await?;
                let found = found
                    .ok_or_else(|| AlertsError::Unreadable(format!("the project {}", project.0)))?;
                Ok(room.insert(Engine::load(&inner, found).await?))
            }
        }
    }
}

/// A place in a project's log at which an alert was closed: project, rule, group, cause.
pub(super) type Closed = (ProjectId, i64, i64, Seq);
