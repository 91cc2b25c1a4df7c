//! Thousands of connections that send nothing.

use std::{
    io::Read as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    client::{Client, Sent},
    plan::Plan,
    process::{LONG, Server, token},
};

/// As many as are wanted.
const CROWD: u64 = 10_000;
/// What this process has open beside them.
const OTHERS: u64 = 200;

#[test]
fn thousands_of_connections_that_send_nothing_are_in_nobodys_way() {
    let plan = Plan::of("crowd");
    let folder = tempfile::tempdir().unwrap();
    let token = token(folder.path());
    let server = Server::start(folder.path());
    let most = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most }).unwrap();
    // Nobody bounds it on the other side either: the server takes what it may have.
    let crowd = most.map_or(CROWD, |most| CROWD.min(most.saturating_sub(OTHERS)));
    let client = Client::new(&token);
    assert!(matches!(client.send(&server.address, &["c-0".to_owned()]), Sent::Acknowledged(_)));
    let (before, mut rounds) = (server.memory(), 0);
    while plan.goes_on(rounds, 1) {
        let mut silent = comes(crowd, &server, &token, before, rounds);
        if plan.is_long() {
            for stream in &mut silent {
                stream.set_read_timeout(Some(LONG)).unwrap();
                assert!(stream.read(&mut [0]).is_ok_and(|length| length == 0), "it is not let go");
            }
            println!("crowd: all of them were let go");
        }
        rounds += 1;
    }
}

/// So many come and send nothing, while others are served by a server that had so much memory before.
fn comes(crowd: u64, server: &Server, token: &str, before: u64, round: usize) -> Vec<TcpStream> {
    let begun = Instant::now();
    let host = server.address.trim_start_matches("http://");
    let silent: Vec<TcpStream> = (0..crowd).map(|_| TcpStream::connect(host).unwrap()).collect();
    let took = begun.elapsed();
    // New connections of others come through, and are served.
    let mut slowest = Duration::ZERO;
    for number in 0..20 {
        let asked = Instant::now();
        let other = Client::new(token);
        let sent = other.send(&server.address, &[format!("c-{round}-{number}")]);
        assert!(matches!(sent, Sent::Acknowledged(_)), "{sent:?}");
        slowest = slowest.max(asked.elapsed());
    }
    assert!(slowest < Duration::from_secs(10), "somebody waited for {slowest:?}");
    let each = (server.memory().saturating_sub(before)) as f64 / crowd as f64;
    println!(
        "crowd: {crowd} silent connections in {:.1} s, {each:.1} KiB of memory each; the slowest of 20 \
         others was answered in {} ms",
        took.as_secs_f64(),
        slowest.as_millis(),
    );
    assert!(each < 64.0, "{each} KiB a connection");
    silent
}
