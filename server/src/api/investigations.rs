//! Investigations of a project, as whoever asks sees them.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use daybook_model::{
    QueryError, Seq,
    investigation::{
        DocumentFormat, Findings, Investigation, InvestigationChange, NewComment, NewInvestigation,
        NewPin, PinMove,
    },
    query,
};

use super::export;
use crate::{
    access::Access,
    error::Error,
    extract::{JsonBody, Member, Origin},
    investigations::{self, Done, InvestigationsError, Kept, Reader, findings, record, write},
    journal::{self, Read},
    privacy::refuse_name,
    state::AppState,
};

const MISSING: Error = Error::NotFound("there is no such investigation");

/// Those that the person sees; with `seq=`, those that an entry is pinned to.
pub(super) async fn list(
    State(state): State<AppState>,
    member: Member,
    RawQuery(raw): RawQuery,
) -> Result<Json<Vec<Investigation>>, Error> {
    let seq = read(raw.as_deref(), "seq")?;
    let seq =
        seq.map(|text| text.parse().map_err(|_| QueryError::new("seq", "is no place in the log")));
    let reader = Reader(&member.access);
    let all = state.investigations.of(member.project, seq.transpose()?).await?;
    let seen = all.into_iter().filter(|kept| reader.sees(kept));
    Ok(Json(seen.map(|kept| reader.shown(kept.investigation)).collect()))
}

/// Opens one, perhaps with an entry.
pub(super) async fn create(
    State(state): State<AppState>,
    member: Member,
    from: Origin,
    JsonBody(given): JsonBody<NewInvestigation>,
) -> Result<(StatusCode, Json<Findings>), Error> {
    let new = given.checked()?;
    refuse_name(&member.access.masks, "title", &new.title)?;
    if let Some(pin) = &new.pin {
        is_there(&member, pin.seq).await?;
    }
    let (person, now) = (member.person.id, state.clock.now());
    let number = state.investigations.create(member.project, person, &new.title, now).await?;
    let kept = state.investigations.find(member.project, number).await?;
    record(&state, &from, &kept.investigation, &Done::Opened).await?;
    if let Some(pin) = &new.pin {
        put(&state, &member, &from, &kept, pin).await?;
    }
    Ok((StatusCode::CREATED, Json(shown(&state, &member, number).await?)))
}

/// One, with its entries.
pub(super) async fn show(
    State(state): State<AppState>,
    member: Member,
    Path((_, number)): Path<(String, String)>,
) -> Result<Json<Findings>, Error> {
    let kept = visible(&state, &member.access, &number).await?;
    let read = Read::Investigation(kept.investigation.number);
    journal::note(member.access.recording.as_ref(), &member.access.project, read);
    Ok(Json(findings(&state, &member.access, kept, investigations::brief).await?))
}

/// Gives one another title, closes it, or opens it again.
pub(super) async fn change(
    State(state): State<AppState>,
    member: Member,
    from: Origin,
    Path((_, number)): Path<(String, String)>,
    JsonBody(given): JsonBody<InvestigationChange>,
) -> Result<Json<Findings>, Error> {
    let change = given.checked()?;
    let title = change.title.as_deref().unwrap_or_default();
    refuse_name(&member.access.masks, "title", title)?;
    let before = visible(&state, &member.access, &number).await?.investigation;
    let number = before.number;
    state.investigations.change(member.project, number, &change, state.clock.now()).await?;
    let after = state.investigations.find(member.project, number).await?.investigation;
    if (&before.title, before.status) != (&after.title, after.status) {
        record(&state, &from, &after, &Done::Changed(Box::new(before))).await?;
    }
    shown(&state, &member, number).await.map(Json)
}

/// Pins an entry.
pub(super) async fn pin(
    State(state): State<AppState>,
    member: Member,
    from: Origin,
    Path((_, number)): Path<(String, String)>,
    JsonBody(given): JsonBody<NewPin>,
) -> Result<Json<Findings>, Error> {
    let pin = given.checked()?;
    let kept = visible(&state, &member.access, &number).await?;
    is_there(&member, pin.seq).await?;
    put(&state, &member, &from, &kept, &pin).await?;
    shown(&state, &member, kept.investigation.number).await.map(Json)
}

/// Moves an entry in front of another one, or to the end.
pub(super) async fn move_pin(
    State(state): State<AppState>,
    member: Member,
    from: Origin,
    Path((_, number, seq)): Path<(String, String, String)>,
    JsonBody(given): JsonBody<PinMove>,
) -> Result<Json<Findings>, Error> {
    let (kept, seq) = (visible(&state, &member.access, &number).await?, place(&seq)?);
    let (it, now) = (&kept.investigation, state.clock.now());
    state.investigations.move_pin(member.project, it.number, (seq, given.before), now).await?;
    record(&state, &from, it, &Done::Moved(seq, given.before)).await?;
    shown(&state, &member, it.number).await.map(Json)
}

/// Pins an entry no longer.
pub(super) async fn unpin(
    State(state): State<AppState>,
    member: Member,
    from: Origin,
    Path((_, number, seq)): Path<(String, String, String)>,
) -> Result<Json<Findings>, Error> {
    let (kept, seq) = (visible(&state, &member.access, &number).await?, place(&seq)?);
    let it = &kept.investigation;
    state.investigations.unpin(member.project, it.number, seq, state.clock.now()).await?;
    record(&state, &from, it, &Done::Unpinned(seq)).await?;
    shown(&state, &member, it.number).await.map(Json)
}

/// Says something of one, or of one of its entries.
pub(super) async fn comment(
    State(state): State<AppState>,
    member: Member,
    from: Origin,
    Path((_, number)): Path<(String, String)>,
    JsonBody(given): JsonBody<NewComment>,
) -> Result<Json<Findings>, Error> {
    let NewComment { text, seq } = given.checked()?;
    let kept = visible(&state, &member.access, &number).await?;
    let (it, now) = (&kept.investigation, state.clock.now());
    let of = (it.number, seq);
    let said =
        state.investigations.comment(member.project, of, member.person.id, &text, now).await?;
    record(&state, &from, it, &Done::Said(said, seq, text)).await?;
    shown(&state, &member, it.number).await.map(Json)
}

/// Takes back a comment of one's own.
pub(super) async fn take_back(
    State(state): State<AppState>,
    member: Member,
    from: Origin,
    Path((_, number, comment)): Path<(String, String, String)>,
) -> Result<Json<Findings>, Error> {
    let kept = visible(&state, &member.access, &number).await?;
    let it = &kept.investigation;
    let comment = comment.parse().map_err(|_| InvestigationsError::NotSaid)?;
    let own = (member.person.id, comment);
    state.investigations.take_back(member.project, it.number, own, state.clock.now()).await?;
    record(&state, &from, it, &Done::TakenBack(comment)).await?;
    shown(&state, &member, it.number).await.map(Json)
}

/// All of it as one file.
pub(super) async fn document(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, number)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Error> {
    export::allowed(&state, &access).await?;
    let format = match read(raw.as_deref(), "format")? {
        Some(word) => word
            .parse::<DocumentFormat>()
            .map_err(|e| QueryError::new("format", format!("{word:?} {e}")))?,
        None => DocumentFormat::Html,
    };
    let kept = visible(&state, &access, &number).await?;
    let findings = findings(&state, &access, kept.clone(), investigations::part).await?;
    let actor = access.caller.actor();
    let by = access.masks.text(actor.label()).into_owned();
    let made = investigations::Made {
        project: &access.project.slug,
        site: state.site.address(),
        by: &by,
        at: state.clock.now(),
    };
    let text = write(&findings, &made, format);
    investigations::exported(&state, &from, &kept.investigation, format).await?;
    Ok(file(text, &access, kept.investigation.number, format))
}

fn file(text: String, access: &Access, number: i64, format: DocumentFormat) -> Response {
    let (kind, ending) = match format {
        DocumentFormat::Html => ("text/html; charset=utf-8", "html"),
        DocumentFormat::Markdown => ("text/markdown; charset=utf-8", "md"),
    };
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // The name is made of a slug, a number and our own words.
    let name = format!("investigation-{}-{number}.{ending}", access.project.slug);
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// The value of the one key that a query may have.
fn read(raw: Option<&str>, known: &str) -> Result<Option<String>, Error> {
    let (pairs, mut errors) = query::split(raw.unwrap_or_default());
    let mut value = None;
    for (key, text) in pairs {
        if key != known {
            errors.push(QueryError::new(key, "is not known here"));
        } else if value.replace(text).is_some() {
            errors.push(QueryError::new(key, "is given twice; keep one"));
        }
    }
    errors.into_iter().next().map_or(Ok(value), |error| Err(error.into()))
}

/// Refuses to pin what the person does not see.
async fn is_there(member: &Member, seq: Seq) -> Result<(), Error> {
    let there = i64::try_from(seq).is_ok()
        && member.access.store.entry(member.project, seq).await?.is_some();
    if there { Ok(()) } else { Err(Error::NotFound("there is no entry with this number")) }
}

/// Pins an entry that is there, and tells of it.
async fn put(
    state: &AppState,
    member: &Member,
    from: &Origin,
    kept: &Kept,
    pin: &NewPin,
) -> Result<(), Error> {
    let (it, now) = (&kept.investigation, state.clock.now());
    let what = (pin.seq, pin.comment.as_deref());
    let person = member.person.id;
    let (new, said) =
        state.investigations.pin(member.project, it.number, person, what, now).await?;
    if new {
        record(state, from, it, &Done::Pinned(pin.seq)).await?;
    }
    if let Some((number, text)) = said.zip(pin.comment.clone()) {
        record(state, from, it, &Done::Said(number, Some(pin.seq), text)).await?;
    }
    Ok(())
}

/// One that whoever asks sees.
async fn visible(state: &AppState, access: &Access, number: &str) -> Result<Kept, Error> {
    let number = number.parse().map_err(|_| MISSING)?;
    let kept = state.investigations.find(access.id(), number).await?;
    if Reader(access).sees(&kept) { Ok(kept) } else { Err(MISSING) }
}

/// What it is like now.
async fn shown(state: &AppState, member: &Member, number: i64) -> Result<Findings, Error> {
    let kept = state.investigations.find(member.project, number).await?;
    findings(state, &member.access, kept, investigations::brief).await
}

fn place(seq: &str) -> Result<Seq, Error> {
    seq.parse().map_err(|_| InvestigationsError::NotPinned.into())
}

impl From<InvestigationsError> for Error {
    fn from(e: InvestigationsError) -> Self {
        let conflict =
            |code| Self::Body { status: StatusCode::CONFLICT, code, message: e.to_string() };
        match e {
            InvestigationsError::Missing => MISSING,
            InvestigationsError::NotPinned => {
                Self::NotFound("this entry is not pinned to this investigation")
            }
            InvestigationsError::NotSaid => Self::NotFound("there is no such comment of yours"),
            InvestigationsError::Closed => conflict("closed"),
            InvestigationsError::TooMany
            | InvestigationsError::TooManyPins
            | InvestigationsError::TooManyComments => conflict("too_many"),
            InvestigationsError::Database(_) | InvestigationsError::Unreadable(_) => {
                tracing::error!(error = %e, "investigations did not answer");
                Self::Unavailable
            }
        }
    }
}
