//! A choice as the words of a sentence, and the links that change it.

use std::collections::BTreeSet;

use daybook_model::{Field, FieldValue, Operation, Term, View};

use crate::{log::names::Names, url::LogAddress};

/// One chip: the included or the excluded values of one field, in force or switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ChipId {
    /// The field.
    pub(crate) field: Field,
    /// Whether the values are excluded.
    pub(crate) exclude: bool,
    /// Whether it is switched off.
    pub(crate) off: bool,
}

impl ChipId {
    /// The chip of the values in force.
    pub(crate) fn on(field: Field, exclude: bool) -> Self {
        Self { field, exclude, off: false }
    }

    /// Tells it from all others.
    pub(crate) fn key(self) -> String {
        format!("{} {} {}", self.field.key(), self.exclude, self.off)
    }

    /// Its values in this view.
    pub(crate) fn terms(self, view: &View) -> BTreeSet<Term> {
        let choices = if self.off { &view.off } else { &view.filter.choices };
        let side = |choice: &daybook_model::Choice| {
            if self.exclude { choice.exclude.clone() } else { choice.include.clone() }
        };
        choices.get(&self.field).map(side).unwrap_or_default()
    }

    /// Takes it out of the view and says what it held.
    pub(crate) fn take(self, view: &mut View) -> BTreeSet<Term> {
        let choices = if self.off { &mut view.off } else { &mut view.filter.choices };
        let Some(choice) = choices.get_mut(&self.field) else { return BTreeSet::new() };
        let terms =
            std::mem::take(if self.exclude { &mut choice.exclude } else { &mut choice.include });
        if choice.is_empty() {
            choices.remove(&self.field);
        }
        terms
    }

    /// Puts values into the view under this chip.
    pub(crate) fn put(self, view: &mut View, terms: BTreeSet<Term>) {
        if terms.is_empty() {
            return;
        }
        let choices = if self.off { &mut view.off } else { &mut view.filter.choices };
        let choice = choices.entry(self.field).or_default();
        let side = if self.exclude { &mut choice.exclude } else { &mut choice.include };
        side.extend(terms);
    }

    /// The verb between field and values.
    pub(crate) fn verb(self, terms: &BTreeSet<Term>) -> &'static str {
        match (self.exclude, terms.len()) {
            (false, 0 | 1) => "is",
            (false, _) => "is any of",
            (true, 0 | 1) => "is not",
            (true, _) => "is none of",
        }
    }

    /// "Status is 5xx".
    pub(crate) fn phrase(self, view: &View, names: Names) -> String {
        let terms = self.terms(view);
        format!(
            "{} {} {}",
            self.field.label(),
            self.verb(&terms),
            values_text(self.field, &terms, names)
        )
    }

    /// Every chip of a view, in order: by field, what is included first.
    pub(crate) fn all(view: &View) -> Vec<Self> {
        let all = Field::ALL.iter().flat_map(|&field| {
            [(false, false), (false, true), (true, false), (true, true)]
                .map(|(exclude, off)| Self { field, exclude, off })
        });
        all.filter(|chip| !chip.terms(view).is_empty()).collect()
    }
}

/// What [`start_and_stop`] is called.
pub(crate) const START_AND_STOP: &str = "Start and stop";

/// The two operations that are offered as one choice, where the field has them.
pub(crate) fn start_and_stop(field: Field) -> Option<BTreeSet<Term>> {
    let terms =
        [Operation::Start, Operation::Stop].map(|operation| field.value(operation.as_str()));
    (field == Field::Operation).then(|| {
        let mut set = BTreeSet::new();
        set.extend(terms.into_iter().filter_map(Result::ok).map(Term::Is));
        set
    })
}

/// The values, in words: the first few, and how many more there are.
pub(crate) fn values_text(field: Field, terms: &BTreeSet<Term>, names: Names) -> String {
    const SHOWN: usize = 3;
    if Some(terms) == start_and_stop(field).as_ref() {
        return START_AND_STOP.to_owned();
    }
    let mut text = terms
        .iter()
        .take(SHOWN)
        .map(|term| names.of_term(field, term))
        .collect::<Vec<_>>()
        .join(", ");
    if terms.len() > SHOWN {
        text = format!("{text} +{}", terms.len() - SHOWN);
    }
    text
}

/// How a value stands in a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Not mentioned.
    Free,
    /// Included.
    Included,
    /// Excluded.
    Excluded,
}

/// How a term stands in a view.
pub(crate) fn standing(view: &View, field: Field, term: &Term) -> Standing {
    match view.filter.choice(field) {
        Some(choice) if choice.include.contains(term) => Standing::Included,
        Some(choice) if choice.exclude.contains(term) => Standing::Excluded,
        _ => Standing::Free,
    }
}

/// A link that includes or excludes a value, or takes it back where it already is.
pub(crate) fn toggle_link(log: LogAddress, field: Field, term: &Term, exclude: bool) -> String {
    log.filter_link(|view| toggle(view, field, term, exclude))
}

/// Includes or excludes a value, or takes it back where it already is.
pub(crate) fn toggle(view: &mut View, field: Field, term: &Term, exclude: bool) {
    let wanted = if exclude { Standing::Excluded } else { Standing::Included };
    if standing(view, field, term) == wanted {
        view.filter.remove(field, term);
    } else {
        view.filter.add(field, exclude, term.clone());
    }
}

/// A link to what has this value and no other of the field.
pub(crate) fn only_link(log: LogAddress, field: Field, value: &FieldValue) -> String {
    log.filter_link(|view| {
        view.filter.choices.remove(&field);
        view.filter.add(field, false, Term::Is(value.clone()));
    })
}

/// A link to what has any other value.
pub(crate) fn not_link(log: LogAddress, field: Field, value: &FieldValue) -> String {
    log.filter_link(|view| view.filter.add(field, true, Term::Is(value.clone())))
}
