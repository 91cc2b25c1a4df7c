//! A facet's counts as values, most frequent first.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

use daybook_model::{
    FacetBars, FacetCounts, FacetValue, Field, Term, field::StatusTerm, filter::fold,
};

use super::{
    order::outcome_word,
    plan::Plan,
    row::Coded,
    scan::{Occurring, Window},
    snapshot::Snapshot,
    tally::{FacetTally, group, is_labelled},
};
use crate::store::Scope;

/// A value, as its codes add up to it.
struct Value {
    /// The code that stands for it.
    first: u32,
    /// Those of its codes that occur, ascending.
    codes: Vec<u32>,
    count: u64,
}

/// Turns counts into values.
pub(super) struct Listing<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) scope: &'a Scope,
    pub(super) window: Window,
    pub(super) plan: &'a Plan,
}

impl Listing<'_> {
    /// The most frequent values of a facet, and the chosen ones. See
    /// [`crate::store::Store::facet`].
    pub(super) fn facet(
        &self,
        tally: &FacetTally,
        top: usize,
        containing: Option<&str>,
        bars: usize,
    ) -> FacetCounts {
        let FacetTally { field, column, counts, .. } = tally;
        let (field, column) = (*field, *column);
        let wanted = containing.map(fold);
        let mut values = self.grouped(tally);
        let mut hidden = HashSet::new();
        if let Some(wanted) = &wanted {
            values.retain(|value| {
                let contains = self.contains(field, column, value, wanted);
                if !contains {
                    hidden.insert(value.first);
                }
                contains
            });
        }
        let listed = top.min(values.len());
        let rank = |a: &Value, b: &Value| {
            let text = |value: &Value| self.text(field, column, value.first);
            b.count.cmp(&a.count).then_with(|| text(a).cmp(&text(b)))
        };
        if 0 < listed && listed < values.len() {
            values.select_nth_unstable_by(listed - 1, rank);
        }
        let rest = values.split_off(listed);
        values.sort_unstable_by(rank);

        let (mut other, mut other_values) =
            (rest.iter().map(|v| v.count).sum::<u64>(), rest.len() as u64);
        let mut facet: Vec<(FacetValue, Vec<u32>)> =
            values.iter().map(|v| (self.value(field, column, v), v.codes.clone())).collect();
        let chosen = self.chosen(field);
        let known = self.known(field, column, &chosen);
        let unlisted: HashMap<u32, &Value> = if chosen.is_empty() {
            HashMap::new()
        } else {
            rest.iter().map(|value| (value.first, value)).collect()
        };
        for chosen in chosen {
            let first = known.get(chosen).map(|(first, _)| first);
            if first.is_some_and(|first| hidden.contains(first))
                || facet.iter().any(|(v, _)| v.value == chosen)
            {
                continue;
            }
            if let Some(value) = first.and_then(|first| unlisted.get(first)) {
                // It contains what is wanted, if only by an earlier name: else it would be hidden.
                other -= value.count;
                other_values -= 1;
                facet.push((self.value(field, column, value), value.codes.clone()));
                continue;
            }
            let status = StatusTerm::parse(chosen).filter(|_| field == Field::Status);
            let found = if let Some(class @ StatusTerm::Class(_)) = status {
                let (first, last) = class.codes();
                let codes: Vec<u32> = (u32::from(first)..=u32::from(last)).collect();
                let count = codes.iter().filter_map(|&c| counts.get(c as usize)).sum();
                (FacetValue { value: chosen.into(), label: chosen.into(), count }, codes)
            } else {
                // The name that the log learnt last.
                let label = known.get(chosen).map(|&(_, last)| self.label(field, column, last));
                let label = label.unwrap_or_else(|| chosen.to_owned());
                (FacetValue { value: chosen.into(), label, count: 0 }, Vec::new())
            };
            let contains = |wanted: &String| {
                [&found.0.value, &found.0.label].iter().any(|text| fold(text).contains(wanted))
            };
            if wanted.as_ref().is_none_or(contains) {
                facet.push(found);
            }
        }
        let absent = if wanted.is_some() { 0 } else { counts.first().copied().unwrap_or(0) };
        let bars = tally.pieces.as_ref().map(|pieces| barred(field, pieces, &facet, bars));
        let values = facet.into_iter().map(|(value, _)| value).collect();
        FacetCounts { field, values, other, other_values, absent, bars }
    }

    /// The codes that occur, by value.
    fn grouped(&self, tally: &FacetTally) -> Vec<Value> {
        let mut places = HashMap::new();
        let mut values: Vec<Value> = Vec::new();
        for (code, &count) in (0..).zip(&tally.counts).skip(1).filter(|(_, count)| **count > 0) {
            let first = group(self.snapshot, tally.field, tally.column, code);
            let place = *places.entry(first).or_insert(values.len());
            if place == values.len() {
                values.push(Value { first, codes: Vec::new(), count: 0 });
            }
            values[place].codes.push(code);
            values[place].count += count;
        }
        values
    }

    /// How many values occur under several names.
    pub(super) fn renamed(&self, tally: &FacetTally) -> usize {
        if !is_labelled(tally.field) {
            return 0;
        }
        self.grouped(tally).iter().filter(|value| value.codes.len() > 1).count()
    }

    /// For each of some values that the log knows, the code that stands for it and its last one.
    fn known(&self, field: Field, column: Coded, values: &[&str]) -> HashMap<String, (u32, u32)> {
        let wanted: HashSet<&str> = values.iter().copied().collect();
        let codes = match column {
            _ if values.is_empty() => Vec::new(),
            Coded::Word(kind) if matches!(field, Field::ActorType | Field::ResourceType) => {
                self.snapshot.lexicon.typed(kind, &wanted).codes().collect()
            }
            Coded::Word(kind) => self.snapshot.lexicon.valued(kind, &wanted),
            Coded::Status => wanted.iter().filter_map(|text| text.parse().ok()).collect(),
            Coded::Outcome => vec![1, 2],
        };
        let of = |code| {
            let text = self.text(field, column, code).into_owned();
            (text, (group(self.snapshot, field, column, code), code))
        };
        // Ascending, so that the last one stays.
        codes.into_iter().map(of).collect()
    }

    /// The value that a code has.
    fn text(&self, field: Field, column: Coded, code: u32) -> Cow<'_, str> {
        match column {
            Coded::Status => code.to_string().into(),
            Coded::Outcome => outcome_word(code).into(),
            Coded::Word(kind) => {
                let of_type = matches!(field, Field::ActorType | Field::ResourceType);
                let word = self.snapshot.lexicon.word(kind, code);
                let text = word.map(|word| {
                    if of_type { word.of.as_deref().unwrap_or_default() } else { &word.value }
                });
                text.unwrap_or_default().into()
            }
        }
    }

    /// What a code is called.
    fn label(&self, field: Field, column: Coded, code: u32) -> String {
        match column {
            Coded::Word(kind) if is_labelled(field) => self
                .snapshot
                .lexicon
                .word(kind, code)
                .map_or_else(String::new, |word| word.label(kind).to_owned()),
            _ => self.text(field, column, code).into_owned(),
        }
    }

    fn value(&self, field: Field, column: Coded, value: &Value) -> FacetValue {
        let code = match &value.codes[..] {
            // The latest entry's name counts, where there are several.
            [_, _, ..] if is_labelled(field) => {
                let plan = self.plan.without(field);
                self.snapshot.latest(self.window, &plan, column, value.codes.clone())
            }
            _ => None,
        };
        let code = code.or(value.codes.last().copied()).unwrap_or(value.first);
        FacetValue {
            value: self.text(field, column, value.first).into_owned(),
            label: self.label(field, column, code),
            count: value.count,
        }
    }

    /// Whether a value, or any of its labels that occur, contains a folded text.
    fn contains(&self, field: Field, column: Coded, value: &Value, wanted: &str) -> bool {
        fold(&self.text(field, column, value.first)).contains(wanted)
            || is_labelled(field)
                && value.codes.iter().any(|&c| fold(&self.label(field, column, c)).contains(wanted))
    }

    /// The values that the filter names, in their order.
    fn chosen(&self, field: Field) -> Vec<&str> {
        let choice = self.scope.filter.choice(field);
        let terms: BTreeSet<_> = choice
            .into_iter()
            .flat_map(|choice| choice.include.iter().chain(&choice.exclude))
            .filter_map(|term| match term {
                Term::Is(value) => Some(value.as_str()),
                Term::Absent | Term::Present => None,
            })
            .collect();
        terms.into_iter().collect()
    }
}

/// A facet's counts bar by bar.
fn barred(
    field: Field,
    pieces: &[(usize, Occurring)],
    values: &[(FacetValue, Vec<u32>)],
    bars: usize,
) -> FacetBars {
    // A class of statuses sums up codes that are listed by themselves, or are others.
    let sums = |value: &FacetValue| field == Field::Status && is_class(&value.value);
    let mut rows = BTreeMap::<u32, Vec<usize>>::new();
    let mut listed = HashSet::new();
    for (row, (value, codes)) in values.iter().enumerate() {
        for &code in codes {
            rows.entry(code).or_default().push(row);
            if !sums(value) {
                listed.insert(code);
            }
        }
    }
    let mut all = FacetBars {
        values: vec![vec![0; bars]; values.len()],
        other: vec![0; bars],
        absent: vec![0; bars],
    };
    for (bar, codes) in pieces {
        for &(code, n) in codes {
            let n = u64::from(n);
            if code == 0 {
                all.absent[*bar] += n;
                continue;
            }
            for &row in rows.get(&code).into_iter().flatten() {
                all.values[row][*bar] += n;
            }
            if !listed.contains(&code) {
                all.other[*bar] += n;
            }
        }
    }
    all
}

/// Whether a status is a class of them, such as `4xx`.
fn is_class(status: &str) -> bool {
    matches!(StatusTerm::parse(status), Some(StatusTerm::Class(_)))
}
