//! Entries: a page of them, and one.

use axum::{
    Json,
    extract::{Path, State},
};
use daybook_model::{Entry, Page};

use crate::{
    error::Error,
    extract::{Question, Readable},
    state::AppState,
};

/// A page of entries.
pub(super) async fn list(
    State(state): State<AppState>,
    question: Question,
) -> Result<Json<Page>, Error> {
    Ok(Json(question.list.page(&*state.store).await?))
}

/// One entry, whole.
pub(super) async fn show(
    State(state): State<AppState>,
    project: Readable,
    Path((_, seq)): Path<(String, String)>,
) -> Result<Json<Entry>, Error> {
    let missing = Error::NotFound("there is no entry with this number");
    let Some(seq) = seq.parse::<u64>().ok().filter(|&seq| i64::try_from(seq).is_ok()) else {
        return Err(missing);
    };
    state.store.entry(project.id(), seq).await?.map(Json).ok_or(missing)
}
