//! A store as somebody sees it who sees masks.

use std::collections::BTreeMap;

use async_trait::async_trait;
use daybook_model::{
    Entry, Event, FacetBars, FacetCounts, FacetValue, Field, Filter, QueryError, Seq, Sort, Span,
    Stack, StackBy, Term, Timestamp,
    account::Project,
    filter::fold,
    page::Direction,
    privacy::{filters_plainly, has_pseudonym, orders_plainly},
};

use super::{Masks, Pseudonyms, mask};
use crate::store::{
    AnyStore, Appended, Counts, Key, Parts, Position, ProjectId, Scope, Steady, Store, StoreError,
};

/// How many values of a facet are looked through for a text; the texts that are seen are not those
/// that the store beneath could look for.
const LOOKED_THROUGH: usize = 20_000;

/// What cannot be asked by somebody who sees masks, as the answer would tell what is behind them.
pub fn refuse(masks: &Masks, filter: &Filter, sort: Sort) -> Result<(), QueryError> {
    if masks.is_none() {
        return Ok(());
    }
    if filter.search.is_some() {
        let problem =
            "looks through addresses too, which are masked for you: choose from the facets instead";
        return Err(QueryError::new("q", problem));
    }
    if !orders_plainly(sort.column) {
        let problem =
            "is an order that would tell addresses, which are masked for you: sort by time";
        return Err(QueryError::new("sort", problem));
    }
    for (&field, choice) in &filter.choices {
        for (term, key) in (choice.include.iter().map(|term| (term, field.key().to_owned())))
            .chain(choice.exclude.iter().map(|term| (term, format!("{field}.not"))))
        {
            let Term::Is(value) = term else { continue };
            if !filters_plainly(field) {
                let problem = "looks into paths, where addresses are masked for you: choose from the facets instead";
                return Err(QueryError::new(key, problem));
            }
            // Whether it occurs or not: the answer is the same.
            if masks.field(field, value.as_str()) != value.as_str() {
                let problem = "is an address, which are masked for you: give it as it is shown, such as ip~1p7v0c5hwd2n";
                return Err(QueryError::new(key, problem));
            }
        }
    }
    Ok(())
}

/// Refuses a name, or anything else that is shown again to whoever gives it, with a masked address in it:
/// they would learn which pseudonym stands for it.
pub fn refuse_name(masks: &Masks, key: &str, text: &str) -> Result<(), QueryError> {
    if masks.text(text) == text {
        return Ok(());
    }
    let problem = "has an address in it, which are masked for you: give it as it is shown, such as ip~1p7v0c5hwd2n";
    Err(QueryError::new(key, problem))
}

/// A store that answers as if the log held pseudonyms. What is asked of it passed [`refuse`]. It has no
/// [`Store::rows`]: their words are not masked.
pub struct Veiled {
    beneath: AnyStore,
    masks: Masks,
    pseudonyms: Pseudonyms,
}

impl Veiled {
    /// What is beneath, seen with masks.
    pub fn over(beneath: AnyStore, masks: Masks, pseudonyms: Pseudonyms) -> Self {
        Self { beneath, masks, pseudonyms }
    }

    /// What is meant by a scope with pseudonyms in it. What bounds it beforehand is not the
    /// reader's.
    pub async fn meant(&self, scope: &Scope) -> Result<Scope, StoreError> {
        let named = |filter: &Filter| {
            let choices = filter.choices.values();
            let mut terms = choices.flat_map(|choice| choice.include.iter().chain(&choice.exclude));
            terms.any(|term| matches!(term, Term::Is(value) if has_pseudonym(value.as_str())))
        };
        if !named(&scope.filter) {
            return Ok(scope.clone());
        }
        let filter = self.pseudonyms.resolve(scope.project, &self.masks, &scope.filter).await?;
        Ok(Scope { filter, ..scope.clone() })
    }

    fn entry_seen(&self, entry: Entry) -> Entry {
        Entry { event: mask(&self.masks, entry.event), ..entry }
    }

    fn entries_seen(&self, entries: Vec<Entry>) -> Vec<Entry> {
        entries.into_iter().map(|entry| self.entry_seen(entry)).collect()
    }

    /// A facet's values as they are seen; what looks the same is one.
    fn facet_seen(&self, facet: FacetCounts) -> FacetCounts {
        let FacetCounts { field, values, bars, .. } = facet;
        let (mut seen, mut rows) = (Vec::<FacetValue>::new(), Vec::<Vec<u64>>::new());
        let mut places = BTreeMap::new();
        let mut counted = bars.as_ref().map(|bars| bars.values.iter());
        for value in values {
            let row = counted.as_mut().and_then(Iterator::next);
            let shown = self.masks.field(field, &value.value).into_owned();
            let label = self.masks.field(field, &value.label).into_owned();
            let place = *places.entry(shown.clone()).or_insert(seen.len());
            if place == seen.len() {
                seen.push(FacetValue { value: shown, label, count: value.count });
                rows.extend(row.cloned());
            } else {
                seen[place].count += value.count;
                if let (Some(sum), Some(row)) = (rows.get_mut(place), row) {
                    sum.iter_mut().zip(row).for_each(|(sum, more)| *sum += more);
                }
            }
        }
        // Those that are equally frequent come by what is seen: their order told what is not.
        let has_bars = bars.is_some();
        let rows = rows.into_iter().map(Some).chain(std::iter::repeat(None));
        let mut counted: Vec<_> = seen.into_iter().zip(rows).collect();
        counted.sort_by(|(a, _), (b, _)| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        let (seen, rows): (Vec<_>, Vec<_>) = counted.into_iter().unzip();
        let rows = if has_bars { rows.into_iter().flatten().collect() } else { Vec::new() };
        let bars = bars.map(|bars| FacetBars { values: rows, ..bars });
        FacetCounts { field, values: seen, bars, ..facet }
    }

    /// The values whose text as it is seen contains another one. Those beyond what is looked through
    /// are counted as others: they may contain it.
    async fn looked_for(
        &self,
        scope: &Scope,
        field: Field,
        top: usize,
        text: &str,
    ) -> Result<FacetCounts, StoreError> {
        let all = self.beneath.facet(scope, field, LOOKED_THROUGH, None).await?;
        let mut facet = self.facet_seen(all);
        let wanted = fold(text);
        facet
            .values
            .retain(|v| fold(&v.value).contains(&wanted) || fold(&v.label).contains(&wanted));
        let rest = facet.values.split_off(top.min(facet.values.len()));
        let other = facet.other + rest.iter().map(|v| v.count).sum::<u64>();
        let other_values = facet.other_values + rest.len() as u64;
        Ok(FacetCounts { other, other_values, absent: 0, bars: None, ..facet })
    }
}

#[async_trait]
impl Store for Veiled {
    async fn create_project(&self, slug: &str, now: Timestamp) -> Result<Project, StoreError> {
        self.beneath.create_project(slug, now).await
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
        _: ProjectId,
        _: &[Event],
        _: Timestamp,
    ) -> Result<Vec<Appended>, StoreError> {
        Err(StoreError::Failed("nothing is written through masks".into()))
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

    async fn list(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        direction: Direction,
        limit: u16,
    ) -> Result<Vec<Entry>, StoreError> {
        let scope = self.meant(scope).await?;
        Ok(self.entries_seen(self.beneath.list(&scope, sort, from, direction, limit).await?))
    }

    async fn walk(
        &self,
        scope: &Scope,
        newest_first: bool,
        from: Option<&Position>,
        limit: usize,
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        let scope = self.meant(scope).await?;
        let walked = self.beneath.walk(&scope, newest_first, from, limit, parts).await?;
        Ok(self.entries_seen(walked))
    }

    async fn keys(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        self.beneath.keys(&self.meant(scope).await?, sort, from, limit).await
    }

    async fn at(
        &self,
        project: ProjectId,
        keys: &[Key],
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        Ok(self.entries_seen(self.beneath.at(project, keys, parts).await?))
    }

    async fn entry(&self, project: ProjectId, seq: Seq) -> Result<Option<Entry>, StoreError> {
        Ok(self.beneath.entry(project, seq).await?.map(|entry| self.entry_seen(entry)))
    }

    async fn between(
        &self,
        project: ProjectId,
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<Entry>, StoreError> {
        Ok(self.entries_seen(self.beneath.between(project, after, upto).await?))
    }

    async fn matching(
        &self,
        scope: &Scope,
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<Entry>, StoreError> {
        // What bounds a scope beforehand is of the log as it is.
        let matching = self.beneath.matching(&self.meant(scope).await?, after, upto).await?;
        Ok(self.entries_seen(matching))
    }

    /// The bounds are not the reader's: see [`Veiled::meant`].
    async fn count_each(
        &self,
        scope: &Scope,
        bounds: &[Vec<Filter>],
    ) -> Result<Vec<u64>, StoreError> {
        self.beneath.count_each(&self.meant(scope).await?, bounds).await
    }

    async fn count(&self, scope: &Scope) -> Result<u64, StoreError> {
        self.beneath.count(&self.meant(scope).await?).await
    }

    async fn extent(&self, scope: &Scope) -> Result<Option<Span>, StoreError> {
        self.beneath.extent(&self.meant(scope).await?).await
    }

    async fn histogram(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
    ) -> Result<Vec<[u64; 3]>, StoreError> {
        self.beneath.histogram(&self.meant(scope).await?, edges).await
    }

    async fn facet(
        &self,
        scope: &Scope,
        field: Field,
        top: usize,
        containing: Option<&str>,
    ) -> Result<FacetCounts, StoreError> {
        let scope = self.meant(scope).await?;
        match containing {
            Some(text) => self.looked_for(&scope, field, top, text).await,
            None => Ok(self.facet_seen(self.beneath.facet(&scope, field, top, None).await?)),
        }
    }

    async fn stack(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
        by: StackBy,
    ) -> Result<Stack, StoreError> {
        let mut stack = self.beneath.stack(&self.meant(scope).await?, edges, by).await?;
        for value in &mut stack.values {
            value.value = self.masks.text(&value.value).into_owned();
            value.label = self.masks.text(&value.label).into_owned();
        }
        Ok(stack)
    }

    async fn counts(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
        fields: &[Field],
        top: usize,
    ) -> Result<Option<Counts>, StoreError> {
        let counts = self.beneath.counts(&self.meant(scope).await?, edges, fields, top).await?;
        let seen = |facet| self.facet_seen(facet);
        Ok(counts.map(|c| Counts { facets: c.facets.into_iter().map(seen).collect(), ..c }))
    }
}
