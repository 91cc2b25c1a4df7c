//! Porter's published routes.

use axum::{
    Json,
    extract::{FromRequest, Request, State},
    http::Method,
    response::Response,
};
use daybook_model::{
    ApiQuery, QueryError, Sort,
    export::{Format, Formulas, NewExport},
};

use super::export::{self, Wanted};
use crate::{
    access::Again,
    error::Error,
    export::{columns::Columns, walk::Order},
    extract::{Access, Origin, Plain, Question, json_bytes},
    porter::{Answer, Asked, MAX_PAGE, PAGE, Published},
    state::AppState,
    store::{Parts, StoreError},
};

/// The filtered log as the published CSV.
pub(super) async fn export(
    State(state): State<AppState>,
    access: Access,
    origin: Origin,
    again: Again,
    _: Plain,
    asked: Asked,
) -> Result<Response, Error> {
    let allowed = export::allowed(&state, &access).await?;
    if asked.page.is_some() {
        return Err(QueryError::new("page", "is for a query; an export is all pages").into());
    }
    let path = format!("/api/v2/projects/{}/api-audit-logs/export", access.project.number);
    let request = export::request(&Method::POST, &path, &origin);
    let query = query(&asked)?;
    let text = query.filter.to_string();
    let question = Question::of(&state, access, query).await?;
    let wanted = Wanted {
        columns: Columns::Requests,
        order: Order::Screen(Sort::default()),
        asked: NewExport {
            query: text,
            format: Format::Csv,
            columns: None,
            trailer: false,
            formulas: Formulas::Escaped,
        },
    };
    let job = export::job(&state, question, wanted, allowed, request).await?;
    export::send(&state, job, again, &Method::POST).await
}

/// A page of the filtered log.
pub(super) async fn query_page(
    State(state): State<AppState>,
    access: Access,
    _: Plain,
    asked: Asked,
) -> Result<Json<Answer>, Error> {
    let page = asked.page.unwrap_or(1);
    if !(1..=MAX_PAGE).contains(&page) {
        let problem = format!("is not a page from 1 to {MAX_PAGE}; narrow the range, or export");
        return Err(QueryError::new("page", problem).into());
    }
    let Question { access, list, .. } = Question::of(&state, access, query(&asked)?).await?;
    let scope = &list.scope;
    let total = access.store.count(scope).await?;
    let keys = access.store.keys(scope, Sort::default(), None, page * PAGE).await?;
    let mut keys = keys.get((page - 1) * PAGE..).unwrap_or_default();
    let mut entries = Vec::new();
    // Large ones come a few at a time.
    while !keys.is_empty() {
        let found = access.store.at(scope.project, keys, Parts::Listed).await?;
        if found.is_empty() {
            return Err(
                StoreError::Failed("entries of a page went while it was read".into()).into()
            );
        }
        keys = keys.get(found.len()..).unwrap_or_default();
        entries.extend(found);
    }
    Ok(Json(Answer {
        entries: entries.into_iter().map(Published::from).collect(),
        page,
        page_size: PAGE,
        total,
        next_page: ((page * PAGE) as u64).lt(&total).then_some(page + 1),
        as_of: scope.as_of,
    }))
}

impl FromRequest<AppState> for Asked {
    type Rejection = Error;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Error> {
        let body = json_bytes(request, state).await?;
        Ok(Self::read(&body)?)
    }
}

fn query(asked: &Asked) -> Result<ApiQuery, Error> {
    let mut query = ApiQuery::read("")?;
    query.filter = asked.filter()?;
    Ok(query)
}
