//! Questions as SQL, the same for every store. No text of a user's ever becomes SQL text: it is
//! bound, or compared to the dictionary first.

mod aggregate;
mod choice;
mod detail;
mod dialect;
mod list;
mod many;
mod numbers;
mod reference;
mod scope;

pub(crate) use aggregate::{Slice, count, extent, facet, histogram, latest, learnt, stack};
pub(crate) use detail::{timed, wide};
pub use dialect::Dialect;
pub(crate) use list::{at, behind, keys, narrow, packed, time_and_place};
pub(crate) use scope::{Dictionary, Where, resolve};

use sea_query::{
    Expr, ExprTrait as _, Func, PostgresQueryBuilder, SelectStatement, SqliteQueryBuilder, Value,
    Values, WithQuery,
};

/// The narrow table.
pub(crate) const ENTRY: &str = "entry";
/// The dictionary.
pub(crate) const WORD: &str = "word";

/// A question that is ready to be asked.
#[derive(Debug, Clone)]
pub(crate) enum Statement {
    Select(SelectStatement),
    With(WithQuery),
}

impl Statement {
    /// The text, with a mark for each value, and the values.
    pub(crate) fn build(&self, dialect: Dialect) -> (String, Vec<Value>) {
        let (text, Values(values)) = match (self, dialect) {
            (Self::Select(select), Dialect::Sqlite) => select.build(SqliteQueryBuilder),
            (Self::With(with), Dialect::Sqlite) => with.build(SqliteQueryBuilder),
            (Self::Select(select), Dialect::Postgres) => select.build(PostgresQueryBuilder),
            (Self::With(with), Dialect::Postgres) => with.build(PostgresQueryBuilder),
        };
        (text, values)
    }

    /// The text with the values in it, to be tried by hand; never to be executed by Daybook.
    pub(crate) fn inlined(&self, dialect: Dialect) -> String {
        match (self, dialect) {
            (Self::Select(select), Dialect::Sqlite) => select.to_string(SqliteQueryBuilder),
            (Self::With(with), Dialect::Sqlite) => with.to_string(SqliteQueryBuilder),
            (Self::Select(select), Dialect::Postgres) => select.to_string(PostgresQueryBuilder),
            (Self::With(with), Dialect::Postgres) => with.to_string(PostgresQueryBuilder),
        }
    }
}

impl From<SelectStatement> for Statement {
    fn from(select: SelectStatement) -> Self {
        Self::Select(select)
    }
}

/// A column of the narrow table.
pub(crate) fn entry(column: &'static str) -> Expr {
    Expr::col((ENTRY, column))
}

/// A column of the dictionary.
fn word(column: &'static str) -> Expr {
    Expr::col((WORD, column))
}

/// A place in the log, as databases hold it. There are no places behind the largest.
pub(crate) fn place(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// The text by which a word is sorted.
fn sort_text() -> Expr {
    Func::coalesce([word("sort"), word("value")]).into()
}

/// Whether a word's folded form contains a folded text.
fn contains(dialect: Dialect, folded: impl Into<Expr>) -> Expr {
    Expr::expr(Func::cust(dialect.place_of()).arg(folded_text()).arg(folded)).gt(0)
}

/// A word's folded form.
fn folded_text() -> Expr {
    let text = ["folded", "value"].map(|column| Expr::col((WORD, column)));
    Func::coalesce(text).into()
}
