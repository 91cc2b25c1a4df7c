//! How long entries are kept, what is held, and what went into the archive.

mod seen;

use axum::{
    Json,
    extract::{FromRequestParts, Path, Query, State},
    http::{StatusCode, request::Parts},
};
use daybook_model::{
    QueryError, Span, Timestamp,
    retention::{
        ArchiveFile, Hold, NewHold, Overview, Preview, Restored, Retained, Retention, Taken,
    },
};
use serde::Deserialize;

use seen::{meant, plain, seen, veil};

use crate::{
    access::Access,
    error::Error,
    extract::{JsonBody, Origin},
    retention::{self, Done, FileId, RetentionError, plan},
    state::AppState,
};

const NO_HOLD: Error = Error::NotFound("this project has no such hold");
const NO_FILE: Error = Error::NotFound("the archive of this project has no such file");

/// A time, or all of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Time {
    from: Option<String>,
    to: Option<String>,
}

impl FromRequestParts<AppState> for Time {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Error> {
        let read = Query::try_from_uri(&parts.uri).map(|Query(time)| time);
        read.map_err(|e| QueryError::new("query", e.body_text()).into())
    }
}

impl Time {
    fn span(&self) -> Result<Span, QueryError> {
        let read = |key: &str, text: &Option<String>, otherwise: Timestamp| {
            text.as_deref().map_or(Ok(otherwise), |text| {
                text.parse().map_err(|e| QueryError::new(key, format!("{text:?} {e}")))
            })
        };
        let from = read("from", &self.from, Span::ALL.from)?;
        let to = read("to", &self.to, Span::ALL.to)?;
        Span::new(from, to).ok_or_else(|| QueryError::new("to", "is not later than from"))
    }
}

/// The rules, what is held, and what they took out.
pub(super) async fn show(
    State(state): State<AppState>,
    access: Access,
) -> Result<Json<Overview>, Error> {
    overview(&state, &access).await.map(Json)
}

async fn overview(state: &AppState, access: &Access) -> Result<Overview, Error> {
    let project = access.id();
    let keeping = &state.retention;
    let rules = keeping.rules(project).await?;
    let turn = keeping.turn(project, state.clock.now()).await?;
    Ok(Overview {
        usual: rules.is_none(),
        rules: seen(access, rules.unwrap_or_default()),
        next_at: turn.next_at,
        trouble: turn.trouble,
        doubt: keeping.doubt().await?,
        archive: state.outbound.archive.as_ref().map(ToString::to_string),
        holds: held(state, access).await?,
        runs: keeping.runs(project).await?,
    })
}

/// What is held, as the caller sees it.
async fn held(state: &AppState, access: &Access) -> Result<Vec<Hold>, Error> {
    let mut holds = state.retention.holds(access.id()).await?;
    for hold in &mut holds {
        veil(access, hold);
    }
    Ok(holds)
}

/// Changes the rules.
pub(super) async fn change(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    JsonBody(given): JsonBody<Retention>,
) -> Result<Json<Overview>, Error> {
    let before = state.retention.rules(access.id()).await?.unwrap_or_default();
    let given = meant(&access, given.checked()?, &before)?;
    state.retention.set_rules(access.id(), &given).await?;
    let done = Done::Changed(Box::new(before), Box::new(given));
    retention::record(&state, &from, &access.project, &done).await?;
    overview(&state, &access).await.map(Json)
}

/// What rules would remove now, without removing it.
pub(super) async fn preview(
    State(state): State<AppState>,
    access: Access,
    JsonBody(given): JsonBody<Retention>,
) -> Result<Json<Preview>, Error> {
    let project = access.id();
    let before = state.retention.rules(project).await?.unwrap_or_default();
    let given = meant(&access, given.checked()?, &before)?;
    let holds = state.retention.holds(project).await?;
    let now = state.clock.now();
    let plan = plan::Plan::settle(&*state.store, project, &given, &holds, now).await?;
    let floor = state.retention.floor(project).await?;
    let mut preview = Preview::default();
    let mut found: Vec<Option<Taken>> = vec![None; plan.rules.len()];
    let mut from = Timestamp::MIN;
    while let Some(window) = plan.window(&*state.store, project, from).await? {
        let due = plan.due(&*state.store, project, window, &holds, floor).await?;
        preview.held += due.held;
        for (&(time, _), &rule) in &due.keys {
            let at = Timestamp::saturating(time);
            let taken = found[rule].get_or_insert_with(|| Taken {
                rule: Some(plan.rules[rule].name.clone()),
                count: Some(0),
                first: at,
                last: at,
            });
            taken.count = taken.count.map(|count| count + 1);
            taken.last = at;
            preview.count += 1;
        }
        from = window.to;
    }
    preview.taken = found.into_iter().flatten().collect();
    Ok(Json(preview))
}

/// Applies the rules as soon as possible.
pub(super) async fn run(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
) -> Result<(StatusCode, Json<Overview>), Error> {
    retention::record(&state, &from, &access.project, &Done::Urged).await?;
    state.retention.urge(access.id(), state.clock.now()).await?;
    Ok((StatusCode::ACCEPTED, Json(overview(&state, &access).await?)))
}

/// The clock is right, however far it moved.
pub(super) async fn believe(
    State(state): State<AppState>,
    from: Origin,
) -> Result<StatusCode, Error> {
    if let Some(journal) = &state.journal {
        let told = journal.about(&from, |recording| {
            recording.action("ConfirmClock").operation(daybook_model::Operation::Update);
        });
        told.await?;
    }
    state.retention.believe(state.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was removed of a time. Whoever sees a part of the log is told when, and not how much.
pub(super) async fn retained(
    State(state): State<AppState>,
    access: Access,
    time: Time,
) -> Result<Json<Retained>, Error> {
    let span = time.span()?;
    let mut removed = state.retention.taken_of(access.id(), span.from, span.to).await?;
    if access.is_limited() {
        for taken in &mut removed {
            (taken.rule, taken.count) = (None, None);
        }
        return Ok(Json(Retained { removed, restored: 0 }));
    }
    let first = removed.iter().map(|taken| taken.first).min();
    let last = removed.iter().map(|taken| taken.last).max();
    let restored = match first.zip(last) {
        Some((first, last)) => state.retention.restored_of(access.id(), first, last).await?,
        None => 0,
    };
    Ok(Json(Retained { removed, restored }))
}

/// What is held.
pub(super) async fn holds(
    State(state): State<AppState>,
    access: Access,
) -> Result<Json<Vec<Hold>>, Error> {
    held(&state, &access).await.map(Json)
}

/// Makes a hold. Once this is answered nothing that matches is removed.
pub(super) async fn hold(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    JsonBody(given): JsonBody<NewHold>,
) -> Result<(StatusCode, Json<Hold>), Error> {
    let given = given.checked()?;
    plain(&access, &given.name, &given.filter)?;
    let by = access.caller.actor().label().to_owned();
    let mut hold = state.retention.make_hold(access.id(), &given, &by, state.clock.now()).await?;
    retention::record(&state, &from, &access.project, &Done::Held(hold.clone())).await?;
    veil(&access, &mut hold);
    Ok((StatusCode::CREATED, Json(hold)))
}

/// Lifts a hold; answers with those that are left.
pub(super) async fn lift(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Vec<Hold>>, Error> {
    let id = id.parse().map_err(|_| NO_HOLD)?;
    let lifted = state.retention.lift_hold(access.id(), id, state.clock.now()).await?;
    let lifted = lifted.ok_or(NO_HOLD)?;
    retention::record(&state, &from, &access.project, &Done::Lifted(lifted)).await?;
    held(&state, &access).await.map(Json)
}

/// The archive's files with entries of a time.
pub(super) async fn archive(
    State(state): State<AppState>,
    access: Access,
    time: Time,
) -> Result<Json<Vec<ArchiveFile>>, Error> {
    let span = time.span()?;
    let files = state.retention.files(access.id(), span.from, span.to).await?;
    Ok(Json(files.into_iter().map(|file| file.shown).collect()))
}

/// Brings back what a file has of a time.
pub(super) async fn restore(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
    time: Time,
) -> Result<Json<Restored>, Error> {
    let span = time.span()?;
    let id: FileId = id.parse().map_err(|()| NO_FILE)?;
    let file = state.retention.file(access.id(), id).await?.ok_or(NO_FILE)?;
    let restored = retention::restore::restore(&state, access.id(), &file, span).await?;
    let done = Done::Restored(file.name, restored.clone());
    retention::record(&state, &from, &access.project, &done).await?;
    Ok(Json(restored))
}

impl From<RetentionError> for Error {
    fn from(e: RetentionError) -> Self {
        match e {
            RetentionError::TooMany(_) => Self::Body {
                status: StatusCode::CONFLICT,
                code: "too_many",
                message: e.to_string(),
            },
            RetentionError::NoArchive => Self::Body {
                status: StatusCode::CONFLICT,
                code: "no_archive",
                message: e.to_string(),
            },
            RetentionError::Archive(_) | RetentionError::Damaged(_) | RetentionError::Gone(_) => {
                // Whoever asks is told; by the command line, that is the same screen.
                tracing::debug!(error = %e, "the archive did not answer");
                Self::Body {
                    status: StatusCode::BAD_GATEWAY,
                    code: "archive",
                    message: e.to_string(),
                }
            }
            RetentionError::Store(e) => e.into(),
            RetentionError::Ledger(e) => e.into(),
            e => {
                tracing::error!(error = %e, "retention did not answer");
                Self::Unavailable
            }
        }
    }
}
