//! Where entries live: what any store must be able to do.
//!
//! One meaning, [`Filter::matches`], and one suite of tests hold for every implementation. A store
//! answers questions; it decides nothing about pages, cursors or bars, see [`crate::list`] and
//! [`crate::buckets`].

use std::sync::Arc;

use async_trait::async_trait;
use daybook_model::{
    Entry, Event, FacetCounts, Field, Filter, Range, Seq, Sort, Span, Stack, StackBy, Term,
    Timestamp, account::Project, page::Direction, sort::SortKey,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::mpsc;

pub(crate) mod dictionary;
pub mod engine;
pub mod gate;
pub mod index;
pub mod insert;
pub mod postgres;
pub mod row;
mod rows;
pub mod sql;
pub mod sqlite;
mod stack;
pub mod tables;

pub use gate::Steady;
pub use rows::{Line, Rows};

/// A store behind its trait.
pub type AnyStore = Arc<dyn Store>;

/// A project, as stores know it: its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectId(pub i64);

/// Which entries a question is about: under one scope, the same question has the same answer for
/// ever, because entries never change and new ones get places behind its moment; but for those that
/// [`Store::remove`] took out since, of which a record is left.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The project.
    pub project: ProjectId,
    /// What bounds the question beforehand, such as the tab it is asked in: an entry matches all of
    /// these as well. Facets obey them, their own field included. Ranges and `as_of` are not looked at.
    pub within: Vec<Filter>,
    /// The filter. Its range and `as_of` are already resolved into the two fields below and are
    /// not looked at.
    pub filter: Filter,
    /// The time covered.
    pub span: Span,
    /// The place in the log up to which entries count.
    pub as_of: Seq,
}

impl Scope {
    /// Whether an entry of the project is in the scope. The one place that says so of an entry at
    /// hand, beside what stores say of those they keep.
    pub fn holds(&self, entry: &Entry) -> bool {
        let filters = self.within.iter().chain([&self.filter]);
        let mut filters = filters.map(|filter| Filter { as_of: None, ..filter.clone() });
        entry.seq <= self.as_of && filters.all(|filter| filter.matches(entry, self.span))
    }

    /// The same, where the absolute ranges of what bounds it count as well.
    #[must_use]
    pub fn clipped(mut self) -> Self {
        for bound in &self.within {
            let Range::Between(span) = bound.range else { continue };
            let both = Span::new(self.span.from.max(span.from), self.span.to.min(span.to));
            let Some(both) = both else {
                // Every entry has an action: nothing is in it.
                let mut nothing = Filter::default();
                nothing.add(Field::Action, false, Term::Absent);
                self.within.push(nothing);
                return self;
            };
            self.span = both;
        }
        self
    }

    /// The part of it that bars between these edges cover; `None` if that is nothing.
    pub(crate) fn between(&self, edges: &[Timestamp]) -> Option<Self> {
        let (first, last) = (edges.first()?, edges.last()?);
        let span = Span::new(self.span.from.max(*first), self.span.to.min(*last))?;
        Some(Self { span, ..self.clone() })
    }

    /// The same without a filter.
    pub(crate) fn unfiltered(&self) -> Self {
        Self { within: Vec::new(), filter: Filter::default(), ..self.clone() }
    }
}

/// Everything that an overview counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// As [`Store::count`].
    pub total: u64,
    /// As [`Store::histogram`].
    pub bars: Vec<[u64; 3]>,
    /// As [`Store::facet`], in the order asked for, and bar by bar where there are not too many
    /// values for that.
    pub facets: Vec<FacetCounts>,
}

/// A position in a sorted list: that of the row with this key, time and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// What the list is sorted by.
    pub key: SortKey,
    /// The row's time.
    pub time: Timestamp,
    /// The row's place in the log.
    pub seq: Seq,
}

/// The time and the place of an entry, by which it is found.
pub type Key = (i64, Seq);

/// How many entries are read together where each is asked for by itself.
const TOGETHER: usize = 16;

/// How much of its entries a question needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// What entries are filtered and sorted by: neither ids nor references, texts that are only
    /// shown, nor when they were received.
    Narrow,
    /// What lists show: all but `change` and `context`.
    Listed,
    /// Everything.
    Whole,
}

/// What became of one event of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is in the log now, at this place.
    Stored(Seq),
    /// It was there before, at this place.
    Duplicate(Seq),
    /// An event with its id but other content is there, at this place. Nothing was stored.
    Differs(Seq),
}

/// Entries that are to be taken out of a log, and what is written down of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The project.
    pub project: ProjectId,
    /// The entries. One that is not there is left aside.
    pub keys: Vec<Key>,
    /// Only those that the log received before this moment go.
    pub received_before: Timestamp,
    /// The run that takes them out, and the rule that says so: the record is of both.
    pub run: i64,
    /// See [`Removal::run`].
    pub rule: String,
}

/// Why a store cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It cannot answer now; the same question may be answered later (busy, disk full, no connection).
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// Another server dropped a part of the log in which nothing was left. It is made again when it is written to.
    #[error("a part of the log was dropped just now, in which nothing was left")]
    PartGone,
    /// It is broken or was asked for something it does not know; asking again does not help.
    #[error("the store failed: {0}")]
    Failed(String),
}

impl StoreError {
    /// Whether the same may be asked again later.
    pub fn passes(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::PartGone)
    }

    /// What an entry is made of is not all there.
    pub(crate) fn incomplete() -> Self {
        Self::Failed("an entry is not complete".into())
    }
}

/// What a column index holds, of all projects together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Held {
    /// How many projects it holds, or begins to.
    pub projects: usize,
    /// How many of these are not held as far as they can be yet.
    pub building: usize,
    /// How many entries.
    pub rows: usize,
    /// In how many bytes of memory.
    pub bytes: usize,
    /// How many entries it is behind the log, in the project where these are most.
    pub lag: u64,
}

/// What another server did to a project's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It goes up to this place now.
    Grown(Seq),
    /// Entries were taken out.
    Shrunk,
}

/// What any store can do. All lists are complete, all counts exact.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Makes a project of this name unless there is one, and returns it. Its number is never given
    /// again.
    async fn create_project(&self, slug: &str, now: Timestamp) -> Result<Project, StoreError>;

    /// Every project, by number.
    async fn projects(&self) -> Result<Vec<Project>, StoreError>;

    /// The project of this name or number.
    async fn project(&self, slug_or_number: &str) -> Result<Option<Project>, StoreError>;

    /// The actors of the project that had this e-mail address at some time, whatever its case, as
    /// filtered by.
    async fn actors_with_email(
        &self,
        project: ProjectId,
        email: &str,
    ) -> Result<Vec<String>, StoreError>;

    /// Appends events to the project's log, in this order, in one transaction that is on disk when
    /// this returns. Places are given without gaps. The answer has one item an event. An id that
    /// occurs twice within the batch is treated like one that was stored before.
    async fn append(
        &self,
        project: ProjectId,
        events: &[Event],
        received_at: Timestamp,
    ) -> Result<Vec<Appended>, StoreError>;

    /// As [`Self::append`], for events that come back from an archive. Which places they have is kept in the same
    /// transaction.
    async fn restore(
        &self,
        project: ProjectId,
        events: &[Event],
        received_at: Timestamp,
    ) -> Result<Vec<Appended>, StoreError> {
        let _ = (project, events, received_at);
        Err(StoreError::Failed("nothing comes back by this way".into()))
    }

    /// Takes entries out for good, with their ids and what they refer to, in one transaction that is on
    /// disk when this returns, and adds them to the record; how many went. Places stay given: the log has
    /// gaps from then on. [`StoreError::Unavailable`] where they are being read; nothing went then.
    async fn remove(&self, removal: &Removal) -> Result<u64, StoreError> {
        let _ = removal;
        Err(StoreError::Failed("nothing is taken out by this way".into()))
    }

    /// Gives a little of the space back that entries have left; whether there is more.
    async fn give_back(&self) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// What other servers do to the same log, from now on, project by project. `None` where there are no others. May tell what was told before.
    fn news(&self) -> Option<mpsc::Receiver<(ProjectId, News)>> {
        None
    }

    /// Keeps the entries of a project from a time on in place as long as what is returned is held: for
    /// several questions that must agree, and for long walks.
    async fn steady(&self, project: ProjectId, from: Timestamp) -> Steady {
        let _ = (project, from);
        Steady::default()
    }

    /// The last place in the project's log, whether the entry is still there or not; 0 when there never
    /// was one.
    async fn head(&self, project: ProjectId) -> Result<Seq, StoreError>;

    /// The place up to which questions are answered that name none: the head, or how far the replica is that
    /// is read.
    async fn moment(&self, project: ProjectId) -> Result<Seq, StoreError> {
        self.head(project).await
    }

    /// Whether it can be written to: writes what changes nothing, and waits until that is on disk.
    async fn writable(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// How many entries the replica that is read lacks, in the project where that is most; `None` where none
    /// is read.
    async fn behind(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }

    /// What its column index holds; `None` where it has none.
    fn held(&self) -> Option<Held> {
        None
    }

    /// At most `limit` entries next to a position, that row excluded, in the direction of walking:
    /// [`Direction::Previous`] yields the nearest row first. From the start of the list without a
    /// position. `change` and `context` are left out and named in [`Entry::omitted`].
    async fn list(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        direction: Direction,
        limit: u16,
    ) -> Result<Vec<Entry>, StoreError>;

    /// One entry, whole.
    async fn entry(&self, project: ProjectId, seq: Seq) -> Result<Option<Entry>, StoreError>;

    /// The entries behind a place of the log up to another, the first excluded, in the order of the
    /// log, as lists show them. Whoever asks keeps the distance small.
    async fn between(
        &self,
        project: ProjectId,
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<Entry>, StoreError>;

    /// The first entry at a place of the log or behind it: its place, and when the log received it.
    async fn first_from(
        &self,
        project: ProjectId,
        place: Seq,
    ) -> Result<Option<(Seq, Timestamp)>, StoreError> {
        let head = self.head(project).await?;
        let mut after = place.saturating_sub(1);
        while after < head {
            let upto = head.min(after.saturating_add(1_000));
            let found = self.between(project, after, upto).await?;
            if let Some(entry) = found.first() {
                return Ok(Some((entry.seq, entry.received_at)));
            }
            after = upto;
        }
        Ok(None)
    }

    /// The last place of a log that had been given before a moment; as far as is known, where the entries
    /// around it are gone.
    async fn place_before(&self, project: ProjectId, at: Timestamp) -> Result<Seq, StoreError> {
        let (mut low, mut high) = (1, self.head(project).await?.saturating_add(1));
        while low < high {
            let middle = low + (high - low) / 2;
            match self.first_from(project, middle).await? {
                Some((place, received_at)) if received_at < at => low = place + 1,
                _ => high = middle,
            }
        }
        Ok(low - 1)
    }

    /// Those of [`Store::between`] that are in the scope.
    async fn matching(
        &self,
        scope: &Scope,
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut entries = self.between(scope.project, after, upto).await?;
        entries.retain(|entry| scope.holds(entry));
        Ok(entries)
    }

    /// At most `limit` entries behind a position in the order of time, for walking a long list page
    /// by page: nothing is held between two pages. Fewer where they are large; none only at the end.
    /// Like the two below, it comes to the methods above unless a store has a quicker way.
    async fn walk(
        &self,
        scope: &Scope,
        newest_first: bool,
        from: Option<&Position>,
        limit: usize,
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        let sort = Sort { descending: newest_first, ..Sort::default() };
        let keys = self.keys(scope, sort, from, limit).await?;
        self.at(scope.project, &keys, parts).await
    }

    /// As [`Store::walk`] with [`Parts::Narrow`], behind a key, for whoever needs no entries but what is in
    /// the columns of these fields at least, or in all. `None` where entries have to be looked at one by one.
    async fn rows(
        &self,
        scope: &Scope,
        newest_first: bool,
        from: Option<Key>,
        limit: usize,
        fields: Option<&[Field]>,
    ) -> Result<Option<Rows>, StoreError> {
        let _ = (scope, newest_first, from, limit, fields);
        Ok(None)
    }

    /// The same in any order, behind a position. `None` where only [`Store::keys`] can tell.
    async fn sorted_rows(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        limit: usize,
    ) -> Result<Option<Rows>, StoreError> {
        let _ = (scope, sort, from, limit);
        Ok(None)
    }

    /// The keys of at most `limit` entries behind a position. Where finding a page means bringing
    /// everything into order, many keys at once cost as much as a few.
    async fn keys(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        let limit = u16::try_from(limit).unwrap_or(u16::MAX);
        let entries = self.list(scope, sort, from, Direction::Next, limit).await?;
        Ok(entries.iter().map(|e| (e.event.occurred_at.millis(), e.seq)).collect())
    }

    /// The entries of these keys, in this order; only the first ones where all of them are large.
    async fn at(
        &self,
        project: ProjectId,
        keys: &[Key],
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        // Whole entries have all parts.
        let _ = parts;
        let mut entries = Vec::new();
        for key in keys.iter().take(TOGETHER) {
            entries.extend(self.entry(project, key.1).await?);
        }
        Ok(entries)
    }

    /// How many entries are in the scope.
    async fn count(&self, scope: &Scope) -> Result<u64, StoreError>;

    /// How many entries are in the scope and, for each of several bounds, match its filters too.
    async fn count_each(
        &self,
        scope: &Scope,
        bounds: &[Vec<Filter>],
    ) -> Result<Vec<u64>, StoreError> {
        let counts = bounds.iter().map(|bound| async move {
            let mut scope = scope.clone();
            scope.within.extend(bound.iter().cloned());
            self.count(&scope).await
        });
        // Two at a time: one question does not take every connection there is.
        stream::iter(counts.collect::<Vec<_>>()).buffered(2).try_collect().await
    }

    /// From the earliest entry of the project in the scope's span (filter aside) to just behind the
    /// latest; `None` when there is none.
    async fn extent(&self, scope: &Scope) -> Result<Option<Span>, StoreError>;

    /// Entries by severity between each two neighbours of `edges` (ascending, half-open); one item
    /// less than there are edges. What lies outside of the scope's span does not count.
    async fn histogram(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
    ) -> Result<Vec<[u64; 3]>, StoreError>;

    /// How often each value of a facet occurs in the scope, its own choice aside: the `top` most
    /// frequent (ties by value, in byte order), then the chosen ones that are not among them. With
    /// `containing`, only values that contain that text, or whose label does, now or under an
    /// earlier name in the scope, whatever the case; chosen or not; `other` then counts only those,
    /// and `absent` is 0. The label is the one of the latest entry in the scope; of a chosen value that has
    /// none there, the one that the log learnt last.
    async fn facet(
        &self,
        scope: &Scope,
        field: Field,
        top: usize,
        containing: Option<&str>,
    ) -> Result<FacetCounts, StoreError>;

    /// The bars of [`Store::histogram`] taken apart by a field's values. Nothing is taken apart by
    /// the outcome: that is what every bar has anyway.
    async fn stack(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
        by: StackBy,
    ) -> Result<Stack, StoreError>;

    /// All counts of an overview at once, where that is quicker than one after the other; `None`
    /// where it is not.
    async fn counts(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
        fields: &[Field],
        top: usize,
    ) -> Result<Option<Counts>, StoreError> {
        let _ = (scope, edges, fields, top);
        Ok(None)
    }
}
