//! A scope as conditions: one function for lists, counts, bars and facets, so that they cannot
//! disagree about which entries are meant.

use async_trait::async_trait;
use daybook_model::{Field, Filter, Span, filter::fold};
use sea_query::{Expr, ExprTrait, SelectStatement};

use super::{
    Dialect, ENTRY,
    choice::condition,
    contains, entry,
    numbers::{numbers, words},
    place,
};
use crate::store::{ProjectId, Scope, StoreError, dictionary::Kind};

/// Answers small questions about the dictionary and the index of references.
#[async_trait]
pub(crate) trait Dictionary: Send {
    /// How it is asked.
    fn dialect(&self) -> Dialect;

    /// The rows of a query for two numbers each.
    async fn pairs(&mut self, select: SelectStatement) -> Result<Vec<(i64, i64)>, StoreError>;
}

/// Which entries are meant.
#[derive(Debug, Clone)]
pub(crate) struct Where {
    pub(super) dialect: Dialect,
    project: ProjectId,
    /// The time covered.
    pub(crate) span: Span,
    conditions: Vec<Expr>,
}

impl Where {
    /// The conditions, the time aside.
    pub(crate) fn untimed<'a>(
        &'a self,
        select: &'a mut SelectStatement,
    ) -> &'a mut SelectStatement {
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
    pub(crate) fn unfiltered(dialect: Dialect, scope: &Scope) -> Self {
        let conditions = vec![entry("seq").lte(place(scope.as_of))];
        Self { dialect, project: scope.project, span: scope.span, conditions }
    }
}

/// The scope as conditions, the choice for one field aside if asked. `None` if nothing can match.
pub(crate) async fn resolve(
    dictionary: &mut dyn Dictionary,
    scope: &Scope,
    without: Option<Field>,
) -> Result<Option<Where>, StoreError> {
    let mut found = Where::unfiltered(dictionary.dialect(), scope);
    let own = filtered(dictionary, scope.project, &scope.filter, without).await?;
    let Some(own) = own else { return Ok(None) };
    found.conditions.extend(own);
    for filter in &scope.within {
        let Some(more) = filtered(dictionary, scope.project, filter, None).await? else {
            return Ok(None);
        };
        found.conditions.extend(more);
    }
    Ok(Some(found))
}

/// A filter as conditions, the choice for one field aside if asked. `None` if nothing can match.
async fn filtered(
    dictionary: &mut dyn Dictionary,
    project: ProjectId,
    filter: &Filter,
    without: Option<Field>,
) -> Result<Option<Vec<Expr>>, StoreError> {
    let mut found = Vec::new();
    for (&field, choice) in filter.choices.iter().filter(|&(&field, _)| Some(field) != without) {
        match condition(dictionary, project, field, choice).await? {
            Some(conditions) => found.extend(conditions),
            None => return Ok(None),
        }
    }
    if let Some(text) = &filter.search {
        let mut any = Vec::new();
        for &kind in Kind::SEARCHED {
            let select = words(project, kind, contains(dictionary.dialect(), fold(text)));
            if let Some(is) = numbers(dictionary, select).await? {
                any.push(is.condition(entry(kind.column())));
            }
        }
        match any.into_iter().reduce(ExprTrait::or) {
            Some(any) => found.push(any),
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}
