//! Schedules: views that are exported or summarised by themselves.

use axum::{
    Json,
    extract::{Path, State},
    http::{Method, StatusCode},
    response::Response,
};
use daybook_model::{
    ApiQuery, QueryError,
    account::Permission,
    schedule::{
        Destination, NewSchedule, Outlets, Product, Run, Schedule, ScheduleChange, Schedules,
    },
};

use super::export::{request, send};
use crate::{
    access::Again,
    error::Error,
    export::columns::Columns,
    extract::{JsonBody, Member, Origin, Question},
    privacy::refuse_name,
    schedules::{self, Kept, SchedulesError, calendar::Calendar, file_name, keeper, rows_of},
    state::AppState,
};

const MISSING: Error = Error::NotFound("there is no such schedule of yours");
const NO_RUN: Error = Error::NotFound("this schedule has no such run");

/// Those that the person sees, and where things can go.
pub(super) async fn list(
    State(state): State<AppState>,
    member: Member,
) -> Result<Json<Schedules>, Error> {
    seen(&state, &member).await.map(Json)
}

/// Keeps one, which runs with the person's rights.
pub(super) async fn create(
    State(state): State<AppState>,
    member: Member,
    origin: Origin,
    JsonBody(wanted): JsonBody<NewSchedule>,
) -> Result<(StatusCode, Json<Schedule>), Error> {
    let wanted = wanted.checked()?;
    refuse_name(&member.access.masks, "name", &wanted.name)?;
    let hours = Calendar::of(&wanted.when)?;
    if let Product::Export { columns, .. } = &wanted.product {
        Columns::parse(columns.as_deref().unwrap_or_default())?;
    }
    // Whatever is wrong with the filter is said now, and not at night.
    let query = ApiQuery::read(&wanted.query)?;
    Question::of(&state, member.access.unrecorded(), query).await?;
    reachable(&state, &member, &wanted.destination).await?;
    let now = state.clock.now();
    let marks = keeper::beginning(&state, member.project, hours).await?;
    let times = (now, hours.next(now));
    let (project, person) = (member.project, member.person.id);
    let id = state.schedules.create(project, person, &wanted, marks, times).await?;
    let kept = state.schedules.find(id).await?.ok_or(Error::Internal)?;
    let asked = asked(&Method::POST, &member, "", &origin);
    schedules::made(&state, &kept, &member.access.caller, asked).await?;
    noted(&origin);
    Ok((StatusCode::CREATED, Json(state.schedules.shown(kept, true).await?)))
}

/// Pauses one, or lets it go on; answers with all as they are then.
pub(super) async fn change(
    State(state): State<AppState>,
    member: Member,
    origin: Origin,
    Path((_, id)): Path<(String, String)>,
    JsonBody(change): JsonBody<ScheduleChange>,
) -> Result<Json<Schedules>, Error> {
    let kept = own(&state, &member, &id).await?;
    if let Some(paused) = change.paused
        && paused != kept.paused
    {
        state.schedules.pause(&kept, paused, state.clock.now()).await?;
        let after = Kept { paused, ..kept.clone() };
        let asked = asked(&Method::PATCH, &member, &format!("/{}", kept.id), &origin);
        schedules::changed(&state, (&kept, &after), &member.access.caller, asked).await?;
        noted(&origin);
    }
    seen(&state, &member).await.map(Json)
}

/// Takes one away; answers with those that are left. What its runs made stays where it is.
pub(super) async fn delete(
    State(state): State<AppState>,
    member: Member,
    origin: Origin,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Schedules>, Error> {
    let kept = own(&state, &member, &id).await?;
    state.schedules.delete(kept.id).await?;
    let asked = asked(&Method::DELETE, &member, &format!("/{}", kept.id), &origin);
    schedules::removed(&state, &kept, &member.access.caller, asked).await?;
    noted(&origin);
    seen(&state, &member).await.map(Json)
}

/// Runs one now. It is begun when this is answered, or soon after.
pub(super) async fn run(
    State(state): State<AppState>,
    member: Member,
    origin: Origin,
    Path((_, id)): Path<(String, String)>,
) -> Result<(StatusCode, Json<Schedule>), Error> {
    let kept = own(&state, &member, &id).await?;
    let asked = asked(&Method::POST, &member, &format!("/{}/runs", kept.id), &origin);
    schedules::urged(&state, &kept, &member.access.caller, asked).await?;
    noted(&origin);
    state.schedules.urge(kept.id).await?;
    Ok((StatusCode::ACCEPTED, Json(state.schedules.shown(kept, true).await?)))
}

/// Its last runs, newest first.
pub(super) async fn runs(
    State(state): State<AppState>,
    member: Member,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Vec<Run>>, Error> {
    let kept = visible(&state, &member, &id).await?;
    let busy = state.schedules.is_busy(kept.id);
    let runs = state.schedules.runs(kept.id).await?;
    Ok(Json(runs.into_iter().map(|run| run.shown(busy)).collect()))
}

/// What a run has, as a file, made anew: what is in the log does not change. With the rights of whoever asks,
/// and told of like any export.
pub(super) async fn file(
    State(state): State<AppState>,
    member: Member,
    origin: Origin,
    again: Again,
    method: Method,
    Path((_, id, number)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let kept = visible(&state, &member, &id).await?;
    let number = number.parse().map_err(|_| NO_RUN)?;
    let run = state.schedules.run(kept.id, number).await?.ok_or(NO_RUN)?;
    let asked = asked(&Method::GET, &member, &format!("/{}/runs/{number}/file", kept.id), &origin);
    let name = file_name(&member.access.project.slug, kept.id, &kept.wanted, &run);
    let job = rows_of(&state, member.access, &kept.wanted, (&run, name), asked).await?;
    send(&state, job, again, &method).await
}

/// What the person sees: their own, those whose mails they get, and all where they are an admin. Whoever made
/// others named what they look for: whoever sees a part of the log alone does not see that.
async fn seen(state: &AppState, member: &Member) -> Result<Schedules, Error> {
    let mut schedules = Vec::new();
    for kept in state.schedules.of(member.project).await? {
        if !sees(member, &kept) {
            continue;
        }
        let (yours, kept_by) = (owns(member, &kept), kept.person);
        let mut shown = state.schedules.shown(kept, yours).await?;
        let masks = &member.access.masks;
        let own = kept_by == member.person.id;
        shown.name = masks.free(&shown.name).into_owned();
        let query = if own { masks.free(&shown.query) } else { masks.text(&shown.query) };
        shown.query = query.into_owned();
        schedules.push(shown);
    }
    let out = &state.outbound;
    let outlets = Outlets {
        folder: out.folder.is_some(),
        bucket: out.bucket.is_some(),
        mail: out.mailer.is_some() && state.site.address().is_some(),
    };
    Ok(Schedules { schedules, outlets })
}

fn owns(member: &Member, kept: &Kept) -> bool {
    kept.person == member.person.id
        || (member.access.may(Permission::Administer) && !member.access.is_limited())
}

fn sees(member: &Member, kept: &Kept) -> bool {
    let receives = || match &kept.wanted.destination {
        Destination::Mail { recipients } => recipients.contains(&member.person.email),
        Destination::Folder { .. } | Destination::Bucket { .. } => false,
    };
    owns(member, kept) || (receives() && !member.access.is_limited())
}

/// One that the person sees.
async fn visible(state: &AppState, member: &Member, id: &str) -> Result<Kept, Error> {
    let id = id.parse().map_err(|_| MISSING)?;
    let kept = state.schedules.find(id).await?;
    kept.filter(|kept| kept.project == member.project && sees(member, kept)).ok_or(MISSING)
}

/// One that the person may change.
async fn own(state: &AppState, member: &Member, id: &str) -> Result<Kept, Error> {
    let kept = visible(state, member, id).await?;
    if owns(member, &kept) { Ok(kept) } else { Err(MISSING) }
}

/// Refuses what could not be taken where it is to go.
async fn reachable(
    state: &AppState,
    member: &Member,
    destination: &Destination,
) -> Result<(), Error> {
    let out = &state.outbound;
    match destination {
        Destination::Folder { .. } if out.folder.is_none() => Err(Error::refused(
            "this server has no folder for exports: whoever runs it starts it with --export-folder",
        )),
        Destination::Bucket { .. } if out.bucket.is_none() => Err(Error::refused(
            "this server has no bucket for exports: whoever runs it starts it with --export-bucket",
        )),
        Destination::Mail { .. } if out.mailer.is_none() || state.site.address().is_none() => {
            Err(Error::refused(
                "this server sends no mail: whoever runs it sets DAYBOOK_SMTP_URL and --public-url",
            ))
        }
        Destination::Mail { recipients } => belong(state, member, recipients).await,
        Destination::Folder { .. } | Destination::Bucket { .. } => Ok(()),
    }
}

/// Refuses recipients who are nobody here. Whether they may see what they get is asked at each run.
async fn belong(state: &AppState, member: &Member, recipients: &[String]) -> Result<(), Error> {
    let people = state.people.people_of(member.project).await?;
    for recipient in recipients {
        let known = people.iter().any(|person| person.email == *recipient);
        let admin = state.people.find(recipient).await?.is_some_and(|person| person.instance_admin);
        if !known && !admin {
            let problem = format!("{recipient} is not one of the people of this project");
            return Err(QueryError::new("recipients", problem).into());
        }
    }
    Ok(())
}

/// What was done is in the log already: nothing more is written about the request.
fn noted(origin: &Origin) {
    let _ = origin.recording.as_ref().and_then(daybook_recorder::Recording::take);
}

/// The request, as the log tells of it.
fn asked(method: &Method, member: &Member, below: &str, origin: &Origin) -> daybook_model::Request {
    let slug = &member.access.project.slug;
    request(method, &format!("/api/projects/{slug}/schedules{below}"), origin)
}

impl From<SchedulesError> for Error {
    fn from(e: SchedulesError) -> Self {
        match e {
            SchedulesError::TooMany(_) => Self::Body {
                status: StatusCode::CONFLICT,
                code: "too_many",
                message: e.to_string(),
            },
            SchedulesError::Store(e) => e.into(),
            SchedulesError::Database(_) | SchedulesError::Unreadable(_) => {
                tracing::error!(error = %e, "schedules did not answer");
                Self::Unavailable
            }
        }
    }
}
