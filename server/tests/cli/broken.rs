//! A file that is not all there is never taken for one that is: not by curl, and not by `daybook export`.

use std::{
    fs::{self, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::fs::MetadataExt as _,
    path::Path,
    process::Output,
    thread,
};

use daybook_model::export::FAILED;

use super::server::{Server, run, said, told, until};

/// More than what lies between a server and whoever reads slowly can hold.
const EVENTS: usize = 20_000;
const BYTES: usize = 1_500;

const QUERY: &str = "range=all&format=ndjson";
const EXPORT: [&str; 5] = ["export", "range=all", "--format", "ndjson", "--to"];

/// Whether curl says that the other side went away before the end.
fn is_partial(curl: &Output) -> bool {
    // A partial file; nothing more could be read.
    matches!(curl.status.code(), Some(18 | 56))
}

/// Where a server is reached by a line that breaks after so many bytes of each answer.
fn bad_line(server: &str, bytes: u64) -> String {
    let server = server.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = TcpStream::connect(&server).unwrap();
            let (mut asked, mut asks) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut asked, &mut asks));
            thread::spawn(move || {
                let mut client = client;
                let _ = std::io::copy(&mut server.take(bytes), &mut client);
                let _ = client.shutdown(Shutdown::Both);
            });
        }
    });
    format!("http://{address}")
}

#[test]
fn a_line_that_breaks_leaves_no_file_that_looks_whole() {
    let server = Server::with(2_000, BYTES);
    let file = server.folder.path().join("taken.ndjson");
    let line = bad_line(&server.address, 1 << 20);
    let curl = server.curl(&line, QUERY, &file).output().unwrap();
    assert!(is_partial(&curl), "{curl:?}");
    fs::remove_file(&file).unwrap();
    let mut words = EXPORT.to_vec();
    words.push(file.to_str().unwrap());
    let taken = server.asks(&line, &words).output().unwrap();
    assert_eq!(taken.status.code(), Some(3), "{}", said(&taken));
    assert!(said(&taken).contains("broke off after"), "{}", said(&taken));
    assert!(!file.exists(), "it has its name only when it is whole");
    let whole = server.ask(&words);
    assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
    let lines = fs::read_to_string(&file).unwrap().lines().count();
    assert!(lines >= 2_000, "{lines}");
}

#[test]
fn a_server_that_dies_leaves_no_file_that_looks_whole() {
    let mut server = Server::with(EVENTS, BYTES);
    let by_curl = server.folder.path().join("curl");
    let mut slow = server.curl(&server.address, QUERY, &by_curl);
    let slow = slow.args(["--limit-rate", "1M"]).spawn().unwrap();
    // Nobody reads what it writes yet: it waits, and so does the server.
    let mut words = EXPORT.to_vec();
    words.push("-");
    let mut taken = server.asks(&server.address, &words).spawn().unwrap();
    let mut out = taken.stdout.take().unwrap();
    let mut first = [0; 1024];
    out.read_exact(&mut first).unwrap();
    until("curl has some of it", || fs::metadata(&by_curl).is_ok_and(|file| file.size() > 0));
    server.kill();
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).unwrap();
    let taken = taken.wait_with_output().unwrap();
    assert_eq!(taken.status.code(), Some(3), "{}", said(&taken));
    let curl = slow.wait_with_output().unwrap();
    assert!(is_partial(&curl), "{curl:?}");
}

#[test]
fn a_database_that_fails_on_the_way_leaves_its_mark() {
    let server = Server::with(EVENTS, BYTES);
    let address = server.address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "GET /api/projects/acme/export?range=all HTTP/1.1\r\nhost: {address}\r\n\
         authorization: Bearer {}\r\nconnection: close\r\n\r\n",
        server.token
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut first = [0; 1024];
    stream.read_exact(&mut first).unwrap();
    spoil(&server.file());
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    let text = String::from_utf8_lossy(&rest);
    let end: String = text.chars().skip(text.chars().count().saturating_sub(400)).collect();
    assert_eq!(text.trim_end_matches(['0', '\r', '\n']).lines().last(), Some(FAILED), "{end}");
    assert!(text.ends_with("\r\n0\r\n\r\n"), "what has its mark has its end: {end}");
    assert!(text.lines().count() < EVENTS);
    let mut words = EXPORT.to_vec();
    let file = server.folder.path().join("taken.ndjson");
    words.push(file.to_str().unwrap());
    let taken = server.ask(&words);
    assert!(matches!(taken.status.code(), Some(1 | 3)), "{}{}", told(&taken), said(&taken));
    assert!(!file.exists());
}

/// Writes zeros over all of a database but its first pages.
fn spoil(file: &Path) {
    let mut spoiled = OpenOptions::new().write(true).open(file).unwrap();
    let length = spoiled.metadata().unwrap().size();
    let from = 1 << 20;
    spoiled.seek(SeekFrom::Start(from)).unwrap();
    let zeros = vec![0; 1 << 20];
    let mut left = length.saturating_sub(from);
    while left > 0 {
        let part = left.min(zeros.len() as u64);
        spoiled.write_all(&zeros[..usize::try_from(part).unwrap()]).unwrap();
        left -= part;
    }
}

#[test]
fn what_the_exit_status_says_is_what_happened() {
    let server = Server::with(3, 0);
    let folder = server.folder.path();
    for (words, status, says) in [
        (&["query", "range=all"][..], 0, ""),
        (&["query", "colour=red"], 1, "colour"),
        (&["export", "range=all", "status=999"], 1, "status"),
        (&["export", "range=all", "limit=5"], 1, "limit"),
        (&["query", "--colour"], 2, "--colour"),
        (&["query", "range=all", "--token", "dbk_wrong"], 4, "does not know this token"),
    ] {
        let done = server.ask(words);
        assert_eq!(done.status.code(), Some(status), "{words:?}: {}", said(&done));
        assert!(said(&done).contains(says), "{words:?}: {}", said(&done));
    }
    let manual = told(&run(folder, &["manual"], ""));
    for line in ["Exit status", "some entries were refused", "what arrived is not all of it"] {
        assert!(manual.contains(line), "{line}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = told(&run(folder, &["completions", shell], ""));
        assert!(script.contains("since-last"), "{shell}");
    }
}
