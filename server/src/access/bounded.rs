//! The log as somebody sees it who may see only a part: a store in front of the store. Whatever is
//! asked is bounded here, once, so that no handler can forget it.

use std::{collections::BTreeSet, sync::Mutex};

use async_trait::async_trait;
use daybook_model::{
    Entry, Event, FacetCounts, Field, Filter, Seq, Sort, Span, Stack, StackBy, Term, Timestamp,
    account::Project, page::Direction,
};

use crate::store::{
    AnyStore, Appended, Counts, Key, Parts, Position, ProjectId, Rows, Scope, Steady, Store,
    StoreError,
};

/// What somebody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limit {
    /// The entries that match, in the time that the filter names.
    Part(Filter),
    /// The entries whose actor matches, and those of their runs.
    Own(Filter),
}

/// The part of one project's log that somebody may see.
pub struct Bounded {
    below: AnyStore,
    project: ProjectId,
    limit: Limit,
    /// Runs that were found to be the caller's.
    runs: Mutex<BTreeSet<String>>,
}

impl Bounded {
    /// The part of a project that is left by a limit.
    pub fn new(below: AnyStore, project: ProjectId, limit: Limit) -> Self {
        Self { below, project, limit, runs: Mutex::default() }
    }

    /// What may be seen.
    pub fn limit(&self) -> &Limit {
        &self.limit
    }

    /// What bounds a question with this filter. Where it asks for runs, all of which are the
    /// caller's, that is their entries, whoever made them.
    pub async fn bounds(&self, filter: &Filter) -> Result<Vec<Filter>, StoreError> {
        let own = match &self.limit {
            Limit::Part(part) => return Ok(vec![part.clone()]),
            Limit::Own(own) => own,
        };
        let wanted = filter.choice(Field::Run).map(|choice| &choice.include);
        let Some(wanted) = wanted.filter(|terms| !terms.is_empty()) else {
            return Ok(vec![own.clone()]);
        };
        let mut runs = Filter::default();
        for term in wanted {
            match term {
                Term::Is(run) if self.owns(run.as_str()).await? => {
                    runs.add(Field::Run, false, term.clone());
                }
                _ => return Ok(vec![own.clone()]),
            }
        }
        Ok(vec![runs])
    }

    /// Whether the caller has an entry in a run.
    async fn owns(&self, run: &str) -> Result<bool, StoreError> {
        let Limit::Own(own) = &self.limit else { return Ok(false) };
        if self.runs.lock().is_ok_and(|runs| runs.contains(run)) {
            return Ok(true);
        }
        let Ok(value) = Field::Run.value(run) else { return Ok(false) };
        let mut filter = Filter::default();
        filter.add(Field::Run, false, Term::Is(value));
        let as_of = self.below.moment(self.project).await?;
        let within = vec![own.clone()];
        let scope = Scope { project: self.project, within, filter, span: Span::ALL, as_of };
        let owns = self.below.count(&scope).await? > 0;
        if owns && let Ok(mut runs) = self.runs.lock() {
            runs.insert(run.to_owned());
        }
        Ok(owns)
    }

    /// The scope without what the caller may not see.
    async fn narrow(&self, scope: &Scope) -> Result<Scope, StoreError> {
        self.same(scope.project)?;
        let mut scope = scope.clone();
        for bound in self.bounds(&scope.filter).await? {
            if !scope.within.contains(&bound) {
                scope.within.push(bound);
            }
        }
        Ok(scope.clipped())
    }

    /// Whoever was let into one project asks about no other.
    fn same(&self, project: ProjectId) -> Result<(), StoreError> {
        if project == self.project {
            return Ok(());
        }
        Err(StoreError::Failed(format!("project {} was asked for in another one", project.0)))
    }

    /// Whether the caller may see an entry.
    async fn shows(&self, entry: &Entry) -> Result<bool, StoreError> {
        let (Limit::Part(filter) | Limit::Own(filter)) = &self.limit;
        let scope = Scope {
            project: self.project,
            within: vec![filter.clone()],
            filter: Filter::default(),
            span: Span::ALL,
            as_of: entry.seq,
        };
        if scope.clipped().holds(entry) {
            return Ok(true);
        }
        match &entry.event.run_id {
            Some(run) => self.owns(run).await,
            None => Ok(false),
        }
    }
}

/// A value that does not occur in the scope is told by the value alone: its name may come from an
/// entry that the caller may not see.
fn unnamed(mut counts: FacetCounts) -> FacetCounts {
    for value in counts.values.iter_mut().filter(|value| value.count == 0) {
        value.label.clone_from(&value.value);
    }
    counts
}

const READS: &str = "a part of the log is only read";

#[async_trait]
impl Store for Bounded {
    async fn create_project(&self, _: &str, _: Timestamp) -> Result<Project, StoreError> {
        Err(StoreError::Failed(READS.into()))
    }

    async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        self.below.projects().await
    }

    async fn project(&self, slug_or_number: &str) -> Result<Option<Project>, StoreError> {
        self.below.project(slug_or_number).await
    }

    async fn actors_with_email(
        &self,
        project: ProjectId,
        email: &str,
    ) -> Result<Vec<String>, StoreError> {
        self.below.actors_with_email(project, email).await
    }

    async fn append(
        &self,
        _: ProjectId,
        _: &[Event],
        _: Timestamp,
    ) -> Result<Vec<Appended>, StoreError> {
        Err(StoreError::Failed(READS.into()))
    }

    async fn head(&self, project: ProjectId) -> Result<Seq, StoreError> {
        self.same(project)?;
        self.below.head(project).await
    }

    async fn moment(&self, project: ProjectId) -> Result<Seq, StoreError> {
        self.same(project)?;
        self.below.moment(project).await
    }

    async fn list(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        direction: Direction,
        limit: u16,
    ) -> Result<Vec<Entry>, StoreError> {
        self.below.list(&self.narrow(scope).await?, sort, from, direction, limit).await
    }

    async fn walk(
        &self,
        scope: &Scope,
        newest_first: bool,
        from: Option<&Position>,
        limit: usize,
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        self.below.walk(&self.narrow(scope).await?, newest_first, from, limit, parts).await
    }

    async fn steady(&self, project: ProjectId, from: Timestamp) -> Steady {
        self.below.steady(project, from).await
    }

    async fn rows(
        &self,
        scope: &Scope,
        newest_first: bool,
        from: Option<Key>,
        limit: usize,
        fields: Option<&[Field]>,
    ) -> Result<Option<Rows>, StoreError> {
        self.below.rows(&self.narrow(scope).await?, newest_first, from, limit, fields).await
    }

    async fn sorted_rows(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        limit: usize,
    ) -> Result<Option<Rows>, StoreError> {
        self.below.sorted_rows(&self.narrow(scope).await?, sort, from, limit).await
    }

    async fn keys(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        self.below.keys(&self.narrow(scope).await?, sort, from, limit).await
    }

    async fn at(
        &self,
        project: ProjectId,
        keys: &[Key],
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        self.same(project)?;
        let mut shown = Vec::new();
        // Narrow ones do not tell whether they are shown: that may hang on a reference.
        let parts = if parts == Parts::Narrow { Parts::Listed } else { parts };
        for entry in self.below.at(project, keys, parts).await? {
            if self.shows(&entry).await? {
                shown.push(entry);
            }
        }
        Ok(shown)
    }

    async fn entry(&self, project: ProjectId, seq: Seq) -> Result<Option<Entry>, StoreError> {
        self.same(project)?;
        let Some(entry) = self.below.entry(project, seq).await? else { return Ok(None) };
        Ok(self.shows(&entry).await?.then_some(entry))
    }

    async fn between(
        &self,
        project: ProjectId,
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<Entry>, StoreError> {
        self.same(project)?;
        let mut shown = Vec::new();
        for entry in self.below.between(project, after, upto).await? {
            if self.shows(&entry).await? {
                shown.push(entry);
            }
        }
        Ok(shown)
    }

    async fn count_each(
        &self,
        scope: &Scope,
        bounds: &[Vec<Filter>],
    ) -> Result<Vec<u64>, StoreError> {
        self.below.count_each(&self.narrow(scope).await?, bounds).await
    }

    async fn count(&self, scope: &Scope) -> Result<u64, StoreError> {
        self.below.count(&self.narrow(scope).await?).await
    }

    /// From the first to the last entry that there is for the caller: when the log begins is told
    /// by entries that they may not see.
    async fn extent(&self, scope: &Scope) -> Result<Option<Span>, StoreError> {
        let bounds = self.narrow(scope).await?;
        let all = Scope { filter: Filter::default(), ..bounds };
        let newest = Sort::default();
        let last = self.below.list(&all, newest, None, Direction::Next, 1).await?;
        let Some(last) = last.first() else { return Ok(None) };
        let first = self.below.list(&all, oldest_first(), None, Direction::Next, 1).await?;
        let from = first.first().map_or(last.event.occurred_at, |entry| entry.event.occurred_at);
        Ok(Span::new(from, last.event.occurred_at.plus_millis(1)))
    }

    async fn histogram(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
    ) -> Result<Vec<[u64; 3]>, StoreError> {
        self.below.histogram(&self.narrow(scope).await?, edges).await
    }

    async fn facet(
        &self,
        scope: &Scope,
        field: Field,
        top: usize,
        containing: Option<&str>,
    ) -> Result<FacetCounts, StoreError> {
        self.below.facet(&self.narrow(scope).await?, field, top, containing).await.map(unnamed)
    }

    async fn stack(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
        by: StackBy,
    ) -> Result<Stack, StoreError> {
        self.below.stack(&self.narrow(scope).await?, edges, by).await
    }

    async fn counts(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
        fields: &[Field],
        top: usize,
    ) -> Result<Option<Counts>, StoreError> {
        let counts = self.below.counts(&self.narrow(scope).await?, edges, fields, top).await?;
        Ok(counts.map(|mut counts| {
            counts.facets = counts.facets.into_iter().map(unnamed).collect();
            counts
        }))
    }
}

fn oldest_first() -> Sort {
    "time".parse().unwrap_or_default()
}
