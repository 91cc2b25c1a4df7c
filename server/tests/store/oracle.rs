//! What a store ought to answer, computed the plain way.

use std::collections::BTreeMap;

use daybook::store::{Counts, Scope};
use daybook_model::{
    Entry, FacetCounts, FacetValue, Field, Filter, Severity, Sort, Span, Stack, StackBy, Term,
    Timestamp, chart::MAX_SERIES, field::StatusTerm, filter::fold,
};
use proptest::{prelude::*, test_runner::TestCaseError};

/// The entries of a scope, in the order of the log; the choice for one field aside if asked.
pub(crate) fn within<'a>(
    entries: &'a [Entry],
    scope: &Scope,
    without: Option<Field>,
) -> Vec<&'a Entry> {
    let mut filter = Filter { as_of: Some(scope.as_of), ..scope.filter.clone() };
    if let Some(field) = without {
        filter.choices.remove(&field);
    }
    let bounds: Vec<_> = scope.within.iter().map(|f| Filter { as_of: None, ..f.clone() }).collect();
    let matches = |e: &Entry| {
        filter.matches(e, scope.span) && bounds.iter().all(|bound| bound.matches(e, Span::ALL))
    };
    entries.iter().filter(|e| matches(e)).collect()
}

/// The whole list.
pub(crate) fn list(entries: &[Entry], scope: &Scope, sort: Sort) -> Vec<Entry> {
    let mut list: Vec<_> = within(entries, scope, None).into_iter().map(brief).collect();
    list.sort_by(|a, b| sort.compare(a, b));
    list
}

/// An entry as lists show it.
pub(crate) fn brief(entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    if entry.event.change.take().is_some() {
        entry.omitted.push("change".into());
    }
    if entry.event.context.take().is_some() {
        entry.omitted.push("context".into());
    }
    entry
}

pub(crate) fn histogram(entries: &[Entry], scope: &Scope, edges: &[Timestamp]) -> Vec<[u64; 3]> {
    let found = within(entries, scope, None);
    edges
        .windows(2)
        .map(|pair| {
            let mut bar = [0; 3];
            for entry in found.iter().filter(|e| (pair[0]..pair[1]).contains(&e.event.occurred_at))
            {
                let severity = Severity::of(&entry.event);
                bar[Severity::ALL.iter().position(|s| *s == severity).unwrap()] += 1;
            }
            bar
        })
        .collect()
}

pub(crate) fn facet(
    entries: &[Entry],
    scope: &Scope,
    field: Field,
    top: usize,
    containing: Option<&str>,
) -> FacetCounts {
    let found = within(entries, scope, Some(field));
    let mut groups = BTreeMap::<String, Vec<&Entry>>::new();
    let mut absent = 0;
    for entry in found {
        match field.value_of(&entry.event) {
            Some(value) => groups.entry(value.into_owned()).or_default().push(entry),
            None => absent += 1,
        }
    }
    let label = |e: &Entry| field.label_of(&e.event).unwrap().into_owned();
    let everything = groups.clone();
    let wanted = containing.map(fold).unwrap_or_default();
    if containing.is_some() {
        groups.retain(|value, entries| {
            fold(value).contains(&wanted)
                || entries.iter().any(|e| fold(&label(e)).contains(&wanted))
        });
        absent = 0;
    }
    let value = |value: &str, entries: &[&Entry]| FacetValue {
        value: value.into(),
        label: entries
            .iter()
            .max_by_key(|e| (e.event.occurred_at, e.seq))
            .map_or(value.into(), |e| label(e)),
        count: entries.len() as u64,
    };
    let mut all: Vec<_> = groups.iter().map(|(v, entries)| value(v, entries)).collect();
    all.sort_by(|a, b| b.count.cmp(&a.count).then(a.value.cmp(&b.value)));
    let rest = all.split_off(top.min(all.len()));
    let (mut other, mut other_values) = (rest.iter().map(|v| v.count).sum(), rest.len() as u64);
    let choice = scope.filter.choice(field).cloned().unwrap_or_default();
    let chosen: std::collections::BTreeSet<_> =
        choice.include.into_iter().chain(choice.exclude).collect();
    for term in chosen {
        let Term::Is(chosen) = term else { continue };
        let chosen = chosen.as_str();
        // What is not looked for is not listed.
        if all.iter().any(|v| v.value == chosen)
            || everything.contains_key(chosen) && !groups.contains_key(chosen)
        {
            continue;
        }
        if let Some(found) = rest.iter().find(|v| v.value == chosen) {
            other -= found.count;
            other_values -= 1;
            all.push(found.clone());
        } else if let (Field::Status, Some(class @ StatusTerm::Class(_))) =
            (field, StatusTerm::parse(chosen))
        {
            let (first, last) = class.codes();
            let within = |code: &str| (first..=last).contains(&code.parse().unwrap());
            let count = everything
                .iter()
                .filter(|(code, _)| within(code))
                .map(|(_, entries)| entries.len() as u64)
                .sum();
            all.push(FacetValue { value: chosen.into(), label: chosen.into(), count });
        } else {
            // Not in the scope: the log's latest word for it, or the value itself.
            let known =
                entries.iter().filter(|e| field.value_of(&e.event).as_deref() == Some(chosen));
            let label = known
                .max_by_key(|e| first_said(entries, field, e))
                .map_or(chosen.to_owned(), label);
            all.push(FacetValue { value: chosen.into(), label, count: 0 });
        }
    }
    all.retain(|v| {
        groups.contains_key(&v.value)
            || [&v.value, &v.label].iter().any(|text| fold(text).contains(&wanted))
    });
    FacetCounts { field, values: all, other, other_values, absent, bars: None }
}

/// All counts of an overview are those that are asked for one by one; those by bar, each of its bar.
pub(crate) fn check_counts(
    entries: &[Entry],
    scope: &Scope,
    edges: &[Timestamp],
    top: usize,
    counts: &Counts,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(counts.total, within(entries, scope, None).len() as u64);
    prop_assert_eq!(&counts.bars, &histogram(entries, scope, edges));
    for counted in &counts.facets {
        let mut counted = counted.clone();
        let bars = counted.bars.take();
        prop_assert_eq!(&counted, &facet(entries, scope, counted.field, top, None));
        for (i, pair) in edges.windows(2).enumerate().filter(|_| bars.is_some()) {
            let bars = bars.as_ref().unwrap();
            let (from, to) = (pair[0].max(scope.span.from), pair[1].min(scope.span.to));
            let within = Span::new(from, to).map(|span| {
                let scope = Scope { span, ..scope.clone() };
                facet(entries, &scope, counted.field, usize::MAX, None)
            });
            let (mut others, mut absent) = (0, 0);
            let mut found = std::collections::HashMap::new();
            absent += within.as_ref().map_or(0, |within| within.absent);
            for value in within.into_iter().flat_map(|within| within.values) {
                if counted.values.iter().all(|v| v.value != value.value) {
                    others += value.count;
                }
                found.insert(value.value, value.count);
            }
            prop_assert_eq!((bars.other[i], bars.absent[i]), (others, absent));
            for (value, row) in counted.values.iter().zip(&bars.values) {
                prop_assert_eq!(
                    row[i],
                    found.get(&value.value).copied().unwrap_or(0),
                    "{:?}",
                    value
                );
            }
        }
    }
    Ok(())
}

/// The value that a bar is taken apart by.
fn slice(entry: &Entry, by: StackBy) -> Option<String> {
    match by.field()? {
        Field::Status => entry.event.request.status_code.map(|code| format!("{}xx", code / 100)),
        field => field.value_of(&entry.event).map(std::borrow::Cow::into_owned),
    }
}

/// Bars taken apart have what the filter lets through, each entry once.
pub(crate) fn check_stack(
    entries: &[Entry],
    scope: &Scope,
    edges: &[Timestamp],
    by: StackBy,
    stack: &Stack,
) -> Result<(), TestCaseError> {
    let bars: Vec<Vec<&Entry>> = edges
        .windows(2)
        .map(|pair| {
            let span = Span::new(pair[0].max(scope.span.from), pair[1].min(scope.span.to));
            let found = span.map(|span| within(entries, &Scope { span, ..scope.clone() }, None));
            found.unwrap_or_default()
        })
        .collect();
    prop_assert_eq!(stack.by, by);
    if by == StackBy::Outcome {
        prop_assert!(stack.values.is_empty());
        return Ok(());
    }
    let mut counts = BTreeMap::<String, u64>::new();
    for value in bars.iter().flatten().filter_map(|entry| slice(entry, by)) {
        *counts.entry(value).or_default() += 1;
    }
    let mut expected: Vec<_> = counts.into_iter().collect();
    if by != StackBy::Status {
        expected.sort_by(|(a, n), (b, m)| m.cmp(n).then(a.cmp(b)));
    }
    let rest = expected.split_off(MAX_SERIES.min(expected.len()));
    let values: Vec<_> = stack.values.iter().map(|v| (v.value.clone(), v.count)).collect();
    prop_assert_eq!(&values, &expected, "{} by {}", scope.filter, by);
    prop_assert!(stack.values.iter().all(|v| v.label == v.value));
    prop_assert_eq!(stack.other_values, rest.len() as u64);
    prop_assert_eq!(stack.bars.values.len(), values.len());
    for (i, bar) in bars.iter().enumerate() {
        let count = |value: Option<&str>| {
            bar.iter().filter(|entry| slice(entry, by).as_deref() == value).count() as u64
        };
        for ((value, _), row) in values.iter().zip(&stack.bars.values) {
            prop_assert_eq!(row[i], count(Some(value)), "{} in {}", value, i);
        }
        let others: u64 = rest.iter().map(|(value, _)| count(Some(value))).sum();
        prop_assert_eq!((stack.bars.other[i], stack.bars.absent[i]), (others, count(None)));
    }
    Ok(())
}

/// The place where an entry's word was first said.
fn first_said(entries: &[Entry], field: Field, entry: &Entry) -> u64 {
    let word = |e: &Entry| match field {
        Field::Actor => format!("{:?}", e.event.actor),
        Field::Resource => format!("{:?}", e.event.resource),
        Field::Application => format!("{:?}", e.event.application),
        Field::Cluster => format!("{:?}", e.event.cluster),
        Field::Environment => format!("{:?}", e.event.environment),
        _ => String::new(),
    };
    let said = word(entry);
    entries.iter().find(|e| word(e) == said).map_or(0, |e| e.seq)
}
