//! Bars taken apart, as every store has them.

use daybook_model::{FacetBars, FacetValue, Stack, StackBy, field::StatusTerm};

/// The classes of statuses, in their order.
pub(crate) const CLASSES: [StatusTerm; 5] = [
    StatusTerm::Class(1),
    StatusTerm::Class(2),
    StatusTerm::Class(3),
    StatusTerm::Class(4),
    StatusTerm::Class(5),
];

/// Bars with nothing in them.
pub(crate) fn empty(by: StackBy, bars: usize) -> Stack {
    let bars = FacetBars { values: Vec::new(), other: vec![0; bars], absent: vec![0; bars] };
    Stack { by, values: Vec::new(), other_values: 0, bars }
}

/// Bars with these values; those that do not occur are left out.
pub(crate) fn of(
    by: StackBy,
    values: Vec<FacetValue>,
    other_values: u64,
    bars: FacetBars,
) -> Stack {
    let FacetBars { values: rows, other, absent } = bars;
    let occurring = values.into_iter().zip(rows).filter(|(value, _)| value.count > 0);
    let (values, rows) = occurring.unzip();
    Stack { by, values, other_values, bars: FacetBars { values: rows, other, absent } }
}
