//! What is found by place alone, and the wide rows.
//!
//! SQLite has wide rows by a key that is the project and the place, `project << 40 | seq`: that is the order
//! of the log. PostgreSQL has them beside the narrow ones, in the same parts of time, and a table `place`
//! that says where an entry is.

use std::fmt::Write as _;

use sea_query::{
    CommonTableExpression, Expr, ExprTrait as _, Query, SelectStatement, Values, WithClause,
};

use super::{Dialect, ENTRY, Statement, entry};
use crate::store::ProjectId;

/// Behind these there is nothing, and in SQLite their keys would be another project's.
const LAST: i64 = (1 << 40) - 1;

impl Dialect {
    /// The table that is in the order of the log.
    pub(crate) const fn log(self) -> &'static str {
        match self {
            Self::Sqlite => "detail",
            Self::Postgres => "place",
        }
    }

    /// What it is in order by.
    pub(crate) const fn order(self) -> &'static str {
        match self {
            Self::Sqlite => "key",
            Self::Postgres => "seq",
        }
    }

    /// A row's place in the log of its project.
    pub(crate) fn seq(self, project: ProjectId) -> Expr {
        let order = Expr::col((self.log(), self.order()));
        match self {
            Self::Sqlite => order.sub(project.0 << 40),
            Self::Postgres => order,
        }
    }

    /// That a row's place is one of these, both ends included.
    pub(crate) fn at_places(self, project: ProjectId, first: i64, last: i64) -> Expr {
        let (first, last) = (first.clamp(1, LAST + 1), last.clamp(0, LAST));
        let order = Expr::col((self.log(), self.order()));
        match self {
            Self::Sqlite => order.between((project.0 << 40) + first, (project.0 << 40) + last),
            Self::Postgres => {
                Expr::col(("place", "project")).eq(project.0).and(order.between(first, last))
            }
        }
    }

    /// That a row is that of an entry that is at hand under this name, which has a project and a place.
    pub(super) fn of(self, project: ProjectId, table: &'static str) -> Expr {
        let seq = Expr::col((table, "seq"));
        let order = Expr::col((self.log(), self.order()));
        match self {
            Self::Sqlite => order.eq(Expr::val(project.0 << 40).add(seq)),
            Self::Postgres => Expr::col(("place", "project")).eq(project.0).and(order.eq(seq)),
        }
    }
}

/// The times and places of those of some places that there are.
pub(crate) fn timed(dialect: Dialect, project: ProjectId, places: &[i64]) -> SelectStatement {
    let mut select = Query::select();
    select.column((dialect.log(), "occurred_at")).expr(dialect.seq(project)).from(dialect.log());
    select.and_where(among(dialect, project, places.iter().copied())).take()
}

/// That a row's place is one of these: as one value, so that a statement is the same for any number of
/// them.
pub(crate) fn among(
    dialect: Dialect,
    project: ProjectId,
    places: impl Iterator<Item = i64>,
) -> Expr {
    let base = match dialect {
        Dialect::Sqlite => project.0 << 40,
        Dialect::Postgres => 0,
    };
    let mut list = String::from("[");
    for place in places.filter(|place| (1..=LAST).contains(place)) {
        // Writing to a String cannot fail.
        let _ = write!(list, "{}{}", if list.len() > 1 { "," } else { "" }, base + place);
    }
    list.push(']');
    let wanted = dialect.each(list).expr(dialect.number()).take();
    let among = Expr::col((dialect.log(), dialect.order())).in_subquery(wanted);
    match dialect {
        Dialect::Sqlite => among,
        Dialect::Postgres => Expr::col(("place", "project")).eq(project.0).and(among),
    }
}

/// The wide rows of these times and places: the place of each, and what `columns` adds of `detail`.
pub(crate) fn wide(
    dialect: Dialect,
    project: ProjectId,
    keys: &[(i64, i64)],
    columns: impl FnOnce(&mut SelectStatement),
) -> Statement {
    let mut select = Query::select();
    match dialect {
        Dialect::Sqlite => {
            let places = keys.iter().map(|key| key.1);
            select
                .expr(dialect.seq(project))
                .from("detail")
                .and_where(among(dialect, project, places));
            columns(&mut select);
            select.take().into()
        }
        Dialect::Postgres => {
            let same = ["occurred_at", "seq"]
                .into_iter()
                .fold(Expr::col(("detail", "project")).eq(project.0), |same, column| {
                    same.and(Expr::col(("detail", column)).equals(("wanted", column)))
                });
            select.column(("detail", "seq")).from("wanted").inner_join("detail", same);
            columns(&mut select);
            Statement::With(select.take().with(wanted(keys)))
        }
    }
}

/// Times and places as rows of `wanted`.
pub(super) fn wanted(keys: &[(i64, i64)]) -> WithClause {
    let rows = keys.iter().map(|&(time, seq)| Values(vec![time.into(), seq.into()])).collect();
    let table = CommonTableExpression::new()
        .table_name("wanted")
        .columns(["occurred_at", "seq"])
        .values(rows)
        .to_owned();
    WithClause::new().cte(table).to_owned()
}

/// That a narrow row is that of a row of this table.
pub(super) fn narrow_of(project: ProjectId, table: &'static str, seq: Expr) -> Expr {
    entry("project")
        .eq(project.0)
        .and(Expr::col((ENTRY, "occurred_at")).equals((table, "occurred_at")))
        .and(entry("seq").eq(seq))
}
