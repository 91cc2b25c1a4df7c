//! The choice for one field as conditions.

use std::collections::BTreeSet;

use daybook_model::{ActorType, Choice, Field, Outcome, Term, field::StatusTerm, filter::fold};
use sea_query::{Expr, ExprTrait};

use super::{
    Dictionary, entry,
    many::{among, among_numbers, contains_any},
    numbers::{Numbers, numbers, words},
    reference::{places, referring},
};
use crate::store::{
    ProjectId, StoreError,
    dictionary::{Kind, Word},
    row::{Exact, outcome_code},
};

/// One side of a choice.
pub(super) type Terms<'a> = &'a BTreeSet<Term>;

/// The values among the terms.
pub(super) fn values(terms: Terms<'_>) -> impl Iterator<Item = &str> {
    terms.iter().filter_map(|t| match t {
        Term::Is(value) => Some(value.as_str()),
        Term::Absent | Term::Present => None,
    })
}

/// The conditions that a choice comes to, all of which hold; `None` if none of what is included
/// exists.
pub(super) async fn condition(
    dictionary: &mut dyn Dictionary,
    project: ProjectId,
    field: Field,
    choice: &Choice,
) -> Result<Option<Vec<Expr>>, StoreError> {
    let mut conditions = Vec::new();
    let (absent, present) = presence(field);
    if !choice.include.is_empty() {
        let [or_absent, or_present] =
            [Term::Absent, Term::Present].map(|term| choice.include.contains(&term));
        let alone = !or_absent && !or_present;
        let valued = valued(dictionary, project, field, &choice.include, alone).await?;
        let any = valued
            .into_iter()
            .chain(or_absent.then(|| absent.clone()))
            .chain(or_present.then(|| present.clone()));
        let Some(any) = any.reduce(ExprTrait::or) else { return Ok(None) };
        conditions.push(any);
    }
    if choice.exclude.contains(&Term::Absent) {
        conditions.push(present);
    }
    if choice.exclude.contains(&Term::Present) {
        conditions.push(absent.clone());
    }
    if let Some(none) = unvalued(dictionary, project, field, &choice.exclude).await? {
        // An absent value is not excluded by a value.
        conditions.push(if is_always_there(field) { none } else { absent.or(none) });
    }
    Ok(Some(conditions))
}

/// That the entry has one of these values. If nothing else is allowed (`alone`), in a form that an
/// index can serve.
async fn valued(
    dictionary: &mut dyn Dictionary,
    project: ProjectId,
    field: Field,
    terms: Terms<'_>,
    alone: bool,
) -> Result<Option<Expr>, StoreError> {
    if let Some(exact) = Exact::of_field(field) {
        return referring(dictionary, project, exact, terms, alone).await;
    }
    if is_native(field) {
        return Ok(native(field, terms));
    }
    let named = named(dictionary, project, field, terms).await?;
    Ok(named.map(|(column, is)| is.condition(column)))
}

/// That the entry, where it has a value, has none of these.
async fn unvalued(
    dictionary: &mut dyn Dictionary,
    project: ProjectId,
    field: Field,
    terms: Terms<'_>,
) -> Result<Option<Expr>, StoreError> {
    if let Some(exact) = Exact::of_field(field) {
        let Some(select) = places(dictionary.dialect(), project, exact, terms) else {
            return Ok(None);
        };
        return Ok(numbers(dictionary, select).await?.map(|is| is.negated(entry("seq"))));
    }
    if is_native(field) {
        return Ok(native(field, terms).map(ExprTrait::not));
    }
    let named = named(dictionary, project, field, terms).await?;
    Ok(named.map(|(column, is)| is.negated(column)))
}

/// Whether every entry has the field.
fn is_always_there(field: Field) -> bool {
    Kind::of_field(field).is_some_and(Kind::is_required)
}

/// That the field is absent, and that it is there.
fn presence(field: Field) -> (Expr, Expr) {
    if let Some(exact) = Exact::of_field(field) {
        let bit = || entry("has").bit_and(exact.bit());
        return (bit().eq(0), bit().ne(0));
    }
    let column = || {
        entry(match field {
            Field::Status => "status",
            Field::Outcome => "outcome",
            // Neither a number nor exact, so a dictionary has it.
            _ => Kind::of_field(field).map_or("actor", Kind::column),
        })
    };
    (column().is_null(), column().is_not_null())
}

/// A condition on a column that holds the value itself, a status or an outcome.
fn native(field: Field, terms: Terms<'_>) -> Option<Expr> {
    let term = |text: &str| match field {
        Field::Status => StatusTerm::parse(text).map(StatusTerm::codes).map(|(first, last)| {
            let (first, last) = (i64::from(first), i64::from(last));
            let column = entry("status");
            if first == last { column.eq(first) } else { column.between(first, last) }
        }),
        _ => text.parse::<Outcome>().ok().map(|o| entry("outcome").eq(outcome_code(o))),
    };
    values(terms).filter_map(term).reduce(ExprTrait::or)
}

/// Whether a field's column holds the value itself.
const fn is_native(field: Field) -> bool {
    matches!(field, Field::Status | Field::Outcome)
}

/// The column and the numbers in it that a dictionary field's values come to.
async fn named(
    dictionary: &mut dyn Dictionary,
    project: ProjectId,
    field: Field,
    terms: Terms<'_>,
) -> Result<Option<(Expr, Numbers)>, StoreError> {
    let (Some(kind), false) = (Kind::of_field(field), values(terms).next().is_none()) else {
        return Ok(None);
    };
    let dialect = dictionary.dialect();
    let texts = || values(terms).map(str::to_owned);
    let means =
        match field {
            Field::ActorType => {
                Expr::col("type").is_in(values(terms).filter(|t| t.parse::<ActorType>().is_ok()))
            }
            Field::ResourceType => among(dialect, "type", texts().collect()),
            Field::Path => contains_any(dialect, values(terms).map(fold).collect()),
            _ => among_numbers(dialect, "hash", values(terms).map(Word::hash).collect())
                .and(among(dialect, "value", texts().collect())),
        };
    let is = numbers(dictionary, words(project, kind, means)).await?;
    Ok(is.map(|is| (entry(kind.column()), is)))
}
