//! A scope as conditions: one function for lists, counts, bars and facets, so that they cannot
//! disagree about which entries are meant.

use async_trait::async_trait;
use daybook_model::{
    ActorType, Choice, Field, Outcome, Span, Term,
    field::StatusTerm,
    filter::fold,
};
use sea_query::{Expr, ExprTrait, Query, SelectStatement, Value};

use super::{ENTRY, WORD, contains, entry, place};
use crate::store::{
    ProjectId, Scope, StoreError,
    dictionary::{Kind, Word},
    row::{Exact, Id, outcome_code},
};

/// Beyond so many, what a filter means is left to a subquery instead of being listed.
const LISTED: u64 = 1_000;

/// Answers small questions about the dictionary and the index of references.
#[async_trait]
pub(crate) trait Dictionary: Send {
    /// The rows of a query for two numbers each.
    async fn pairs(&mut self, select: SelectStatement) -> Result<Vec<(i64, i64)>, StoreError>;
}

/// Which entries are meant.
#[derive(Debug, Clone)]
pub(crate) struct Where {
    project: ProjectId,
    /// The time covered.
    pub(crate) span: Span,
    conditions: Vec<Expr>,
}

impl Where {
    /// The conditions, the time aside.
    pub(crate) fn untimed<'a>(&'a self, select: &'a mut SelectStatement) -> &'a mut SelectStatement {
        select.from(ENTRY).and_where(entry("project").eq(self.project.0));
        for condition in &self.conditions {
            select.and_where(condition.clone());
        }
        select
    }

    /// All conditions.
    pub(crate) fn apply<'a>(&'a self, select: &'a mut SelectStatement) -> &'a mut SelectStatement {
        self.untimed(select)
            .and_where(entry("occurred_at").gte(self.span.from.millis()))
            .and_where(entry("occurred_at").lt(self.span.to.millis()))
    }

    /// Every entry of the scope's project, span and moment, whatever the filter.
    pub(crate) fn unfiltered(scope: &Scope) -> Self {
        let conditions = vec![entry("seq").lte(place(scope.as_of))];
        Self { project: scope.project, span: scope.span, conditions }
    }
}

/// The scope as conditions, the choice for one field aside if asked. `None` if nothing can match.
pub(crate) async fn resolve(dictionary: &mut dyn Dictionary, scope: &Scope, without: Option<Field>) -> Result<Option<Where>, StoreError> {
    let mut found = Where::unfiltered(scope);
    for (&field, choice) in scope.filter.choices.iter().filter(|&(&field, _)| Some(field) != without) {
        match condition(dictionary, scope.project, field, choice).await? {
            Some(conditions) => found.conditions.extend(conditions),
            None => return Ok(None),
        }
    }
    if let Some(text) = &scope.filter.search {
        let mut any = None;
        for &kind in Kind::SEARCHED {
            let select = words(scope.project, kind, contains(fold(text)));
            if let Some(is) = numbers(dictionary, select).await? {
                any = either(any, is.condition(entry(kind.column())));
            }
        }
        match any {
            Some(any) => found.conditions.push(any),
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

/// What a field's terms come to: numbers in a column, listed or asked for.
enum Numbers {
    Listed(Vec<i64>),
    Asked(SelectStatement),
}

impl Numbers {
    fn condition(self, column: Expr) -> Expr {
        match self {
            Self::Listed(numbers) if numbers.len() == 1 => column.eq(numbers[0]),
            Self::Listed(numbers) => column.is_in(numbers),
            Self::Asked(select) => column.in_subquery(select),
        }
    }

    fn negated(self, column: Expr) -> Expr {
        match self {
            Self::Listed(numbers) if numbers.len() == 1 => column.ne(numbers[0]),
            Self::Listed(numbers) => column.is_not_in(numbers),
            Self::Asked(select) => column.not_in_subquery(select),
        }
    }
}

/// The conditions that a choice comes to, all of which hold; `None` if none of what is included
/// exists.
async fn condition(dictionary: &mut dyn Dictionary, project: ProjectId, field: Field, choice: &Choice) -> Result<Option<Vec<Expr>>, StoreError> {
    let mut conditions = Vec::new();
    let (absent, present) = presence(field);
    if !choice.include.is_empty() {
        let alone = !choice.include.contains(&Term::Absent) && !choice.include.contains(&Term::Present);
        let mut any = match valued(dictionary, project, field, &choice.include, alone).await? {
            Some(values) => values.into_iter().reduce(ExprTrait::and),
            None => None,
        };
        if choice.include.contains(&Term::Absent) {
            any = either(any, absent.clone());
        }
        if choice.include.contains(&Term::Present) {
            any = either(any, present.clone());
        }
        let Some(any) = any else { return Ok(None) };
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

/// That the entry has one of these values. Several conditions where an index needs them apart,
/// which it may where nothing else is allowed (`alone`).
async fn valued(dictionary: &mut dyn Dictionary, project: ProjectId, field: Field, terms: Terms<'_>, alone: bool) -> Result<Option<Vec<Expr>>, StoreError> {
    if let Some(exact) = Exact::of_field(field) {
        return referring(dictionary, project, exact, terms, alone).await;
    }
    Ok(match native(field, terms) {
        Some(native) => native,
        None => named(dictionary, project, field, terms).await?.map(|(column, is)| is.condition(column)),
    }
    .map(|c| vec![c]))
}

/// That the entry, where it has a value, has none of these.
async fn unvalued(dictionary: &mut dyn Dictionary, project: ProjectId, field: Field, terms: Terms<'_>) -> Result<Option<Expr>, StoreError> {
    if let Some(exact) = Exact::of_field(field) {
        let Some(select) = places(project, exact, terms) else { return Ok(None) };
        return Ok(numbers(dictionary, select).await?.map(|is| is.negated(entry("seq"))));
    }
    Ok(match native(field, terms) {
        Some(native) => native.map(ExprTrait::not),
        None => named(dictionary, project, field, terms).await?.map(|(column, is)| is.negated(column)),
    })
}

type Terms<'a> = &'a std::collections::BTreeSet<Term>;

fn values(terms: Terms<'_>) -> impl Iterator<Item = &str> {
    terms.iter().filter_map(|t| match t {
        Term::Is(value) => Some(value.as_str()),
        Term::Absent | Term::Present => None,
    })
}

fn either(a: Option<Expr>, b: Expr) -> Option<Expr> {
    Some(match a {
        Some(a) => a.or(b),
        None => b,
    })
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

/// Conditions on columns that hold the value itself. The outer `None` means: it is not one.
fn native(field: Field, terms: Terms<'_>) -> Option<Option<Expr>> {
    let term = |text: &str| match field {
        Field::Status => StatusTerm::parse(text).map(StatusTerm::codes).map(|(first, last)| {
            let column = entry("status");
            if first == last { column.eq(i64::from(first)) } else { column.between(i64::from(first), i64::from(last)) }
        }),
        _ => text.parse::<Outcome>().ok().map(|o| entry("outcome").eq(outcome_code(o))),
    };
    matches!(field, Field::Status | Field::Outcome).then(|| values(terms).filter_map(term).reduce(ExprTrait::or))
}

/// The column and the numbers in it that a dictionary field's values come to.
async fn named(dictionary: &mut dyn Dictionary, project: ProjectId, field: Field, terms: Terms<'_>) -> Result<Option<(Expr, Numbers)>, StoreError> {
    let (Some(kind), false) = (Kind::of_field(field), values(terms).next().is_none()) else { return Ok(None) };
    let texts = || values(terms).map(str::to_owned);
    let means = match field {
        Field::ActorType => Expr::col("type").is_in(values(terms).filter(|t| t.parse::<ActorType>().is_ok())),
        Field::ResourceType => Expr::col("type").is_in(texts()),
        Field::Path => match texts().map(|t| contains(fold(&t))).reduce(ExprTrait::or) {
            Some(any) => any,
            None => return Ok(None),
        },
        _ => Expr::col("hash").is_in(values(terms).map(Word::hash)).and(Expr::col("value").is_in(texts())),
    };
    let is = numbers(dictionary, words(project, kind, means)).await?;
    Ok(is.map(|is| (entry(kind.column()), is)))
}

/// The numbers of the words of a kind that a condition holds for.
fn words(project: ProjectId, kind: Kind, means: Expr) -> SelectStatement {
    Query::select()
        .column("number")
        .from(WORD)
        .and_where(Expr::col("project").eq(project.0))
        .and_where(Expr::col("kind").eq(kind.code()))
        .and_where(means)
        .take()
}

/// What a query for numbers comes to; `None` if it comes to none.
async fn numbers(dictionary: &mut dyn Dictionary, select: SelectStatement) -> Result<Option<Numbers>, StoreError> {
    let few = select.clone().expr(Expr::val(0)).limit(LISTED + 1).take();
    let found = dictionary.pairs(few).await?;
    Ok(match found.len() as u64 {
        0 => None,
        ..=LISTED => Some(Numbers::Listed(found.into_iter().map(|(number, _)| number).collect())),
        _ => Some(Numbers::Asked(select)),
    })
}

/// The places of the entries with one of these values of an exact field; `None` without a value.
fn places(project: ProjectId, exact: Exact, terms: Terms<'_>) -> Option<SelectStatement> {
    let ids: Vec<Value> = values(terms)
        .map(|text| match Id::of(text) {
            Id::Uuid(bytes) => Value::from(bytes.to_vec()),
            Id::Text(text) => Value::from(text),
        })
        .collect();
    let (table, column) = if exact.code().is_some() { ("reference", "value") } else { ("event_id", "id") };
    let mut select = Query::select();
    select.column((table, "seq")).from(table).and_where(Expr::col((table, "project")).eq(project.0));
    if let Some(code) = exact.code() {
        select.and_where(Expr::col((table, "kind")).eq(code));
    }
    (!ids.is_empty()).then(|| select.and_where(Expr::col((table, column)).is_in(ids)).take())
}

/// That the entry refers to one of these. Where they are few, their times are looked up, so that
/// the clustered key finds them; a place alone would mean reading every entry.
async fn referring(dictionary: &mut dyn Dictionary, project: ProjectId, exact: Exact, terms: Terms<'_>, alone: bool) -> Result<Option<Vec<Expr>>, StoreError> {
    let Some(select) = places(project, exact, terms) else { return Ok(None) };
    if !alone {
        return Ok(numbers(dictionary, select).await?.map(|is| vec![is.condition(entry("seq"))]));
    }
    let table = if exact.code().is_some() { "reference" } else { "event_id" };
    let key = Expr::val(project.0 << 40).add(Expr::col((table, "seq")));
    let timed = select
        .clone()
        .column(("detail", "occurred_at"))
        .inner_join("detail", Expr::col(("detail", "key")).eq(key))
        .limit(LISTED + 1)
        .take();
    let found = dictionary.pairs(timed).await?;
    Ok(match found.len() as u64 {
        0 => None,
        ..=LISTED => {
            let (seqs, times): (Vec<_>, Vec<_>) = found.into_iter().unzip();
            // The sum keeps the planner from seeking each pair of a time and a place.
            Some(vec![entry("occurred_at").is_in(times), entry("seq").add(0).is_in(seqs)])
        }
        _ => Some(vec![entry("seq").in_subquery(select)]),
    })
}
