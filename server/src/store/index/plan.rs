//! A scope as conditions on codes.

use std::collections::{BTreeSet, HashSet};

use daybook_model::{
    ActorType, Choice, Field, Filter, Outcome, Term, field::StatusTerm, filter::fold,
};

use super::{chunk::Columns, lexicon::Lexicon, listed::Listed, row::Coded};
use crate::store::{
    Scope,
    dictionary::Kind,
    row::{Exact, outcome_code},
};

/// Which codes of a column are meant.
#[derive(Debug, Clone)]
pub(super) struct CodeSet {
    /// Whether rows without a value are.
    pub(super) absent: bool,
    /// Whether every other code is, but for those listed; else those listed are.
    pub(super) others: bool,
    pub(super) listed: Listed,
}

impl CodeSet {
    /// These codes and nothing else.
    pub(super) fn only(listed: Vec<u32>) -> Self {
        Self { absent: false, others: false, listed: Listed::of(listed) }
    }

    /// For each of some codes, ascending, whether it is meant.
    pub(super) fn mark(&self, codes: &[u32]) -> Vec<bool> {
        let mut marked = match &self.listed {
            Listed::Few(few) => {
                let mut marked = vec![self.others; codes.len()];
                for code in few {
                    if let Ok(place) = codes.binary_search(code) {
                        marked[place] = !self.others;
                    }
                }
                marked
            }
            listed @ Listed::Many(_) => {
                codes.iter().map(|&code| listed.contains(code) != self.others).collect()
            }
        };
        if codes.first() == Some(&0) {
            marked[0] = self.absent;
        }
        marked
    }
}

/// What a row must satisfy.
#[derive(Debug, Clone)]
pub(super) enum Test {
    /// One of these columns has one of its codes.
    Any(Vec<(Coded, CodeSet)>),
    /// A bit of [`super::row::Row::has`] is set, or is not.
    Has(u32, bool),
}

/// A condition, and the field whose choice it comes from.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub(super) field: Option<Field>,
    pub(super) test: Test,
}

/// A scope as conditions, its time and moment aside.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    pub(super) conditions: Vec<Condition>,
}

impl Plan {
    /// The conditions of a scope; `None` where the index cannot tell.
    pub(super) fn of(lexicon: &Lexicon, columns: Columns, scope: &Scope) -> Option<Self> {
        let mut conditions = filtered(lexicon, columns, &scope.filter)?;
        conditions.extend(Self::within(lexicon, columns, &scope.within)?.conditions);
        Some(Self { conditions })
    }

    /// The conditions of what bounds a scope beforehand, which no facet leaves out.
    pub(super) fn within(lexicon: &Lexicon, columns: Columns, within: &[Filter]) -> Option<Self> {
        let mut conditions = Vec::new();
        for filter in within {
            let bounds = filtered(lexicon, columns, filter)?;
            conditions.extend(bounds.into_iter().map(|bound| Condition { field: None, ..bound }));
        }
        Some(Self { conditions })
    }

    /// The same without the choice for a field.
    pub(super) fn without(&self, field: Field) -> Self {
        let mut conditions = self.conditions.clone();
        conditions.retain(|condition| condition.field != Some(field));
        Self { conditions }
    }

    /// The same, where no choice is left aside, whatever is counted.
    pub(super) fn settled(&self) -> Self {
        let settled = |condition: &Condition| Condition { field: None, ..condition.clone() };
        Self { conditions: self.conditions.iter().map(settled).collect() }
    }

    /// The same, where a column must also have one of these codes.
    pub(super) fn and(mut self, column: Coded, codes: CodeSet) -> Self {
        let test = Test::Any(vec![(column, codes)]);
        self.conditions.push(Condition { field: None, test });
        self
    }
}

/// The conditions of a filter; `None` where the index cannot tell.
fn filtered(lexicon: &Lexicon, columns: Columns, filter: &Filter) -> Option<Vec<Condition>> {
    let known = |column: Coded| columns[column.index()].then_some(column);
    let mut conditions = Vec::new();
    for (&field, choice) in &filter.choices {
        let tests = if let Some(exact) = Exact::of_field(field) {
            presence(exact, choice)?
        } else {
            let column = known(Coded::of_field(field)?)?;
            vec![Test::Any(vec![(column, chosen(lexicon, field, choice)?)])]
        };
        conditions.extend(tests.into_iter().map(|test| Condition { field: Some(field), test }));
    }
    if let Some(text) = &filter.search {
        let folded = fold(text);
        let mut any = Vec::new();
        for &kind in Kind::SEARCHED {
            let column = known(Coded::Word(kind))?;
            any.push((column, CodeSet::only(lexicon.containing(kind, &folded))));
        }
        conditions.push(Condition { field: None, test: Test::Any(any) });
    }
    Some(conditions)
}

/// The codes that a choice allows.
fn chosen(lexicon: &Lexicon, field: Field, choice: &Choice) -> Option<CodeSet> {
    let absent = |terms: &BTreeSet<Term>| terms.contains(&Term::Absent);
    let present = |terms: &BTreeSet<Term>| terms.contains(&Term::Present);
    let free = choice.include.is_empty();
    let mut set = CodeSet {
        absent: free || absent(&choice.include),
        others: free || present(&choice.include),
        listed: Listed::default(),
    };
    if !set.others {
        set.listed = codes(lexicon, field, &choice.include)?;
    }
    set.absent &= !absent(&choice.exclude);
    let excluded = codes(lexicon, field, &choice.exclude)?;
    if present(&choice.exclude) {
        (set.others, set.listed) = (false, Listed::default());
    } else if set.others {
        set.listed = excluded;
    } else {
        set.listed = set.listed.without(&excluded);
    }
    Some(set)
}

/// The codes of the values among some terms; `None` where no column has the field.
fn codes(lexicon: &Lexicon, field: Field, terms: &BTreeSet<Term>) -> Option<Listed> {
    let values: HashSet<&str> = terms
        .iter()
        .filter_map(|term| match term {
            Term::Is(value) => Some(value.as_str()),
            Term::Absent | Term::Present => None,
        })
        .collect();
    let codes: Vec<u32> = match (field, Coded::of_field(field)?) {
        (Field::Path, Coded::Word(kind)) => {
            let texts: Vec<String> = values.iter().map(|text| fold(text)).collect();
            match &texts[..] {
                [] => Vec::new(),
                [text] => lexicon.containing(kind, text),
                texts => lexicon.containing_any(kind, texts)?,
            }
        }
        (Field::ActorType, Coded::Word(kind)) => {
            let known = values.into_iter().filter(|of| of.parse::<ActorType>().is_ok());
            return Some(lexicon.typed(kind, &known.collect()));
        }
        (Field::ResourceType, Coded::Word(kind)) => return Some(lexicon.typed(kind, &values)),
        (_, Coded::Word(kind)) if !values.is_empty() => lexicon.valued(kind, &values),
        (_, Coded::Word(_)) => Vec::new(),
        (_, Coded::Status) => values
            .iter()
            .filter_map(|text| StatusTerm::parse(text).map(StatusTerm::codes))
            .flat_map(|(first, last)| u32::from(first)..=u32::from(last))
            .collect(),
        (_, Coded::Outcome) => {
            values.iter().filter_map(|t| t.parse().ok()).map(outcome_number).collect()
        }
    };
    Some(Listed::of(codes))
}

/// The code of an outcome.
pub(crate) fn outcome_number(outcome: Outcome) -> u32 {
    u32::try_from(outcome_code(outcome)).map_or(0, |code| code + 1)
}

/// What a choice for an exact field comes to, if it names no value: those are found beneath.
fn presence(exact: Exact, choice: &Choice) -> Option<Vec<Test>> {
    let terms = || choice.include.iter().chain(&choice.exclude);
    if terms().any(|term| matches!(term, Term::Is(_))) {
        return None;
    }
    let bit = u32::try_from(exact.bit()).ok()?;
    let included = (choice.include.len() == 1)
        .then(|| Test::Has(bit, choice.include.contains(&Term::Present)));
    let excluded = choice.exclude.iter().map(|term| Test::Has(bit, *term == Term::Absent));
    Some(included.into_iter().chain(excluded).collect())
}
