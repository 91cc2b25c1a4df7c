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

/// What is refused before it is a request has a body like every other error.
#[tokio::test]
async fn what_is_no_request_is_told_why() {
    let server = start(patient()).await;
    let long = format!("GET /api/projects/acme/events?q={} HTTP/1.1\r\n\r\n", "x".repeat(70_000));
    for (request, status, code) in [
        (long.as_str(), "414 URI Too Long", "uri_too_long"),
        ("hello\r\n\r\n", "400 Bad Request", "bad_request"),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        // It may answer before it has read all of it.
        let _ = stream.write_all(request.as_bytes()).await;
        let answer = until_closed(&mut stream).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
        assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
        let error: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(error["error"]["code"], code);
        assert!(!error["error"]["message"].as_str().unwrap().is_empty());
    }
}

/// A log whose export is more than what lies between the server and a reader can hold.
async fn large(patience: Patience) -> Server {
    let server = start(patience).await;
    for part in 0..6 {
        let events: Vec<_> = (0..2_000)
            .map(|i| {
                let mut event = event(&format!("e{part}-{i}"), 1);
                event["request"]["path"] = serde_json::json!(format!("/{}", "x".repeat(2_500)));
                event["message"] = serde_json::json!("x".repeat(2_500));
                event
            })
            .collect();
        assert!(server.app.ingest(serde_json::json!(events).to_string()).await.status.is_success());
    }
    server
}

/// The three ways to take a file away.
fn asks(token: &str) -> [String; 3] {
    let head = format!("host: daybook.test\r\nauthorization: Bearer {token}\r\n");
    let body = r#"{"start_date":"2026-11-01","end_date":"2026-11-30"}"#;
    let length = body.len();
    [
        format!("GET /api/projects/acme/export?range=24h HTTP/1.1\r\n{head}\r\n"),
        format!(
            "POST /api/v2/projects/acme/api-audit-logs/export HTTP/1.1\r\n{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        ),
        format!("GET /v1/audit-log HTTP/1.1\r\n{head}\r\n"),
    ]
}

/// A reader of one byte a second gets what it reads, holds up nobody, and is let go when nothing was taken of
/// what is ready for too long; the log tells of it.
#[tokio::test]
async fn whoever_reads_a_byte_a_second_holds_up_nobody() {
    let server = large(Patience { taken: Duration::from_secs(5), ..patient() }).await;
    let app = &server.app;
    let mut readers = Vec::new();
    for _ in 0..3 {
        for ask in asks(&app.token) {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(ask.as_bytes()).await.unwrap();
            readers.push(stream);
        }
    }
    for second in 0..3 {
        for stream in &mut readers {
            let mut byte = [0];
            assert_eq!(stream.read(&mut byte).await.unwrap(), 1);
            assert_eq!(byte[0], b"HTTP/1.1 200 OK"[second]);
        }
        let page = tokio::time::timeout(LONG, app.get("/api/projects/acme/events?limit=1")).await;
        assert!(page.expect("others wait for it").status.is_success());
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let database = app.database.readers();
    let idle = async {
        while database.in_use() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LONG, idle).await.expect("they hold connections of the database");
    told(app, "interrupted", 6).await;
    for stream in &mut readers {
        let mut rest = Vec::new();
        let end = tokio::time::timeout(LONG, stream.read_to_end(&mut rest)).await;
        // Either way there is no last chunk.
        assert!(end.expect("it is let go").is_err() || !rest.ends_with(b"0\r\n\r\n"));
    }
}

#[tokio::test]
async fn whoever_goes_away_is_told_of() {
    let server = large(patient()).await;
    for ask in asks(&server.app.token) {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut first = [0; 64];
        stream.read_exact(&mut first).await.unwrap();
        assert!(first.starts_with(b"HTTP/1.1 200 OK"));
    }
    // The third is no export.
    told(&server.app, "interrupted", 2).await;
    assert_eq!(server.app.state.exports.running(), 0);
}

/// Waits until the log tells of so many exports that ended so.
async fn told(app: &TestApp, how: &str, wanted: usize) {
    let path = "/api/projects/acme/events?range=24h&action=ExportApiAuditLogs&outcome=failure";
    let told = async {
        loop {
            let page = app.get(path).await.json();
            let entries = page["entries"].as_array().unwrap();
            let mut found = 0;
            for entry in entries {
                let entry = format!("/api/projects/acme/events/{}", entry["seq"]);
                let entry = app.get(&entry).await.json();
                found += usize::from(entry["context"]["export"]["state"] == how);
            }
            if found == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LONG, told).await.expect("nothing is told of it");
}
