//! The layer: sees a request come and its answer go.

use std::{
    net::{IpAddr, SocketAddr},
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{
    extract::{ConnectInfo, MatchedPath, OriginalUri},
    http::{self, HeaderMap, header},
};
use daybook_model::{Actor, Request};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tokio::time::Instant;
use tower_layer::Layer;
use tower_service::Service;

use crate::{Call, Recorder, Recording, operation_of};

/// How long a User-Agent or a path may be before it is cut, in bytes.
const LONGEST: usize = 4 * 1024;

/// Records what passes through; made by [`Recorder::layer`].
#[derive(Debug, Clone)]
pub struct RecorderLayer(pub(crate) Recorder);

/// A service whose calls are recorded.
#[derive(Debug, Clone)]
pub struct RecorderService<S> {
    inner: S,
    recorder: Recorder,
}

impl<S> Layer<S> for RecorderLayer {
    type Service = RecorderService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RecorderService { inner, recorder: self.0.clone() }
    }
}

impl<S, B, R> Service<http::Request<B>> for RecorderService<S>
where
    S: Service<http::Request<B>, Response = http::Response<R>>,
    R: Body,
{
    type Response = http::Response<RecordedBody<R>>;
    type Error = S::Error;
    type Future = Recorded<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<B>) -> Self::Future {
        let pending = Pending::begin(&self.recorder, &mut request);
        Recorded { answer: self.inner.call(request), pending }
    }
}

/// A request that is not over. Whatever ends it, the last word is in `drop`, so that a caller who
/// goes away does not go unrecorded.
#[derive(Debug)]
struct Pending {
    recorder: Recorder,
    recording: Recording,
    began: Instant,
    status: Option<u16>,
    /// Whether the answer has no body whatever it says, as nobody asked for one.
    bodiless: bool,
    whole: bool,
}

impl Pending {
    fn begin<B>(recorder: &Recorder, request: &mut http::Request<B>) -> Option<Self> {
        let settings = &recorder.settings;
        // A router within a router sees only the rest of the address.
        let whole = request.extensions().get::<OriginalUri>().cloned();
        let uri = whole.as_ref().map_or(request.uri(), |whole| &whole.0);
        let route = request.extensions().get::<MatchedPath>().cloned();
        let route = route.as_ref().map(MatchedPath::as_str);
        let call = Call { method: request.method(), route, uri, headers: request.headers() };
        if !(settings.choose)(&call) {
            return None;
        }
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let ip = peer.map(|peer| settings.proxies.client(peer, request.headers()));
        let about = about(&call, ip, settings.query);
        let recording =
            Recording::new((settings.id)(), (settings.now)(), (settings.name)(&call), about);
        recording.with(|event| event.operation = operation_of(call.method));
        if let Some(actor) = request.extensions().get::<Actor>() {
            recording.actor(actor.clone());
        }
        request.extensions_mut().insert(recording.clone());
        let bodiless = request.method() == http::Method::HEAD;
        let (recorder, began) = (recorder.clone(), Instant::now());
        Some(Self { recorder, recording, began, status: None, bodiless, whole: false })
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if self.recorder.settings.known_only && !self.recording.is_known() {
            return;
        }
        let record = self.recording.finish(self.status, self.whole, self.began.elapsed());
        if let Some(record) = record {
            self.recorder.queue.put(record);
        }
    }
}

/// What a request says of itself.
fn about(call: &Call<'_>, ip: Option<IpAddr>, query: bool) -> Request {
    let text = |name| call.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let with_query = call.uri.path_and_query().filter(|_| query);
    let path = with_query.map_or(call.uri.path(), |whole| whole.as_str());
    Request {
        method: Some(call.method.to_string()),
        path: Some(cut(path)),
        status_code: None,
        remote_ip: ip.map(|ip| ip.to_string()),
        user_agent: text(header::USER_AGENT).map(|agent| cut(&agent)),
        request_id: id(call.headers),
        session_id: None,
    }
}

/// An id that the caller or a proxy gave the request.
fn id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    (1..=128).contains(&id.len()).then(|| id.to_owned())
}

fn cut(text: &str) -> String {
    let end = (0..=text.len().min(LONGEST)).rev().find(|&end| text.is_char_boundary(end));
    // Events hold no such characters.
    text[..end.unwrap_or(0)].replace('\0', "\u{fffd}")
}

pin_project! {
    /// An answer to come.
    #[derive(Debug)]
    pub struct Recorded<F> {
        #[pin]
        answer: F,
        pending: Option<Pending>,
    }
}

impl<F, R, E> Future for Recorded<F>
where
    F: Future<Output = Result<http::Response<R>, E>>,
    R: Body,
{
    type Output = Result<http::Response<RecordedBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answer = ready!(this.answer.poll(context))?;
        let mut pending = this.pending.take();
        if let Some(pending) = &mut pending {
            pending.status = Some(answer.status().as_u16());
            pending.whole = pending.bodiless || answer.body().is_end_stream();
        }
        // A body that is empty is never read.
        let pending = pending.filter(|pending| !pending.whole);
        Poll::Ready(Ok(answer.map(|body| RecordedBody { body, pending })))
    }
}

pin_project! {
    /// A body; when it is over, so is the request.
    #[derive(Debug)]
    pub struct RecordedBody<B> {
        #[pin]
        body: B,
        pending: Option<Pending>,
    }
}

impl<B: Body> Body for RecordedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let frame = ready!(this.body.as_mut().poll_frame(context));
        let over = match &frame {
            None => true,
            Some(Ok(_)) => this.body.is_end_stream(),
            Some(Err(_)) => false,
        };
        if over && let Some(mut pending) = this.pending.take() {
            pending.whole = true;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
