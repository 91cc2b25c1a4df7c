//! Port's published route.

use async_stream::stream;
use axum::{
    Json,
    body::{Body, Bytes, to_bytes},
    extract::{RawQuery, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use daybook_model::{ApiError, ApiQuery, Sort};
use serde_json::json;

use crate::{
    error::{self, Error},
    export::walk::{Order, Walk},
    extract::{Access, Question},
    port::Asked,
    state::AppState,
    store::{Parts, StoreError},
};

/// The longest error that is read.
const LONGEST: usize = 64 * 1024;

/// Brings errors into the published shape.
pub(super) async fn in_shape(response: Response) -> Response {
    let response = error::in_shape(response).await;
    if response.status().is_success() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, LONGEST).await.unwrap_or_default();
    let (error, message) = match serde_json::from_slice::<ApiError>(&body) {
        Ok(ApiError { error }) => (error.code, error.message),
        Err(_) => ("error".to_owned(), parts.status.to_string()),
    };
    let body = Json(json!({ "ok": false, "error": error, "message": message })).into_response();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(body.headers().clone());
    Response::from_parts(parts, body.into_body())
}

/// What is not there.
pub(super) async fn missing() -> Error {
    Error::NotFound("there is nothing at this address")
}

/// The audit log of the token's project, newest first. It is written while it is read, so that there
/// is no last thousand; where it breaks off the connection does too.
pub(super) async fn list(
    State(state): State<AppState>,
    access: Access,
    RawQuery(raw): RawQuery,
) -> Result<Response, Error> {
    let asked = Asked::read(raw.as_deref().unwrap_or_default())?;
    if access.is_limited() && !asked.is_narrow {
        return Err(Error::Forbidden(
            "this token sees a part of the log: ask for an identifier, an entity or a run_id",
        ));
    }
    let mut query = ApiQuery::read("")?;
    query.filter = asked.filter.clone();
    let Question { access, list, .. } = Question::of(&state, access, query).await?;
    let order = Order::Screen(Sort::default());
    let mut walk = Walk::new(access.store.clone(), list.scope.into(), order, Parts::Whole);
    let mut page = walk.next().await?;
    let body = stream! {
        let mut left = asked.limit.unwrap_or(u64::MAX);
        let mut out = br#"{"ok":true,"audits":["#.to_vec();
        let mut first = true;
        while !page.is_empty() && left > 0 {
            let rows = page.len();
            for entry in page.iter().filter(|entry| asked.holds(entry)) {
                if left == 0 {
                    break;
                }
                left -= 1;
                if !first {
                    out.push(b',');
                }
                first = false;
                let audit = asked.audit(entry, &access.project.slug);
                if let Err(error) = serde_json::to_writer(&mut out, &audit) {
                    yield Err(StoreError::Failed(error.to_string()));
                    return;
                }
            }
            walk.weigh(rows, out.len());
            yield Ok(Bytes::from(std::mem::take(&mut out)));
            if left == 0 {
                break;
            }
            page = match walk.next().await {
                Ok(page) => page,
                Err(error) => {
                    tracing::error!(%error, "an answer broke off");
                    yield Err(error);
                    return;
                }
            };
        }
        out.extend_from_slice(b"]}");
        yield Ok(Bytes::from(out));
    };
    let json = HeaderValue::from_static("application/json");
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, json)], Body::from_stream(body)).into_response())
}
