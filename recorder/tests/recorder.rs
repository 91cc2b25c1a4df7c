//! A service whose calls are recorded, in a real log and where there is none.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{
    Extension, Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
    routing::{get, post},
};
use daybook_recorder::{
    Builder, HttpSink, Record, Recorder, Recording, Sink, SinkError, Stats,
    model::{Actor, ActorType, Operation, Timestamp},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

#[path = "recorder/daybook.rs"]
mod daybook_server;
use daybook_server::Daybook;

/// Keeps what it is given, where it is there at all.
#[derive(Clone, Default)]
struct Kept {
    records: Arc<Mutex<Vec<Record>>>,
    away: Arc<AtomicBool>,
    attempts: Arc<AtomicU64>,
}

impl Sink for Kept {
    async fn send(&self, records: &[Record]) -> Result<u64, SinkError> {
        self.attempts.fetch_add(1, Relaxed);
        if self.away.load(Relaxed) {
            return Err(SinkError::unavailable("it is away"));
        }
        self.records.lock().unwrap().extend_from_slice(records);
        Ok(0)
    }
}

impl Kept {
    fn records(&self) -> Vec<Record> {
        self.records.lock().unwrap().clone()
    }
}

fn quick<S: Sink>(sink: S) -> Builder<S> {
    let ids = AtomicU64::new(0);
    let id = move || format!("record-{}", ids.fetch_add(1, Relaxed));
    Recorder::builder(sink)
        .batch(100, Duration::from_millis(5))
        .back_off(Duration::from_millis(5), Duration::from_millis(20))
        .with_clock(|| Timestamp::saturating(1_790_000_000_000), id)
}

fn maya() -> Actor {
    let text = |text: &str| Some(text.to_owned());
    Actor { kind: ActorType::User, id: text("58392"), name: text("Maya Ortiz"), email: None }
}

fn service(recorder: &Recorder) -> Router {
    let refund = async |Extension(recording): Extension<Recording>| {
        recording.actor(maya()).action("RefundOrder").operation(Operation::Other);
        recording.resource("order", "42".to_owned(), None).detail("amount", 100);
        "refunded"
    };
    let never = async || std::future::pending::<&str>().await;
    let endless = async || {
        let body = tokio_stream();
        Body::new(body)
    };
    Router::new()
        .route("/orders/{id}", get(async || "an order"))
        .route("/orders/{id}/refund", post(refund))
        .route("/nothing", get(async || StatusCode::NO_CONTENT))
        .route("/quiet", get(async |Extension(recording): Extension<Recording>| recording.skip()))
        .route("/never", get(never))
        .route("/endless", get(endless))
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(recorder.layer())
}

/// A body that says one word and then nothing any more.
fn tokio_stream() -> impl http_body::Body<Data = axum::body::Bytes, Error = std::convert::Infallible>
{
    use http_body_util::StreamBody;
    StreamBody::new(futures_like::Once::default())
}

mod futures_like {
    use std::{
        convert::Infallible,
        pin::Pin,
        task::{Context, Poll},
    };

    use axum::body::Bytes;
    use futures_core::Stream;
    use http_body::Frame;

    #[derive(Default)]
    pub(crate) struct Once(bool);

    impl Stream for Once {
        type Item = Result<Frame<Bytes>, Infallible>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            if std::mem::replace(&mut self.0, true) {
                return Poll::Pending;
            }
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"word")))))
        }
    }
}

fn call(method: &str, path: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header("user-agent", "test/1");
    request = request.header("x-forwarded-for", "1.1.1.1, 203.0.113.9");
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 4711))));
    request
}

async fn answer(app: &Router, request: Request<Body>) -> StatusCode {
    let answer = app.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    answer.into_body().collect().await.unwrap();
    status
}

#[tokio::test]
async fn calls_arrive_in_a_real_log() {
    let daybook = Daybook::start().await;
    let sink = HttpSink::new(&daybook.address, "acme", &daybook.token);
    let recorder = quick(sink).trusting(["10.0.0.0/8".parse().unwrap()]).start();
    let app = service(&recorder);
    let mut known = call("GET", "/orders/7?token=hunter2");
    known.extensions_mut().insert(maya());
    assert_eq!(answer(&app, known).await, StatusCode::OK);
    assert_eq!(answer(&app, call("POST", "/orders/42/refund")).await, StatusCode::OK);
    assert_eq!(answer(&app, call("GET", "/nothing")).await, StatusCode::NO_CONTENT);
    assert_eq!(answer(&app, call("GET", "/quiet")).await, StatusCode::OK);
    assert_eq!(answer(&app, call("GET", "/elsewhere")).await, StatusCode::NOT_FOUND);
    let stats = recorder.close(Duration::from_secs(10)).await;
    assert_eq!(stats, Stats { recorded: 4, refused: 0, dropped: 0 });

    let entries = daybook.entries().await;
    let actions: Vec<_> = entries.iter().map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["orders.get", "RefundOrder", "nothing.get", "unmatched.get"]);
    let [get, refund, nothing, missing] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!(get["actor"]["id"], "58392");
    assert_eq!(get["request"]["path"], "/orders/7", "a query may hold secrets");
    assert_eq!(get["request"]["remote_ip"], "203.0.113.9");
    assert_eq!(get["request"]["user_agent"], "test/1");
    assert_eq!((&get["operation"], &get["outcome"]), (&"read".into(), &"success".into()));
    assert!(get["context"]["latency_ms"].is_u64(), "{get}");
    assert_eq!(refund["resource"]["id"], "42");
    assert_eq!(
        (&refund["operation"], &refund["context"]["amount"]),
        (&"other".into(), &100.into())
    );
    assert_eq!(nothing["request"]["status_code"], 204);
    assert_eq!(
        (&missing["request"]["status_code"], &missing["outcome"]),
        (&404.into(), &"failure".into())
    );
}

#[tokio::test]
async fn who_goes_away_is_recorded_too() {
    let kept = Kept::default();
    let recorder = quick(kept.clone()).start();
    let app = service(&recorder);
    let never =
        tokio::time::timeout(Duration::from_millis(20), answer(&app, call("GET", "/never")));
    assert!(never.await.is_err());
    let endless = app.clone().oneshot(call("GET", "/endless")).await.unwrap();
    let mut body = endless.into_body();
    body.frame().await.unwrap().unwrap();
    assert_eq!(recorder.stats().recorded, 0, "it is not over");
    drop(body);
    recorder.close(Duration::from_secs(5)).await;
    let records = kept.records();
    let said = |record: &Record| {
        let event = &record.event;
        (
            event.action.clone(),
            event.request.status_code,
            event.context.as_ref().unwrap()["given_up"].clone(),
        )
    };
    assert_eq!(
        records.iter().map(said).collect::<Vec<_>>(),
        [("never.get".into(), None, true.into()), ("endless.get".into(), Some(200), true.into())]
    );
}

#[tokio::test]
async fn a_log_that_is_away_neither_blocks_nor_fails_a_call() {
    let kept = Kept::default();
    kept.away.store(true, Relaxed);
    let recorder = quick(kept.clone()).queue(10).batch(5, Duration::from_millis(1)).start();
    let app = service(&recorder);
    let calls = async {
        for _ in 0..200 {
            assert_eq!(answer(&app, call("GET", "/orders/1")).await, StatusCode::OK);
        }
    };
    tokio::time::timeout(Duration::from_secs(10), calls).await.expect("calls wait for the log");
    // The queue, and the batch that is being sent.
    let dropped = recorder.stats().dropped;
    assert!((185..=195).contains(&dropped), "{dropped}");
    kept.away.store(false, Relaxed);
    let stats = recorder.close(Duration::from_secs(5)).await;
    assert_eq!(stats.dropped, dropped);
    let records = kept.records();
    let told: Vec<_> = records.iter().filter(|r| r.event.action == "RecordsDropped").collect();
    let number =
        |record: &&Record| record.event.context.as_ref().unwrap()["dropped"].as_u64().unwrap();
    assert_eq!(told.iter().map(number).sum::<u64>(), dropped, "the log is told");
    assert_eq!((records.len() - told.len()) as u64 + dropped, 200);
    let mut ids: Vec<_> = records.iter().map(|record| &record.event.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), records.len(), "nothing is sent twice");
}

#[tokio::test]
async fn it_is_tried_again_until_there_is_no_more_time() {
    let kept = Kept::default();
    kept.away.store(true, Relaxed);
    let recorder = quick(kept.clone()).start();
    let app = service(&recorder);
    answer(&app, call("GET", "/orders/1")).await;
    let stats = recorder.close(Duration::from_millis(200)).await;
    assert_eq!(stats, Stats { recorded: 0, refused: 0, dropped: 1 });
    assert!(kept.attempts.load(Relaxed) >= 3, "{:?}", kept.attempts);
    // A call after the end is answered all the same.
    assert_eq!(answer(&app, call("GET", "/orders/1")).await, StatusCode::OK);
    assert_eq!(recorder.stats().dropped, 2);
}

#[tokio::test]
async fn what_is_not_chosen_is_not_recorded() {
    let kept = Kept::default();
    let recorder = quick(kept.clone())
        .authenticated_only()
        .only(|call| call.route != Some("/nothing"))
        .naming(|call| format!("{} {}", call.method, call.route.unwrap_or("?")))
        .with_query()
        .start();
    let app = service(&recorder);
    for path in ["/orders/1", "/nothing", "/elsewhere"] {
        answer(&app, call("GET", path)).await;
    }
    let mut known = call("GET", "/orders/1?full=true");
    known.extensions_mut().insert(maya());
    answer(&app, known).await;
    recorder.close(Duration::from_secs(5)).await;
    let records = kept.records();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].event.action, "GET /orders/{id}");
    assert_eq!(records[0].event.request.path.as_deref(), Some("/orders/1?full=true"));
    assert_eq!(
        records[0].event.request.remote_ip.as_deref(),
        Some("10.0.0.1"),
        "nobody is trusted"
    );
}

#[tokio::test]
async fn a_wrong_token_is_given_up_and_counted() {
    let daybook = Daybook::start().await;
    let recorder = quick(HttpSink::new(&daybook.address, "acme", "dbk_wrong")).start();
    let app = service(&recorder);
    assert_eq!(answer(&app, call("GET", "/orders/1")).await, StatusCode::OK);
    let stats = recorder.close(Duration::from_secs(5)).await;
    assert_eq!(stats, Stats { recorded: 0, refused: 0, dropped: 1 });
}
