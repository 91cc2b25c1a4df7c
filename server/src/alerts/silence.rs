//! Long silences in a log, found without looking at every entry: bars say where nothing is for long, and only
//! the entries around that are read.

use daybook_model::{Seq, Sort, Span, Timestamp};

use super::machine::Episode;
use crate::store::{Key, Scope, Store, StoreError};

/// Time is divided into so many bars at most.
const BARS: i64 = 1 << 17;

/// The silences of a time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Silences {
    /// Those that an entry ended, in the order of time.
    pub(super) ended: Vec<Episode>,
    /// The last entry: its time, and the first place that has this time.
    pub(super) last: Option<(i64, Seq)>,
}

impl Silences {
    /// The one that goes on at a moment, where it has lasted for long enough.
    pub(super) fn going_on(&self, window: i64, now: i64) -> Option<Episode> {
        let (last, seq) = self.last?;
        let due = last.saturating_add(window);
        (due <= now).then(|| Episode::silence(seq, last, due))
    }
}

/// Times of the scope in which nothing matched for `window` milliseconds or more, behind something that did.
/// `None` where it is quicker to look at every entry: at most `reads` silences are looked at one by one.
pub(super) async fn silences(
    store: &dyn Store,
    scope: &Scope,
    window: i64,
    reads: u64,
) -> Result<Option<Silences>, StoreError> {
    // Two entries that are so far apart have an empty bar between them.
    let width = (window / 2).max(1);
    let length = scope.span.millis();
    if length / width >= BARS {
        return Ok(None);
    }
    let mut edges: Vec<_> =
        (0..=length / width).map(|n| scope.span.from.plus_millis(n * width)).collect();
    edges.retain(|edge| *edge < scope.span.to);
    edges.push(scope.span.to);
    let bars = store.histogram(scope, &edges).await?;
    let full: Vec<usize> = bars
        .iter()
        .enumerate()
        .filter(|(_, bar)| bar.iter().any(|&n| n > 0))
        .map(|(n, _)| n)
        .collect();
    let at = |edge: usize| edges[edge].millis();
    // As far apart as two entries of these bars can be.
    let long = |pair: &&[usize]| at(pair[1] + 1) - 1 - at(pair[0]) >= window;
    let around: Vec<_> = full.windows(2).filter(long).collect();
    if around.len() as u64 > reads {
        return Ok(None);
    }
    let within =
        |bar: usize| Scope { span: Span { from: edges[bar], to: edges[bar + 1] }, ..scope.clone() };
    let mut found = Silences { ended: Vec::new(), last: None };
    for pair in around {
        let before = last(store, within(pair[0])).await?;
        let next = end(store, &within(pair[1]), true).await?;
        // Retention may have been there in between.
        let (Some((last, seq)), Some((next, _))) = (before, next) else { return Ok(None) };
        let due = last.saturating_add(window);
        if next >= due {
            found.ended.push(Episode::silence(seq, last, due));
        }
    }
    if let Some(&bar) = full.last() {
        found.last = last(store, within(bar)).await?;
        if found.last.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(found))
}

/// The time of the last entry, and the first place that has it.
async fn last(store: &dyn Store, scope: Scope) -> Result<Option<Key>, StoreError> {
    let Some((time, _)) = end(store, &scope, false).await? else { return Ok(None) };
    let from = Timestamp::saturating(time);
    let span = Span { from, to: from.plus_millis(1) };
    end(store, &Scope { span, ..scope }, true).await
}

async fn end(store: &dyn Store, scope: &Scope, first: bool) -> Result<Option<Key>, StoreError> {
    let sort = Sort { descending: !first, ..Sort::default() };
    Ok(store.keys(scope, sort, None, 1).await?.first().copied())
}

#[cfg(test)]
mod tests;
