//! Conditions on any number of values. A statement takes only so many, and an expression may be only so
//! deep: where there are more, they go in as one value, a JSON array.

use sea_query::{Expr, ExprTrait as _, SelectStatement};
use serde::Serialize;

use super::{Dialect, contains};

/// Up to so many are written out, which is what the planner knows most about.
const FEW: usize = 100;

/// That a column of the dictionary has one of these texts.
pub(super) fn among(dialect: Dialect, column: &'static str, values: Vec<String>) -> Expr {
    if values.len() <= FEW {
        return Expr::col(column).is_in(values);
    }
    Expr::col(column).in_subquery(each(dialect, &values).column(("wanted", "value")).take())
}

/// That a column of the dictionary has one of these numbers.
pub(super) fn among_numbers(dialect: Dialect, column: &'static str, values: Vec<i64>) -> Expr {
    if values.len() <= FEW {
        return Expr::col(column).is_in(values);
    }
    Expr::col(column).in_subquery(each(dialect, &values).expr(dialect.number()).take())
}

/// That a word contains one of these folded texts, of which there is one at the least.
pub(super) fn contains_any(dialect: Dialect, texts: Vec<String>) -> Expr {
    if texts.len() > FEW {
        let is = contains(dialect, Expr::col(("wanted", "value")));
        return Expr::exists(each(dialect, &texts).expr(Expr::val(1)).and_where(is).take());
    }
    let any = texts.into_iter().map(|text| contains(dialect, text));
    any.reduce(sea_query::ExprTrait::or).unwrap_or_else(|| Expr::val(false))
}

/// The values as rows.
fn each<T: Serialize>(dialect: Dialect, values: &[T]) -> SelectStatement {
    // Texts and numbers can be written as JSON, and the values have no NUL, which JSON texts end at.
    dialect.each(serde_json::to_string(values).unwrap_or_default())
}
