//! What arrives, as it arrives; and how much arrived since a moment.

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use daybook_model::{QueryError, Seq, Span, live::Newer};
use daybook_recorder::Recording;

use crate::{
    access::{Again, bearer, session_cookie},
    error::Error,
    extract::Question,
    live::Interest,
    state::AppState,
    store::Scope,
};

/// Streams what matches, in the order of the log, from `after` or `Last-Event-ID` on.
pub(super) async fn stream(
    State(state): State<AppState>,
    Question { access, query, list, .. }: Question,
    again: Again,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let interest = Interest::of(&access.meant(&list.scope).await?, &query, access.masks)?;
    // A browser that comes back by itself says where it was; the address is that of the first time.
    let after = last_event(&headers)?.or(query.after);
    let credential = bearer(&headers).or_else(|| session_cookie(&state, &headers));
    let permit = state.live.permit(credential.unwrap_or_default())?;
    // It is over when the reader goes, perhaps tomorrow.
    let recording = &access.recording;
    let listener = recording.as_ref().and_then(Recording::caller).map(|actor| actor.key());
    if let (Some(journal), Some(recording)) = (&state.journal, recording) {
        journal.begin(recording);
    }
    let body = Body::from_stream(state.live.stream(interest, after, listener, permit, again));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // What stands in between must not wait for more to come.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn last_event(headers: &HeaderMap) -> Result<Option<Seq>, QueryError> {
    let Some(given) = headers.get("last-event-id") else { return Ok(None) };
    let seq = given.to_str().ok().and_then(|text| text.parse().ok());
    seq.map(Some).ok_or_else(|| {
        QueryError::new("last-event-id", "is not a place in the log, such as 8841220")
    })
}

/// How many entries that match were stored after `as_of`. A span that reached the end of the log at
/// that moment goes on with it; one that had ended before is the same.
pub(super) async fn newer(question: Question) -> Result<Json<Newer>, Error> {
    let (store, old) = (&*question.access.store, question.list.scope);
    let head = store.head(old.project).await?;
    let at = store.entry(old.project, old.as_of).await?.map(|entry| entry.received_at);
    let mut span = old.span;
    // Where retention took the entry out, nobody knows; the span stays as it was then.
    if at.map_or(old.as_of == 0, |at| at < span.to) {
        span.to = Span::ALL.to;
    }
    let [now, then] = [head, old.as_of].map(|as_of| Scope { span, as_of, ..old.clone() });
    let newer = store.count(&now).await?.saturating_sub(store.count(&then).await?);
    Ok(Json(Newer { newer, as_of: old.as_of, at, span, head }))
}
