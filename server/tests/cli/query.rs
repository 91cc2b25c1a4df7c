//! `daybook query`, `tail` and `export --since-last`: for people, and for jobs that take each entry once.

use std::{
    fs,
    io::{BufRead as _, BufReader},
};

use serde_json::{Value, json};

use super::server::{Server, event, run, said, told};

/// The ids in lines of JSON.
fn ids(text: &str) -> Vec<String> {
    let id =
        |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().map(str::to_owned);
    text.lines().filter_map(id).filter(|id| id.starts_with('e')).collect()
}

#[test]
fn a_job_takes_each_entry_exactly_once() {
    let server = Server::with(1_200, 0);
    let place = server.folder.path().join("place");
    let words = |filter| {
        ["query", filter, "--since-last", place.to_str().unwrap(), "--output", "json"]
            .map(str::to_owned)
    };
    let mut all = Vec::new();
    for round in 0..4 {
        let words = words("action=UpdateApp");
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        // A token that is not known moves no place.
        let mut refused = server.asks(&server.address, &words);
        assert_eq!(refused.env("DAYBOOK_TOKEN", "dbk_no").output().unwrap().status.code(), Some(4));
        let done = server.ask(&words);
        assert_eq!(done.status.code(), Some(0), "{}", said(&done));
        all.extend(ids(&told(&done)));
        // Late ones too: their time lies before those that are there.
        let late: Vec<Value> = (0..5).map(|i| event(10_000 + round * 10 + i, 0)).collect();
        server.ingest(&late);
    }
    let length = all.len();
    all.sort();
    all.dedup();
    assert_eq!((length, all.len()), (1_215, 1_215));
    // A place is of one filter: with another it would leave out what it never saw.
    let other = words("action=CreateApp");
    let other: Vec<&str> = other.iter().map(String::as_str).collect();
    assert_eq!(server.ask(&other).status.code(), Some(1));
    assert!(fs::metadata(&place).is_ok());
}

#[test]
fn a_job_takes_all_of_it_where_the_project_allows_little_at_once() {
    let server = Server::with(1_200, 0);
    let words = ["token", "create", "--name", "boss", "--scope", "admin"];
    let boss = told(&run(server.folder.path(), &words, ""));
    ureq::put(format!("{}/api/projects/acme/settings/export", server.address))
        .header("authorization", format!("Bearer {}", boss.trim()))
        .send_json(json!({"enabled": true, "max_rows": 500}))
        .unwrap();
    let place = server.folder.path().join("place");
    let place = place.to_str().unwrap();
    let ask = |words: &[&str]| {
        server.ask(&[words, &["action=UpdateApp", "--since-last", place]].concat())
    };
    // One file is not all of it, and moves no place.
    let file = server.folder.path().join("file");
    let done = ask(&["export", "--format", "ndjson", "--to", file.to_str().unwrap()]);
    assert_eq!(done.status.code(), Some(3), "{}", said(&done));
    let done = ask(&["query", "--output", "json"]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert_eq!(ids(&told(&done)).len(), 1_200);
    assert!(ids(&told(&ask(&["query", "--output", "json"]))).is_empty(), "each once");
}

#[test]
fn people_read_a_table_and_programs_json_or_csv() {
    let server = Server::with(60, 0);
    let words = ["query", "range=all", "action=UpdateApp", "--limit", "7", "--output"];
    let asked = |output| told(&server.ask(&[&words[..], &[output]].concat()));
    let table = asked("table");
    assert_eq!(table.matches("Maya Ortiz").count(), 7, "{table}");
    assert_eq!(ids(&asked("json")).first().map(String::as_str), Some("e59"));
    let csv = asked("csv");
    assert!(csv.starts_with("occurred_at,actor_name,"), "{csv}");
    assert_eq!(csv.lines().count(), 8);
    let pasted = format!("{}/projects/acme/log?range=all&path=/apps/5", server.address);
    let found = ids(&told(&server.ask(&["query", &pasted, "--output", "json"])));
    assert!(found.contains(&"e5".to_owned()) && !found.contains(&"e6".to_owned()), "{found:?}");
}

#[test]
fn tail_shows_what_arrives() {
    let server = Server::with(5, 0);
    let words = ["tail", "range=all", "action=UpdateApp", "-n", "2", "--output", "json"];
    let mut tail = server.asks(&server.address, &words).spawn().unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let mut next = || ids(&lines.next().unwrap().unwrap()).pop().unwrap();
    let mut first = [next(), next()];
    first.sort();
    assert_eq!(first, ["e3", "e4"]);
    server.ingest(&[event(77, 0)]);
    assert_eq!(next(), "e77");
    tail.kill().unwrap();
    tail.wait().unwrap();
}
