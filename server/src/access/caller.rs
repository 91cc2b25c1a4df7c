//! Who is asking.

use axum::http::{HeaderMap, Method, header, request::Parts};
use daybook_model::{
    Actor, ActorType,
    account::{Permission, TokenScope},
};

use crate::{
    error::Error,
    people::{Person, Token},
    state::AppState,
};

/// The cookie that holds a session.
pub const SESSION_COOKIE: &str = "daybook_session";
/// The cookie of a browser in which somebody signed in before.
pub const DEVICE_COOKIE: &str = "daybook_device";

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A signed-in person.
    Person(Person),
    /// A program with a token.
    Token(Token),
    /// A command on this machine that may read the log's folder.
    Local,
}

impl Caller {
    /// Whoever the request's token or cookie says, if it is worth anything now.
    pub(super) async fn of(parts: &Parts, state: &AppState, used: bool) -> Result<Self, Error> {
        let now = state.clock.now();
        if let Some(text) = bearer(&parts.headers) {
            if state.local_key.verifies(text) {
                return Ok(Self::Local);
            }
            return state
                .people
                .token(text, now)
                .await?
                .map(Self::Token)
                .ok_or(Error::Unauthorized);
        }
        let cookie = session_cookie(state, &parts.headers).ok_or(Error::Unauthorized)?;
        let session = state.people.session(cookie, used, now).await?.ok_or(Error::Unauthorized)?;
        Ok(Self::Person(session.person))
    }

    /// Whether the caller looks after the whole instance.
    pub fn is_instance_admin(&self) -> bool {
        match self {
            Self::Person(person) => person.instance_admin,
            Self::Token(_) => false,
            Self::Local => true,
        }
    }

    /// The person, where it is one.
    pub fn person(&self) -> Option<&Person> {
        if let Self::Person(person) = self { Some(person) } else { None }
    }

    /// The caller as the log names it.
    pub fn actor(&self) -> Actor {
        let (kind, id, name, email) = match self {
            Self::Person(p) => (ActorType::User, p.email.clone(), None, Some(p.email.clone())),
            Self::Token(t) => (ActorType::ApiToken, t.id.to_string(), Some(t.name.clone()), None),
            Self::Local => (ActorType::System, "daybook".into(), Some("Command line".into()), None),
        };
        Actor { kind, id: Some(id), name, email }
    }
}

impl Token {
    /// Whether it may do this in its project.
    pub(super) fn may(&self, permission: Permission) -> bool {
        self.scopes.iter().any(|scope: &TokenScope| scope.may(permission))
    }
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    cookies.flat_map(|v| v.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == wanted).then_some(value)
    })
}

/// The value of the session cookie, under the name that it has at this site.
pub fn session_cookie<'a>(state: &AppState, headers: &'a HeaderMap) -> Option<&'a str> {
    cookie(headers, &state.site.cookie_name(SESSION_COOKIE))
}

/// The token of an `Authorization` header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, text) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| text.trim())
}

/// A browser tells where a request comes from; one from another site, or from another host of ours, does not
/// act for us, even with our cookie. It may be a link that somebody follows: what another page fetches or
/// embeds would be recorded, and may be an export. Programs without a browser send no origin and no cookie.
pub(super) fn is_foreign(parts: &Parts, state: &AppState) -> bool {
    if bearer(&parts.headers).is_some() {
        return false;
    }
    let told = |name: &str| parts.headers.get(name).map(|v| v.to_str().unwrap_or_default());
    let elsewhere =
        told("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none"));
    if matches!(parts.method, Method::GET | Method::HEAD) {
        let followed = told("sec-fetch-mode") == Some("navigate")
            && told("sec-fetch-dest") == Some("document");
        return elsewhere && !followed;
    }
    if elsewhere {
        return true;
    }
    let header = |name| parts.headers.get(name).map(|v| v.to_str().unwrap_or_default());
    let Some(origin) = header(header::ORIGIN) else { return false };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_none() || host != header(header::HOST) && !state.site.is_at(origin)
}
