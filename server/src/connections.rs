//! Connections: taken in, bounded in time, and let go.

mod explained;

use std::{convert::Infallible, io, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use rustix::{
    net::sockopt::set_socket_send_buffer_size,
    process::{Resource, Rlimit, getrlimit, setrlimit},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, Semaphore},
    time,
};
use tokio_io_timeout::TimeoutWriter;
use tower::ServiceExt as _;

use crate::patience::Patience;
use explained::Explained;

/// How many connections are held at once. The next one waits until one of them ends.
const CONNECTIONS: usize = 16_384;

/// How much of an answer waits in the system for whoever reads it, in bytes. Where it may be megabytes, somebody
/// who reads slowly seems to take nothing for minutes.
const SENT: usize = 256 << 10;

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
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
            listener.accept().await.map(|(stream, peer)| (place, stream, peer))
        };
        let accepted = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let (place, stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::error!(%error, "a connection cannot be taken in");
                time::sleep(PAUSE).await;
                continue;
            }
        };
        prompt(&stream);
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(patience.taken));
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
            .serve_connection(TokioIo::new(Explained::new(Box::pin(stream))), service);
        let connection = open.watch(connection);
        tokio::spawn(async move {
            let _place = place;
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

/// Takes as many open files as this process may have: each connection is one.
pub fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit { current: limit.maximum, ..limit };
    if let Err(error) = setrlimit(Resource::Nofile, most) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

/// Answers leave at once. One in parts would otherwise wait with its second part until the first is
/// acknowledged, which takes a browser up to 40 ms.
fn prompt(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection's answers may wait for one another");
    }
    if let Err(error) = set_socket_send_buffer_size(stream, SENT) {
        tracing::debug!(%error, "a connection's answers wait in a buffer of another size");
    }
}
