//! What arrives, and what becomes of what does not.

use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use daybook::streams::{Options, Pace, Streams};
use serde_json::json;

use super::{
    SECRET, STREAMS, change, info, letters, make, options, quick,
    receiver::{Does, Receiver},
    sending, sending_with, store, stream_to, until,
};
use crate::app::{TestApp, event};

#[tokio::test(flavor = "multi_thread")]
async fn entries_arrive_in_order_whatever_the_target_does() {
    let (app, admin) = sending().await;
    let receiver = Receiver::start([
        Does::Answer(500),
        Does::Answer(200),
        Does::Die,
        Does::Vanish,
        Does::Answer(503),
        Does::Late,
        Does::Hang,
        Does::Answer(408),
        Does::Wait(429, 0),
        Does::Answer(200),
        Does::Answer(401),
        Does::Answer(302),
    ])
    .await;
    store(&app, 0..40).await;
    let id = stream_to(&app, &admin, &receiver.address).await;
    until("all arrive", async || receiver.taken().len() >= 40).await;
    // Creating the stream is an entry as well.
    let head = app.state.store.head(app.project).await.unwrap();
    until("the log's own", async || receiver.taken().len() as u64 == head).await;
    assert_eq!(receiver.arrived_in_order(), (1..=head).collect::<Vec<_>>());
    until("it is told", async || info(&app, &admin, id).await["behind"] == 0).await;
    let info = info(&app, &admin, id).await;
    assert_eq!((&info["sent"], info.get("trouble")), (&json!(head), None));
    assert_eq!(info["dead_letters"], 0);
    let most = receiver.got().iter().map(|got| got.entries.len()).max();
    assert!(most <= Some(quick().entries));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_while_it_sends_is_sent_and_a_restart_goes_on() {
    let (app, admin) = sending().await;
    let receiver = Receiver::start([Does::Answer(200), Does::Answer(200), Does::Vanish]).await;
    let id = stream_to(&app, &admin, &receiver.address).await;
    for n in 0..6 {
        store(&app, n * 10..n * 10 + 10).await;
        // As at the end of a process, and at the beginning of the next one: two never send at once.
        app.state.streams.close().await;
        let next = anew(&app);
        next.start().await.unwrap();
        until("it goes on", async || receiver.taken().len() > n * 10).await;
        next.close().await;
        receiver.does([Does::Die, Does::Vanish]);
    }
    let last = anew(&app);
    last.start().await.unwrap();
    let head = app.state.store.head(app.project).await.unwrap();
    until("all arrive", async || receiver.taken().len() as u64 == head).await;
    assert_eq!(receiver.arrived_in_order(), (1..=head).collect::<Vec<_>>());
    last.close().await;
    assert_eq!(info(&app, &admin, id).await["sent"], head);
}

/// The streams as the next process has them.
fn anew(app: &TestApp) -> Streams {
    let (store, ledger) = (app.state.store.clone(), app.state.ledger.clone());
    let privacy = daybook::privacy::Settings::on(&app.database);
    Streams::new(&app.database, store, ledger, app.state.clock.clone(), privacy, options())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_good_is_kept_and_the_stream_goes_on() {
    let (app, admin) = sending().await;
    let receiver = Receiver::start([]).await;
    receiver.refuses(Some("Poison"));
    let mut events: Vec<_> = (0..30).map(|n| event(&format!("e{n}"), 1)).collect();
    for n in [0, 4, 5, 17] {
        events[n]["action"] = json!("Poison");
    }
    app.ingest(json!(events).to_string()).await;
    let header = json!({"name": "Authorization", "value": SECRET});
    let body = json!({"name": "siem", "target": receiver.address, "after": 0, "header": header});
    let id = make(&app, &admin, body).await.json()["id"].as_i64().unwrap();
    until("the others arrive", async || receiver.taken().len() >= 27).await;
    let poison = [1, 5, 6, 18];
    let others: Vec<u64> = (1..=31).filter(|seq| !poison.contains(seq)).collect();
    assert_eq!(receiver.arrived_in_order(), others);
    let kept = letters(&app, &admin, id).await;
    let seqs: Vec<_> =
        kept.as_array().unwrap().iter().map(|l| l["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, poison);
    let error = kept[0]["error"].as_str().unwrap();
    assert!(
        error.starts_with("it answered 422 Unprocessable Entity: no, and I know your"),
        "{error}"
    );
    assert!(!error.contains("a-secret"), "what was told in confidence is not repeated: {error}");

    // One is dropped, one is sent again in vain, and one is taken now.
    let path = format!("{STREAMS}/{id}/dead-letters");
    let one = app.as_person(&admin, Method::DELETE, &format!("{path}/18"), None).await;
    assert_eq!((one.status, one.json().as_array().unwrap().len()), (StatusCode::OK, 3));
    app.wait(1_000);
    let again = json!({"seqs": [1]});
    app.as_person(&admin, Method::POST, &path, Some(again)).await;
    let before = kept[0]["at"].clone();
    until("it is refused again", async || {
        let one = letters(&app, &admin, id).await[0].clone();
        one["at"] != before && one["again"] == false
    })
    .await;
    receiver.refuses(None);
    app.as_person(&admin, Method::POST, &path, Some(json!({}))).await;
    until("the rest is taken", async || letters(&app, &admin, id).await == json!([])).await;
    let taken = receiver.taken();
    assert!(poison[..3].iter().all(|seq| taken.contains(seq)) && !taken.contains(&18));
    let none = app.as_person(&admin, Method::POST, &path, Some(json!({}))).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_dead_letters_are_full_the_stream_waits_for_room() {
    let pace = Pace { entries: 500, ..quick() };
    let (app, admin) = sending_with(Options { pace, ..options() }).await;
    let receiver = Receiver::start([]).await;
    receiver.refuses(Some("UpdateApp"));
    for n in 0..3 {
        store(&app, n * 400..n * 400 + 400).await;
    }
    let id = stream_to(&app, &admin, &receiver.address).await;
    let path = format!("{STREAMS}/{id}/dead-letters");
    until("it is full", async || {
        let info = info(&app, &admin, id).await;
        let error = info["trouble"]["error"].as_str().unwrap_or_default();
        error.starts_with("1000 refused entries are kept already") && info["upto"] == 1_000
    })
    .await;
    receiver.refuses(None);
    app.as_person(&admin, Method::DELETE, &path, None).await;
    until("it goes on", async || receiver.taken().len() >= 200).await;
    assert_eq!(receiver.taken()[0], 1_001);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_is_left_alone_as_long_as_it_asks() {
    let (app, admin) = sending().await;
    let receiver = Receiver::start([Does::Wait(429, 1)]).await;
    store(&app, 0..3).await;
    let began = Instant::now();
    let id = stream_to(&app, &admin, &receiver.address).await;
    until("it says why it waits", async || info(&app, &admin, id).await["trouble"].is_object())
        .await;
    let trouble = info(&app, &admin, id).await["trouble"].clone();
    assert!(trouble["error"].as_str().unwrap().starts_with("it answered 429"), "{trouble}");
    assert!(trouble["again_at"].as_str() > trouble["since"].as_str(), "{trouble}");
    until("all arrive", async || receiver.taken().len() >= 3).await;
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_waits_while_it_is_paused_and_goes_back_where_it_is_told() {
    let (app, admin) = sending().await;
    let receiver = Receiver::start([]).await;
    let id = stream_to(&app, &admin, &receiver.address).await;
    until("its first entry", async || receiver.taken() == [1]).await;
    change(&app, &admin, id, json!({"state": "paused"})).await;
    store(&app, 0..5).await;
    let paused = info(&app, &admin, id).await;
    assert_eq!((&paused["state"], &paused["behind"]), (&json!("paused"), &json!(6)));
    assert!(paused["behind_since"].is_string());
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(receiver.taken(), [1]);
    change(&app, &admin, id, json!({"state": "running"})).await;
    until("all arrive", async || receiver.taken().len() == 8).await;
    assert_eq!(receiver.taken(), [1, 2, 3, 4, 5, 6, 7, 8]);
    // Once more from a place, which is an entry itself.
    change(&app, &admin, id, json!({"after": 6})).await;
    until("they come again", async || receiver.taken().len() == 11).await;
    assert_eq!(receiver.taken()[8..], [7, 8, 9]);
    let wrong = change(&app, &admin, id, json!({"after": 999})).await;
    assert_eq!((wrong.status, wrong.error().0.as_str()), (StatusCode::BAD_REQUEST, "after"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_matches_is_sent_and_a_new_filter_holds_from_then_on() {
    let (app, admin) = sending().await;
    let receiver = Receiver::start([]).await;
    let body = json!({
        "name": "part", "target": receiver.address, "filter": "action=Wanted", "format": "daybook",
        "header": {"name": "Authorization", "value": SECRET},
    });
    let made = make(&app, &admin, body).await.json();
    let id = made["id"].as_i64().unwrap();
    let mut events: Vec<_> = (0..1_200).map(|n| event(&format!("e{n}"), 1)).collect();
    for n in [3, 700, 1_199] {
        events[n]["action"] = json!("Wanted");
    }
    app.ingest(json!(events).to_string()).await;
    until("three arrive", async || receiver.taken().len() == 3).await;
    until("the rest is passed", async || info(&app, &admin, id).await["behind"] == 0).await;
    let got = &receiver.got()[0];
    assert!(got.head.to_lowercase().contains(&format!("authorization: {}", SECRET.to_lowercase())));
    assert!(got.head.starts_with("POST /in?key=in-the-address HTTP/1.1"), "{}", got.head);
    // What was passed by then is not sent because the filter is wider now.
    change(&app, &admin, id, json!({"filter": "action=UpdateApp"})).await;
    let mut one = event("later", 1);
    one["change"] = json!({"before": {"a": 1}, "after": {"a": 2}});
    app.ingest(json!([one]).to_string()).await;
    until("one more arrives", async || receiver.taken().len() == 4).await;
    let last = receiver.got().last().unwrap().entries[0].clone();
    assert_eq!((&last["id"], &last["change"]["after"]["a"]), (&json!("later"), &json!(2)), "whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_hangs_holds_up_nobody_else() {
    let (app, admin) = sending().await;
    let (bad, good) = (Receiver::start([Does::Hang; 50]).await, Receiver::start([]).await);
    stream_to(&app, &admin, &bad.address).await;
    make(&app, &admin, json!({"name": "good", "target": good.address, "after": 0})).await;
    let began = Instant::now();
    for n in 0..20 {
        store(&app, n * 10..n * 10 + 10).await;
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    until("the other one goes on", async || good.taken().len() >= 200).await;
    assert_eq!(bad.taken(), [0; 0]);
}
