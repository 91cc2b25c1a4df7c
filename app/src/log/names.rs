//! What values are called: an actor is filtered by its id and shown by its name.

use daybook_model::{ActorType, Entry, FacetCounts, Field, Operation, Outcome, Term, vocabulary};
use leptos::prelude::*;

use crate::ui::text::{first_upper, one_line};

/// Every name that an answer has told, so that a chip keeps its words while the next is awaited.
#[derive(Clone, Copy)]
pub(crate) struct Names(RwSignal<Vec<Name>>);

/// A value and what it is called.
struct Name {
    field: Field,
    value: String,
    label: String,
}

impl Names {
    /// Nothing is known yet.
    pub(crate) fn new() -> Self {
        Self(RwSignal::default())
    }

    /// Learns from counted facets.
    pub(crate) fn learn_from_facets(self, facets: &[FacetCounts]) {
        let values = facets
            .iter()
            .flat_map(|facet| facet.values.iter().map(move |v| (facet.field, &v.value, &v.label)));
        self.learn(values.map(|(field, value, label)| (field, value.clone(), label.clone())));
    }

    /// Learns from rows.
    pub(crate) fn learn_from_entries<'a>(self, entries: impl IntoIterator<Item = &'a Entry>) {
        const NAMED: [Field; 5] =
            [Field::Actor, Field::Resource, Field::Application, Field::Cluster, Field::Environment];
        self.learn(entries.into_iter().flat_map(|entry| {
            NAMED.into_iter().filter_map(|field| {
                let (value, label) =
                    field.value_of(&entry.event).zip(field.label_of(&entry.event))?;
                Some((field, value.into_owned(), label.into_owned()))
            })
        }));
    }

    fn learn(self, names: impl Iterator<Item = (Field, String, String)>) {
        let mut changed = false;
        let mut known = self.0.write_untracked();
        for (field, value, label) in names {
            match known.iter_mut().find(|name| name.field == field && name.value == value) {
                Some(name) if name.label == label => continue,
                Some(name) => name.label = label,
                None => known.push(Name { field, value, label }),
            }
            changed = true;
        }
        drop(known);
        if changed {
            self.0.notify();
        }
    }

    /// What a value is called, in one line.
    pub(crate) fn of(self, field: Field, value: &str) -> String {
        let name = word(field, value).unwrap_or_else(|| {
            self.0.with(|known| {
                let known = known.iter().find(|name| name.field == field && name.value == value);
                known.map_or_else(|| bare(field, value), |name| name.label.clone())
            })
        });
        one_line(&name)
    }

    /// What a term asks for.
    pub(crate) fn of_term(self, field: Field, term: &Term) -> String {
        match term {
            Term::Absent => "no value".into(),
            Term::Present => "any value".into(),
            Term::Is(value) => self.of(field, value.as_str()),
        }
    }
}

/// What a word of a vocabulary is called.
pub(crate) fn word(field: Field, value: &str) -> Option<String> {
    Some(match field {
        Field::ActorType => value.parse::<ActorType>().ok()?.label().to_owned(),
        Field::Outcome => value.parse::<Outcome>().ok()?.label().to_owned(),
        Field::Operation => value.parse::<Operation>().ok()?.label().to_owned(),
        Field::Source => vocabulary::source_label(value),
        Field::Action => vocabulary::action_label(value),
        Field::ResourceType => first_upper(&vocabulary::resource_type_label(value)),
        _ => return None,
    })
}

/// The id without its type, until the name is known.
fn bare(field: Field, value: &str) -> String {
    match field {
        Field::Actor => match value.split_once(':') {
            Some((kind, "")) => kind
                .parse::<ActorType>()
                .map_or_else(|_| kind.to_owned(), |kind| kind.label().to_owned()),
            Some((_, id)) => id.to_owned(),
            None => value.to_owned(),
        },
        Field::Resource => value.split_once(':').map_or(value, |(_, id)| id).to_owned(),
        _ => value.to_owned(),
    }
}
