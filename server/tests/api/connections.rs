//! Connections that take too long, over real sockets.

use std::time::{Duration, Instant};

use daybook::{connections::serve, patience::Patience, settings::Settings};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::app::{TestApp, event};

const SHORT: Duration = Duration::from_millis(150);
/// In which whatever ends has ended, on a machine that is busy with something else.
const LONG: Duration = Duration::from_mins(1);

struct Server {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
    app: TestApp,
}

/// A server that waits for nothing but this.
async fn start(patience: Patience) -> Server {
    let app = TestApp::with(Settings { patience, ..Settings::default() }).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let stopped = async move { drop(stopped.await) };
    let task = tokio::spawn(serve(listener, app.router(), patience, stopped));
    Server { address, stop, task, app }
}

fn patient() -> Patience {
    let long = LONG * 10;
    Patience {
        first: long,
        next: long,
        part: long,
        body: long,
        answer: long,
        taken: long,
        ..Patience::default()
    }
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
    for patience in [Patience { part: SHORT, ..patient() }, Patience { body: SHORT, ..patient() }] {
        let server = start(patience).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(BEGUN).await.unwrap();
        let answer = until_closed(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("did not arrive in time"), "{answer}");
    }
}

/// A body of which most is still to come.
const BEGUN: &[u8] = b"POST /api/session HTTP/1.1\r\nhost: daybook.test\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"email\":";

/// Sends so many events, a few bytes at a time.
async fn trickle(server: &Server, parts: usize, pause: Duration) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let event = r#"{"occurred_at":"2026-11-20T11:00:00Z","actor":{"type":"user","id":"u1"},"action":"Slow"}"#;
    let head = format!(
        "POST /api/projects/acme/events HTTP/1.1\r\nhost: daybook.test\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        server.app.token,
        event.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    for part in event.as_bytes().chunks(event.len().div_ceil(parts)) {
        tokio::time::sleep(pause).await;
        stream.write_all(part).await.unwrap();
    }
    stream
}

#[tokio::test]
async fn a_slow_line_is_given_its_time_while_something_arrives() {
    // The whole takes far longer than an answer may.
    let patience = Patience { answer: SHORT * 4, ..patient() };
    let server = start(patience).await;
    let mut stream = trickle(&server, 10, SHORT).await;
    let answer = until_closed(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("\"stored\":1"), "{answer}");
}

#[tokio::test]
async fn what_was_sent_is_stored_though_its_sender_has_gone() {
    let server = start(patient()).await;
    drop(trickle(&server, 1, Duration::ZERO).await);
    let stored = async {
        while server.app.state.store.head(server.app.project).await.unwrap() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, stored).await.expect("it is lost");
}

#[tokio::test]
async fn whoever_takes_nothing_of_an_answer_is_let_go() {
    let server = start(Patience { taken: SHORT, ..patient() }).await;
    let events: Vec<_> = (0..2_000)
        .map(|i| {
            let mut event = event(&format!("e{i}"), 1);
            event["context"] = serde_json::json!("x".repeat(10_000));
            event
        })
        .collect();
    assert!(server.app.ingest(serde_json::json!(events).to_string()).await.status.is_success());
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = format!(
        "GET /api/projects/acme/export?range=24h&format=ndjson HTTP/1.1\r\nhost: daybook.test\r\nauthorization: Bearer {}\r\n\r\n",
        server.app.token
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let ended = async {
        while server
            .app
            .get("/api/projects/acme/export/estimate?range=24h&action=ExportApiAuditLogs")
            .await
            .json()["rows"]
            != 2
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LONG, ended).await.expect("it is kept for whoever does not take it");
}

#[tokio::test]
async fn a_server_that_stops_answers_what_was_asked() {
    let Server { address, stop, task, app: _app } = start(patient()).await;
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
