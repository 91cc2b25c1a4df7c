//! The server is asked to stop while several send.

use std::{
    thread,
    time::{Duration, Instant},
};

use rand::Rng as _;

use crate::{
    audit::Log,
    client::{Client, Sent},
    plan::Plan,
    process::{LONG, Server, token},
};

#[test]
fn asked_to_stop_it_answers_what_it_has_begun_and_leaves_nothing_half() {
    let mut plan = Plan::of("stops");
    let folder = tempfile::tempdir().unwrap();
    let token = token(folder.path());
    let (mut round, mut answered) = (0, 0);
    while plan.goes_on(round, 2) {
        let mut server = Server::start(folder.path());
        let senders: Vec<_> = (0..4)
            .map(|sender| {
                let (client, address) = (Client::new(&token), server.address.clone());
                thread::spawn(move || {
                    let (mut there, mut open) = (Vec::new(), Vec::new());
                    for number in 0.. {
                        let batch: Vec<_> =
                            (0..50).map(|i| format!("s{round}x{sender}-{number}-{i}")).collect();
                        match client.send(&address, &batch) {
                            Sent::Acknowledged(_) => there.push(batch),
                            // Told to come again: nothing of it is stored.
                            Sent::Refused(503, Some(_)) => {}
                            Sent::Refused(status, _) => panic!("refused with {status}"),
                            Sent::Unknown => {
                                open.push(batch);
                                break;
                            }
                        }
                    }
                    (there, open)
                })
            })
            .collect();
        thread::sleep(Duration::from_millis(plan.dice.random_range(100..700)));
        server.ask_to_stop();
        let known: Vec<_> = senders.into_iter().map(|sender| sender.join().unwrap()).collect();
        assert_eq!(server.stopped().code(), Some(0), "it stopped in good order");
        let server = Server::start(folder.path());
        let log = Log::read(&Client::new(&token), &server.address);
        for (there, open) in known {
            assert!(!there.is_empty(), "nothing was answered");
            answered += there.len();
            for batch in &there {
                log.has_all(batch);
            }
            // The connection was closed instead: before anything of it was taken, or behind all of it.
            for batch in &open {
                log.has_all_or_nothing(batch);
            }
        }
        round += 1;
    }
    println!("stops: {round} times; {answered} batches answered");
}

/// While it finishes, whoever watches over it is told that it is not ready.
#[test]
fn while_it_stops_it_says_so_where_it_is_watched() {
    let plan = Plan::of("farewell");
    let mut rounds = 0;
    while plan.goes_on(rounds, 1) {
        farewell();
        rounds += 1;
    }
    println!("farewell: {rounds} times");
}

fn farewell() {
    let folder = tempfile::tempdir().unwrap();
    let token = token(folder.path());
    let mut server = Server::start(folder.path());
    let client = Client::new(&token);
    let ready = || client.get(&server.watched, "/readyz");
    assert_eq!(ready().map(|(status, _)| status), Some(200));
    // A body that does not come to its end keeps the server for half a minute.
    let host = server.address.trim_start_matches("http://").to_owned();
    let mut slow = std::net::TcpStream::connect(&host).unwrap();
    let head = format!(
        "POST /api/projects/acme/events HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n["
    );
    std::io::Write::write_all(&mut slow, head.as_bytes()).unwrap();
    let until = Instant::now() + LONG;
    let arrives = |text: &str| text.lines().any(|line| line == "daybook_body_bytes 1");
    while !client.get(&server.watched, "/metrics").is_some_and(|(_, text)| arrives(&text)) {
        assert!(Instant::now() < until, "it does not take the body in");
        thread::sleep(Duration::from_millis(5));
    }
    server.ask_to_stop();
    loop {
        assert!(Instant::now() < until, "it does not say that it stops");
        match ready() {
            Some((503, text)) => {
                assert!(text.contains("\"not_ready\"") && text.contains("stopping"), "{text}");
                break;
            }
            _ => thread::sleep(Duration::from_millis(5)),
        }
    }
    assert_eq!(client.get(&server.watched, "/healthz").map(|(status, _)| status), Some(200));
    drop(slow);
    assert_eq!(server.stopped().code(), Some(0));
}
