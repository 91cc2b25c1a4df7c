//! Entries: a page of them, and one.

use axum::{Json, extract::Path};
use daybook_model::{Entry, Page};

use crate::{access::Access, error::Error, extract::Question};

/// A page of entries.
pub(super) async fn list(question: Question) -> Result<Json<Page>, Error> {
    Ok(Json(question.list.page(&*question.access.store).await?))
}

/// One entry, whole.
pub(super) async fn show(
    access: Access,
    Path((_, seq)): Path<(String, String)>,
) -> Result<Json<Entry>, Error> {
    let missing = Error::NotFound("there is no entry with this number");
    let Some(seq) = seq.parse::<u64>().ok().filter(|&seq| i64::try_from(seq).is_ok()) else {
        return Err(missing);
    };
    access.store.entry(access.id(), seq).await?.map(Json).ok_or(missing)
}
