//! Exports: files of what a list shows, whole.

use axum::{
    Json,
    body::Body,
    extract::{Path, RawQuery, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use daybook_model::{
    ApiQuery, Field, Preset, QueryError, Range, Request, Seq, Sort,
    export::{self, Estimate, Export, ExportSettings, Format, NewExport},
    query,
};

use crate::{
    access::Again,
    error::Error,
    export::{
        Job, Tracked, columns::Columns, estimate, file_name, record, settings, stream, walk::Order,
    },
    extract::{Access, JsonBody, Origin, Plain, Question},
    secret::Secret,
    state::AppState,
    store::{AnyStore, Scope},
};

/// The most parts of paths in one filter: each is looked for in every path there is.
const MAX_PATHS: usize = 200;

/// The file of a list, at once.
pub(super) async fn download(
    State(state): State<AppState>,
    access: Access,
    origin: Origin,
    again: Again,
    method: Method,
    RawQuery(raw): RawQuery,
) -> Result<Response, Error> {
    let (wanted, query) = read(raw.as_deref().unwrap_or_default())?;
    let asked = request(&method, &format!("{}/export", base(&access)), &origin);
    let job = settle(&state, access, wanted, query, asked).await?;
    send(&state, job, again, &method).await
}

/// The same, for filters that are too long for an address.
pub(super) async fn post(
    State(state): State<AppState>,
    access: Access,
    origin: Origin,
    again: Again,
    _: Plain,
    JsonBody(wanted): JsonBody<NewExport>,
) -> Result<Response, Error> {
    let query = ApiQuery::read_long(&wanted.query)?;
    let asked = request(&Method::POST, &format!("{}/export", base(&access)), &origin);
    let job = settle(&state, access, wanted, query, asked).await?;
    send(&state, job, again, &Method::POST).await
}

/// What an export would be.
pub(super) async fn weigh(
    State(state): State<AppState>,
    access: Access,
    RawQuery(raw): RawQuery,
) -> Result<Json<Estimate>, Error> {
    let (wanted, query) = read(raw.as_deref().unwrap_or_default())?;
    let job = settle(&state, access, wanted, query, Request::default()).await?;
    Ok(Json(estimated(&job).await?))
}

/// An export that waits to be fetched: its rows are settled now.
pub(super) async fn create(
    State(state): State<AppState>,
    access: Access,
    origin: Origin,
    _: Plain,
    JsonBody(wanted): JsonBody<NewExport>,
) -> Result<(StatusCode, Json<Export>), Error> {
    let query = ApiQuery::read_long(&wanted.query)?;
    let asked = request(&Method::POST, &format!("{}/exports", base(&access)), &origin);
    let mut job = settle(&state, access, wanted, query, asked).await?;
    job.estimate = Some(estimated(&job).await?);
    Ok((StatusCode::CREATED, Json(state.exports.add(job).export())))
}

/// How far an export is.
pub(super) async fn show(
    State(state): State<AppState>,
    access: Access,
    _: Plain,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Export>, Error> {
    Ok(Json(find(&state, &access, &id)?.export()))
}

/// Cancels an export.
pub(super) async fn cancel(
    State(state): State<AppState>,
    access: Access,
    _: Plain,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Export>, Error> {
    let tracked = find(&state, &access, &id)?;
    tracked.cancel(state.clock.now());
    Ok(Json(tracked.export()))
}

/// The file of an export that waits.
pub(super) async fn file(
    State(state): State<AppState>,
    access: Access,
    again: Again,
    method: Method,
    _: Plain,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Error> {
    let tracked = find(&state, &access, &id)?;
    let settings = allowed(&state, &access).await?;
    // Its rows were settled for what its maker saw then, and was allowed.
    if tracked.job.sight != access.sight() || tracked.job.max_rows != settings.max_rows {
        tracked.cancel(state.clock.now());
    }
    if method == Method::HEAD {
        return Ok(answer(&tracked.job, Body::empty()));
    }
    let body = stream::begin(&state, std::sync::Arc::clone(&tracked), again).await?;
    Ok(answer(&tracked.job, body))
}

/// What the project allows.
pub(super) async fn show_settings(
    State(state): State<AppState>,
    access: Access,
    _: Plain,
) -> Result<Json<ExportSettings>, Error> {
    Ok(Json(settings::of(state.exports.database(), access.id()).await?))
}

/// Changes what the project allows.
pub(super) async fn change_settings(
    State(state): State<AppState>,
    access: Access,
    _: Plain,
    JsonBody(wanted): JsonBody<ExportSettings>,
) -> Result<Json<ExportSettings>, Error> {
    if wanted.max_rows == Some(0) {
        return Err(QueryError::new(
            "max_rows",
            "is 0; leave it out for no limit, or switch exporting off with enabled",
        )
        .into());
    }
    if wanted.max_rows.is_some_and(|rows| i64::try_from(rows).is_err()) {
        return Err(QueryError::new("max_rows", "is larger than any log").into());
    }
    let id = access.id();
    let before = settings::set(state.exports.database(), id, wanted).await?;
    record::settings_changed(&state, id, &access.caller, (before, wanted)).await?;
    Ok(Json(wanted))
}

/// Takes the keys that say how out of a query; the others say which entries.
fn read(raw: &str) -> Result<(NewExport, ApiQuery), Error> {
    const OURS: [&str; 4] = ["format", "columns", "trailer", "formulas"];
    let key = |part: &str| part.split('=').next().unwrap_or_default().to_owned();
    let (ours, theirs): (Vec<&str>, Vec<&str>) =
        raw.split('&').partition(|part| OURS.contains(&key(part).as_str()));
    let (pairs, errors) = query::split(&ours.join("&"));
    if let Some(error) = errors.into_iter().next() {
        return Err(error.into());
    }
    let mut wanted = NewExport {
        query: theirs.join("&"),
        format: Format::Csv,
        columns: None,
        trailer: false,
        formulas: daybook_model::export::Formulas::default(),
    };
    let mut seen = Vec::new();
    for (key, value) in pairs {
        if seen.contains(&key) {
            return Err(QueryError::new(key, "is given twice; keep one").into());
        }
        let wrong = |e: daybook_model::vocabulary::UnknownWord| {
            QueryError::new(key.as_str(), format!("{value:?} {e}"))
        };
        match key.as_str() {
            "format" => wanted.format = value.parse().map_err(wrong)?,
            "formulas" => wanted.formulas = value.parse().map_err(wrong)?,
            "columns" => wanted.columns = Some(value.clone()),
            _ => {
                wanted.trailer = match value.as_str() {
                    "" | "1" | "true" => true,
                    "0" | "false" => false,
                    _ => return Err(QueryError::new(key, "is neither 1 nor 0").into()),
                }
            }
        }
        seen.push(key);
    }
    let query = ApiQuery::read(&wanted.query)?;
    Ok((wanted, query))
}

/// Settles what is exported: from here on nothing drifts.
async fn settle(
    state: &AppState,
    access: Access,
    mut wanted: NewExport,
    mut query: ApiQuery,
    request: Request,
) -> Result<Job, Error> {
    let allowed = allowed(state, &access).await?;
    let columns = Columns::parse(wanted.columns.as_deref().unwrap_or_default())?;
    obeyed(&wanted, &query)?;
    if query.after.is_some() && !says_when(&wanted.query) {
        // Who goes on from a place gets each entry once, however old it says it is.
        query.filter.range = Range::Last(Preset::All);
        wanted.query.push_str("&range=all");
    }
    let paths = query.filter.choice(Field::Path);
    if paths.is_some_and(|choice| choice.include.len() + choice.exclude.len() > MAX_PATHS) {
        return Err(QueryError::new("path", format!("has more than {MAX_PATHS} values")).into());
    }
    let question = Question::of(state, access, query).await?;
    if let Some(after) = question.query.after {
        is_of_this_log(&question.access, after).await?;
    }
    let order = question.query.after.map_or(Order::Screen(question.list.sort), Order::Log);
    job(state, question, Wanted { columns, order, asked: wanted }, allowed, request).await
}

/// Refuses what could only be passed over.
fn obeyed(wanted: &NewExport, query: &ApiQuery) -> Result<(), QueryError> {
    const PAGES: &str = "is for pages; an export is all of them";
    const COUNTS: &str = "is for counts; an export has none";
    let (pairs, _) = query::split_within(&wanted.query, export::MAX_BODY, export::MAX_VALUES);
    for (key, _) in pairs {
        let problem = match key.as_str() {
            "cursor" | "limit" => PAGES,
            "buckets" | "facets" | "facet.q" => COUNTS,
            "tz" => "is for bars; the times of a file are UTC",
            _ => continue,
        };
        return Err(QueryError::new(key, problem));
    }
    let wrong = |key, problem| Err(QueryError::new(key, problem));
    if query.after.is_some() && query.sort != Sort::default() {
        return wrong("sort", "does not go with after: behind a place it is the order of the log");
    }
    if wanted.trailer && wanted.format != Format::Ndjson {
        return wrong("trailer", "is for NDJSON: other files end otherwise");
    }
    if !wanted.formulas.is_escaped() && wanted.format != Format::Csv {
        return wrong("formulas", "is for CSV: nothing else takes a text for a formula");
    }
    Ok(())
}

/// Whether a query says which time it is about.
fn says_when(query: &str) -> bool {
    let (pairs, _) = query::split_within(query, export::MAX_BODY, export::MAX_VALUES);
    pairs.iter().any(|(key, _)| matches!(key.as_str(), "range" | "from" | "to"))
}

/// Refuses a place that the log does not have: whoever goes on from there would miss what comes up to it.
async fn is_of_this_log(access: &Access, after: Seq) -> Result<(), Error> {
    let head = access.store.head(access.id()).await?;
    if after <= head {
        return Ok(());
    }
    Err(QueryError::new(
        "after",
        format!(
            "is {after}, and this log ends at {head}: it was restored from an older copy since, or is another log"
        ),
    )
    .into())
}

/// Whether the project may be exported at all, and how much of it.
pub(super) async fn allowed(state: &AppState, access: &Access) -> Result<ExportSettings, Error> {
    let settings = settings::of(state.exports.database(), access.id()).await?;
    if settings.enabled {
        return Ok(settings);
    }
    Err(Error::Forbidden(
        "exporting is switched off for this project; an admin can switch it on in its settings",
    ))
}

/// What is wanted of a list.
pub(super) struct Wanted {
    pub(super) columns: Columns,
    pub(super) order: Order,
    pub(super) asked: NewExport,
}

/// The job that a question comes to.
pub(super) async fn job(
    state: &AppState,
    question: Question,
    Wanted { columns, order, asked }: Wanted,
    allowed: ExportSettings,
    request: Request,
) -> Result<Job, Error> {
    let left_out = question.left_out();
    let Question { access, list, .. } = question;
    let (scope, sight) = (list.scope, access.sight());
    let Access { caller, project, store, .. } = access;
    let span = named_span(state, &store, &scope).await?;
    Ok(Job {
        id: Secret::generate("exp_").reveal().to_owned(),
        store,
        sight,
        file_name: file_name(&project, span, asked.format, &columns),
        project,
        scope: scope.into(),
        left_out,
        order,
        format: asked.format,
        columns,
        trailer: asked.trailer,
        formulas: asked.formulas,
        max_rows: allowed.max_rows,
        query: asked.query,
        estimate: None,
        actor: caller.actor(),
        caller,
        request,
        created_at: state.clock.now(),
    })
}

/// The span that a file is named after: where all time is meant, that of the log.
async fn named_span(
    state: &AppState,
    store: &AnyStore,
    scope: &Scope,
) -> Result<daybook_model::Span, Error> {
    if scope.span != daybook_model::Span::ALL {
        return Ok(scope.span);
    }
    let now = state.clock.now();
    let today = daybook_model::Span { from: now, to: now.plus_millis(1) };
    Ok(store.extent(scope).await?.unwrap_or(today))
}

async fn estimated(job: &Job) -> Result<Estimate, Error> {
    let Job { store, scope, order, format, columns, max_rows, .. } = job;
    Ok(estimate(store, scope, *order, *format, columns, *max_rows).await?)
}

/// Starts a job and answers with its file.
pub(super) async fn send(
    state: &AppState,
    job: Job,
    again: Again,
    method: &Method,
) -> Result<Response, Error> {
    // Who asks for the head alone takes nothing away.
    if method == Method::HEAD {
        return Ok(answer(&job, Body::empty()));
    }
    let tracked = state.exports.add(job);
    let body = stream::begin(state, std::sync::Arc::clone(&tracked), again).await?;
    Ok(answer(&tracked.job, body))
}

fn answer(job: &Job, body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(job.format.media_type()));
    // The names are made of a slug, digits and our own words.
    let disposition = format!("attachment; filename=\"{}\"", job.file_name);
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    if let Ok(value) = HeaderValue::from_str(&job.id) {
        headers.insert("daybook-export-id", value);
    }
    headers.insert("daybook-export-as-of", job.scope.as_of.into());
    let left_out = job.left_out.as_deref().map(HeaderValue::from_str);
    if let Some(Ok(value)) = left_out {
        headers.insert(export::LEFT_OUT, value);
    }
    let trailer = "daybook-export-rows, daybook-export-sha256, daybook-export-status";
    headers.insert(header::TRAILER, HeaderValue::from_static(trailer));
    response
}

/// The caller's own export of this id in the project.
fn find(state: &AppState, access: &Access, id: &str) -> Result<std::sync::Arc<Tracked>, Error> {
    state
        .exports
        .find(id)
        .filter(|tracked| {
            tracked.job.project.number == access.project.number
                && tracked.job.caller == access.caller
        })
        .ok_or(Error::NotFound(
            "there is no such export of yours since the server started; the log tells of earlier ones",
        ))
}

fn base(access: &Access) -> String {
    format!("/api/projects/{}", access.project.slug)
}

/// The request behind an export, as the log tells of it.
pub(super) fn request(method: &Method, path: &str, origin: &Origin) -> Request {
    Request {
        method: Some(method.to_string()),
        path: Some(path.to_owned()),
        remote_ip: origin.address.map(|address| address.to_string()),
        user_agent: Some(origin.user_agent.clone()).filter(|text| !text.is_empty()),
        ..Request::default()
    }
}
