//! Fields that are found by index: ids, and what entries refer to.

use sea_query::{Expr, ExprTrait as _, Query, SelectStatement, Value};

use super::{
    Dialect, Dictionary,
    choice::{Terms, values},
    entry,
    numbers::{LISTED, numbers},
};
use crate::store::{
    ProjectId, StoreError,
    row::{Exact, Id},
};

/// The places of the entries with one of these values of an exact field; `None` without a value.
pub(super) fn places(
    dialect: Dialect,
    project: ProjectId,
    exact: Exact,
    terms: Terms<'_>,
) -> Option<SelectStatement> {
    let ids: Vec<Value> = values(terms).map(|text| Id::of(text).value(dialect)).collect();
    let (table, column) =
        if exact.code().is_some() { ("reference", "value") } else { ("event_id", "id") };
    let mut select = Query::select();
    select
        .column((table, "seq"))
        .from(table)
        .and_where(Expr::col((table, "project")).eq(project.0));
    if let Some(code) = exact.code() {
        select.and_where(Expr::col((table, "kind")).eq(code));
    }
    (!ids.is_empty()).then(|| select.and_where(Expr::col((table, column)).is_in(ids)).take())
}

/// That the entry refers to one of these. Where they are few, their times are looked up, so that
/// the clustered key finds them; a place alone would mean reading every entry.
pub(super) async fn referring(
    dictionary: &mut dyn Dictionary,
    project: ProjectId,
    exact: Exact,
    terms: Terms<'_>,
    alone: bool,
) -> Result<Option<Expr>, StoreError> {
    let dialect = dictionary.dialect();
    let Some(select) = places(dialect, project, exact, terms) else { return Ok(None) };
    if !alone {
        return Ok(numbers(dictionary, select).await?.map(|is| is.condition(entry("seq"))));
    }
    let table = if exact.code().is_some() { "reference" } else { "event_id" };
    let timed = select
        .clone()
        .column((dialect.log(), "occurred_at"))
        .inner_join(dialect.log(), dialect.of(project, table))
        .limit(LISTED as u64 + 1)
        .take();
    let found = dictionary.pairs(timed).await?;
    Ok(match found.len() {
        0 => None,
        1..=LISTED => {
            let (at_places, at_times): (Vec<_>, Vec<_>) = found.into_iter().unzip();
            // The sum keeps the planner from seeking each pair of a time and a place.
            Some(entry("occurred_at").is_in(at_times).and(entry("seq").add(0).is_in(at_places)))
        }
        _ => Some(dialect.among(entry("seq"), select)),
    })
}
