//! Each request under a name of its own: in the answer, in the server's log, and in what is counted.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method},
    middleware::Next,
    response::Response,
};
use tracing::{Instrument as _, Span, field};

use crate::{metrics::Call, state::AppState};

/// In which the id of a request is given and answered.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    /// The id of the request that is being answered.
    static CURRENT: String;
}

/// The id of the request that is being answered; `None` where none is.
pub fn current() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Does something as a part of the request that is being answered, on whatever task that is.
pub fn carried<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let id = current();
    async move {
        match id {
            Some(id) => CURRENT.scope(id, work).await,
            None => work.await,
        }
    }
}

/// The longest id that is taken from a caller.
const LONGEST: usize = 128;

/// Names a request, times it, and counts it. Neither its path nor its query is written down: what people
/// look for is nobody else's business.
pub async fn observe(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = given(request.headers()).unwrap_or_else(made);
    let (method, route) = (method(request.method()), route(&request));
    let span = tracing::info_span!(
        "request", request_id = %id, method, route, trace_id = field::Empty, parent_id = field::Empty
    );
    if let Some(trace) = Trace::of(request.headers()) {
        trace.note(&span);
    }
    let answer = CURRENT.scope(id.clone(), next.run(request));
    let mut response = answer.instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    span.in_scope(|| tracing::debug!(status, ms = took.as_secs_f64() * 1_000.0, "answered"));
    state.metrics.answered(&Call { method, route, status: status.into() }, took);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The id that the caller or a proxy gave, if it is one that can be written anywhere.
fn given(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let plain = |c: u8| c.is_ascii_alphanumeric() || b"-_.:/+=@".contains(&c);
    ((1..=LONGEST).contains(&id.len()) && id.bytes().all(plain)).then(|| id.to_owned())
}

fn made() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// One of a few words, whatever was sent.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The route as the table has it, never the path: there are as many paths as people care to make up.
fn route(request: &Request) -> String {
    let matched = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let path = request.uri().path();
    match matched.filter(|matched| !matched.contains("{*")) {
        Some(matched) => matched.to_owned(),
        None if path.starts_with("/api/") || path.starts_with("/v1/") => "none".to_owned(),
        None => "page".to_owned(),
    }
}

/// A request as a part of a larger one (W3C Trace Context).
#[derive(Debug, PartialEq, Eq)]
struct Trace<'a> {
    trace: &'a str,
    parent: &'a str,
}

impl<'a> Trace<'a> {
    /// What `traceparent` says, if it is well-formed.
    fn of(headers: &'a HeaderMap) -> Option<Self> {
        let text = headers.get("traceparent")?.to_str().ok()?;
        let mut parts = text.split('-');
        let (version, trace, parent) = (parts.next()?, parts.next()?, parts.next()?);
        let flags = parts.next()?;
        let hex = |text: &str, length| {
            text.len() == length && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
        };
        let some = |text: &str| text.bytes().any(|c| c != b'0');
        // Later versions may say more behind this.
        let whole = version != "ff" && (version != "00" || parts.next().is_none());
        let formed = hex(version, 2) && hex(trace, 32) && hex(parent, 16) && hex(flags, 2);
        (whole && formed && some(trace) && some(parent)).then_some(Self { trace, parent })
    }

    fn note(&self, span: &Span) {
        span.record("trace_id", self.trace);
        span.record("parent_id", self.parent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static(name), value.parse().unwrap())])
    }

    #[test]
    fn an_id_is_taken_if_it_can_be_written_anywhere() {
        let taken = |text: &str| given(&headers("x-request-id", text)).is_some();
        for good in ["7f3a90c1", "req_7f3a:1/2", "Root=1-67891233-abcdef012345678912345678"] {
            assert!(taken(good), "{good}");
        }
        for bad in ["", "a b", "a\"b", "{}", "<b>", &"x".repeat(129)] {
            assert!(!taken(bad), "{bad}");
        }
        assert_eq!(made().len(), 32);
    }

    #[test]
    fn a_trace_is_taken_if_it_is_well_formed() {
        let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        let of = |text: &str| Trace::of(&headers("traceparent", text)).is_some();
        let good = headers("traceparent", &format!("00-{trace}-{parent}-01"));
        assert_eq!(Trace::of(&good), Some(Trace { trace, parent }));
        assert!(of(&format!("01-{trace}-{parent}-01-more")), "a later version says more");
        for bad in [
            String::new(),
            format!("00-{trace}-{parent}"),
            format!("00-{trace}-{parent}-01-more"),
            format!("ff-{trace}-{parent}-01"),
            format!("00-{}-{parent}-01", trace.to_uppercase()),
            format!("00-{}-{parent}-01", "0".repeat(32)),
            format!("00-{trace}-{}-01", "0".repeat(16)),
            format!("00-{trace}\"-{parent}-01"),
        ] {
            assert!(!of(&bad), "{bad}");
        }
    }
}
