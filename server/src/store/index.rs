//! The column index: a store in front of a store. It holds the numbers of recent entries in memory,
//! column by column, and answers from these what it can in one pass, on all cores; texts of a page's
//! rows, and whatever it does not hold, are asked of the store beneath.
//!
//! Not held are: the ids of events and what entries refer to (requests, sessions, runs, webhooks),
//! which are found by index beneath; columns with too many values; and entries beyond the memory it
//! was given, oldest first.

mod bits;
mod chunk;
mod disk;
mod keeper;
mod lexicon;
mod listed;
mod merge;
mod order;
mod packed;
mod plan;
mod purge;
mod row;
mod scan;
mod slots;
mod snapshot;
mod source;
mod stack;
mod tally;
mod values;
mod within;

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use daybook_model::{
    Entry, Event, FacetCounts, Field, Filter, Seq, Sort, Span, Stack, StackBy, Timestamp,
    account::Project, page::Direction,
};
use tokio::sync::{Mutex, Semaphore, mpsc};

pub use disk::{Inspected, inspect};
pub(crate) use row::{COLUMNS, Coded, Key, Row};
pub(crate) use source::Source;

use super::{
    Appended, Counts, Held, News, Parts, Position, ProjectId, Removal, Rows, Scope, Steady, Store,
    StoreError,
    engine::Engine,
    tables::{self, Tables},
};
use keeper::blocking;
use plan::Plan;
use scan::Window;
use slots::Slots;
use snapshot::Snapshot;
use values::Listing;

/// What the index may use, and for how long.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Bytes of memory for each project.
    pub memory: usize,
    /// After how long a project that nobody looks at is let go.
    pub idle: Duration,
    /// How long a question waits for the index to know what it is about, before it is asked beneath.
    pub patience: Duration,
    /// How many rows a chunk has.
    pub chunk: usize,
    /// A column with more distinct values than that is not held.
    pub words: usize,
    /// Where full chunks are kept between two starts.
    pub folder: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            memory: 1 << 30,
            idle: Duration::from_mins(30),
            patience: Duration::from_millis(250),
            chunk: 1 << 17,
            words: 1 << 20,
            folder: None,
        }
    }
}

/// A store with a column index in front of it.
pub struct Index {
    beneath: Arc<dyn Source>,
    slots: Arc<Slots>,
    /// How many questions are answered at once: more do not help, and take memory each.
    turns: Semaphore,
    /// One takes entries out at a time.
    removing: Mutex<()>,
}

/// How many news of other servers may wait.
const NEWS: usize = 1_024;
/// How many questions are answered at once.
const TURNS: usize = 8;
/// With more values than that whose names differ, a facet that is held in part is not added up.
const RENAMED: usize = 50;
/// More values of one facet than that are not added up with those beneath.
const ADDED: usize = 10_000;

impl Index {
    /// An index in front of a store.
    pub fn over<E: Engine>(store: Arc<Tables<E>>, settings: Settings) -> Self {
        let beneath: Arc<dyn Source> = store;
        let slots = Arc::new(Slots::new(Arc::clone(&beneath), settings));
        Self { slots, beneath, turns: Semaphore::new(TURNS), removing: Mutex::default() }
    }

    /// Begins to hold every project there is.
    pub async fn warm(&self) -> Result<(), StoreError> {
        for project in self.beneath.projects().await? {
            self.slots.shown(ProjectId(project.number));
        }
        Ok(())
    }

    /// Waits until a project is held as far as it can be; how many entries and bytes are then held.
    pub async fn settled(&self, project: ProjectId) -> Result<(usize, usize), StoreError> {
        let head = self.beneath.head(project).await?;
        let snapshot = self.slots.settled(project, head).await?;
        Ok((snapshot.len(), snapshot.bytes()))
    }

    /// Whether anything of a project is held at the moment.
    pub fn holds(&self, project: ProjectId) -> bool {
        self.slots.holds(project)
    }

    /// How many questions were answered here, and how many beneath, wholly or in part.
    pub fn answered(&self) -> (u64, u64) {
        self.slots.answered()
    }

    /// A project's log has grown by what was appended.
    fn announce(&self, project: ProjectId, outcomes: &[Appended]) {
        let head = outcomes.iter().rev().find_map(|outcome| match outcome {
            Appended::Stored(seq) => Some(*seq),
            Appended::Duplicate(_) | Appended::Differs(_) => None,
        });
        if let Some(head) = head {
            self.slots.announce(project, head);
        }
    }

    /// Answers a question about a scope from what is held; `None` where that cannot tell.
    async fn ask<T: Send + 'static>(
        &self,
        scope: &Scope,
        answer: impl FnOnce(&Snapshot, Window, &Plan) -> Option<T> + Send + 'static,
    ) -> Result<Option<(T, Arc<Snapshot>)>, StoreError> {
        let Some(snapshot) = self.slots.at(scope.project, scope.as_of).await? else {
            return Ok(None);
        };
        let scope = scope.clone();
        // Never closed.
        let _turn = self.turns.acquire().await;
        let answer = blocking(move || {
            let window = Window::of(scope.span, scope.as_of);
            let plan = Plan::of(&snapshot.lexicon, snapshot.columns, &scope)?;
            Some((answer(&snapshot, window, &plan)?, snapshot))
        })
        .await?;
        let part = answer.as_ref().is_none_or(|(_, snapshot)| snapshot.beneath.is_some());
        self.slots.count(!part);
        Ok(answer)
    }
}

#[async_trait]
impl Store for Index {
    async fn create_project(&self, slug: &str, now: Timestamp) -> Result<Project, StoreError> {
        let project = self.beneath.create_project(slug, now).await?;
        // A new project is empty: held from the start.
        self.slots.shown(ProjectId(project.number));
        Ok(project)
    }

    fn news(&self) -> Option<mpsc::Receiver<(ProjectId, News)>> {
        let mut news = self.beneath.news()?;
        let (tell, told) = mpsc::channel(NEWS);
        let slots = Arc::downgrade(&self.slots);
        tokio::spawn(async move {
            while let Some((project, told)) = tables::next(&mut news, &tell).await {
                let Some(slots) = slots.upgrade() else { return };
                match told {
                    News::Grown(head) => slots.announce(project, head),
                    News::Shrunk => slots.forget(project),
                }
                // Nobody may be left that listens.
                if tell.send((project, told)).await.is_err() {
                    return;
                }
            }
        });
        Some(told)
    }

    async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        self.beneath.projects().await
    }

    async fn project(&self, slug_or_number: &str) -> Result<Option<Project>, StoreError> {
        self.beneath.project(slug_or_number).await
    }

    async fn actors_with_email(
        &self,
        project: ProjectId,
        email: &str,
    ) -> Result<Vec<String>, StoreError> {
        self.beneath.actors_with_email(project, email).await
    }

    async fn append(
        &self,
        project: ProjectId,
        events: &[Event],
        received_at: Timestamp,
    ) -> Result<Vec<Appended>, StoreError> {
        let outcomes = self.beneath.append(project, events, received_at).await?;
        self.announce(project, &outcomes);
        Ok(outcomes)
    }

    async fn restore(
        &self,
        project: ProjectId,
        events: &[Event],
        received_at: Timestamp,
    ) -> Result<Vec<Appended>, StoreError> {
        let outcomes = self.beneath.restore(project, events, received_at).await?;
        self.announce(project, &outcomes);
        Ok(outcomes)
    }

    /// What is held is made ready first, so that nobody waits for long, and shown in the same moment in
    /// which the entries go.
    async fn remove(&self, removal: &Removal) -> Result<u64, StoreError> {
        let _removing = self.removing.lock().await;
        let mut keys = removal.keys.clone();
        keys.sort_unstable();
        let Some(last) = keys.last().map(|key| key.0) else { return Ok(0) };
        let keys: Arc<[Key]> = keys.into();
        let (project, before) = (removal.project, Timestamp::saturating(last).plus_millis(1));
        let prepared = self.slots.prepare(project, &keys).await;
        let shut = match self.beneath.gate().shut(project, before).await {
            Ok(shut) => shut,
            Err(error) => {
                if let Some(prepared) = prepared {
                    prepared.give_up();
                }
                return Err(error);
            }
        };
        let removed = self.beneath.remove_behind(removal).await;
        // Where not all of them went, or nobody knows, what is held is not told apart from what is there.
        let whole = removed.as_ref().is_ok_and(|&removed| removed == keys.len() as u64);
        let shown = match prepared.filter(|_| whole) {
            Some(prepared) => prepared.go_on().await,
            None => false,
        };
        if !shown {
            self.slots.forget(project);
        }
        drop(shut);
        removed
    }

    async fn give_back(&self) -> Result<bool, StoreError> {
        self.beneath.give_back().await
    }

    async fn steady(&self, project: ProjectId, from: Timestamp) -> Steady {
        self.beneath.steady(project, from).await
    }

    async fn head(&self, project: ProjectId) -> Result<Seq, StoreError> {
        self.beneath.head(project).await
    }

    async fn moment(&self, project: ProjectId) -> Result<Seq, StoreError> {
        self.beneath.moment(project).await
    }

    async fn writable(&self) -> Result<(), StoreError> {
        self.beneath.writable().await
    }

    async fn behind(&self) -> Result<Option<u64>, StoreError> {
        self.beneath.behind().await
    }

    fn held(&self) -> Option<Held> {
        Some(self.slots.held())
    }

    async fn list(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        direction: Direction,
        limit: u16,
    ) -> Result<Vec<Entry>, StoreError> {
        let _steady = self.beneath.steady_within(scope.project, scope.span.from).await;
        if !Coded::orders(sort.column) {
            return self.beneath.list(scope, sort, from, direction, limit).await;
        }
        let position = from.cloned();
        let keys = move |snapshot: &Snapshot, window: Window, plan: &Plan| {
            if let Some(column) = Coded::of_column(sort.column)
                && !snapshot.columns[column.index()]
            {
                return None;
            }
            let from = position.as_ref();
            Some(snapshot.keys(window, plan, sort, from, direction, limit.into()))
        };
        let Some((keys, snapshot)) = self.ask(scope, keys).await? else {
            return self.beneath.list(scope, sort, from, direction, limit).await;
        };
        let entries = self.beneath.entries_at(scope.project, &keys).await?;
        let newest_first = sort == Sort::default() && direction == Direction::Next;
        let is_beyond = |below: &Scope| {
            let last = keys.last().filter(|_| keys.len() == usize::from(limit));
            newest_first && last.is_some_and(|key| key.0 >= below.span.to.millis())
        };
        let Some(below) = snapshot.below(scope).filter(|below| !is_beyond(below)) else {
            return Ok(entries);
        };
        let more = self.beneath.list(&below, sort, from, direction, limit).await?;
        Ok(merge::lists(entries, more, sort, direction, limit.into()))
    }

    async fn entry(&self, project: ProjectId, seq: Seq) -> Result<Option<Entry>, StoreError> {
        self.beneath.entry(project, seq).await
    }

    async fn between(
        &self,
        project: ProjectId,
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<Entry>, StoreError> {
        self.beneath.between(project, after, upto).await
    }

    async fn first_from(
        &self,
        project: ProjectId,
        place: Seq,
    ) -> Result<Option<(Seq, Timestamp)>, StoreError> {
        self.beneath.first_from(project, place).await
    }

    /// Beneath, where it is one sequential read.
    async fn walk(
        &self,
        scope: &Scope,
        newest_first: bool,
        from: Option<&Position>,
        limit: usize,
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        self.beneath.walk(scope, newest_first, from, limit, parts).await
    }

    async fn rows(
        &self,
        scope: &Scope,
        newest_first: bool,
        from: Option<Key>,
        limit: usize,
        fields: Option<&[Field]>,
    ) -> Result<Option<Rows>, StoreError> {
        let asked = scope.clone();
        let columns = Coded::of_fields(fields);
        let rows = move |snapshot: &Snapshot, window: Window, plan: &Plan| {
            let below = snapshot.below(&asked);
            if !snapshot.is_wide() || (below.is_some() && !newest_first) {
                return None;
            }
            let rows = snapshot.rows(window, plan, newest_first, from, limit, &columns);
            // Nothing that lies beneath may come before the last of them.
            let last = rows.last().filter(|_| rows.len() == limit);
            let whole = below
                .is_none_or(|below| last.is_some_and(|row| row.key.0 >= below.span.to.millis()));
            whole.then_some(rows)
        };
        match self.ask(scope, rows).await? {
            Some((rows, snapshot)) => Rows::new(rows, snapshot).map(Some),
            None => self.beneath.rows(scope, newest_first, from, limit, fields).await,
        }
    }

    async fn sorted_rows(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        limit: usize,
    ) -> Result<Option<Rows>, StoreError> {
        if !Coded::orders(sort.column) {
            return Ok(None);
        }
        let position = from.cloned();
        let asked = scope.clone();
        let rows = move |snapshot: &Snapshot, window: Window, plan: &Plan| {
            let whole = snapshot.is_wide() && snapshot.below(&asked).is_none();
            whole.then(|| snapshot.sorted_rows(window, plan, sort, position.as_ref(), limit))
        };
        match self.ask(scope, rows).await? {
            Some((rows, snapshot)) => Rows::new(rows, snapshot).map(Some),
            None => Ok(None),
        }
    }

    async fn keys(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        if !Coded::orders(sort.column) {
            return self.beneath.keys(scope, sort, from, limit).await;
        }
        let position = from.cloned();
        let asked = scope.clone();
        let keys = move |snapshot: &Snapshot, window: Window, plan: &Plan| {
            let held = Coded::of_column(sort.column).is_none_or(|c| snapshot.columns[c.index()]);
            let whole = snapshot.below(&asked).is_none();
            let from = position.as_ref();
            (held && whole).then(|| snapshot.keys(window, plan, sort, from, Direction::Next, limit))
        };
        match self.ask(scope, keys).await? {
            Some((keys, _)) => Ok(keys),
            None => self.beneath.keys(scope, sort, from, limit).await,
        }
    }

    async fn at(
        &self,
        project: ProjectId,
        keys: &[Key],
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        self.beneath.at(project, keys, parts).await
    }

    async fn count(&self, scope: &Scope) -> Result<u64, StoreError> {
        let _steady = self.beneath.steady_within(scope.project, scope.span.from).await;
        let count = |snapshot: &Snapshot, window, plan: &Plan| Some(snapshot.count(window, plan));
        let Some((count, snapshot)) = self.ask(scope, count).await? else {
            return self.beneath.count(scope).await;
        };
        Ok(match snapshot.below(scope) {
            Some(below) => count + self.beneath.count(&below).await?,
            None => count,
        })
    }

    async fn count_each(
        &self,
        scope: &Scope,
        bounds: &[Vec<Filter>],
    ) -> Result<Vec<u64>, StoreError> {
        let _steady = self.beneath.steady_within(scope.project, scope.span.from).await;
        let asked = bounds.to_vec();
        let counts = move |snapshot: &Snapshot, window, plan: &Plan| {
            let plans = asked
                .iter()
                .map(|within| Plan::within(&snapshot.lexicon, snapshot.columns, within))
                .collect::<Option<Vec<_>>>()?;
            Some(snapshot.count_each(window, plan, &plans))
        };
        let Some((mut counts, snapshot)) = self.ask(scope, counts).await? else {
            return self.beneath.count_each(scope, bounds).await;
        };
        if let Some(below) = snapshot.below(scope) {
            let more = self.beneath.count_each(&below, bounds).await?;
            counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
        }
        Ok(counts)
    }

    async fn extent(&self, scope: &Scope) -> Result<Option<Span>, StoreError> {
        let _steady = self.beneath.steady_within(scope.project, scope.span.from).await;
        let extent = |snapshot: &Snapshot, window, _: &Plan| Some(snapshot.extent(window));
        let Some((extent, snapshot)) = self.ask(&scope.unfiltered(), extent).await? else {
            return self.beneath.extent(scope).await;
        };
        let span = extent.and_then(|(first, last)| {
            let [first, last] = [first, last].map(Timestamp::saturating);
            Span::new(first, last.plus_millis(1))
        });
        Ok(match snapshot.below(scope) {
            Some(below) => merge::spans(span, self.beneath.extent(&below).await?),
            None => span,
        })
    }

    async fn histogram(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
    ) -> Result<Vec<[u64; 3]>, StoreError> {
        let _steady = self.beneath.steady_within(scope.project, scope.span.from).await;
        let at: Vec<i64> = edges.iter().map(|edge| edge.millis()).collect();
        let bars =
            move |snapshot: &Snapshot, window, plan: &Plan| Some(snapshot.bars(window, plan, &at));
        let Some((mut bars, snapshot)) = self.ask(scope, bars).await? else {
            return self.beneath.histogram(scope, edges).await;
        };
        if let Some(below) = snapshot.below(scope) {
            let more = self.beneath.histogram(&below, edges).await?;
            bars.iter_mut().zip(more).for_each(|(bar, more)| snapshot::add(bar, more));
        }
        Ok(bars)
    }

    async fn facet(
        &self,
        scope: &Scope,
        field: Field,
        top: usize,
        containing: Option<&str>,
    ) -> Result<FacetCounts, StoreError> {
        let _steady = self.beneath.steady_within(scope.project, scope.span.from).await;
        let (asked, text) = (scope.clone(), containing.map(str::to_owned));
        let facet = move |snapshot: &Snapshot, window: Window, plan: &Plan| {
            let whole = snapshot.below(&asked).is_none();
            if !whole && text.is_some() {
                return None;
            }
            let tally = snapshot.tally(window, plan, &[], &[field])?;
            let listing = Listing { snapshot, scope: &asked, window, plan };
            if !whole && listing.renamed(tally.facets.first()?) > RENAMED {
                return None;
            }
            // Where there is more beneath, all values are needed to add them up.
            let top = if whole { top } else { ADDED };
            Some(listing.facet(tally.facets.first()?, top, text.as_deref(), 0))
        };
        let answer = if field.is_facet() { self.ask(scope, facet).await? } else { None };
        let Some((facet, snapshot)) = answer else {
            return self.beneath.facet(scope, field, top, containing).await;
        };
        let Some(below) = snapshot.below(scope) else { return Ok(facet) };
        if facet.other_values == 0 {
            let more = self.beneath.facet(&below, field, ADDED, None).await?;
            let added = merge::facets(&facet, &more, scope, top);
            if let Some(added) = added.filter(|_| more.other_values == 0) {
                return Ok(added);
            }
        }
        self.beneath.facet(scope, field, top, containing).await
    }

    async fn stack(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
        by: StackBy,
    ) -> Result<Stack, StoreError> {
        let Some(inside) = scope.between(edges) else {
            return self.beneath.stack(scope, edges, by).await;
        };
        let (asked, at) = (inside.clone(), edges.iter().map(|e| e.millis()).collect::<Vec<_>>());
        let stack = move |snapshot: &Snapshot, window: Window, plan: &Plan| {
            let whole = snapshot.below(&asked).is_none();
            whole.then(|| stack::stacked(snapshot, &asked, window, plan, &at, by))?
        };
        match self.ask(&inside, stack).await? {
            Some((stack, _)) => Ok(stack),
            None => self.beneath.stack(scope, edges, by).await,
        }
    }

    async fn counts(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
        fields: &[Field],
        top: usize,
    ) -> Result<Option<Counts>, StoreError> {
        let asked = scope.clone();
        let at: Vec<i64> = edges.iter().map(|edge| edge.millis()).collect();
        let fields = fields.to_vec();
        let counts = move |snapshot: &Snapshot, window: Window, plan: &Plan| {
            if snapshot.below(&asked).is_some() {
                return None;
            }
            let tally = snapshot.tally(window, plan, &at, &fields)?;
            let listing = Listing { snapshot, scope: &asked, window, plan };
            let facet = |facet| listing.facet(facet, top, None, tally.bars.len());
            let facets = tally.facets.iter().map(facet).collect();
            Some(Counts { total: tally.total, bars: tally.bars.clone(), facets })
        };
        Ok(self.ask(scope, counts).await?.map(|(counts, _)| counts))
    }
}
