//! What a filter's words come to: numbers, listed where they are few.

use sea_query::{Expr, ExprTrait as _, Query, SelectStatement};

use super::{Dialect, Dictionary, WORD};
use crate::store::{ProjectId, StoreError, dictionary::Kind};

/// Beyond so many, what a filter means is left to a subquery instead of being listed.
pub(super) const LISTED: usize = 1_000;

/// Numbers in a column, listed or asked for.
pub(super) enum Numbers {
    Listed(Vec<i64>),
    Asked(Dialect, Box<SelectStatement>),
}

impl Numbers {
    /// That the column has one of them.
    pub(super) fn condition(self, column: Expr) -> Expr {
        match self {
            Self::Listed(numbers) if numbers.len() == 1 => column.eq(numbers[0]),
            Self::Listed(numbers) => column.is_in(numbers),
            Self::Asked(dialect, select) => dialect.among(column, *select),
        }
    }

    /// That the column, where it has a value, has none of them.
    pub(super) fn negated(self, column: Expr) -> Expr {
        match self {
            Self::Listed(numbers) if numbers.len() == 1 => column.ne(numbers[0]),
            Self::Listed(numbers) => column.is_not_in(numbers),
            Self::Asked(_, select) => column.not_in_subquery(*select),
        }
    }
}

/// The numbers of the words of a kind that a condition holds for.
pub(super) fn words(project: ProjectId, kind: Kind, means: Expr) -> SelectStatement {
    Query::select()
        .column("number")
        .from(WORD)
        .and_where(Expr::col("project").eq(project.0))
        .and_where(Expr::col("kind").eq(kind.code()))
        .and_where(means)
        .take()
}

/// What a query for numbers comes to; `None` if it comes to none.
pub(super) async fn numbers(
    dictionary: &mut dyn Dictionary,
    select: SelectStatement,
) -> Result<Option<Numbers>, StoreError> {
    let few = select.clone().expr(Expr::val(0)).limit(LISTED as u64 + 1).take();
    let found = dictionary.pairs(few).await?;
    Ok(match found.len() {
        0 => None,
        1..=LISTED => Some(Numbers::Listed(found.into_iter().map(|(number, _)| number).collect())),
        _ => Some(Numbers::Asked(dictionary.dialect(), Box::new(select))),
    })
}
