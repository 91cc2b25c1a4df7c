//! Runs: what the log knows of the runs that a page's rows belong to.

use daybook_model::{
    Entry, Field, Filter, Page, RunSummary, Sort, Span, Term, Timestamp, page::Direction,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::store::{Scope, Store, StoreError};

/// The longest status that is told, in bytes: a word, not a text.
const LONGEST: usize = 64;

/// The runs of a page's rows, each once.
pub(super) fn of(page: &Page) -> Vec<String> {
    let mut runs = Vec::<String>::new();
    for run in page.entries.iter().filter_map(|entry| entry.event.run_id.as_ref()) {
        if !runs.contains(run) {
            runs.push(run.clone());
        }
    }
    runs
}

/// What the log knows of each of them at the scope's moment, whatever its filter and span.
pub(super) async fn summaries(
    store: &dyn Store,
    scope: &Scope,
    runs: Vec<String>,
) -> Result<Vec<RunSummary>, StoreError> {
    let found = stream::iter(runs).map(|run| summary(store, scope, run)).buffered(2);
    let found: Vec<Option<RunSummary>> = found.try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

async fn summary(
    store: &dyn Store,
    scope: &Scope,
    run: String,
) -> Result<Option<RunSummary>, StoreError> {
    let Ok(value) = Field::Run.value(&run) else { return Ok(None) };
    let mut filter = Filter::default();
    filter.add(Field::Run, false, Term::Is(value));
    let scope = Scope { within: Vec::new(), filter, span: Span::ALL, ..scope.clone() };
    let entries = store.count(&scope).await?;
    let latest = store.list(&scope, Sort::default(), None, Direction::Next, 1).await?;
    let Some(seq) = latest.first().map(|entry| entry.seq) else { return Ok(None) };
    // Whole, because lists leave the states out.
    let Some(latest) = store.entry(scope.project, seq).await? else { return Ok(None) };
    let at: Timestamp = latest.event.occurred_at;
    let (outcome, status) = (latest.event.outcome, status(&latest));
    Ok(Some(RunSummary { run, entries, at, outcome, status }))
}

/// The status in the state that an entry left.
fn status(entry: &Entry) -> Option<String> {
    let status = entry.event.change.as_ref()?.after.get("status")?.as_str()?;
    (status.len() <= LONGEST).then(|| status.to_owned())
}
