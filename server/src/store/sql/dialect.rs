//! Where databases have other words for the same.

use sea_query::{Expr, ExprTrait as _, Func, FunctionCall, Query, SelectStatement};

/// How a database is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite's.
    Sqlite,
    /// PostgreSQL's.
    Postgres,
}

impl Dialect {
    /// The function that finds a text in a text.
    pub(super) const fn place_of(self) -> &'static str {
        match self {
            Self::Sqlite => "instr",
            Self::Postgres => "strpos",
        }
    }

    /// That a column has one of the values of a query. PostgreSQL would make a join of it, and go through
    /// all rows for each value where it takes many for few; as a value, it is looked up in a table made once.
    pub(super) fn among(self, column: Expr, values: SelectStatement) -> Expr {
        let is = column.in_subquery(values);
        match self {
            Self::Sqlite => is,
            Self::Postgres => Func::coalesce([is, Expr::val(false)]).into(),
        }
    }

    /// A JSON array of some values.
    pub(super) fn array(self) -> FunctionCall {
        Func::cust(match self {
            Self::Sqlite => "json_array",
            Self::Postgres => "json_build_array",
        })
    }

    /// A JSON array of the values of all rows.
    pub(super) fn all(self) -> FunctionCall {
        Func::cust(match self {
            Self::Sqlite => "json_group_array",
            Self::Postgres => "json_agg",
        })
    }

    /// JSON as text, which is what SQLite keeps it as.
    pub(super) fn as_text(self, json: FunctionCall) -> Expr {
        match self {
            Self::Sqlite => json.into(),
            Self::Postgres => Expr::expr(json).cast_as("text"),
        }
    }

    /// How many rows a condition holds for.
    pub(super) fn how_many(self, condition: Expr) -> FunctionCall {
        Func::sum(match self {
            Self::Sqlite => condition,
            Self::Postgres => condition.cast_as("integer"),
        })
    }

    /// The values of a JSON array as rows of `wanted`, which have a `value` each.
    pub(super) fn each(self, list: String) -> SelectStatement {
        let each = match self {
            Self::Sqlite => Func::cust("json_each").arg(list),
            Self::Postgres => {
                Func::cust("json_array_elements_text").arg(Expr::val(list).cast_as("json"))
            }
        };
        Query::select().from_function(each, "wanted").take()
    }

    /// The value of such a row as a number.
    pub(super) fn number(self) -> Expr {
        let value = Expr::col(("wanted", "value"));
        match self {
            Self::Sqlite => value,
            Self::Postgres => value.cast_as("bigint"),
        }
    }
}
