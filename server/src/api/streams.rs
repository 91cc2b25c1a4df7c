//! A project's streams, and what their targets refused.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use daybook_model::{
    QueryError, Seq, Sort,
    stream::{DeadLetter, NewStream, SendAgain, StreamChange, StreamInfo},
};

use crate::{
    error::Error,
    extract::{Access, JsonBody, Origin},
    privacy,
    state::AppState,
    streams::{Done, Stream, StreamsError, record},
};

const MISSING: Error = Error::NotFound("this project has no such stream");
const NO_LETTER: Error = Error::NotFound("this stream has no such dead letter");

/// Those there are.
pub(super) async fn list(
    State(state): State<AppState>,
    access: Access,
) -> Result<Json<Vec<StreamInfo>>, Error> {
    let mut all = Vec::new();
    for stream in state.streams.table().of(access.id()).await? {
        all.push(shown(&state, &access, &stream).await?);
    }
    Ok(Json(all))
}

/// What the caller sees of one.
async fn shown(state: &AppState, access: &Access, stream: &Stream) -> Result<StreamInfo, Error> {
    let mut info = state.streams.info(stream).await?;
    info.name = access.masks.text(&info.name).into_owned();
    info.target = access.masks.text(&info.target).into_owned();
    info.filter = access.masks.filter(&info.filter);
    Ok(info)
}

/// Makes one, which begins to send.
pub(super) async fn create(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    JsonBody(given): JsonBody<NewStream>,
) -> Result<(StatusCode, Json<StreamInfo>), Error> {
    let new = given.checked()?;
    privacy::refuse(&access.masks, &new.filter, Sort::default())?;
    privacy::refuse_name(&access.masks, "name", &new.name)?;
    state.streams.addresses().allow_target(&new.target).map_err(forbidden)?;
    let upto = begin(&state, &access, new.after).await?;
    let now = state.clock.now();
    let stream = state.streams.table().create(access.id(), &new, upto, now).await?;
    state.streams.wake(stream.id).await;
    record(&state, &from, &stream, &Done::Created).await?;
    Ok((StatusCode::CREATED, Json(shown(&state, &access, &stream).await?)))
}

/// Changes one; answers with what it is then.
pub(super) async fn change(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
    JsonBody(given): JsonBody<StreamChange>,
) -> Result<Json<StreamInfo>, Error> {
    let (id, change) = (number(&id)?, given.checked()?);
    if let Some(filter) = &change.filter {
        privacy::refuse(&access.masks, filter, Sort::default())?;
    }
    privacy::refuse_name(&access.masks, "name", change.name.as_deref().unwrap_or_default())?;
    if let Some(target) = &change.target {
        state.streams.addresses().allow_target(target).map_err(forbidden)?;
    }
    if change.after.is_some() {
        begin(&state, &access, change.after).await?;
    }
    let table = state.streams.table();
    let passed = |stream: &Stream| state.streams.passed(stream);
    let (before, after) = table.change(access.id(), id, &change, passed).await?;
    state.streams.wake(id).await;
    record(&state, &from, &after, &Done::Changed(Box::new(before))).await?;
    Ok(Json(shown(&state, &access, &after).await?))
}

/// Deletes one; what was refused is forgotten with it. Answers with those that are left.
pub(super) async fn delete(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Vec<StreamInfo>>, Error> {
    let stream = state.streams.table().delete(access.id(), number(&id)?).await?;
    state.streams.wake(stream.id).await;
    record(&state, &from, &stream, &Done::Deleted).await?;
    list(State(state), access).await
}

/// What a stream's target refused for good.
pub(super) async fn letters(
    State(state): State<AppState>,
    access: Access,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Vec<DeadLetter>>, Error> {
    let stream = find(&state, &access, &id).await?;
    Ok(Json(state.streams.table().dead_letters(&stream).await?))
}

/// Has some of it sent again, or all; answers with what is left of it now.
pub(super) async fn send_again(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
    JsonBody(which): JsonBody<SendAgain>,
) -> Result<Json<Vec<DeadLetter>>, Error> {
    let stream = find(&state, &access, &id).await?;
    let marked = state.streams.table().send_again(&stream, which.seqs.as_deref()).await?;
    if marked == 0 {
        return Err(NO_LETTER);
    }
    state.streams.wake(stream.id).await;
    record(&state, &from, &stream, &Done::SentAgain(marked)).await?;
    Ok(Json(state.streams.table().dead_letters(&stream).await?))
}

/// Drops all of it.
pub(super) async fn drop_all(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Vec<DeadLetter>>, Error> {
    let stream = find(&state, &access, &id).await?;
    dropped(&state, &from, &stream, None).await
}

/// Drops one; answers with what is left.
pub(super) async fn drop_one(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id, seq)): Path<(String, String, String)>,
) -> Result<Json<Vec<DeadLetter>>, Error> {
    let stream = find(&state, &access, &id).await?;
    let seq: Seq = seq.parse().map_err(|_| NO_LETTER)?;
    dropped(&state, &from, &stream, Some(seq)).await
}

async fn dropped(
    state: &AppState,
    from: &Origin,
    stream: &Stream,
    seq: Option<Seq>,
) -> Result<Json<Vec<DeadLetter>>, Error> {
    let number = state.streams.table().drop_letters(stream, seq).await?;
    if number == 0 {
        return Err(NO_LETTER);
    }
    // It may have waited for the room.
    state.streams.wake(stream.id).await;
    record(state, from, stream, &Done::Dropped(number)).await?;
    Ok(Json(state.streams.table().dead_letters(stream).await?))
}

/// Behind which place a stream begins.
async fn begin(state: &AppState, access: &Access, after: Option<Seq>) -> Result<Seq, Error> {
    let head = state.streams.head(access.id()).await?;
    match after {
        Some(after) if after > head => {
            let problem = format!("is behind the end of the log, which is {head}");
            Err(QueryError::new("after", problem).into())
        }
        after => Ok(after.unwrap_or(head)),
    }
}

async fn find(state: &AppState, access: &Access, id: &str) -> Result<Stream, Error> {
    Ok(state.streams.table().find(access.id(), number(id)?).await?)
}

fn number(id: &str) -> Result<i64, Error> {
    id.parse().map_err(|_| MISSING)
}

fn forbidden(error: impl std::fmt::Display) -> Error {
    QueryError::new("target", format!("cannot be used: {error}")).into()
}

impl From<StreamsError> for Error {
    fn from(e: StreamsError) -> Self {
        match e {
            StreamsError::Missing => MISSING,
            StreamsError::Given(e) => e.into(),
            StreamsError::Taken => {
                QueryError::new("name", "is taken by another stream: choose another one").into()
            }
            StreamsError::TooMany => Self::Body {
                status: StatusCode::CONFLICT,
                code: "too_many",
                message: e.to_string(),
            },
            StreamsError::Database(_) | StreamsError::Unreadable(_) => {
                tracing::error!(error = %e, "streams did not answer");
                Self::Unavailable
            }
        }
    }
}
