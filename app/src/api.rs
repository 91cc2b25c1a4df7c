//! The server, asked in its own words. Errors are told apart by what the caller can do.

pub(crate) mod accounts;
pub(crate) mod alerts;
pub(crate) mod exports;
pub(crate) mod investigations;
pub(crate) mod retention;
pub(crate) mod schedules;
pub(crate) mod streams;

use daybook_model::{
    ApiError, Entry, FacetCounts, Field, Histogram, Overview, Previous, Seq, StackBy, View,
    account::{ActorStatus, SetUp, SignIn, Viewer},
    error::ErrorDetail,
    live::{Message, Newer, Reader},
    paths,
    privacy::Reveal,
    query,
    saved::{NewView, SavedView, ViewChange},
    settings::{Settings, SettingsChange},
    stats::{Conflict, Without},
};
use futures_util::StreamExt;
use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::Uint8Array;
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsCast;
use web_sys::AbortSignal;

use crate::ui::text::sentence;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Nobody is signed in: sign in and ask again.
    Unauthorized,
    /// The question is wrong: ask differently.
    Rejected(ErrorDetail),
    /// Asked too often: ask again in so many seconds.
    Wait(u32),
    /// The server cannot answer now: ask again later. Says why.
    Unavailable(String),
}

impl Failure {
    /// What the server said, as a sentence.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Unauthorized => "You are not signed in.".into(),
            Self::Rejected(detail) => sentence(&detail.message),
            Self::Wait(1) => "Too many attempts. Try again in a second.".into(),
            Self::Wait(seconds) => format!("Too many attempts. Try again in {seconds} seconds."),
            Self::Unavailable(message) => sentence(message),
        }
    }
}

/// How many bars the chart is drawn with, about.
const BARS: &str = "120";

/// What an answer is wanted for, apart from the view: it is not in the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OverviewQuestion {
    /// The project.
    pub(crate) project: String,
    /// The view, as [`View::to_api_query`] has it.
    pub(crate) query: String,
    /// IANA name of the zone whose days the bars follow.
    pub(crate) zone: String,
    /// The facets to count.
    pub(crate) facets: Vec<Field>,
    /// What the bars are stacked by.
    pub(crate) stack: StackBy,
}

/// A question about bars alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BarsQuestion {
    /// The project.
    pub(crate) project: String,
    /// The view, as [`View::to_api_query`] has it.
    pub(crate) query: String,
    /// IANA name of the zone whose days the bars follow.
    pub(crate) zone: String,
    /// What they are stacked by.
    pub(crate) stack: StackBy,
}

impl BarsQuestion {
    async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        signal: Option<AbortSignal>,
    ) -> Result<T, Failure> {
        let url = join(path, &self.query, drawn(&self.zone, self.stack));
        read(Request::get(&url).abort_signal(signal.as_ref()).send().await).await
    }
}

/// How bars are wanted.
fn drawn(zone: &str, stack: StackBy) -> query::Writer {
    let mut more = query::Writer::default();
    more.push("tz", zone).push("buckets", BARS);
    if stack != StackBy::default() {
        more.push("stack", stack.as_str());
    }
    more
}

/// Who is signed in.
pub(crate) async fn viewer(signal: Option<AbortSignal>) -> Result<Viewer, Failure> {
    read(Request::get(paths::SESSION).abort_signal(signal.as_ref()).send().await).await
}

/// Signs in.
pub(crate) async fn sign_in(form: &SignIn) -> Result<Viewer, Failure> {
    send(Request::post(paths::SESSION), form).await
}

/// Signs in by the one-time link.
pub(crate) async fn set_up(form: &SetUp) -> Result<Viewer, Failure> {
    send(Request::post(paths::SET_UP_API), form).await
}

/// Signs out.
pub(crate) async fn sign_out() -> Result<(), Failure> {
    check(Request::delete(paths::SESSION).send().await).await.map(drop)
}

/// What the viewer prefers.
pub(crate) async fn settings() -> Result<Settings, Failure> {
    read(Request::get(paths::SETTINGS).send().await).await
}

/// Keeps what the viewer prefers; all of it as it is then.
pub(crate) async fn keep_settings(change: &SettingsChange) -> Result<Settings, Failure> {
    send(Request::patch(paths::SETTINGS), change).await
}

/// One entry, whole.
pub(crate) async fn entry(
    project: &str,
    seq: Seq,
    signal: Option<AbortSignal>,
) -> Result<Entry, Failure> {
    read(Request::get(&paths::event(project, seq)).abort_signal(signal.as_ref()).send().await).await
}

/// The values of one facet that contain a text, under the rest of the filter.
pub(crate) async fn facet_values(
    project: &str,
    view: &View,
    field: Field,
    text: &str,
    signal: Option<AbortSignal>,
) -> Result<FacetCounts, Failure> {
    let mut more = query::Writer::default();
    more.push("facets", field.key());
    if !text.is_empty() {
        more.push("facet.q", text);
    }
    let view = View { cursor: None, ..view.clone() };
    let url = join(&paths::facets(project), &view.to_api_query(), more);
    let facets: Vec<FacetCounts> =
        read(Request::get(&url).abort_signal(signal.as_ref()).send().await).await?;
    let missing = || Failure::Unavailable(format!("The server did not count {}.", field.label()));
    facets.into_iter().find(|facet| facet.field == field).ok_or_else(missing)
}

/// The entry as it is, for a reason that is recorded.
pub(crate) async fn reveal(project: &str, seq: Seq, reason: &Reveal) -> Result<Entry, Failure> {
    send(Request::post(&paths::reveal(project, seq)), reason).await
}

/// Which actors cannot come in any more.
pub(crate) async fn gone(project: &str) -> Result<Vec<ActorStatus>, Failure> {
    read(Request::get(&paths::gone(project)).send().await).await
}

/// What would match if one part of the filter were dropped.
pub(crate) async fn without(
    project: &str,
    query: &str,
    signal: Option<AbortSignal>,
) -> Result<Vec<Without>, Failure> {
    let url = join(&paths::without(project), query, query::Writer::default());
    read(Request::get(&url).abort_signal(signal.as_ref()).send().await).await
}

/// Which parts of the filter cannot overlap.
pub(crate) async fn conflicts(
    project: &str,
    query: &str,
    signal: Option<AbortSignal>,
) -> Result<Vec<Conflict>, Failure> {
    let url = join(&paths::conflicts(project), query, query::Writer::default());
    read(Request::get(&url).abort_signal(signal.as_ref()).send().await).await
}

/// The viewer's saved views.
pub(crate) async fn views(project: &str) -> Result<Vec<SavedView>, Failure> {
    read(Request::get(&paths::views(project)).send().await).await
}

/// Saves a view.
pub(crate) async fn save_view(project: &str, new: &NewView) -> Result<SavedView, Failure> {
    send(Request::post(&paths::views(project)), new).await
}

/// Changes a saved view; all as they are then.
pub(crate) async fn change_view(
    project: &str,
    id: i64,
    change: &ViewChange,
) -> Result<Vec<SavedView>, Failure> {
    send(Request::patch(&paths::view(project, id)), change).await
}

/// Deletes a saved view; all that are left.
pub(crate) async fn delete_view(project: &str, id: i64) -> Result<Vec<SavedView>, Failure> {
    read(Request::delete(&paths::view(project, id)).send().await).await
}

/// The bars.
pub(crate) async fn histogram(
    question: &BarsQuestion,
    signal: Option<AbortSignal>,
) -> Result<Histogram, Failure> {
    question.ask(&paths::histogram(&question.project), signal).await
}

/// What was there before the bars.
pub(crate) async fn previous(
    question: &BarsQuestion,
    signal: Option<AbortSignal>,
) -> Result<Previous, Failure> {
    question.ask(&paths::previous(&question.project), signal).await
}

/// The page's one question. The parts of the answer are handed over as they come.
pub(crate) async fn overview(
    question: &OverviewQuestion,
    signal: Option<AbortSignal>,
    mut part: impl FnMut(Overview),
) -> Result<(), Failure> {
    let mut more = drawn(&question.zone, question.stack);
    let facets: Vec<_> = question.facets.iter().map(|field| field.key()).collect();
    more.push("facets", &facets.join(","));
    let url = join(&paths::overview(&question.project), &question.query, more);
    let response = check(Request::get(&url).abort_signal(signal.as_ref()).send().await).await?;
    let mut held = Vec::new();
    let mut take = |piece: &[u8]| {
        held.extend_from_slice(piece);
        while let Some(end) = held.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = held.drain(..=end).collect();
            take_line(&line, &mut part)?;
        }
        Ok(())
    };
    pieces(&response, &mut take).await?;
    take_line(&held, &mut part)
}

/// What arrives in the log behind a place of it, message by message, until the stream ends.
pub(crate) async fn live(
    project: &str,
    query: &str,
    after: Seq,
    signal: Option<AbortSignal>,
    mut take: impl FnMut(Message),
) -> Result<(), Failure> {
    let mut more = query::Writer::default();
    more.push("after", &after.to_string());
    let url = join(&paths::live(project), query, more);
    let response = check(Request::get(&url).abort_signal(signal.as_ref()).send().await).await?;
    let mut reader = Reader::default();
    let mut take = |piece: &[u8]| {
        let messages = reader.read(piece).map_err(|error| unreadable(&error))?;
        messages.into_iter().for_each(&mut take);
        Ok(())
    };
    pieces(&response, &mut take).await
}

/// What was stored after the moment that a view is pinned to.
pub(crate) async fn newer(
    project: &str,
    query: &str,
    signal: Option<AbortSignal>,
) -> Result<Newer, Failure> {
    let url = join(&paths::newer(project), query, query::Writer::default());
    read(Request::get(&url).abort_signal(signal.as_ref()).send().await).await
}

/// Hands a body over as it comes.
async fn pieces(
    response: &Response,
    take: &mut dyn FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let cut = || Failure::Unavailable("The answer broke off. Try again.".into());
    let mut chunks =
        wasm_streams::ReadableStream::from_raw(response.body().ok_or_else(cut)?).into_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk =
            chunk.ok().and_then(|chunk| chunk.dyn_into::<Uint8Array>().ok()).ok_or_else(cut)?;
        take(&chunk.to_vec())?;
    }
    Ok(())
}

fn take_line(line: &[u8], part: &mut impl FnMut(Overview)) -> Result<(), Failure> {
    if line.trim_ascii().is_empty() {
        return Ok(());
    }
    match Overview::read(line) {
        Ok(Overview::Failed { error }) => Err(Failure::Unavailable(error.message)),
        Ok(read) => {
            part(read);
            Ok(())
        }
        Err(error) => Err(unreadable(&error)),
    }
}

fn join(path: &str, query: &str, more: query::Writer) -> String {
    let more = more.finish();
    let parts: Vec<_> = [query, &more].into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
}

async fn send<T: DeserializeOwned>(
    request: RequestBuilder,
    body: &impl Serialize,
) -> Result<T, Failure> {
    let request = request.json(body).map_err(|error| Failure::Unavailable(error.to_string()))?;
    read(request.send().await).await
}

async fn read<T: DeserializeOwned>(
    response: Result<Response, gloo_net::Error>,
) -> Result<T, Failure> {
    let text = check(response).await?.text().await.map_err(|_| silent())?;
    serde_json::from_slice(text.as_bytes()).map_err(|error| unreadable(&error))
}

/// Takes a good answer and tells the bad ones apart.
async fn check(response: Result<Response, gloo_net::Error>) -> Result<Response, Failure> {
    let response = response.map_err(|_| silent())?;
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    let wait = response.headers().get("retry-after").and_then(|seconds| seconds.parse().ok());
    let text = response.text().await.unwrap_or_default();
    let detail = serde_json::from_slice::<ApiError>(text.as_bytes()).ok().map(|body| body.error);
    if status == 429
        && let Some(seconds) = wait
    {
        return Err(Failure::Wait(seconds));
    }
    Err(match (status, detail) {
        (401, _) => Failure::Unauthorized,
        (400..=499, Some(detail)) => Failure::Rejected(detail),
        (_, Some(detail)) => Failure::Unavailable(detail.message),
        (_, None) => Failure::Unavailable(format!("The server answered with status {status}.")),
    })
}

fn silent() -> Failure {
    Failure::Unavailable("The server does not answer. Check the connection.".into())
}

fn unreadable(error: &serde_json::Error) -> Failure {
    Failure::Unavailable(format!(
        "The answer cannot be read ({error}). Reload the page: it may be older than the server."
    ))
}
