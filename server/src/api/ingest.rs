//! Events come in: a body of them, each judged by itself. A 2xx means it is on disk.

use axum::{
    Extension, Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use daybook_model::ingest::{IngestReport, MAX_BODY, Refusal};
use daybook_recorder::Recording;
use futures_util::StreamExt as _;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    access::Access,
    error::Error,
    intake::{self, BodyKind},
    ledger::Submitted,
    state::AppState,
    store::Appended,
};

/// Reading JSON takes a core for a while, and up to sixteen times the memory of its text: two bodies
/// at a time, and not on the threads that answer.
static PARSING: Semaphore = Semaphore::const_new(2);

/// Stores a batch of events.
pub(super) async fn create(
    State(state): State<AppState>,
    access: Access,
    recording: Option<Extension<Recording>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    // What is sent is in the log itself.
    if let Some(Extension(recording)) = recording {
        recording.skip();
    }
    let kind = body_kind(&headers)?;
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or(MAX_BODY);
    if length > MAX_BODY {
        return Err(too_large());
    }
    let (bytes, _held) = read(body, &state).await?;
    let turn = PARSING.acquire().await.map_err(|_| Error::Unavailable)?;
    let batch = {
        let (state, now) = (state.clone(), state.clock.now());
        let parse = move || {
            let mut batch = intake::parse_batch(&bytes, kind, now, &state.sources)?;
            batch.events.iter_mut().for_each(|(_, event)| state.redactor.redact(event));
            Ok::<_, intake::BatchError>(batch)
        };
        tokio::task::spawn_blocking(parse).await.map_err(|_| Error::Internal)?.map_err(|e| {
            let status =
                if e.is_size() { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST };
            Error::Body { status, code: "bad_body", message: e.to_string() }
        })?
    };
    drop(turn);
    let (indexes, events): (Vec<_>, Vec<_>) = batch.events.into_iter().unzip();
    let submitted = state.ledger.submit(access.id(), events).await?;
    let report = report(&indexes, &submitted, batch.refused);
    state.metrics.ingested(&report);
    let status = if report.stored + report.duplicates == 0 && !report.refused.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok((status, Json(report)).into_response())
}

/// Takes a body in. What of it is there counts against the budget; where that is used up, the
/// sender comes back later, so that slow senders hold up nobody.
async fn read(body: Body, state: &AppState) -> Result<(Vec<u8>, SemaphorePermit<'_>), Error> {
    let budget = &state.body_budget;
    let mut held = budget.try_acquire_many(0).map_err(|_| Error::Unavailable)?;
    let mut bytes = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Error::Body {
            status: StatusCode::BAD_REQUEST,
            code: "bad_body",
            message: "the body broke off".into(),
        })?;
        if bytes.len() + chunk.len() > MAX_BODY {
            return Err(too_large());
        }
        let permits = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
        held.merge(budget.try_acquire_many(permits).map_err(|_| Error::Unavailable)?);
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes, held))
}

/// What became of a batch, told to its sender.
pub(crate) fn report(
    indexes: &[u64],
    submitted: &Submitted,
    refused: Vec<Refusal>,
) -> IngestReport {
    let mut report = IngestReport { refused, head: submitted.head, ..IngestReport::default() };
    for (&index, outcome) in indexes.iter().zip(&submitted.outcomes) {
        match outcome {
            Appended::Stored(_) => report.stored += 1,
            Appended::Duplicate(_) => report.duplicates += 1,
            Appended::Differs(seq) => report.refused.push(Refusal {
                index,
                code: "duplicate_differs".into(),
                field: "id".into(),
                message: format!("an event with this id but other content is stored as entry {seq}; this one was not stored"),
            }),
        }
    }
    report.refused.sort_by_key(|r| r.index);
    report
}

fn body_kind(headers: &HeaderMap) -> Result<BodyKind, Error> {
    let value = |name| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let unsupported = |message: &str| {
        Err(Error::Body {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            code: "unsupported",
            message: message.into(),
        })
    };
    if headers.contains_key(header::CONTENT_ENCODING) {
        return unsupported("send the body without Content-Encoding");
    }
    match value(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim() {
        "application/json" => Ok(BodyKind::Json),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Ok(BodyKind::Ndjson),
        _ => unsupported(
            "send one event or an array of them as application/json, or one a line as application/x-ndjson",
        ),
    }
}

fn too_large() -> Error {
    Error::Body {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        code: "too_large",
        message: format!("a body has at most {MAX_BODY} bytes; send the events in several"),
    }
}
