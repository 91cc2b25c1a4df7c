//! A real server that is killed while it sends, and started again; by the command line.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
};

use super::{
    receiver::{Does, Receiver},
    until,
};
use crate::app::event;

/// A server that runs, and ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn daybook(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daybook"));
    let log = format!("sqlite://{}", folder.join("daybook.db").display());
    command.env("DAYBOOK_DATABASE_URL", log).env("DAYBOOK_PROJECT", "acme");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn serve(folder: &Path) -> Server {
    let mut server = daybook(folder);
    server.args(["serve", "--listen", "127.0.0.1:0", "--index-memory", "0"]);
    server.stderr(Stdio::null());
    let mut server = Server(server.spawn().unwrap());
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("Daybook is at "));
    server
}

/// Runs a command to its end; what it said.
fn run(folder: &Path, words: &[&str], input: &str) -> String {
    let mut command = daybook(folder).args(words).spawn().unwrap();
    command.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = command.wait_with_output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn import(folder: &Path, numbers: std::ops::Range<usize>) {
    let lines: Vec<_> = numbers.map(|n| event(&format!("e{n}"), 1).to_string()).collect();
    run(folder, &["import", "--format", "native", "-"], &lines.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start([]).await;
    let mut server = serve(folder.path());
    let header = "Authorization: Bearer from-the-command-line\n";
    let add = ["stream", "add", "SIEM", &receiver.address, "--after", "0", "--header-file", "-"];
    let made = run(folder.path(), &add, header);
    assert!(made.starts_with("\"SIEM\" running ") && !made.contains("in-the-address"), "{made}");
    for round in 0..3 {
        import(folder.path(), round * 700..round * 700 + 700);
        until("it goes on", async || receiver.first_arrivals().len() > round * 700 + 100).await;
        // What is on its way now is not known to be taken.
        receiver.does([Does::Vanish]);
        import(folder.path(), 10_000 + round..10_001 + round);
        drop(server);
        server = serve(folder.path());
    }
    until("all arrive", async || receiver.first_arrivals().len() >= 2_104).await;
    // A batch may have been taken just before the end, and come again.
    let arrived = receiver.first_arrivals();
    assert_eq!(arrived, (1..=arrived.len() as u64).collect::<Vec<_>>());
    assert!(receiver.got()[0].head.contains("Bearer from-the-command-line"));
    run(folder.path(), &["stream", "pause", "SIEM"], "");
    assert!(run(folder.path(), &["stream", "list"], "").contains("\"SIEM\" paused"));
    run(folder.path(), &["stream", "remove", "SIEM"], "");
    assert_eq!(run(folder.path(), &["stream", "list"], ""), "");
    drop(server);
}
