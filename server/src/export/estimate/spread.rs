//! Some entries of a long list, from places all over it.

use daybook_model::{Sort, Span, Timestamp};

use crate::store::{AnyStore, Key, Scope, StoreError};

/// At how many places.
const PLACES: u64 = 48;
/// How many entries at each.
pub(super) const EACH: usize = 8;
/// In how many parts of its time a list is counted to find these places.
const PARTS: i64 = 512;

/// The keys of some entries at places that have as many entries between them, about.
pub(super) async fn spread(store: &AnyStore, scope: &Scope) -> Result<Vec<Key>, StoreError> {
    let end = async |descending| {
        let sort = Sort { descending, ..Sort::default() };
        Ok::<_, StoreError>(store.keys(scope, sort, None, 1).await?.first().map(|key| key.0))
    };
    let (Some(first), Some(last)) = (end(false).await?, end(true).await?) else {
        return Ok(Vec::new());
    };
    let length = last + 1 - first;
    let edge = |i| Timestamp::saturating(first + length * i / PARTS);
    let mut edges: Vec<Timestamp> = (0..=PARTS).map(edge).collect();
    // There are fewer milliseconds than parts in a short time.
    edges.dedup();
    let counts = store.histogram(scope, &edges).await?;
    let total: u64 = counts.iter().flatten().sum();
    let mut places = (0..PLACES).map(|i| (2 * i + 1) * total / (2 * PLACES)).peekable();
    let (mut passed, mut keys) = (0, Vec::new());
    for (edges, count) in edges.windows(2).zip(&counts) {
        passed += count.iter().sum::<u64>();
        let mut wanted = 0;
        while places.next_if(|place| *place < passed).is_some() {
            wanted += EACH;
        }
        if wanted > 0
            && let Some(span) = Span::new(edges[0], edges[1])
        {
            let part = Scope { span, ..scope.clone() };
            let found = store.keys(&part, Sort::default(), None, wanted).await?;
            keys.extend(found);
        }
    }
    Ok(keys)
}
