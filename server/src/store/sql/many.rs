//! Conditions on any number of values. A statement takes only so many, and an expression may be only so
//! deep: where there are more, they go in as one value, a JSON array.

use sea_query::{Expr, ExprTrait as _, Func, Query, SelectStatement, Value};
use serde::Serialize;

use super::{contains, folded_text};

/// Up to so many are written out, which is what the planner knows most about.
const FEW: usize = 100;

/// That a column of the dictionary has one of these values.
pub(super) fn among<T: Into<Value> + Serialize>(column: &'static str, values: Vec<T>) -> Expr {
    if values.len() <= FEW {
        return Expr::col(column).is_in(values);
    }
    Expr::col(column).in_subquery(each(&values).column(("wanted", "value")).take())
}

/// That a word contains one of these folded texts, of which there is one at the least.
pub(super) fn contains_any(texts: Vec<String>) -> Expr {
    if texts.len() > FEW {
        let text = Expr::col(("wanted", "value"));
        let is = Func::cust("instr").args([folded_text(), text]);
        return Expr::exists(each(&texts).expr(1).and_where(Expr::expr(is).gt(0)).take());
    }
    let any = texts.into_iter().map(contains).reduce(sea_query::ExprTrait::or);
    any.unwrap_or_else(|| Expr::val(false))
}

/// The values as rows.
fn each<T: Serialize>(values: &[T]) -> SelectStatement {
    // Texts and numbers can be written as JSON, and the values have no NUL, which JSON texts end at.
    let list = serde_json::to_string(values).unwrap_or_default();
    Query::select().from_function(Func::cust("json_each").arg(list), "wanted").take()
}
