//! A PostgreSQL of a test's own, which is started, stopped and followed by a replica. It ends with the test.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::programs::{done, programs, user};

/// In which it starts and stops, on a machine that is busy with something else.
const LONG: Duration = Duration::from_mins(1);

/// One, in a folder of its own, reached by a socket there and by nothing else.
pub(crate) struct Machine {
    folder: PathBuf,
    running: Option<Child>,
}

impl Machine {
    /// A new one, which runs, with an empty database `daybook`.
    pub(crate) fn new() -> Self {
        let mut machine = Self { folder: folder(), running: None };
        let mut made = machine.command("initdb");
        made.arg("-D").arg(machine.folder.join("data"));
        done(made.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]));
        machine.start();
        machine.ask("postgres", "CREATE DATABASE daybook");
        machine
    }

    /// One that follows this one, and runs.
    pub(crate) fn replica(&self) -> Self {
        let mut machine = Self { folder: folder(), running: None };
        let mut copied = machine.command("pg_basebackup");
        copied.arg("-h").arg(&self.folder).args(["-U", "postgres", "-R", "-X", "stream"]);
        done(copied.args(["-c", "fast", "--no-sync", "-D"]).arg(machine.folder.join("data")));
        machine.start();
        machine
    }

    /// The address of its database.
    pub(crate) fn url(&self) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}/daybook")
    }

    /// Has it do something; what it answers.
    pub(crate) fn ask(&self, database: &str, text: &str) -> String {
        let mut asked = Command::new(programs().join("psql"));
        asked.arg("-h").arg(&self.folder).args(["-U", "postgres", "-d", database, "-Atqc", text]);
        let answer = asked.output().unwrap();
        let said = String::from_utf8_lossy(&answer.stderr);
        assert!(answer.status.success(), "{text}: {said}");
        String::from_utf8(answer.stdout).unwrap().trim().to_owned()
    }

    /// Starts it, and waits until it can be asked.
    pub(crate) fn start(&mut self) {
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.folder.join("data")).arg("-k").arg(&self.folder);
        for setting in ["listen_addresses=", "max_connections=120", "shared_buffers=64MB"] {
            command.args(["-c", setting]);
        }
        let log = fs::File::create(self.folder.join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        self.running = Some(command.spawn().unwrap());
        let until = Instant::now() + LONG;
        loop {
            let mut ready = Command::new(programs().join("pg_isready"));
            ready.arg("-h").arg(&self.folder).arg("-q");
            if ready.status().is_ok_and(|status| status.success()) {
                return;
            }
            let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(Instant::now() < until, "PostgreSQL does not start: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Cuts all connections and stops it.
    pub(crate) fn stop(&mut self) {
        self.signal(Signal::INT);
    }

    /// Stops it as if it had crashed.
    pub(crate) fn crash(&mut self) {
        self.signal(Signal::QUIT);
    }

    fn signal(&mut self, signal: Signal) {
        let Some(mut running) = self.running.take() else { return };
        kill_process(Pid::from_child(&running), signal).unwrap();
        let _ = running.wait();
    }

    /// One of its programs, as the user whom it runs as. It ends with whoever started it.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args(user()).args(["--pdeathsig=QUIT", "--"]).arg(programs().join(program));
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.crash();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A folder of the user's whom it runs as.
fn folder() -> PathBuf {
    let folder = tempfile::Builder::new().prefix("daybook-pg-").tempdir().unwrap().keep();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    if !user().is_empty() {
        done(Command::new("chown").arg("postgres:postgres").arg(&folder));
    }
    folder
}
