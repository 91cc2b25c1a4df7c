//! What an export will be, before it begins.

use daybook_model::{
    Entry,
    export::{Estimate, Format, Formulas, State},
};

use super::{
    columns::Columns,
    encode::{Encoder, End, encoder},
    walk::{Order, Walk},
};
use crate::store::{AnyStore, Key, Scope, StoreError};
use spread::{EACH, spread};

mod spread;

/// The file of up to so many rows is made to be measured.
const FEW: u64 = 400;
/// So many places may be unlike all others, and say nothing of the rest then.
const UNLIKE: usize = 2;
/// So many times as heavy as others is what says nothing of how these can be compressed.
const HEAVY: u64 = 8;

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
    let bytes = if rows <= FEW {
        let walk = Walk::new(store.clone(), scope.clone().into(), order, columns.parts());
        measured(walk, rows, Draft::of(format, columns)?).await?
    } else {
        Sample { store, scope, columns }.estimate(format, rows).await?
    };
    let (span, as_of) = (scope.span, scope.as_of);
    Ok(Estimate { matching, rows, bytes, max_rows, capped: rows < matching, span, as_of })
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(error.to_string())
}

/// A file of which only the length is kept.
struct Draft {
    encoder: Box<dyn Encoder>,
    out: Vec<u8>,
    bytes: u64,
    rows: u64,
}

impl Draft {
    fn of(format: Format, columns: &Columns) -> Result<Self, StoreError> {
        let encoder = encoder(format, columns, Formulas::Escaped, false).map_err(failed)?;
        let mut draft = Self { encoder, out: Vec::new(), bytes: 0, rows: 0 };
        draft.encoder.begin(&mut draft.out).map_err(failed)?;
        draft.measure();
        Ok(draft)
    }

    fn measure(&mut self) {
        self.bytes += self.out.len() as u64;
        self.out.clear();
    }

    /// Takes an entry; how many bytes it comes to before any compression.
    fn write(&mut self, entry: &Entry) -> Result<u64, StoreError> {
        let bytes = self.encoder.entry(entry, &mut self.out).map_err(failed)?;
        self.measure();
        self.rows += 1;
        Ok(bytes as u64)
    }

    /// How long the file is.
    fn end(mut self) -> Result<u64, StoreError> {
        let (id, sha256) = (String::new(), String::new());
        let end = End { id, status: State::Complete, rows: self.rows, as_of: 0, sha256 };
        self.encoder.end(&end, &mut self.out).map_err(failed)?;
        self.measure();
        Ok(self.bytes)
    }
}

/// The length of a file with the first rows.
async fn measured(mut walk: Walk, mut left: u64, mut draft: Draft) -> Result<u64, StoreError> {
    while left > 0 {
        let page = walk.next().await?;
        if page.is_empty() {
            break;
        }
        let mut weight = 0;
        for entry in page.iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
            weight += draft.write(entry)?;
            left -= 1;
        }
        walk.weigh(page.len(), usize::try_from(weight).unwrap_or(usize::MAX));
    }
    draft.end()
}

/// Entries that stand for all of a list.
struct Sample<'a> {
    store: &'a AnyStore,
    scope: &'a Scope,
    columns: &'a Columns,
}

impl Sample<'_> {
    /// What all come to if they are like those at places that are spread over the list evenly. One large entry
    /// must not stand for thousands of others: where a few places are heavier than all the rest, they count
    /// as the next one does.
    async fn estimate(&self, format: Format, rows: u64) -> Result<u64, StoreError> {
        let keys = spread(self.store, self.scope).await?;
        let text = if format == Format::Ndjson { format } else { Format::Csv };
        let (mut draft, mut weights) = (Draft::of(text, self.columns)?, Vec::new());
        let head = draft.bytes;
        self.each(&keys, |entry| {
            weights.push(draft.write(entry)?);
            Ok(())
        })
        .await?;
        let mut places: Vec<u64> = weights.chunks(EACH).map(mean).collect();
        places.sort_unstable();
        if let Some(heaviest) = places.len().checked_sub(UNLIKE + 1) {
            let most = places[heaviest];
            places[heaviest..].fill(most);
        }
        let row = mean(&places);
        if format == Format::Parquet {
            return self.packed(&keys, &weights, row, rows).await;
        }
        Ok(head + row * rows)
    }

    /// The same as Parquet: as much smaller as what one half of the entries adds to a file of the other half.
    /// What each file has but once does not count for each row then.
    async fn packed(
        &self,
        keys: &[Key],
        weights: &[u64],
        row: u64,
        rows: u64,
    ) -> Result<u64, StoreError> {
        let file = || Draft::of(Format::Parquet, self.columns);
        let (mut half, mut whole, mut text) = (file()?, file()?, 0);
        let mut weights = weights.iter();
        self.each(keys, |entry| {
            let weight = weights.next().copied().unwrap_or_default();
            if weight > HEAVY * row {
                return Ok(());
            }
            whole.write(entry)?;
            if whole.rows.is_multiple_of(2) {
                half.write(entry)?;
            } else {
                text += weight;
            }
            Ok(())
        })
        .await?;
        let (half, whole) = (half.end()?, whole.end()?);
        let (added, text) = (whole.saturating_sub(half), u128::from(text.max(1)));
        let all = u128::from(row) * u128::from(rows) * u128::from(added) / text;
        Ok(u64::try_from(all).unwrap_or(u64::MAX).saturating_add((2 * half).saturating_sub(whole)))
    }

    /// Shows one entry after the other.
    async fn each(
        &self,
        keys: &[Key],
        mut show: impl FnMut(&Entry) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut left = keys;
        while !left.is_empty() {
            let found = self.store.at(self.scope.project, left, self.columns.parts()).await?;
            if found.is_empty() {
                break;
            }
            found.iter().try_for_each(&mut show)?;
            left = left.get(found.len()..).unwrap_or_default();
        }
        Ok(())
    }
}

fn mean(weights: &[u64]) -> u64 {
    weights.iter().sum::<u64>() / (weights.len() as u64).max(1)
}
