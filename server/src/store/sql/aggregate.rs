//! Counts over everything that matches.

use daybook_model::{Field, Timestamp};
use sea_query::{
    Asterisk, CommonTableExpression, Expr, ExprTrait as _, Func, Order, Query, SelectStatement,
    Value, Values, WithClause,
};

use super::{ENTRY, Statement, WORD, Where, entry, word};
use crate::store::{
    ProjectId,
    dictionary::{Kind, Word},
};

/// How many there are.
pub(crate) fn count(found: &Where) -> Statement {
    found.apply(Query::select().expr(Func::count(Expr::col(Asterisk)))).take().into()
}

/// The time of the first, or of the last.
pub(crate) fn extent(found: &Where, last: bool) -> Statement {
    let order = if last { Order::Desc } else { Order::Asc };
    let mut select = Query::select();
    found.apply(&mut select).expr(entry("occurred_at"));
    select.order_by((ENTRY, "occurred_at"), order.clone()).order_by((ENTRY, "seq"), order).limit(1);
    select.take().into()
}

/// What of a column is counted apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Slice {
    /// These numbers.
    Among(Vec<i64>),
    /// The numbers from the first up to, but without, the second.
    Within(i64, i64),
    /// No number.
    Absent,
}

/// Counts all entries, then failures and errors, between each two edges.
pub(crate) fn histogram(found: &Where, edges: &[Timestamp]) -> Statement {
    stack(found, edges, "severity", &[Slice::Among(vec![1]), Slice::Among(vec![2])])
}

/// Counts all entries, then each slice of a column, between each two edges, as a JSON array for each.
///
/// Grouping by bar would sort every row. The rows lie in the order of time, so each bar is counted
/// by itself, from edge to edge: one sequential read in all.
pub(crate) fn stack(
    found: &Where,
    edges: &[Timestamp],
    column: &'static str,
    slices: &[Slice],
) -> Statement {
    let span = found.span;
    let clip = |at: Timestamp| at.clamp(span.from, span.to).millis();
    let rows = edges.windows(2).zip(0_i64..).map(|(pair, i)| {
        Values([i, clip(pair[0]), clip(pair[1])].into_iter().map(Value::from).collect())
    });
    let edge = |column: &'static str| Expr::col(("edge", column));
    let dialect = found.dialect;
    let counts = slices.iter().fold(
        dialect.array().arg(Func::count(Expr::col(Asterisk))),
        |counts, slice| {
            counts.arg(dialect.how_many(match slice {
                Slice::Among(numbers) => match numbers[..] {
                    [number] => entry(column).eq(number),
                    _ => entry(column).is_in(numbers.iter().copied()),
                },
                Slice::Within(from, to) => entry(column).gte(*from).and(entry(column).lt(*to)),
                Slice::Absent => entry(column).is_null(),
            }))
        },
    );
    let mut bar = Query::select();
    found
        .untimed(&mut bar)
        .expr(dialect.as_text(counts))
        .and_where(entry("occurred_at").gte(edge("a")))
        .and_where(entry("occurred_at").lt(edge("b")));
    let table = CommonTableExpression::new()
        .table_name("edge")
        .columns(["i", "a", "b"])
        .values(rows.collect())
        .to_owned();
    let select = Query::select()
        .expr(edge("i"))
        .expr(Expr::SubQuery(None, Box::new(bar.take().into())))
        .from("edge")
        .take();
    Statement::With(select.with(WithClause::new().cte(table).to_owned()))
}

/// How often each number of a field's column occurs, with its word. In the order of the values,
/// so that all words of one value come together.
pub(crate) fn facet(project: ProjectId, found: &Where, field: Field) -> Statement {
    let group = |column: &'static str| {
        let mut select = Query::select();
        found.apply(&mut select);
        select
            .expr_as(entry(column), "number")
            .expr_as(Func::count(Expr::col(Asterisk)), "n")
            .group_by_col((ENTRY, column))
            .take()
    };
    let Some(kind) = Kind::of_field(field) else {
        return group(if field == Field::Status { "status" } else { "outcome" }).into();
    };
    let same = word("project")
        .eq(project.0)
        .and(word("kind").eq(kind.code()))
        .and(word("number").eq(Expr::col(("g", "number"))));
    let by = if matches!(field, Field::ActorType | Field::ResourceType) { "type" } else { "value" };
    Query::select()
        .columns([("g", "number"), ("g", "n")])
        .columns(PARTS.map(|c| (WORD, c)))
        .from_subquery(group(kind.column()), "g")
        .left_join(WORD, same)
        .order_by((WORD, by), Order::Asc)
        .take()
        .into()
}

const PARTS: [&str; 5] = ["value", "type", "id", "name", "email"];

/// The word, among these of a kind, that the latest entry has.
pub(crate) fn latest(
    project: ProjectId,
    found: &Where,
    kind: Kind,
    numbers: &[i64],
) -> SelectStatement {
    let mut number = Query::select();
    found
        .apply(&mut number)
        .expr(entry(kind.column()))
        .and_where(entry(kind.column()).is_in(numbers.iter().copied()));
    number
        .order_by((ENTRY, "occurred_at"), Order::Desc)
        .order_by((ENTRY, "seq"), Order::Desc)
        .limit(1);
    of_kind(project, kind).and_where(word("number").in_subquery(number.take())).take()
}

/// The word of a value that the dictionary learnt last.
pub(crate) fn learnt(project: ProjectId, kind: Kind, value: &str) -> SelectStatement {
    of_kind(project, kind)
        .and_where(word("hash").eq(Word::hash(value)))
        .and_where(word("value").eq(value))
        .order_by((WORD, "number"), Order::Desc)
        .limit(1)
        .take()
}

/// Words of a kind, with all their parts.
fn of_kind(project: ProjectId, kind: Kind) -> SelectStatement {
    Query::select()
        .columns(PARTS.map(|c| (WORD, c)))
        .from(WORD)
        .and_where(word("project").eq(project.0))
        .and_where(word("kind").eq(kind.code()))
        .take()
}
