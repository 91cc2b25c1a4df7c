//! A server that runs on a log of its own, and commands that are run beside it.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// In which whatever is to happen has happened, on a machine that is busy with something else.
const LONG: Duration = Duration::from_mins(2);

/// A server with the project `acme`, and a token that may do everything there.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: String,
    pub(crate) token: String,
    pub(crate) folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A command on the log in this folder.
pub(crate) fn daybook(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daybook"));
    let log = format!("sqlite://{}", folder.join("daybook.db").display());
    command.env("DAYBOOK_DATABASE_URL", log).env("DAYBOOK_PROJECT", "acme");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command to its end.
pub(crate) fn run(folder: &Path, words: &[&str], input: &str) -> Output {
    let mut command = daybook(folder).args(words).spawn().unwrap();
    // One that reads nothing may have ended already.
    let _ = command.stdin.take().unwrap().write_all(input.as_bytes());
    command.wait_with_output().unwrap()
}

impl Server {
    /// One whose log has so many events, each with so many bytes of context.
    pub(crate) fn with(events: usize, bytes: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if events > 0 {
            let lines: Vec<_> = (0..events).map(|n| event(n, bytes).to_string()).collect();
            let done =
                run(folder.path(), &["import", "--format", "native", "-"], &lines.join("\n"));
            assert_eq!(done.status.code(), Some(0), "{}", said(&done));
        }
        let mut process = daybook(folder.path())
            .args(["serve", "--listen", "127.0.0.1:0", "--index-memory", "0"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines.find_map(|l| Some(l.ok()?.strip_prefix("Daybook is at ")?.to_owned()));
        // Who reads no more would stop who writes.
        thread::spawn(move || lines.for_each(drop));
        let words = ["token", "create", "--name", "job", "--scope", "ingest,read,export"];
        let token = run(folder.path(), &words, "");
        let token = String::from_utf8(token.stdout).unwrap().trim().to_owned();
        Self { process, address: address.unwrap(), token, folder }
    }

    /// Ends it at once, whatever it does.
    pub(crate) fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// The log's file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("daybook.db")
    }

    /// A command that asks this server, or whatever stands at another address.
    pub(crate) fn asks(&self, address: &str, words: &[&str]) -> Command {
        let mut command = daybook(self.folder.path());
        command.args(words).env("DAYBOOK_SERVER", address).env("DAYBOOK_TOKEN", &self.token);
        command
    }

    pub(crate) fn ask(&self, words: &[&str]) -> Output {
        self.asks(&self.address, words).output().unwrap()
    }

    /// An export, as curl asks for it.
    pub(crate) fn curl(&self, address: &str, query: &str, to: &Path) -> Command {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--no-buffer", "--output"]).arg(to);
        command.args(["--header", &format!("Authorization: Bearer {}", self.token)]);
        command.arg(format!("{address}/api/projects/acme/export?{query}"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn ingest(&self, events: &[Value]) {
        ureq::post(format!("{}/api/projects/acme/events", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .send_json(json!(events))
            .unwrap();
    }
}

pub(crate) fn event(n: usize, bytes: usize) -> Value {
    json!({
        "id": format!("e{n}"),
        "occurred_at": format!("2026-11-20T{:02}:{:02}:00Z", n / 60 % 24, n % 60),
        "actor": {"type": "user", "id": "58392", "name": "Maya Ortiz"},
        "action": "UpdateApp",
        "request": {"method": "PATCH", "path": format!("/apps/{n}"), "status_code": 200},
        "context": {"k": "v".repeat(bytes)},
    })
}

/// What a command wrote to standard error.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What it wrote to standard output.
pub(crate) fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Waits until something is so.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}
