//! What arrives is told as it arrives: each entry once, in the order of the log, to those who may
//! read it.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::{Method, Request, StatusCode, header},
    response::Response,
};
use daybook_model::{
    Seq,
    live::{MOST, Message, Missed, Reader},
};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::app::{TestApp, event};

const LIVE: &str = "/api/projects/acme/live";

/// A stream, read message by message.
struct Stream {
    body: BodyDataStream,
    reader: Reader,
    ready: std::collections::VecDeque<Message>,
}

impl Stream {
    fn of(response: Response) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        let body = response.into_body().into_data_stream();
        Self { body, reader: Reader::default(), ready: std::collections::VecDeque::new() }
    }

    /// The next message; `None` where the stream has ended.
    async fn next(&mut self) -> Option<Message> {
        while self.ready.is_empty() {
            let piece = tokio::time::timeout(Duration::from_secs(20), self.body.next()).await;
            let piece = piece.expect("the stream says nothing")?.unwrap();
            self.ready.extend(self.reader.read(&piece).unwrap());
        }
        self.ready.pop_front()
    }

    /// The places of the next entries, up to the head that follows them.
    async fn entries(&mut self) -> Vec<Seq> {
        let mut seqs = Vec::new();
        loop {
            match self.next().await.expect("the stream has ended") {
                Message::Entry(entry) => seqs.push(entry.seq),
                Message::Head(_) if seqs.is_empty() => {}
                Message::Head(_) => return seqs,
                Message::Missed(missed) => panic!("{missed:?}"),
            }
        }
    }

    /// The head that it begins with, behind nothing.
    async fn begun(&mut self) -> Seq {
        match self.next().await {
            Some(Message::Head(head)) => head.head,
            other => panic!("{other:?}"),
        }
    }
}

async fn ask(app: &TestApp, query: &str, last: Option<&str>) -> Response {
    let mut request = Request::get(format!("{LIVE}?{query}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", app.token))
        .header(header::ACCEPT_ENCODING, "gzip");
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    app.begin(request.body(Body::empty()).unwrap()).await
}

async fn open(app: &TestApp, query: &str) -> Stream {
    Stream::of(ask(app, query, None).await)
}

async fn store(app: &TestApp, events: Vec<Value>) {
    let sent = events.len();
    assert_eq!(app.ingest(Value::from(events).to_string()).await.json()["stored"], sent);
}

async fn open_status(app: &TestApp, query: &str) -> StatusCode {
    ask(app, query, None).await.status()
}

fn numbered(from: usize, n: usize) -> Vec<Value> {
    (from..from + n).map(|i| event(&format!("e{i}"), 1)).collect()
}

#[tokio::test]
async fn what_matches_arrives_in_the_order_of_the_log_and_nothing_else() {
    let app = TestApp::start().await;
    store(&app, numbered(0, 3)).await;
    let answer = ask(&app, "status=4xx&sort=actor&limit=10&tz=Europe/Berlin", None).await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
    assert!(!answer.headers().contains_key(header::CONTENT_ENCODING), "it would be held back");
    let mut failures = Stream::of(answer);
    let mut deletes = open(&app, "method=DELETE&range=24h").await;
    assert_eq!((failures.begun().await, deletes.begun().await), (3, 3));

    let mut late = event("late", 60 * 24 * 3);
    late["request"]["status_code"] = json!(404);
    let mut delete = event("delete", 0);
    delete["request"]["method"] = json!("DELETE");
    // A producer's clock that is ahead does not lose an entry.
    let mut ahead = event("ahead", -5);
    ahead["request"]["method"] = json!("DELETE");
    let mut old = event("old", 60 * 25);
    old["request"]["method"] = json!("DELETE");
    store(&app, vec![event("other", 0), late, delete, old, ahead]).await;
    assert_eq!(failures.entries().await, [5]);
    assert_eq!(deletes.entries().await, [6, 8]);
}

#[tokio::test]
async fn a_tab_bounds_a_stream_as_it_does_a_list() {
    let app = TestApp::start().await;
    let tabs = app.get("/api/projects/acme/overview").await;
    assert_eq!(tabs.status, StatusCode::OK);
    let mut runs = open(&app, "tab=runs").await;
    let mut all = open(&app, "").await;
    assert_eq!((runs.begun().await, all.begun().await), (0, 0));
    let mut run = event("run", 0);
    run["run_id"] = json!("run_1");
    store(&app, vec![event("other", 0), run]).await;
    let listed = app.get("/api/projects/acme/events?tab=runs").await.json();
    assert_eq!(listed["entries"][0]["seq"], 2);
    assert_eq!(runs.entries().await, [2]);
    assert_eq!(all.entries().await, [1, 2]);
    assert_eq!(open_status(&app, "tab=nowhere").await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_row_is_told_as_lists_show_it() {
    let app = TestApp::start().await;
    let mut stream = open(&app, "").await;
    stream.begun().await;
    let mut changed = event("a", 1);
    changed["change"] = json!({"before": {"replicas": 2}, "after": {"replicas": 3}});
    store(&app, vec![changed]).await;
    let Some(Message::Entry(told)) = stream.next().await else { panic!("no entry") };
    let listed = &app.get("/api/projects/acme/events").await.json()["entries"][0];
    assert_eq!(&serde_json::to_value(&*told).unwrap(), listed);
}

#[tokio::test]
async fn who_comes_back_has_missed_nothing_and_gets_nothing_twice() {
    let app = TestApp::start().await;
    store(&app, numbered(0, 20)).await;
    let mut by_key = open(&app, "after=12").await;
    assert_eq!(by_key.entries().await, (13..=20).collect::<Vec<_>>());
    // What the browser says counts for more than the address of the first time.
    let mut by_header = Stream::of(ask(&app, "after=3", Some("17")).await);
    assert_eq!(by_header.entries().await, [18, 19, 20]);
    store(&app, numbered(20, 2)).await;
    assert_eq!(by_key.entries().await, [21, 22]);
    assert_eq!(by_header.entries().await, [21, 22]);
    let mut at_the_end = open(&app, "after=22").await;
    assert_eq!(at_the_end.begun().await, 22);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_many_write_and_many_come_there_is_no_gap_and_no_double() {
    let app = std::sync::Arc::new(TestApp::start().await);
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let app = app.clone();
            tokio::spawn(async move {
                for batch in 0..30 {
                    store(&app, numbered((writer * 30 + batch) * 10, 1 + batch % 7)).await;
                }
            })
        })
        .collect();
    let total = 4 * (0..30).map(|batch| 1 + batch % 7).sum::<usize>() as Seq;
    let readers: Vec<_> = (0..6)
        .map(|reader| {
            let app = app.clone();
            tokio::spawn(async move {
                // They come at different times, and some read slowly.
                tokio::time::sleep(Duration::from_millis(reader * 40)).await;
                let mut stream = open(&app, "range=all&after=0").await;
                let mut seqs = Vec::new();
                while seqs.last() != Some(&total) {
                    match stream.next().await {
                        Some(Message::Entry(entry)) => seqs.push(entry.seq),
                        Some(Message::Head(_)) => {}
                        other => panic!("{other:?}"),
                    }
                    if reader % 2 == 1 && seqs.len() % 50 == 0 {
                        tokio::time::sleep(Duration::from_millis(30)).await;
                    }
                }
                seqs
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for reader in readers {
        assert_eq!(reader.await.unwrap(), (1..=total).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn more_than_a_reader_can_take_is_counted_and_not_sent() {
    let app = TestApp::start().await;
    let mut slow = open(&app, "").await;
    slow.begun().await;
    for batch in 0..4 {
        store(&app, numbered(batch * 1_000, 1_000)).await;
    }
    let missed = |missed, head| Some(Message::Missed(Missed { missed, head }));
    // From the store, counted: the stretch is too long to be read.
    let mut back = open(&app, "after=100").await;
    assert_eq!(back.next().await, missed(3_900, 4_000));
    assert!(matches!(back.next().await, Some(Message::Head(head)) if head.head == 4_000));
    // Read, and found to be too many.
    let mut nearer = open(&app, &format!("after={}", 4_000 - MOST - 1)).await;
    assert_eq!(nearer.next().await, missed(MOST as u64 + 1, 4_000));
    // Where little matches in a long stretch, there is nothing to be told.
    let mut narrow = open(&app, "after=0&method=DELETE").await;
    assert_eq!(narrow.begun().await, 4_000);
    // The one that did not read is told everything in the end, one way or the other.
    let (mut told, mut at) = (0, 0);
    while at < 4_000 {
        match slow.next().await.unwrap() {
            Message::Entry(entry) => {
                assert!(entry.seq > at);
                (told, at) = (told + 1, entry.seq);
            }
            Message::Missed(missed) => (told, at) = (told + missed.missed, missed.head),
            Message::Head(head) => at = at.max(head.head),
        }
    }
    assert_eq!(told, 4_000);
}

#[tokio::test]
async fn a_stream_ends_with_the_right_to_it() {
    let app = TestApp::start().await;
    let link = Request::post("/api/set-up").header(header::CONTENT_TYPE, "application/json");
    let body = json!({"secret": app.link.reveal()}).to_string();
    let signed_in = app.send(link.body(Body::from(body)).unwrap()).await;
    let set = signed_in.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    let cookie = set.split(';').next().unwrap();
    let ask = || Request::get(LIVE).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let mut stream = Stream::of(app.begin(ask()).await);
    stream.begun().await;
    store(&app, numbered(0, 1)).await;
    assert_eq!(stream.entries().await, [1]);

    let host = Some("http://daybook.test");
    let out = app.with_cookie(Method::DELETE, "/api/session", cookie, host).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    store(&app, numbered(1, 1)).await;
    assert_eq!(stream.next().await, None, "what came after signing out is not told");
    assert_eq!(app.begin(ask()).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_session_that_runs_out_ends_its_stream_without_anything_arriving() {
    let app = TestApp::start().await;
    let mut stream = open(&app, "").await;
    stream.begun().await;
    daybook::database::query("DELETE FROM token").execute(app.database.writer()).await.unwrap();
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn streams_are_bounded_and_given_back() {
    let app = TestApp::start().await;
    let mut streams = Vec::new();
    for _ in 0..16 {
        streams.push(open(&app, "").await);
    }
    let refused = ask(&app, "", None).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    streams.pop();
    drop(refused);
    let mut again = open(&app, "").await;
    again.begun().await;
    // All of them ask the same, which is evaluated once.
    assert_eq!(app.state.live.followed(), 1);
}

#[tokio::test]
async fn a_server_that_stops_ends_them() {
    let app = TestApp::start().await;
    let mut stream = open(&app, "").await;
    stream.begun().await;
    app.state.live.close();
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn what_makes_no_sense_of_a_stream_is_refused_by_name() {
    let app = TestApp::start().await;
    store(&app, numbered(0, 60)).await;
    let page = app.get("/api/projects/acme/events").await.json();
    let cursor = format!("cursor={}", page["next"].as_str().unwrap());
    for (query, field) in [
        ("as_of=3", "as_of"),
        (&cursor, "cursor"),
        ("after=-1", "after"),
        ("after=x", "after"),
        ("colour=red", "colour"),
    ] {
        let answer = app.get(&format!("{LIVE}?{query}")).await;
        assert_eq!((answer.status, answer.error().0.as_str()), (StatusCode::BAD_REQUEST, field));
    }
    let mistaken = ask(&app, "", Some("yesterday")).await;
    assert_eq!(mistaken.status(), StatusCode::BAD_REQUEST);
    // A place of another log, behind the end of this one: begin anew.
    let mut lost = open(&app, "after=4711").await;
    assert_eq!(lost.next().await, Some(Message::Missed(Missed { missed: 0, head: 60 })));
    assert_eq!(lost.begun().await, 60);
}

#[tokio::test]
async fn what_came_after_a_moment_is_counted() {
    let app = TestApp::start().await;
    store(&app, numbered(0, 5)).await;
    let mut delete = event("delete", 0);
    delete["request"]["method"] = json!("DELETE");
    store(&app, vec![event("new", 0), delete, event("late", 90)]).await;
    let newer = async |query: &str| {
        let answer = app.get(&format!("/api/projects/acme/newer?{query}")).await.json();
        (answer["newer"].as_u64().unwrap(), answer["head"].as_u64().unwrap())
    };
    let app_now = "2026-11-20T12:00:00.001Z";
    // The range reached the end of the log when it was pinned: it goes on.
    let hour = format!("from=2026-11-20T11:00:00.001Z&to={app_now}");
    assert_eq!(newer(&format!("{hour}&as_of=5")).await, (2, 8));
    assert_eq!(newer(&format!("{hour}&as_of=5&method=DELETE")).await, (1, 8));
    assert_eq!(newer(&format!("{hour}&as_of=8")).await, (0, 8));
    // It had ended: only what came late into it.
    let ended = "from=2026-11-20T10:00:00Z&to=2026-11-20T11:00:00Z";
    assert_eq!(newer(&format!("{ended}&as_of=5")).await, (1, 8));
    assert_eq!(newer("range=all&as_of=0").await, (8, 8));
    let told = app.get(&format!("/api/projects/acme/newer?{hour}&as_of=5")).await.json();
    assert_eq!((&told["as_of"], &told["at"]), (&json!(5), &json!("2026-11-20T12:00:00.000Z")));
}
