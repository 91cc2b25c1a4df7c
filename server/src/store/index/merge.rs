//! Answers from the index and from beneath, added up.

use std::{cmp::Reverse, collections::HashMap};

use daybook_model::{
    Entry, FacetCounts, FacetValue, Field, Sort, Span, field::StatusTerm, page::Direction,
};

use crate::store::Scope;

/// The first of two lists in the direction of walking.
pub(super) fn lists(
    mut a: Vec<Entry>,
    b: Vec<Entry>,
    sort: Sort,
    direction: Direction,
    limit: usize,
) -> Vec<Entry> {
    a.extend(b);
    a.sort_by(|a, b| match direction {
        Direction::Next => sort.compare(a, b),
        Direction::Previous => sort.compare(b, a),
    });
    a.truncate(limit);
    a
}

/// The span around two spans.
pub(super) fn spans(a: Option<Span>, b: Option<Span>) -> Option<Span> {
    match (a, b) {
        (Some(a), Some(b)) => Span::new(a.from.min(b.from), a.to.max(b.to)),
        (a, b) => a.or(b),
    }
}

/// Two complete facets as one. `None` where the two call a value differently: which name is the
/// later one, counts cannot tell.
pub(super) fn facets(
    a: &FacetCounts,
    b: &FacetCounts,
    scope: &Scope,
    top: usize,
) -> Option<FacetCounts> {
    let field = a.field;
    // A class of statuses sums up values that are listed as well.
    let sums = |value: &FacetValue| {
        field == Field::Status
            && matches!(StatusTerm::parse(&value.value), Some(StatusTerm::Class(_)))
    };
    let mut added: HashMap<&str, FacetValue> = HashMap::new();
    for value in a.values.iter().chain(&b.values) {
        let sum =
            added.entry(&value.value).or_insert_with(|| FacetValue { count: 0, ..value.clone() });
        if sum.label != value.label {
            // What does not occur in one part has the name there that the log learnt last.
            match (sum.count, value.count) {
                (0, _) => sum.label.clone_from(&value.label),
                (_, 0) => {}
                _ => return None,
            }
        }
        sum.count += value.count;
    }
    let (mut listed, mut chosen): (Vec<_>, Vec<_>) =
        added.into_values().partition(|value| value.count > 0 && !sums(value));
    listed.sort_by(|a, b| (Reverse(a.count), &a.value).cmp(&(Reverse(b.count), &b.value)));
    let rest = listed.split_off(top.min(listed.len()));
    let is_chosen = |value: &FacetValue| {
        let terms = scope.filter.choice(field).into_iter();
        let mut terms = terms.flat_map(|choice| choice.include.iter().chain(&choice.exclude));
        terms.any(|term| matches!(term, daybook_model::Term::Is(v) if v.as_str() == value.value))
    };
    let (unlisted, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_chosen);
    let rest_is = |value: &FacetValue| !rest.iter().any(|r| r.value == value.value);
    chosen.extend(unlisted);
    chosen.retain(|value| is_chosen(value) && rest_is(value));
    chosen.sort_by(|a, b| a.value.cmp(&b.value));
    let (other, other_values) = (rest.iter().map(|v| v.count).sum(), rest.len() as u64);
    listed.extend(chosen);
    let absent = a.absent + b.absent;
    Some(FacetCounts { field, values: listed, other, other_values, absent, bars: None })
}
