//! Bars taken apart by a field's values.

use daybook_model::{FacetBars, FacetValue, Field, Stack, StackBy, chart::MAX_SERIES};

use super::{
    plan::Plan,
    scan::{Occurring, Window},
    snapshot::Snapshot,
    tally::FacetTally,
    values::Listing,
};
use crate::store::{Scope, stack};

/// The bars between the edges, which lie around the window. `None` where the index cannot tell.
pub(super) fn stacked(
    snapshot: &Snapshot,
    scope: &Scope,
    window: Window,
    plan: &Plan,
    edges: &[i64],
    by: StackBy,
) -> Option<Stack> {
    let field = by.field()?;
    // Bars obey every choice, also that for the field; no value is listed for being chosen.
    let plan = &plan.settled();
    let mut scope = scope.clone();
    scope.filter.choices.remove(&field);
    let tally = snapshot.tally(window, plan, edges, &[field])?;
    let mut tally = tally.facets.into_iter().next()?;
    let bars = edges.len().saturating_sub(1);
    if bars == 1 {
        tally.pieces = Some(vec![(0, occurring(&tally))]);
    }
    if field == Field::Status {
        return Some(classes(by, tally.pieces.as_ref()?, bars));
    }
    let listing = Listing { snapshot, scope: &scope, window, plan };
    let facet = listing.facet(&tally, MAX_SERIES, None, bars);
    Some(stack::of(by, facet.values, facet.other_values, facet.bars?))
}

/// All of a tally, as the piece of the only bar.
fn occurring(tally: &FacetTally) -> Occurring {
    let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let counts = (0..).zip(&tally.counts).filter(|(_, count)| **count > 0);
    counts.map(|(code, &count)| (code, number(count))).collect()
}

/// Codes by class.
fn classes(by: StackBy, pieces: &[(usize, Occurring)], bars: usize) -> Stack {
    let mut rows = FacetBars {
        values: vec![vec![0; bars]; stack::CLASSES.len()],
        other: vec![0; bars],
        absent: vec![0; bars],
    };
    for (bar, codes) in pieces {
        for &(code, n) in codes {
            let class = (code as usize / 100).checked_sub(1);
            let row = match class.and_then(|class| rows.values.get_mut(class)) {
                Some(row) => row,
                None if code == 0 => &mut rows.absent,
                None => &mut rows.other,
            };
            row[*bar] += u64::from(n);
        }
    }
    let value = |(class, row): (String, &Vec<u64>)| FacetValue {
        label: class.clone(),
        value: class,
        count: row.iter().sum(),
    };
    let names = stack::CLASSES.map(|class| class.to_string());
    let values = names.into_iter().zip(&rows.values).map(value).collect();
    stack::of(by, values, 0, rows)
}
