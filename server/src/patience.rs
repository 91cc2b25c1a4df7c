//! How long the other side may take, and what is finished without it.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::{
    sync::oneshot,
    time::{Sleep, sleep, timeout},
};
use tower_http::timeout::TimeoutBody;

use crate::{error::Error, state::AppState};

/// How long the other side of a connection may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until the first request of a connection has all of its headers.
    pub first: Duration,
    /// Until the next one has, whether it has begun or not. Longer than what stands in front of
    /// servers waits, so that nothing is sent into a connection that is closed just then.
    pub next: Duration,
    /// From one part of a body to the next.
    pub part: Duration,
    /// Until the whole of a body has arrived.
    pub body: Duration,
    /// From then until the answer begins.
    pub answer: Duration,
    /// Until something of an answer is taken, again and again.
    pub taken: Duration,
    /// Until whoever takes a file away is judged again.
    pub judged: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let [first, next, part, answer, judged] = [15, 75, 15, 60, 5].map(Duration::from_secs);
        let [body, taken] = [10, 2].map(Duration::from_mins);
        Self { first, next, part, body, answer, taken, judged }
    }
}

/// Gives up on what takes too long, so that nobody's connection is held for ever. What may change
/// something is finished all the same, also where whoever asked has gone: half of it, or all of it
/// without an entry that tells of it, would be left otherwise.
pub async fn in_time(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let patience = state.patience;
    let changes = !request.method().is_safe();
    let (ended, has_ended) = oneshot::channel();
    let request = request.map(|body| {
        let body = Box::pin(TimeoutBody::new(patience.part, body));
        let whole = Box::pin(sleep(patience.body));
        Body::new(Arriving { body, whole, ended: Some(ended) })
    });
    let answer = async {
        let answer = next.run(request);
        if changes { state.finish(answer).await } else { answer.await }
    };
    let late = async {
        match timeout(patience.body, has_ended).await {
            Ok(Ok(Broken)) | Err(_) => Error::Slow,
            // It was read to its end, or let go by who had no use for it.
            Ok(Err(_)) => {
                sleep(patience.answer).await;
                Error::Late { changes }
            }
        }
    };
    tokio::select! {
        // What breaks off is told as that, not as what the handler makes of it.
        biased;
        error = late => error.into_response(),
        response = answer => response,
    }
}

/// It did not arrive.
struct Broken;

/// A body that tells when it breaks off, and by being dropped when it is done with.
struct Arriving {
    body: Pin<Box<TimeoutBody<Body>>>,
    whole: Pin<Box<Sleep>>,
    ended: Option<oneshot::Sender<Broken>>,
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = match self.body.as_mut().poll_frame(context) {
            Poll::Pending => {
                ready!(self.whole.as_mut().poll(context));
                Some(Err(io::Error::from(io::ErrorKind::TimedOut).into()))
            }
            Poll::Ready(frame) => frame,
        };
        match &frame {
            Some(Ok(_)) => {}
            Some(Err(_)) => {
                // Nobody may be waiting for an answer any more.
                let _ = self.ended.take().map(|ended| ended.send(Broken));
            }
            None => drop(self.ended.take()),
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
