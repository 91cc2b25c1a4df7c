//! A real server, which is started, killed, and started again.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// In which whatever is to happen has happened, on a machine that is busy with something else.
pub(crate) const LONG: Duration = Duration::from_mins(2);

/// A server that runs; killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    /// Where it serves its metrics.
    pub(crate) watched: String,
    /// What it wrote to standard error.
    pub(crate) said: PathBuf,
}

/// What a server is started with.
#[derive(Clone, Default)]
pub(crate) struct Start {
    /// A command that stands in front of it.
    pub(crate) before: Vec<String>,
    /// More options.
    pub(crate) options: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
}

pub(crate) fn daybook() -> &'static str {
    env!("CARGO_BIN_EXE_daybook")
}

pub(crate) fn url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("daybook.db").display())
}

impl Server {
    /// Starts one on the log in this folder, and waits until it serves.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::with(folder, &Start::default())
    }

    pub(crate) fn with(folder: &Path, start: &Start) -> Self {
        let mut words = start.before.clone();
        words.push(daybook().to_owned());
        let said = std::env::temp_dir().join(format!("daybook-{:016x}.log", rand::random::<u64>()));
        let watched = free_port();
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .args(["serve", "--listen", "127.0.0.1:0", "--project", "acme"])
            .args(["--index-memory", "16", "--metrics-listen", &watched])
            .args(&start.options)
            .env("DAYBOOK_DATABASE_URL", url(folder))
            .envs(start.environment.iter().cloned())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&said).unwrap());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address =
            lines.find_map(|line| line.ok()?.strip_prefix("Daybook is at ").map(str::to_owned));
        // Who reads no more would stop who writes.
        thread::spawn(move || lines.for_each(drop));
        let wrote = || std::fs::read_to_string(&said).unwrap_or_default();
        let address = address.unwrap_or_else(|| panic!("it does not start: {}", wrote()));
        Self { child, address, watched: format!("http://{watched}"), said }
    }

    /// Its process, where nothing stands in front of it.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, whatever it does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop.
    pub(crate) fn ask_to_stop(&self) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).unwrap();
    }

    /// Waits until it has stopped.
    pub(crate) fn stopped(&mut self) -> ExitStatus {
        let until = Instant::now() + LONG;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "it does not stop");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// What it wrote to its log.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(&self.said).unwrap_or_default()
    }

    /// Memory of its own, in KiB: what the system has cached of the log's file is not.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.said);
    }
}

/// An address that nobody listens at just now.
fn free_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// A token that may do everything in `acme`.
pub(crate) fn token(folder: &Path) -> String {
    token_of(&url(folder), folder)
}

/// The same, of the log at this address; what this machine keeps of it is in this folder.
pub(crate) fn token_of(url: &str, folder: &Path) -> String {
    let made = Command::new(daybook())
        .args(["token", "create", "--project", "acme", "--name", "torture"])
        .args(["--scope", "ingest,read,export", "--database-url", url])
        .env("DAYBOOK_DATA", folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}
