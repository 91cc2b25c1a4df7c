//! Entries: a page of them, and one.

use axum::{Json, extract::Path, response::AppendHeaders};
use daybook_model::{Entry, Page, export::LEFT_OUT};

use crate::{
    access::Access,
    error::Error,
    extract::Question,
    journal::{self, Read},
};

/// A page of entries.
pub(super) async fn list(
    question: Question,
) -> Result<(AppendHeaders<Option<(&'static str, String)>>, Json<Page>), Error> {
    let page = question.list.page(&*question.access.store).await?;
    if let Some(recording) = &question.access.recording {
        recording.detail("rows", page.entries.len());
    }
    let left_out = question.left_out().map(|filter| (LEFT_OUT, filter));
    Ok((AppendHeaders(left_out), Json(page)))
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
    let entry = access.store.entry(access.id(), seq).await?.ok_or(missing)?;
    journal::note(access.recording.as_ref(), &access.project, Read::Entry(seq));
    Ok(Json(entry))
}
