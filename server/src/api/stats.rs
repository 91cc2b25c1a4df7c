//! Counts, for scripts and for the parts of the page that ask apart.

use std::collections::BTreeSet;

use axum::Json;
use chrono_tz::Tz;
use daybook_model::{
    ApiQuery, Bucket, Choice, FacetCounts, Field, Filter, Histogram, Previous, QueryError, Range,
    Seq, Span, Stack, StackBy, Timestamp,
    range::Preset,
    stats::{Conflict, Without},
};

use crate::{
    buckets::{self, DEFAULT_BUCKETS},
    error::Error,
    extract::Question,
    store::{Scope, Store, StoreError},
};

/// How many values of a facet are listed.
pub(super) const TOP: usize = 10;
/// How many when a facet is searched or asked for alone.
const TOP_ALONE: usize = 50;

/// The facets that are counted unless others are asked for.
pub(super) const DEFAULT_FACETS: &[Field] = &[
    Field::Actor,
    Field::Method,
    Field::Status,
    Field::Outcome,
    Field::Source,
    Field::Action,
    Field::ResourceType,
    Field::Application,
    Field::Cluster,
];

/// How bars are asked for.
pub(super) struct Bars {
    zone: Tz,
    wanted: u16,
    /// What they are stacked by.
    pub(super) stack: StackBy,
}

impl Bars {
    /// Reads `tz`, `buckets` and `stack`.
    pub(super) fn read(query: &ApiQuery) -> Result<Self, QueryError> {
        let zone = query.tz.as_deref().map_or(Ok(Tz::UTC), |name| {
            name.parse().map_err(|_| {
                QueryError::new(
                    "tz",
                    format!("{name:?} is not the name of a time zone, such as Europe/Berlin"),
                )
            })
        })?;
        let wanted = query.buckets.unwrap_or(DEFAULT_BUCKETS);
        Ok(Self { zone, wanted, stack: query.stack })
    }

    /// Where the bars of a scope begin and end.
    pub(super) async fn edges(
        &self,
        store: &dyn Store,
        scope: &Scope,
    ) -> Result<Edges, StoreError> {
        // An unbounded range is drawn from its first entry to its last.
        let all = store.extent(&Scope { span: Span::ALL, ..scope.clone() }).await?;
        let since = all.map(|all| all.from);
        let span = if scope.span == Span::ALL { all.unwrap_or(scope.span) } else { scope.span };
        let (width, at) = buckets::edges(span, self.zone, self.wanted);
        Ok(Edges { span, since, width, at })
    }
}

/// The edges of a chart's bars.
pub(super) struct Edges {
    span: Span,
    /// When the earliest entry of the log happened.
    since: Option<Timestamp>,
    width: &'static str,
    /// Ascending: each bar's end is the start of the next.
    pub(super) at: Vec<Timestamp>,
}

impl Edges {
    /// The bars of a scope and, counted apart, the total.
    pub(super) async fn count(
        &self,
        store: &dyn Store,
        scope: &Scope,
        by: StackBy,
    ) -> Result<Histogram, StoreError> {
        let (bars, total, stack) = tokio::try_join!(
            store.histogram(scope, &self.at),
            store.count(scope),
            self.stack(store, scope, by)
        )?;
        Ok(Histogram { stack, ..self.histogram(&bars, total, scope.as_of) })
    }

    /// The bars taken apart, unless by what every bar has anyway.
    pub(super) async fn stack(
        &self,
        store: &dyn Store,
        scope: &Scope,
        by: StackBy,
    ) -> Result<Option<Stack>, StoreError> {
        if by == StackBy::Outcome {
            return Ok(None);
        }
        store.stack(scope, &self.at, by).await.map(Some)
    }

    /// The bars with what was counted in them.
    pub(super) fn histogram(&self, bars: &[[u64; 3]], total: u64, as_of: Seq) -> Histogram {
        let bucket = |(edge, &counts): (&[_], _)| Bucket { from: edge[0], to: edge[1], counts };
        let buckets: Vec<_> = self.at.windows(2).zip(bars).map(bucket).collect();
        let sum = buckets.iter().map(Bucket::total).sum();
        let Self { span, since, .. } = *self;
        let width = self.width.into();
        Histogram { buckets, width, sum, total, span, as_of, since, stack: None }
    }
}

/// The bars and the total.
pub(super) async fn histogram(
    Question { access, query, list, .. }: Question,
) -> Result<Json<Histogram>, Error> {
    let bars = Bars::read(&query)?;
    let store = &*access.store;
    let edges = bars.edges(store, &list.scope).await?;
    let histogram = edges.count(store, &list.scope, bars.stack).await?;
    if let Some(recording) = &access.recording {
        recording.detail("matched", histogram.total);
    }
    Ok(Json(histogram))
}

/// What was there just before, in the same bars.
pub(super) async fn previous(
    Question { access, query, list, .. }: Question,
) -> Result<Json<Previous>, Error> {
    let bars = Bars::read(&query)?;
    let store = &*access.store;
    let scope = list.scope;
    if scope.span == Span::ALL {
        let problem = "is all time, and nothing is before that; ask for a shorter one";
        return Err(QueryError::new("range", problem).into());
    }
    let span = scope.span.before().ok_or_else(|| {
        QueryError::new("from", "is the first instant there is: nothing is before it")
    })?;
    let length = scope.span.millis();
    let edges = bars.edges(store, &scope).await?.at;
    let edges: Vec<_> = edges.iter().map(|edge| edge.plus_millis(-length)).collect();
    let before = Scope { span, ..scope };
    let (counts, total) = tokio::try_join!(store.histogram(&before, &edges), store.count(&before))?;
    let counts = counts.iter().map(|bar| bar.iter().sum()).collect();
    Ok(Json(Previous { span, counts, total, as_of: before.as_of }))
}

/// The values of facets, most frequent first.
pub(super) async fn facets(
    Question { access, query, list, .. }: Question,
) -> Result<Json<Vec<FacetCounts>>, Error> {
    let store = &*access.store;
    let fields = query.facets.clone().unwrap_or_else(|| DEFAULT_FACETS.to_vec());
    let search = query.facet_search.clone();
    let top = if fields.len() == 1 || search.is_some() { TOP_ALONE } else { TOP };
    if search.is_none()
        && let Some(counts) = store.counts(&list.scope, &[], &fields, top).await?
    {
        return Ok(Json(counts.facets));
    }
    let mut counted = Vec::with_capacity(fields.len());
    for field in fields {
        counted.push(store.facet(&list.scope, field, top, search.as_deref()).await?);
    }
    Ok(Json(counted))
}

/// The facets in view, for the overview.
pub(super) async fn count_facets(
    store: &dyn Store,
    scope: &Scope,
    fields: &[Field],
) -> Result<Vec<FacetCounts>, StoreError> {
    use futures_util::{StreamExt as _, TryStreamExt as _};
    // Two at a time: a reader's facets do not take every connection there is.
    let counts = futures_util::stream::iter(fields.to_vec())
        .map(|field| store.facet(scope, field, TOP, None));
    counts.buffered(2).try_collect().await
}

/// What would match without each part of the filter.
pub(super) async fn without(
    Question { access, list, .. }: Question,
) -> Result<Json<Vec<Without>>, Error> {
    let store = &*access.store;
    let mut answers = Vec::new();
    for (key, filter) in relaxed(&list.scope.filter) {
        let scope = Scope { filter, ..list.scope.clone() };
        let total = store.count(&scope).await?;
        let alone = match only(&list.scope.filter, &key) {
            Some(filter) => Some(store.count(&Scope { filter, ..list.scope.clone() }).await?),
            None => None,
        };
        answers.push(Without { key, total, alone });
    }
    if list.scope.filter.range != Range::Last(Preset::All) {
        let scope = Scope { span: Span::ALL, ..list.scope.clone() };
        let total = store.count(&scope).await?;
        answers.push(Without { key: "range".into(), total, alone: None });
    }
    Ok(Json(answers))
}

/// The filter without each of its parts, by the key of the part.
fn relaxed(filter: &Filter) -> Vec<(String, Filter)> {
    let mut relaxed = Vec::new();
    if filter.search.is_some() {
        relaxed.push(("q".into(), Filter { search: None, ..filter.clone() }));
    }
    for (&field, choice) in &filter.choices {
        for (key, exclude) in [(field.key().to_owned(), false), (format!("{field}.not"), true)] {
            let mut less = filter.clone();
            let mut kept = choice.clone();
            let side = if exclude { &mut kept.exclude } else { &mut kept.include };
            if side.is_empty() {
                continue;
            }
            side.clear();
            if kept.is_empty() {
                less.choices.remove(&field)
            } else {
                less.choices.insert(field, kept)
            };
            relaxed.push((key, less));
        }
    }
    relaxed
}

/// The part of a filter under this key by itself, where it asks for something: an included value,
/// or the search.
fn only(filter: &Filter, key: &str) -> Option<Filter> {
    if key == "q" {
        return Some(Filter { search: filter.search.clone(), ..Filter::default() });
    }
    let field = Field::from_key(key)?;
    let choice = Choice { exclude: BTreeSet::new(), ..filter.choices.get(&field)?.clone() };
    Some(Filter { choices: [(field, choice)].into_iter().collect(), ..Filter::default() })
}

/// The most pairs that are looked at: those of the first few included fields.
const PAIRS: usize = 10;

/// Which two of the included fields exclude each other.
pub(super) async fn conflicts(
    Question { access, list, .. }: Question,
) -> Result<Json<Vec<Conflict>>, Error> {
    let included = |(&field, choice): (&Field, &Choice)| {
        let alone = Choice { exclude: BTreeSet::new(), ..choice.clone() };
        (!choice.include.is_empty()).then_some((field, alone))
    };
    let included: Vec<_> = list.scope.filter.choices.iter().filter_map(included).collect();
    let mut pairs = Vec::new();
    for (i, a) in included.iter().enumerate() {
        for b in &included[i + 1..] {
            pairs.push([a.clone(), b.clone()]);
        }
    }
    pairs.truncate(PAIRS);
    let mut found = Vec::new();
    for [a, b] in pairs {
        let keys = [a.0.key().into(), b.0.key().into()];
        if chosen(&*access.store, &list.scope, vec![a.clone(), b.clone()]).await? > 0 {
            continue;
        }
        let totals = [
            chosen(&*access.store, &list.scope, vec![a]).await?,
            chosen(&*access.store, &list.scope, vec![b]).await?,
        ];
        // What matches nothing alone is told apart.
        if totals.iter().all(|&total| total > 0) {
            found.push(Conflict { keys, totals });
        }
    }
    Ok(Json(found))
}

/// How many entries of a scope these choices alone leave.
async fn chosen(
    store: &dyn Store,
    scope: &Scope,
    choices: Vec<(Field, Choice)>,
) -> Result<u64, StoreError> {
    let filter = Filter { choices: choices.into_iter().collect(), ..Filter::default() };
    store.count(&Scope { filter, ..scope.clone() }).await
}
