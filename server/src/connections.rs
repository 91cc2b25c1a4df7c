//! Connections: taken in, bounded in time, and let go.

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
    time,
};
use tower::ServiceExt as _;

/// How long the other side may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until the first request of a connection has all of its headers.
    pub first: Duration,
    /// Until the next one has, whether it has begun or not. Longer than what stands in front of
    /// servers waits, so that nothing is sent into a connection that is closed just then.
    pub next: Duration,
    /// Until the answer begins; a body must have arrived by then.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let [first, next, answer] = [15, 75, 60].map(Duration::from_secs);
        Self { first, next, answer }
    }
}

/// How long to wait where no connection can be taken in, as when there are too many open files.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves until it is told to stop, and then until what was begun is answered.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let open = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::error!(%error, "a connection cannot be taken in");
                time::sleep(PAUSE).await;
                continue;
            }
        };
        prompt(&stream);
        let begun = Arc::new(Notify::new());
        let (router, has_begun) = (router.clone(), Arc::clone(&begun));
        let service = service_fn(move |request: Request<Incoming>| {
            has_begun.notify_one();
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let router = router.clone();
            async move {
                Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|e| match e {}))
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience.next)
            .serve_connection(TokioIo::new(stream), service);
        let connection = open.watch(connection);
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let served = tokio::select! {
                served = &mut connection => served,
                late = time::timeout(patience.first, begun.notified()) => match late {
                    Ok(()) => connection.await,
                    Err(_) => return,
                },
            };
            if let Err(error) = served {
                tracing::debug!(%error, "a connection broke off");
            }
        });
    }
    drop(listener);
    open.shutdown().await;
}

/// Answers leave at once. One in parts would otherwise wait with its second part until the first is
/// acknowledged, which takes a browser up to 40 ms.
fn prompt(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection's answers may wait for one another");
    }
}
