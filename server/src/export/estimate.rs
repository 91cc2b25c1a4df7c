//! What an export will be, before it begins.

use daybook_model::export::{Estimate, Format};

use super::{columns::Columns, encode::encoder, walk::Walk};
use crate::{
    export::walk::Order,
    store::{AnyStore, Scope, StoreError},
};
use daybook_model::export::Formulas;

/// How many rows stand for all of them.
const SAMPLE: usize = 200;
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
    let mut walk = Walk::new(store.clone(), scope.clone().into(), order, columns.parts());
    let text = if format == Format::Ndjson { format } else { Format::Csv };
    let broken = |e: super::encode::EncodeError| StoreError::Failed(e.to_string());
    let mut encoder = encoder(text, columns, Formulas::Escaped, false).map_err(broken)?;
    let mut out = Vec::new();
    encoder.begin(&mut out).map_err(broken)?;
    let head = out.len();
    let mut seen = 0;
    while seen < SAMPLE {
        let page = walk.next().await?;
        for entry in &page {
            encoder.entry(entry, &mut out).map_err(broken)?;
        }
        if page.is_empty() {
            break;
        }
        seen += page.len();
        walk.weigh(seen, out.len());
    }
    let bytes = head as u64 + (out.len() - head) as u64 * rows / seen.max(1) as u64;
    let bytes = if format == Format::Parquet { bytes / PARQUET } else { bytes };
    let (span, as_of) = (scope.span, scope.as_of);
    Ok(Estimate { matching, rows, bytes, max_rows, capped: rows < matching, span, as_of })
}
