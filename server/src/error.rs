//! The one error of the API, by what the caller can do about it.

use axum::{
    Json,
    body::to_bytes,
    http::{
        HeaderValue, StatusCode,
        header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use daybook_model::{QueryError, error::ErrorDetail};
use serde::Serialize;

use crate::{
    body, export::ExportsError, journal::JournalError, ledger::LedgerError, list::ListError,
    observe, people::PeopleError, store::StoreError, views::ViewsError, words,
};

/// Why a request was not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Mend the query: it names the key.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// Mend the body.
    #[error("{message}")]
    Body {
        /// The status: 400, 413, 415 or 422.
        status: StatusCode,
        /// A word for programs.
        code: &'static str,
        /// What is wrong and where.
        message: String,
    },
    /// Mend the body: it names the field.
    #[error(transparent)]
    BadBody(#[from] body::Wrong),
    /// Sign in, or send a token.
    #[error("sign in, or send a token as `Authorization: Bearer …`")]
    Unauthorized,
    /// Send a token: nothing else says which project is meant.
    #[error(
        "send a token of the project as `Authorization: Bearer …`: being signed in does not say which project is meant"
    )]
    NoToken,
    /// The e-mail address or the password is wrong.
    #[error("the e-mail address or the password is not right")]
    WrongPassword,
    /// The one-time link was used or has been replaced.
    #[error("this link was used already or has been replaced; restart the server for a new one")]
    SpentLink,
    /// The invitation was taken up or has been replaced, or it is too late for it.
    #[error("this invitation was taken up already or has ended; ask for a new one")]
    SpentInvitation,
    /// Ask for the permission.
    #[error("{0}")]
    Forbidden(&'static str),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(&'static str),
    /// Have fewer of them at once.
    #[error("{0}")]
    TooMany(&'static str),
    /// Wait before trying to sign in again.
    #[error("too many attempts to sign in failed: try again in {}", words::seconds(.0.unsigned_abs()))]
    Wait(i64),
    /// Send the body faster.
    #[error("the body did not arrive in time; send it again, in smaller parts if the line is slow")]
    Slow,
    /// Ask for less, or look whether it was done.
    #[error("{}", if *changes {
        "this takes long and may still be done: look before you ask for it again; events with ids can be sent again"
    } else {
        "this took too long and was given up: choose a shorter range or fewer filters, or try again"
    })]
    Late {
        /// Whether it may change something, and goes on.
        changes: bool,
    },
    /// Try again later.
    #[error("the log cannot be reached right now; try again in a moment")]
    Unavailable,
    /// Ask another server, or later.
    #[error("{0}")]
    NotReady(&'static str),
    /// Our fault; it is in the server's log.
    #[error("something went wrong on the server; it is in the server's log")]
    Internal,
}

impl Error {
    /// What was given is understood but not acceptable.
    pub fn refused(message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Body { status: StatusCode::UNPROCESSABLE_ENTITY, code: "refused", message }
    }

    /// The status and the word for programs.
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Query(_) => (StatusCode::BAD_REQUEST, "bad_query"),
            Self::Body { status, code, .. } => (*status, code),
            Self::BadBody(body::Wrong::Syntax(_)) => (StatusCode::BAD_REQUEST, "bad_body"),
            Self::BadBody(body::Wrong::Form(_)) => (StatusCode::UNPROCESSABLE_ENTITY, "bad_body"),
            Self::Unauthorized | Self::NoToken => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::WrongPassword => (StatusCode::UNAUTHORIZED, "wrong_password"),
            Self::SpentInvitation => (StatusCode::UNAUTHORIZED, "spent_invitation"),
            Self::SpentLink => (StatusCode::UNAUTHORIZED, "spent_link"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            Self::Wait(_) => (StatusCode::TOO_MANY_REQUESTS, "wait"),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "too_many"),
            Self::Slow => (StatusCode::REQUEST_TIMEOUT, "slow"),
            Self::Late { .. } => (StatusCode::SERVICE_UNAVAILABLE, "late"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::NotReady(_) => (StatusCode::SERVICE_UNAVAILABLE, "not_ready"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    /// What is told of it.
    pub fn detail(&self) -> ErrorDetail {
        let (field, message) = match self {
            Self::Query(e) | Self::BadBody(body::Wrong::Form(e)) if e.key.is_empty() => {
                (None, e.problem.clone())
            }
            Self::Query(e) | Self::BadBody(body::Wrong::Form(e)) => {
                (Some(e.key.clone()), e.to_string())
            }
            _ => (None, self.to_string()),
        };
        ErrorDetail { code: self.kind().1.into(), message, field }
    }
}

/// The body of every error answer: `{"error":{"code","message","field","request_id"}}`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "ApiError")]
pub struct ErrorBody {
    /// The error itself.
    pub error: Told,
}

/// What went wrong, and in which request.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Told {
    /// What, and what to do about it.
    #[serde(flatten)]
    pub detail: ErrorDetail,
    /// The request, as `X-Request-Id` and the server's log name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl ErrorBody {
    /// With the request that is being answered, where it has a name yet.
    pub fn of(detail: ErrorDetail) -> Self {
        Self { error: Told { detail, request_id: observe::current() } }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, _) = self.kind();
        let mut response = (status, Json(ErrorBody::of(self.detail()))).into_response();
        if matches!(self, Self::Unavailable | Self::Late { .. } | Self::NotReady(_)) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        // What is left of the body is not waited for.
        if matches!(self, Self::Slow) {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Self::Wait(seconds) = self {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// The longest sentence that is taken over from whoever refused a request before it came to a handler.
const LONGEST: usize = 4 * 1024;

/// Gives the API's one shape to what is refused without it: no such method, a path that cannot be read.
pub async fn in_shape(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_shaped = kind.is_some_and(|kind| kind.starts_with(b"application/json"));
    if is_shaped || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, LONGEST).await.unwrap_or_default();
    let said = str::from_utf8(&body).ok().filter(|text| !text.is_empty());
    let message = match (said, status) {
        (Some(text), _) => text.to_owned(),
        (None, StatusCode::METHOD_NOT_ALLOWED) => {
            "this address does not take this method; the header `Allow` names those that it takes"
                .into()
        }
        (None, status) => status.canonical_reason().unwrap_or_default().to_lowercase(),
    };
    let code = status.canonical_reason().unwrap_or("error").to_lowercase().replace(' ', "_");
    let shaped = Json(ErrorBody::of(ErrorDetail { code, message, field: None })).into_response();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.extend(shaped.headers().clone());
    Response::from_parts(parts, shaped.into_body())
}

impl From<ViewsError> for Error {
    fn from(e: ViewsError) -> Self {
        match e {
            ViewsError::Missing => Self::NotFound("there is no such saved view"),
            ViewsError::NotYours => {
                Self::Forbidden("this view was saved by somebody else: save one of your own")
            }
            ViewsError::TooMany => Self::Body {
                status: StatusCode::CONFLICT,
                code: "too_many",
                message: e.to_string(),
            },
            ViewsError::Database(_) => {
                tracing::error!(error = %e, "saved views did not answer");
                Self::Unavailable
            }
        }
    }
}

impl From<JournalError> for Error {
    fn from(e: JournalError) -> Self {
        tracing::error!(error = %e, "the log of the log was not written");
        Self::Unavailable
    }
}

impl From<ExportsError> for Error {
    fn from(e: ExportsError) -> Self {
        match e {
            ExportsError::Spent => {
                Self::Body { status: StatusCode::GONE, code: "spent", message: e.to_string() }
            }
            ExportsError::TooMany => {
                Self::TooMany("many exports are under way; try again when one of them is done")
            }
            ExportsError::TooManyOfOne => Self::TooMany(
                "many exports of yours are under way; cancel one, or try again when one is done",
            ),
            ExportsError::Database(_) => {
                tracing::error!(error = %e, "exports cannot be noted");
                Self::Unavailable
            }
        }
    }
}

impl From<StoreError> for Error {
    fn from(e: StoreError) -> Self {
        tracing::error!(error = %e, "the store did not answer");
        match e {
            StoreError::Unavailable(_) | StoreError::PartGone => Self::Unavailable,
            StoreError::Failed(_) => Self::Internal,
        }
    }
}

impl From<ListError> for Error {
    fn from(e: ListError) -> Self {
        match e {
            ListError::Query(e) => e.into(),
            ListError::Store(e) => e.into(),
        }
    }
}

impl From<LedgerError> for Error {
    fn from(e: LedgerError) -> Self {
        match e {
            LedgerError::Busy | LedgerError::Closed => Self::Unavailable,
            LedgerError::Store(e) => e.into(),
        }
    }
}

impl From<PeopleError> for Error {
    fn from(e: PeopleError) -> Self {
        match e {
            PeopleError::Database(e) => StoreError::from(e).into(),
            PeopleError::Refused(message) => Self::refused(message),
            e => {
                tracing::error!(error = %e, "people and sessions cannot be read");
                Self::Internal
            }
        }
    }
}
