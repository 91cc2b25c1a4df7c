//! Connections that take too long, over real sockets.

use std::time::{Duration, Instant};

use daybook::{
    connections::{Patience, serve},
    settings::Settings,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::app::TestApp;

const SHORT: Duration = Duration::from_millis(150);
/// In which whatever ends has ended, on a machine that is busy with something else.
const LONG: Duration = Duration::from_mins(1);

struct Server {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
    _app: TestApp,
}

/// A server that waits for nothing but this.
async fn start(patience: Patience) -> Server {
    let app = TestApp::with(Settings { patience, ..Settings::default() }).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let stopped = async move { drop(stopped.await) };
    let task = tokio::spawn(serve(listener, app.router(), patience, stopped));
    Server { address, stop, task, _app: app }
}

fn patient() -> Patience {
    Patience { first: LONG * 10, next: LONG * 10, answer: LONG * 10 }
}

/// All that is answered until the server closes the connection.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let closed = tokio::time::timeout(LONG, stream.read_to_end(&mut answer)).await;
    match closed.expect("the server does not close the connection") {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
    String::from_utf8(answer).unwrap()
}

const WHOLE: &[u8] = b"GET /api/docs.css HTTP/1.1\r\nhost: daybook.test\r\n\r\n";

#[tokio::test]
async fn whoever_never_comes_to_the_end_of_the_headers_is_let_go() {
    let server = start(Patience { first: SHORT, ..patient() }).await;
    for begun in [&b""[..], b"GET /api/docs.css HTTP/1.1\r\nhost: daybook.test\r\nx-slow: "] {
        let since = Instant::now();
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(begun).await.unwrap();
        assert_eq!(until_closed(&mut stream).await, "");
        assert!(since.elapsed() >= SHORT, "it was given its time");
    }
}

#[tokio::test]
async fn a_connection_on_which_nothing_more_is_asked_is_closed() {
    let server = start(Patience { next: SHORT, ..patient() }).await;
    for more in [&b""[..], b"GET /api/docs.css HTTP/1.1\r\nx-slow: "] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(WHOLE).await.unwrap();
        stream.write_all(more).await.unwrap();
        let answer = until_closed(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let server = start(Patience { answer: SHORT, ..patient() }).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = "POST /api/session HTTP/1.1\r\nhost: daybook.test\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"email\":";
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = until_closed(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.to_lowercase().contains("retry-after: 1"), "{answer}");
}

#[tokio::test]
async fn a_server_that_stops_answers_what_was_asked() {
    let Server { address, stop, task, _app } = start(patient()).await;
    let mut idle = TcpStream::connect(address).await.unwrap();
    let mut asking = TcpStream::connect(address).await.unwrap();
    asking.write_all(WHOLE).await.unwrap();
    let mut first = [0; 8];
    asking.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1");
    stop.send(()).unwrap();
    assert!(until_closed(&mut asking).await.contains(" 200 OK"));
    assert_eq!(until_closed(&mut idle).await, "");
    tokio::time::timeout(LONG, task).await.expect("it does not stop").unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
