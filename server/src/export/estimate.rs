//! What an export will be, before it begins.

use daybook_model::{
    Entry, Sort, Span, Timestamp,
    export::{Estimate, Format, Formulas},
};

use super::{
    columns::Columns,
    encode::{EncodeError, Encoder, encoder},
    walk::{Order, Walk},
};
use crate::store::{AnyStore, Key, Scope, StoreError};

/// Up to so many rows are all weighed.
const FEW: u64 = 400;
/// At how many places some rows of a longer list are weighed, and how many at each.
const PLACES: u64 = 48;
const EACH: usize = 8;
/// So many places may be unlike all others, and say nothing of the rest then.
const UNLIKE: usize = 2;
/// In how many parts of its time a list is counted to find these places.
const PARTS: i64 = 512;
/// How much smaller Parquet is than the same as CSV, about.
const PARQUET: u64 = 6;

/// Counts the rows, and weighs some of them.
pub async fn estimate(
    store: &AnyStore,
    scope: &Scope,
    order: Order,
    format: Format,
    columns: &Columns,
    max_rows: Option<u64>,
) -> Result<Estimate, StoreError> {
    let matching = match order {
        Order::Screen(_) => store.count(scope).await?,
        // Those up to the place are a part of the same list.
        Order::Log(after) => {
            let before = Scope { as_of: after, ..scope.clone() };
            store.count(scope).await?.saturating_sub(store.count(&before).await?)
        }
    };
    let rows = max_rows.map_or(matching, |most| matching.min(most));
    let text = if format == Format::Ndjson { format } else { Format::Csv };
    let mut scales = Scales::of(encoder(text, columns, Formulas::Escaped, false))?;
    let bytes = if rows <= FEW {
        let walk = Walk::new(store.clone(), scope.clone().into(), order, columns.parts());
        scales.all(walk, rows).await?
    } else {
        scales.some(store, scope, columns, rows).await?
    };
    let bytes = if format == Format::Parquet { bytes / PARQUET } else { bytes };
    let (span, as_of) = (scope.span, scope.as_of);
    Ok(Estimate { matching, rows, bytes, max_rows, capped: rows < matching, span, as_of })
}

/// What rows are weighed with.
struct Scales {
    encoder: Box<dyn Encoder>,
    out: Vec<u8>,
    /// How many bytes stand in front of the first row.
    head: u64,
}

fn broken(error: EncodeError) -> StoreError {
    StoreError::Failed(error.to_string())
}

impl Scales {
    fn of(encoder: Result<Box<dyn Encoder>, EncodeError>) -> Result<Self, StoreError> {
        let mut encoder = encoder.map_err(broken)?;
        let mut out = Vec::new();
        encoder.begin(&mut out).map_err(broken)?;
        let head = out.len() as u64;
        Ok(Self { encoder, out, head })
    }

    fn weigh(&mut self, entry: &Entry) -> Result<u64, StoreError> {
        self.out.clear();
        Ok(self.encoder.entry(entry, &mut self.out).map_err(broken)? as u64)
    }

    /// What the first rows come to.
    async fn all(&mut self, mut walk: Walk, rows: u64) -> Result<u64, StoreError> {
        let (mut bytes, mut left) = (self.head, rows);
        while left > 0 {
            let page = walk.next().await?;
            if page.is_empty() {
                break;
            }
            let mut weight = 0;
            for entry in page.iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
                weight += self.weigh(entry)?;
                left -= 1;
            }
            bytes += weight;
            walk.weigh(page.len(), usize::try_from(weight).unwrap_or(usize::MAX));
        }
        Ok(bytes)
    }

    /// What all come to if they are like those at places that are spread over the list evenly. One large entry
    /// must not stand for thousands of others: where a few places are heavier than all the rest, they count
    /// as the next one does.
    async fn some(
        &mut self,
        store: &AnyStore,
        scope: &Scope,
        columns: &Columns,
        rows: u64,
    ) -> Result<u64, StoreError> {
        let keys = spread(store, scope).await?;
        let (mut weights, mut left) = (Vec::with_capacity(keys.len()), &keys[..]);
        while !left.is_empty() {
            let found = store.at(scope.project, left, columns.parts()).await?;
            if found.is_empty() {
                break;
            }
            for entry in &found {
                weights.push(self.weigh(entry)?);
            }
            left = left.get(found.len()..).unwrap_or_default();
        }
        let mean = |weights: &[u64]| weights.iter().sum::<u64>() / (weights.len() as u64).max(1);
        let mut places: Vec<u64> = weights.chunks(EACH).map(mean).collect();
        places.sort_unstable();
        if let Some(heaviest) = places.len().checked_sub(UNLIKE + 1) {
            let most = places[heaviest];
            places[heaviest..].fill(most);
        }
        Ok(self.head + mean(&places) * rows)
    }
}

/// The keys of some entries at places that have as many entries between them, about.
async fn spread(store: &AnyStore, scope: &Scope) -> Result<Vec<Key>, StoreError> {
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
