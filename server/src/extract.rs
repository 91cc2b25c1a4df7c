//! Input becomes valid values here; handlers begin with valid values.

use axum::{
    extract::{FromRequestParts, Path},
    http::{HeaderMap, Method, header, request::Parts},
};
use daybook_model::{ApiQuery, Tab, account::Project};

use crate::{
    error::Error,
    list::List,
    people::{Person, Scope},
    state::AppState,
    store::ProjectId,
};

/// The cookie that holds a session.
pub const SESSION_COOKIE: &str = "daybook_session";

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A signed-in person.
    Person(Person),
    /// A program with a token.
    Token(crate::people::Token),
    /// A command on this machine that may read the log's folder.
    Local,
}

impl Caller {
    /// Whether the caller may do this in the project.
    fn may(&self, scope: Scope, project: ProjectId) -> bool {
        match self {
            Self::Person(_) | Self::Local => true,
            Self::Token(token) => token.project == project && token.scopes.contains(&scope),
        }
    }
}

/// The value of the session cookie.
pub fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    cookies.flat_map(|v| v.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == SESSION_COOKIE).then_some(value)
    })
}

/// The token of an `Authorization` header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, text) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| text.trim())
}

/// A browser tells where a request comes from; one from another site does not act for us, even with
/// our cookie. Programs without a browser send no origin and no cookie.
fn is_foreign(parts: &Parts) -> bool {
    let safe = matches!(parts.method, Method::GET | Method::HEAD);
    let header = |name| parts.headers.get(name).and_then(|v| v.to_str().ok());
    let origin = header(header::ORIGIN).and_then(|o| o.split_once("://")).map(|(_, host)| host);
    !safe && parts.headers.contains_key(header::ORIGIN) && origin != header(header::HOST)
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        if let Some(text) = bearer(&parts.headers) {
            if state.local_key.verifies(text) {
                return Ok(Self::Local);
            }
            return state.people.token(text).await?.map(Self::Token).ok_or(Error::Unauthorized);
        }
        let cookie = session_cookie(&parts.headers).ok_or(Error::Unauthorized)?;
        let person =
            state.people.session(cookie, state.clock.now()).await?.ok_or(Error::Unauthorized)?;
        if is_foreign(parts) {
            return Err(Error::Forbidden("this request comes from another site"));
        }
        Ok(Self::Person(person))
    }
}

/// The project in the path, which the caller may read.
pub struct Readable(pub Project);

impl Readable {
    /// Its number, as stores know it.
    pub fn id(&self) -> ProjectId {
        ProjectId(self.0.number)
    }
}

/// The project in the path, to which the caller may send events.
pub struct Writable(pub ProjectId);

/// The project in the path, after checking what the caller may do there. Who may not read a project
/// does not learn whether it exists.
async fn project(
    parts: &mut Parts,
    state: &AppState,
    scope: Scope,
) -> Result<(Caller, Project), Error> {
    let caller = Caller::from_request_parts(parts, state).await?;
    let Path(path) =
        Path::<std::collections::HashMap<String, String>>::from_request_parts(parts, state)
            .await
            .map_err(|_| Error::NotFound("there is nothing at this address"))?;
    let name = path.get("project").map_or("", String::as_str);
    match state.store.project(name).await? {
        Some(project) if caller.may(scope, ProjectId(project.number)) => Ok((caller, project)),
        None if !matches!(caller, Caller::Token(_)) => {
            Err(Error::NotFound("there is no such project"))
        }
        _ => Err(Error::Forbidden(match scope {
            Scope::Read => {
                "this token may not read this project: it is for another one, or lacks the scope `read`"
            }
            Scope::Ingest => {
                "this token may not send events to this project: it is for another one, or lacks the scope `ingest`"
            }
        })),
    }
}

impl FromRequestParts<AppState> for Readable {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        project(parts, state, Scope::Read).await.map(|(_, project)| Self(project))
    }
}

impl FromRequestParts<AppState> for Writable {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let (_, project) = project(parts, state, Scope::Ingest).await?;
        Ok(Self(ProjectId(project.number)))
    }
}

/// A person in a project that they may read; programs with a token are nobody here.
pub struct Member {
    /// The project.
    pub project: ProjectId,
    /// The person.
    pub person: Person,
}

impl FromRequestParts<AppState> for Member {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let (caller, project) = project(parts, state, Scope::Read).await?;
        match caller {
            Caller::Person(person) => Ok(Self { project: ProjectId(project.number), person }),
            Caller::Token(_) | Caller::Local => {
                Err(Error::Forbidden("saved views belong to people: sign in"))
            }
        }
    }
}

/// A question about a project that the caller may read: the query string, read by the model's own
/// parser, with its tab, range and moment settled.
pub struct Question {
    /// The project.
    pub project: Project,
    /// The tab it is asked in.
    pub tab: Tab,
    /// As it was asked.
    pub query: ApiQuery,
    /// What it is about.
    pub list: List,
}

impl FromRequestParts<AppState> for Question {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let readable = Readable::from_request_parts(parts, state).await?;
        let query = ApiQuery::read(parts.uri.query().unwrap_or_default())?;
        let tab = state.tabs.find(&readable.0, query.tab.as_deref())?;
        let now = state.clock.now();
        let list =
            List::resolve(&*state.store, readable.id(), tab.bounds(), query.clone(), now).await?;
        Ok(Self { project: readable.0, tab, query, list })
    }
}

/// The projects that a caller may see.
pub async fn visible_projects(state: &AppState) -> Result<Vec<Project>, Error> {
    Ok(state.store.projects().await?)
}

/// A JSON body; what is wrong with it is told in the API's one error shape.
pub struct JsonBody<T>(pub T);

impl<T: serde::de::DeserializeOwned> axum::extract::FromRequest<AppState> for JsonBody<T> {
    type Rejection = Error;

    async fn from_request(
        request: axum::extract::Request,
        state: &AppState,
    ) -> Result<Self, Error> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(e) => {
                Err(Error::Body { status: e.status(), code: "bad_body", message: e.body_text() })
            }
        }
    }
}
