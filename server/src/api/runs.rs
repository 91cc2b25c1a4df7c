//! Runs: what the log knows of the runs that a page's rows belong to.

use daybook_model::{
    Column, Entry, Field, Filter, Page, RunSummary, Sort, Span, Term, Timestamp, page::Direction,
    vocabulary::action_label,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::store::{Scope, Store, StoreError};

/// The longest status and the longest title that are told, in bytes: a word and a line, not texts.
const LONGEST: [usize; 2] = [64, 160];
/// The runs' entries in the order in which they happened.
const OLDEST_FIRST: Sort = Sort { column: Column::Time, descending: false };

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
    let first = store.list(&scope, OLDEST_FIRST, None, Direction::Next, 1).await?;
    let first = first.first().unwrap_or(&latest);
    let at: Timestamp = latest.event.occurred_at;
    let [status, title] =
        [("status", LONGEST[0]), ("title", LONGEST[1])].map(|(key, most)| told(&latest, key, most));
    Ok(Some(RunSummary {
        run,
        title: title.unwrap_or_else(|| started(first)),
        began: first.event.occurred_at,
        entries,
        at,
        outcome: latest.event.outcome,
        status,
    }))
}

/// A text in the state that an entry left, unless it is too long to be told.
fn told(entry: &Entry, key: &str, most: usize) -> Option<String> {
    let text = entry.event.change.as_ref()?.after.get(key)?.as_str()?;
    (!text.is_empty() && text.len() <= most).then(|| text.to_owned())
}

/// What an entry did, and to what.
fn started(entry: &Entry) -> String {
    let action = action_label(&entry.event.action);
    match &entry.event.resource {
        Some(resource) => format!("{action} · {}", resource.label()),
        None => action,
    }
}
