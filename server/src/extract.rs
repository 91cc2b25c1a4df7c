//! Input becomes valid values here; handlers begin with valid values. Who may do what was judged
//! before, by the rule of the route; see [`crate::access`].

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use daybook_model::{ApiQuery, QueryError, Tab, query};
use daybook_recorder::Recording;

pub use crate::access::{Access, Caller, SESSION_COOKIE};
use crate::{
    body,
    error::Error,
    journal::{self, Read},
    list::List,
    people::Person,
    privacy,
    state::AppState,
    store::ProjectId,
};

/// What the rule of a route put into the request.
fn judged<T: Clone + Send + Sync + 'static>(parts: &Parts) -> Result<T, Error> {
    let found = parts.extensions.get::<T>().cloned();
    found.ok_or_else(|| {
        tracing::error!(path = parts.uri.path(), "a route's rule does not give what it asks for");
        Error::Internal
    })
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Error> {
        judged(parts)
    }
}

impl FromRequestParts<AppState> for Access {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Error> {
        judged(parts)
    }
}

/// A signed-in person.
pub struct SignedIn(pub Person);

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Error> {
        judged::<Caller>(parts)?.person().cloned().map(Self).ok_or(Error::Unauthorized)
    }
}

/// A person in a project that they may read; programs with a token are nobody here.
pub struct Member {
    /// The project.
    pub project: ProjectId,
    /// The person.
    pub person: Person,
    /// What they may do.
    pub access: Access,
}

impl FromRequestParts<AppState> for Member {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Error> {
        let access = judged::<Access>(parts)?;
        let person = access.caller.person().cloned().ok_or(Error::Unauthorized)?;
        Ok(Self { project: access.id(), person, access })
    }
}

/// A question about a project that the caller may read: the query string, read by the model's own
/// parser, with its tab, range and moment settled, bounded by what the caller may see.
pub struct Question {
    /// The caller in the project; `access.store` answers.
    pub access: Access,
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
        let access = judged::<Access>(parts)?;
        let query = ApiQuery::read(parts.uri.query().unwrap_or_default())?;
        Self::of(state, access, query).await
    }
}

impl Question {
    /// A question of a caller's about a project, wherever its query comes from.
    pub async fn of(state: &AppState, access: Access, query: ApiQuery) -> Result<Self, Error> {
        privacy::refuse(&access.masks, &query.filter, query.sort)?;
        let tab = state.tabs.find(&access.project, query.tab.as_deref())?;
        let now = state.clock.now();
        let mut within = access.bounds(&query.filter).await?;
        within.extend(tab.bounds(query.hidden, &query.filter));
        let list = List::resolve(&*access.store, access.id(), within, query.clone(), now).await?;
        let read = Read::View { tab: &tab, query: &query, scope: &list.scope };
        journal::note(access.recording.as_ref(), &access.project, read);
        Ok(Self { access, tab, query, list })
    }

    /// What its tab leaves out by itself, as in the address; nothing where the question says that all is meant.
    pub fn left_out(&self) -> Option<String> {
        let left_out = self.tab.left_out(&self.query.filter).filter(|_| !self.query.hidden);
        left_out.map(ToString::to_string)
    }
}

/// Where a request comes from: the address of the other side, and what its browser calls itself.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The address; nothing is known of it where the server was not reached by a connection.
    pub address: Option<std::net::IpAddr>,
    /// The `User-Agent`, cut.
    pub user_agent: String,
    /// What is written about the request, where requests are recorded.
    pub recording: Option<Recording>,
}

/// The longest `User-Agent` that is kept, in characters.
const USER_AGENT: usize = 256;

impl Origin {
    /// The address as text.
    pub fn address(&self) -> String {
        self.address.map(|address| address.to_string()).unwrap_or_default()
    }
}

fn user_agent(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    text.chars().take(USER_AGENT).collect()
}

impl FromRequestParts<AppState> for Origin {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let peer = parts.extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>();
        let peer = peer.map(|info| info.0.ip());
        let address = state.site.client(peer, &parts.headers);
        let recording = parts.extensions.get::<Recording>().cloned();
        Ok(Self { address, user_agent: user_agent(&parts.headers), recording })
    }
}

/// The bytes of a body that says it is JSON.
pub async fn json_bytes(request: Request, state: &AppState) -> Result<Bytes, Error> {
    let refused = |status, message| Error::Body { status, code: "bad_body", message };
    if !body::is_json(request.headers()) {
        let message = "send the body as application/json".into();
        return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    Bytes::from_request(request, state).await.map_err(|e| match e.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            refused(e.status(), "the body is larger than this address takes".into())
        }
        status => refused(status, e.body_text()),
    })
}

/// A JSON body; what is wrong with it is told in the API's one error shape.
pub struct JsonBody<T>(pub T);

impl<T: serde::de::DeserializeOwned> FromRequest<AppState> for JsonBody<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Error> {
        Ok(Self(body::read(&json_bytes(request, state).await?)?))
    }
}

/// That nothing is asked in the address: what would not be obeyed is refused by its name.
pub struct Plain;

impl FromRequestParts<AppState> for Plain {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Error> {
        let (pairs, errors) = query::split(parts.uri.query().unwrap_or_default());
        let unknown = |(key, _)| QueryError::new(key, "is no parameter of this address");
        let wrong = errors.into_iter().next().or_else(|| pairs.into_iter().next().map(unknown));
        wrong.map_or(Ok(Self), |error| Err(error.into()))
    }
}
