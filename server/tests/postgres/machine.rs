//! A PostgreSQL of a test's own, which is started, stopped and followed by a replica. It ends with the test.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
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
    /// Whether its database is on a disk of its own, in a namespace.
    small: bool,
}

impl Machine {
    /// A new one, which runs, with an empty database `daybook`.
    pub(crate) fn new() -> Self {
        Self::made(false)
    }

    /// The same with its tables on a small disk, in memory, that it alone sees; for root alone.
    pub(crate) fn on_a_small_disk() -> Self {
        Self::made(true)
    }

    fn made(small: bool) -> Self {
        let mut machine = Self { folder: folder(), running: None, small };
        let mut made = machine.command("initdb");
        made.arg("-D").arg(machine.folder.join("data"));
        done(made.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]));
        machine.start();
        let mut place = "";
        if small {
            let space = machine.folder.join("disk/space");
            done(
                Command::new("install")
                    .args(["-d", "-o", "postgres", "-m", "700"])
                    .arg(machine.inside(&space)),
            );
            machine.ask(
                "postgres",
                &format!("CREATE TABLESPACE small LOCATION '{}'", space.display()),
            );
            place = " TABLESPACE small";
        }
        machine.ask("postgres", &format!("CREATE DATABASE daybook{place}"));
        machine
    }

    /// One that follows this one, and runs.
    pub(crate) fn replica(&self) -> Self {
        let mut machine = Self { folder: folder(), running: None, small: false };
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

    /// A file on its small disk, as it is seen from outside.
    pub(crate) fn on_disk(&self, name: &str) -> PathBuf {
        self.inside(&self.folder.join("disk").join(name))
    }

    fn inside(&self, path: &Path) -> PathBuf {
        let pid = self.running.as_ref().map_or(0, Child::id);
        Path::new("/proc").join(pid.to_string()).join("root").join(path.strip_prefix("/").unwrap())
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
        let mut command = if self.small && program == "postgres" {
            let mut command = Command::new("unshare");
            let mounted = "mkdir -p \"$0/disk\" && mount -t tmpfs -o size=64m,mode=755 tmpfs \"$0/disk\" && exec \"$@\"";
            command.args(["--mount", "sh", "-c", mounted]).arg(&self.folder).arg("setpriv");
            command
        } else {
            Command::new("setpriv")
        };
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
