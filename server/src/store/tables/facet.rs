//! Facets: groups of words that share a value, the most frequent of them, and the rest summed up.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    ops::DerefMut,
};

mod stack;
mod tally;

use daybook_model::{
    FacetCounts, FacetValue, Field, Outcome, Term, field::StatusTerm, filter::fold,
};

use tally::{Group, Ranked, Tally};

use super::read::{Reader, word};
use crate::store::{
    Scope, StoreError,
    dictionary::Kind,
    engine::{Ask, Columns as _},
    row::outcome_of,
    sql::{self, Where},
};

impl<C: DerefMut<Target: Ask> + Send> Reader<'_, C> {
    /// See [`crate::store::Store::facet`].
    pub(super) async fn facet(
        &mut self,
        scope: &Scope,
        field: Field,
        top: usize,
        containing: Option<&str>,
    ) -> Result<FacetCounts, StoreError> {
        if !field.is_facet() {
            return Err(StoreError::Failed(format!("{field} is not a facet")));
        }
        let wanted = containing.map(fold);
        let mut tally = Tally {
            top,
            kept: BinaryHeap::new(),
            chosen: chosen(scope, field),
            total: 0,
            values: 0,
        };
        let mut absent = 0;
        let found = self.resolve(scope, Some(field)).await?;
        if let Some(found) = &found {
            absent = match Kind::of_field(field) {
                Some(kind) => {
                    self.tally_words(scope, found, field, kind, wanted.as_deref(), &mut tally)
                        .await?
                }
                None => {
                    self.tally_codes(scope, found, field, wanted.as_deref(), &mut tally).await?
                }
            };
        }
        let mut listed: Vec<Group> =
            tally.kept.into_sorted_vec().into_iter().map(|Reverse(Ranked(group))| group).collect();
        let (count, number) = (listed.iter().map(|g| g.count).sum::<u64>(), listed.len() as u64);
        let (mut other, mut other_values) = (tally.total - count, tally.values - number);
        for (value, group) in tally.chosen {
            if listed.iter().any(|g| g.value == value) {
                continue;
            }
            if let Some(group) = group.as_ref().filter(|g| !g.sums) {
                other -= group.count;
                other_values -= 1;
            }
            let group = match group {
                Some(group) => group,
                None => self.unseen(scope, field, value).await?,
            };
            let contains = |wanted: &str| {
                fold(&group.value).contains(wanted) || fold(&group.label).contains(wanted)
            };
            if group.contains || wanted.as_deref().is_none_or(contains) {
                listed.push(group);
            }
        }
        if wanted.is_some() {
            absent = 0;
        }
        let mut values = Vec::with_capacity(listed.len());
        for group in listed {
            let label = match (&found, Kind::of_field(field)) {
                (Some(found), Some(kind)) if group.words.len() > 1 && is_labelled(field) => {
                    self.latest_label(scope, found, kind, &group).await?
                }
                _ => None,
            };
            values.push(FacetValue {
                label: label.unwrap_or(group.label),
                value: group.value,
                count: group.count,
            });
        }
        Ok(FacetCounts { field, values, other, other_values, absent, bars: None })
    }

    /// Reads how often each word occurs, words of one value in a row.
    async fn tally_words(
        &mut self,
        scope: &Scope,
        found: &Where,
        field: Field,
        kind: Kind,
        wanted: Option<&str>,
        tally: &mut Tally,
    ) -> Result<u64, StoreError> {
        let mut absent = 0;
        let mut group: Option<Group> = None;
        let mut learnt = i64::MIN;
        let mut take = |row: <C::Target as Ask>::Row| {
            let count = row.count(1)?;
            let Some(number) = row.int_or_none(0)? else {
                absent = count;
                return Ok(());
            };
            let word = word(&row, 2)?;
            let label = if is_labelled(field) {
                word.label(kind).to_owned()
            } else {
                word.of.clone().unwrap_or_default()
            };
            let value = if is_labelled(field) { word.value } else { label.clone() };
            if group.as_ref().is_none_or(|g| g.value != value) {
                if let Some(complete) = group.take() {
                    tally.add(complete);
                }
                learnt = i64::MIN;
            }
            let group = group.get_or_insert_with(|| Group {
                contains: wanted.is_none_or(|w| fold(&value).contains(w)),
                value,
                ..Group::default()
            });
            group.contains = group.contains || wanted.is_some_and(|w| fold(&label).contains(w));
            group.count += count;
            group.words.push(number);
            if number > learnt {
                learnt = number;
                group.label = label;
            }
            Ok(())
        };
        self.each(&sql::facet(scope.project, found, field), &mut take).await?;
        if let Some(group) = group {
            tally.add(group);
        }
        Ok(absent)
    }

    /// The same for what the narrow row holds itself. A chosen class of statuses is counted beside
    /// the codes that it sums up.
    async fn tally_codes(
        &mut self,
        scope: &Scope,
        found: &Where,
        field: Field,
        wanted: Option<&str>,
        tally: &mut Tally,
    ) -> Result<u64, StoreError> {
        let mut absent = 0;
        let mut codes = Vec::new();
        for row in self.rows(&sql::facet(scope.project, found, field)).await? {
            let count = row.count(1)?;
            let Some(code) = row.int_or_none(0)? else {
                absent = count;
                continue;
            };
            codes.push((code, count));
            let value = match field {
                Field::Outcome => outcome_of(code).map_or("", Outcome::as_str).to_owned(),
                _ => code.to_string(),
            };
            tally.add(Group {
                label: value.clone(),
                contains: wanted.is_none_or(|w| value.contains(w)),
                value,
                count,
                ..Group::default()
            });
        }
        for (value, place) in &mut tally.chosen {
            if let (Field::Status, Some(class @ StatusTerm::Class(_))) =
                (field, StatusTerm::parse(value))
            {
                let (first, last) = class.codes();
                let within = |code: i64| (i64::from(first)..=i64::from(last)).contains(&code);
                let count = codes.iter().filter(|c| within(c.0)).map(|c| c.1).sum();
                *place = Some(Group {
                    value: value.clone(),
                    label: value.clone(),
                    count,
                    sums: true,
                    ..Group::default()
                });
            }
        }
        Ok(absent)
    }

    /// A chosen value that does not occur: its label is the one the log learnt last.
    async fn unseen(
        &mut self,
        scope: &Scope,
        field: Field,
        value: String,
    ) -> Result<Group, StoreError> {
        let mut label = None;
        if let Some(kind) = Kind::of_field(field).filter(|_| is_labelled(field)) {
            for row in self.rows(&sql::learnt(scope.project, kind, &value).into()).await? {
                label = Some(word(&row, 0)?.label(kind).to_owned());
            }
        }
        Ok(Group { label: label.unwrap_or_else(|| value.clone()), value, ..Group::default() })
    }

    /// The label of the latest entry in the scope that has the value.
    async fn latest_label(
        &mut self,
        scope: &Scope,
        found: &Where,
        kind: Kind,
        group: &Group,
    ) -> Result<Option<String>, StoreError> {
        // More names than that are no names; the last one learnt will do.
        let words = group.words.get(..group.words.len().min(500)).unwrap_or_default();
        let rows = self.rows(&sql::latest(scope.project, found, kind, words).into()).await?;
        Ok(rows.first().map(|row| word(row, 0)).transpose()?.map(|w| w.label(kind).to_owned()))
    }
}

/// Whether values are words with labels; types of words are not.
fn is_labelled(field: Field) -> bool {
    !matches!(field, Field::ActorType | Field::ResourceType)
}

/// The values that the filter names.
fn chosen(scope: &Scope, field: Field) -> BTreeMap<String, Option<Group>> {
    let choice = scope.filter.choice(field);
    choice
        .into_iter()
        .flat_map(|c| c.include.iter().chain(&c.exclude))
        .filter_map(|term| match term {
            Term::Is(value) => Some(value.as_str()),
            Term::Absent | Term::Present => None,
        })
        .map(|value| (value.to_owned(), None))
        .collect()
}
