//! The rows of a page, in any order: found on the narrow table, but for the two columns that it does
//! not have.

use daybook_model::{Column, Outcome, Sort, page::Direction, sort::SortKey};
use sea_query::{Expr, ExprTrait as _, NullOrdering, Order, Query, SelectStatement};

use super::{
    Dialect, Statement, WORD, Where,
    detail::{narrow_of, wanted},
    entry, place, sort_text, word,
};
use crate::store::{
    Position, ProjectId, StoreError,
    dictionary::Kind,
    row::{has, outcome_code},
};

/// The columns of a narrow row, in the order in which they are read; those of the words follow.
const NARROW: [&str; 5] = ["occurred_at", "seq", "status", "outcome", "has"];

/// Selects what makes up a narrow row.
pub(crate) fn narrow(select: &mut SelectStatement) -> &mut SelectStatement {
    select
        .columns(NARROW.map(|c| (super::ENTRY, c)))
        .columns(Kind::ALL.iter().map(|k| (super::ENTRY, k.column())))
}

/// The run's id as text: ids that are UUIDs are kept as their bytes. The wide row is looked at only
/// where the narrow one says that there is a run.
const fn run(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            "(CASE WHEN entry.has & 8 THEN (SELECT CASE typeof(run) WHEN 'blob' THEN lower(\
             substr(hex(run), 1, 8) || '-' || substr(hex(run), 9, 4) || '-' || substr(hex(run), 13, 4) || '-' || \
             substr(hex(run), 17, 4) || '-' || substr(hex(run), 21)) ELSE run END \
             FROM detail WHERE key = (entry.project << 40 | entry.seq)) END)"
        }
        Dialect::Postgres => {
            "(CASE WHEN entry.has & 8 <> 0 THEN (SELECT CASE get_byte(run, 0) \
             WHEN 1 THEN CAST(CAST(encode(substr(run, 2), 'hex') AS uuid) AS text) \
             ELSE convert_from(substr(run, 2), 'UTF8') END FROM detail WHERE detail.project = entry.project \
             AND detail.occurred_at = entry.occurred_at AND detail.seq = entry.seq) END COLLATE \"C\")"
        }
    }
}
const _: () = assert!(has::RUN == 8);

/// Why it failed.
const fn error(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            "(SELECT json_extract(rest, '$.error') \
             FROM detail WHERE key = (entry.project << 40 | entry.seq))"
        }
        Dialect::Postgres => {
            "(SELECT (CAST(rest AS json) ->> 'error') COLLATE \"C\" FROM detail WHERE detail.project = entry.project \
             AND detail.occurred_at = entry.occurred_at AND detail.seq = entry.seq)"
        }
    }
}

/// The narrow rows at these times and places.
pub(crate) fn at(project: ProjectId, keys: &[(i64, i64)]) -> Statement {
    // Joined, each pair is one seek; as two lists, all places of each time would be read.
    let same = narrow_of(project, "wanted", Expr::col(("wanted", "seq")));
    let mut select = Query::select();
    // A cross join is done in this order.
    narrow(&mut select).from("wanted").cross_join(super::ENTRY).and_where(same);
    Statement::With(select.take().with(wanted(keys)))
}

/// The narrow rows between two places of the log, the first excluded, in the order of the log.
pub(crate) fn behind(
    dialect: Dialect,
    project: ProjectId,
    after: i64,
    upto: i64,
) -> SelectStatement {
    let same = narrow_of(project, dialect.log(), dialect.seq(project));
    let mut select = Query::select();
    narrow(&mut select)
        .from(dialect.log())
        .inner_join(super::ENTRY, same)
        .and_where(dialect.at_places(project, after.saturating_add(1), upto))
        .order_by((dialect.log(), dialect.order()), Order::Asc)
        .take()
}

/// What a statement for narrow rows finds as one value: JSON, an array of arrays of numbers. Rows that
/// come one by one are handed from thread to thread one by one, which takes longer than reading them.
/// In no certain order.
pub(crate) fn packed(dialect: Dialect, rows: SelectStatement) -> Statement {
    let columns = NARROW.into_iter().chain(Kind::ALL.iter().map(|kind| kind.column()));
    let row = dialect.array().args(columns.map(|column| Expr::col(("page", column))));
    let all = dialect.as_text(dialect.all().arg(row));
    Query::select().expr(all).from_subquery(rows, "page").take().into()
}

/// Selects what a row is found by.
pub(crate) fn time_and_place(select: &mut SelectStatement) -> &mut SelectStatement {
    select.columns(["occurred_at", "seq"].map(|c| (super::ENTRY, c)))
}

/// At most `limit` rows next to a position, of which `columns` are selected.
pub(crate) fn keys(
    columns: fn(&mut SelectStatement) -> &mut SelectStatement,
    project: ProjectId,
    found: &Where,
    sort: Sort,
    from: Option<&Position>,
    direction: Direction,
    limit: u64,
) -> Result<Statement, StoreError> {
    let forward = direction == Direction::Next;
    // Newest first, seen in the direction of walking.
    let newest_first = sort.ties_descending() == forward;
    let mut select = Query::select();
    found.apply(&mut select);
    columns(&mut select).limit(limit);
    if let Some(key) = key(found.dialect, sort.column) {
        if let Some(kind) = Kind::of_column(sort.column) {
            let same = word("project")
                .eq(project.0)
                .and(word("kind").eq(kind.code()))
                .and(word("number").eq(entry(kind.column())));
            select.left_join(WORD, same);
        }
        let order = if sort.descending == forward { Order::Desc } else { Order::Asc };
        // Absent values are last both ways, so first when walking back.
        let nulls = if forward { NullOrdering::Last } else { NullOrdering::First };
        match Kind::of_column(sort.column) {
            Some(kind) if kind.is_required() => select.order_by_expr(key.clone(), order),
            _ => select.order_by_expr_with_nulls(key.clone(), order, nulls),
        };
        if let Some(position) = from {
            let tie = beyond(position, newest_first);
            select.and_where(match (bound(sort.column, &position.key)?, forward) {
                (None, true) => key.is_null().and(tie),
                (None, false) => key.is_not_null().or(tie),
                (Some(at), _) => {
                    let further = if sort.descending == forward {
                        key.clone().lt(at.clone())
                    } else {
                        key.clone().gt(at.clone())
                    };
                    let found = further.or(key.clone().eq(at).and(tie));
                    if forward { found.or(key.is_null()) } else { found }
                }
            });
        }
    } else if let Some(position) = from {
        // The bound alone is what the clustered key can seek to.
        let at = position.time.millis();
        let bound =
            if newest_first { entry("occurred_at").lte(at) } else { entry("occurred_at").gte(at) };
        select.and_where(bound).and_where(beyond(position, newest_first));
    }
    let order = if newest_first { Order::Desc } else { Order::Asc };
    select
        .order_by((super::ENTRY, "occurred_at"), order.clone())
        .order_by((super::ENTRY, "seq"), order);
    Ok(select.take().into())
}

/// What a column is sorted by; `None` for the time alone.
fn key(dialect: Dialect, column: Column) -> Option<Expr> {
    match column {
        Column::Time => None,
        Column::Run => Some(Expr::cust(run(dialect))),
        Column::Error => Some(Expr::cust(error(dialect))),
        Column::Status => Some(entry("status")),
        Column::Outcome => Some(entry("outcome")),
        _ => Some(sort_text()),
    }
}

/// A position's key as it is stored; `None` where it is absent.
fn bound(column: Column, key: &SortKey) -> Result<Option<Expr>, StoreError> {
    Ok(match (column, key) {
        (_, SortKey::Absent) => None,
        (Column::Status, SortKey::Number(number)) => Some(Expr::val(*number)),
        (Column::Outcome, SortKey::Text(text)) => {
            Some(Expr::val(outcome_code(text.parse::<Outcome>().map_err(|_| foreign())?)))
        }
        (Column::Status | Column::Outcome, _) | (_, SortKey::Number(_)) => return Err(foreign()),
        (_, SortKey::Text(text)) => Some(Expr::val(text.as_str())),
    })
}

fn foreign() -> StoreError {
    StoreError::Failed("a position of another order was asked for".into())
}

/// The rows behind a position when going towards the older, or towards the newer.
fn beyond(position: &Position, older: bool) -> Expr {
    let (at, seq) = (position.time.millis(), place(position.seq));
    let (time, place) = (|| entry("occurred_at"), entry("seq"));
    let (further, behind) =
        if older { (time().lt(at), place.lt(seq)) } else { (time().gt(at), place.gt(seq)) };
    further.or(time().eq(at).and(behind))
}
