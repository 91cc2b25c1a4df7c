//! Bars taken apart by a field's values.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    ops::DerefMut,
};

use daybook_model::{FacetBars, FacetValue, Stack, StackBy, Timestamp, chart::MAX_SERIES};

use super::{super::read::Reader, Ranked, Tally};
use crate::store::{
    Scope, StoreError,
    dictionary::Kind,
    engine::Ask,
    sql::{self, Slice, Where},
    stack,
};

/// What is counted apart: of which column, by which names, and how many other values there are.
struct Plan {
    column: &'static str,
    names: Vec<String>,
    slices: Vec<Slice>,
    other_values: u64,
}

impl<C: DerefMut<Target: Ask> + Send> Reader<'_, C> {
    /// See [`crate::store::Store::stack`].
    pub(in crate::store::tables) async fn stack(
        &mut self,
        scope: &Scope,
        edges: &[Timestamp],
        by: StackBy,
    ) -> Result<Stack, StoreError> {
        let bars = edges.len().saturating_sub(1);
        let Some(scope) = scope.between(edges) else { return Ok(stack::empty(by, bars)) };
        let Some(found) = self.resolve(&scope, None).await? else {
            return Ok(stack::empty(by, bars));
        };
        let Some(plan) = self.slices(&scope, &found, by).await? else {
            return Ok(stack::empty(by, bars));
        };
        let Plan { column, names, mut slices, other_values } = plan;
        slices.push(Slice::Absent);
        let counted = self.bars(edges, |edges| sql::stack(&found, edges, column, &slices)).await?;
        let mut rows = FacetBars {
            values: vec![Vec::with_capacity(bars); names.len()],
            other: Vec::with_capacity(bars),
            absent: Vec::with_capacity(bars),
        };
        for counts in counted {
            let at = |place: usize| counts.get(place).copied().unwrap_or_default();
            let (all, absent) = (at(0), at(slices.len()));
            let mut known = absent;
            for (place, row) in (1..).zip(&mut rows.values) {
                known += at(place);
                row.push(at(place));
            }
            rows.other.push(all.saturating_sub(known));
            rows.absent.push(absent);
        }
        let value = |(name, row): (String, &Vec<u64>)| FacetValue {
            label: name.clone(),
            value: name,
            count: row.iter().sum(),
        };
        let values = names.into_iter().zip(&rows.values).map(value).collect();
        Ok(stack::of(by, values, other_values, rows))
    }

    /// What is told apart.
    async fn slices(
        &mut self,
        scope: &Scope,
        found: &Where,
        by: StackBy,
    ) -> Result<Option<Plan>, StoreError> {
        let Some(field) = by.field() else { return Ok(None) };
        let Some(kind) = Kind::of_field(field) else {
            let (names, slices) = stack::CLASSES
                .map(|class| {
                    let (first, last) = class.codes();
                    let slice = Slice::Within(first.into(), i64::from(last) + 1);
                    (class.to_string(), slice)
                })
                .into_iter()
                .unzip();
            return Ok(Some(Plan { column: "status", names, slices, other_values: 0 }));
        };
        let mut tally = Tally {
            top: MAX_SERIES,
            kept: BinaryHeap::new(),
            chosen: BTreeMap::new(),
            total: 0,
            values: 0,
        };
        self.tally_words(scope, found, field, kind, None, &mut tally).await?;
        let values = tally.values;
        let (names, slices): (Vec<_>, Vec<_>) = tally
            .kept
            .into_sorted_vec()
            .into_iter()
            .map(|Reverse(Ranked(group))| (group.value, Slice::Among(group.words)))
            .unzip();
        let other_values = values - names.len() as u64;
        Ok(Some(Plan { column: kind.column(), names, slices, other_values }))
    }
}
