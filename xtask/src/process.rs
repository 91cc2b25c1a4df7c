//! Running programs: their output goes to a log, and its end is shown when they fail.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::step::{flush, human, terminal};
use crate::{Result, paths};

/// How many of a log's last lines are shown when a program fails.
const SHOWN: usize = 60;

/// A program to be started in the root of the checkout.
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(paths::root()).env("CARGO_TERM_COLOR", "never");
    command
}

/// The running step: the programs it starts write to its log.
pub(crate) struct Job {
    heading: String,
    log: PathBuf,
    started: Instant,
}

impl Job {
    /// The job of the step `title`, shown under `heading`.
    pub(crate) fn new(heading: &str, title: &str) -> Self {
        let name: String = title
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
            .collect();
        let log = paths::scratch().join("log").join(format!("{name}.log"));
        if let Some(folder) = log.parent() {
            // Where this fails, opening the log says so.
            let _ = fs::create_dir_all(folder);
        }
        let _ = fs::remove_file(&log);
        Self { heading: heading.to_owned(), log, started: Instant::now() }
    }

    /// Whether the line of this step is rewritten while it runs.
    #[expect(clippy::unused_self, reason = "reads as a property of the job")]
    pub(crate) fn live(&self) -> bool {
        terminal()
    }

    /// Rewrites the line of this step.
    pub(crate) fn show(&self, state: &str) {
        print!("\r\x1b[2K{}{state}", self.heading);
        flush();
    }

    /// Says something that belongs to this step.
    pub(crate) fn note(&self, sentence: &str) {
        if self.live() {
            self.show("");
            println!();
        }
        println!("      {sentence}");
        flush();
    }

    /// Runs a program to its end. `advice` is the sentence that tells what to do when it fails.
    pub(crate) fn run(&self, command: &mut Command, advice: &str) -> Result {
        self.finish(command)?.then_some(()).ok_or_else(|| self.failure(command, advice))
    }

    /// Runs a program to its end, and says whether it worked.
    pub(crate) fn finish(&self, command: &mut Command) -> Result<bool> {
        let mut log = self.open()?;
        let shown = shown(command);
        writeln!(log, "$ {shown}").map_err(|e| self.unwritable(&e))?;
        let errors = log.try_clone().map_err(|e| self.unwritable(&e))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(|e| cannot_start(command, &e))?;
        let mut said = Instant::now();
        loop {
            if let Some(status) = child.try_wait().map_err(|e| format!("{shown}: {e}"))? {
                return Ok(status.success());
            }
            sleep(Duration::from_millis(100));
            if self.live() && said.elapsed() > Duration::from_millis(500) {
                self.show(&format!(" … {} · {}", human(self.started.elapsed()), self.doing()));
                said = Instant::now();
            } else if said.elapsed() > Duration::from_mins(1) {
                println!("      {}: {}", human(self.started.elapsed()), self.doing());
                said = Instant::now();
            }
        }
    }

    /// Runs a program that may ask its user something, such as a password.
    pub(crate) fn run_openly(&self, command: &mut Command, advice: &str) -> Result {
        if self.live() {
            println!();
        }
        flush();
        let status = command.status().map_err(|e| cannot_start(command, &e))?;
        status.success().then_some(()).ok_or_else(|| format!("{advice}\n({})", shown(command)))
    }

    /// What the programs of this step have written.
    pub(crate) fn output(&self) -> String {
        fs::read(&self.log).map_or_else(|_| String::new(), |b| String::from_utf8_lossy(&b).into())
    }

    /// The end of the log under the sentence that tells what to do.
    pub(crate) fn failure(&self, command: &Command, advice: &str) -> String {
        let output = self.output();
        let lines: Vec<&str> = output.lines().collect();
        let tail = lines[lines.len().saturating_sub(SHOWN)..].join("\n");
        let log = self.log.strip_prefix(paths::root()).unwrap_or(&self.log);
        format!("{tail}\n\n{advice}\n({}; all it said is in {})", shown(command), log.display())
    }

    /// The last line of the log, short enough for a terminal.
    fn doing(&self) -> String {
        let output = self.output();
        let last = output.lines().rev().map(str::trim).find(|line| !line.is_empty());
        last.unwrap_or_default().chars().filter(|c| !c.is_control()).take(40).collect()
    }

    fn open(&self) -> Result<File> {
        let file = OpenOptions::new().create(true).append(true).open(&self.log);
        file.map_err(|e| self.unwritable(&e))
    }

    fn unwritable(&self, error: &std::io::Error) -> String {
        format!("Make {} writable: {error}.", self.log.display())
    }
}

/// What a program prints when asked quickly, or nothing if it cannot be asked.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The text of a file of this project.
pub(crate) fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|e| format!("Make {} readable: {e}.", file.display()))
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    let name = command.get_program().display();
    format!("Install `{name}` or put it on the PATH: it could not be started ({error}).")
}

/// The command as one would type it.
fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
