//! The command line. Every option can be given in the environment as well.

use std::{
    fmt::Display,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};

use crate::intake::Redactor;

mod admin;
mod backup;
mod config;
mod demo;
mod doctor;
mod door;
mod import;
mod log;
mod logging;
mod manual;
mod migrate;
mod oidc;
mod outbound;
mod remote;
mod restore;
mod serve;
mod stream;
mod via;

/// What the exit status says, in the help and in the manual.
const STATUS: &str = "Exit status:
  0  it is done, and all is there
  1  it could not be done
  2  the command line cannot be read
  3  what arrived is not all of it (query, tail, export), nor what was read (import); an archive is not there (restore)
  4  the token may not (query, tail, export)
  5  some entries were refused, each told on standard error; all others are in the log (import)";

/// An audit log to investigate, share and trust.
#[derive(Debug, Parser)]
#[command(name = "daybook", version, propagate_version = true, after_long_help = STATUS)]
struct Cli {
    #[command(flatten)]
    log: LogOptions,
    #[command(flatten)]
    file: config::File,
    #[command(flatten)]
    logging: logging::Options,
    #[command(subcommand)]
    command: Command,
}

/// Which log.
#[derive(Debug, Clone, Args)]
struct LogOptions {
    /// Where the log is kept; made when missing
    #[arg(
        long,
        global = true,
        env = "DAYBOOK_DATABASE_URL",
        hide_env_values = true,
        default_value = "sqlite://data/daybook.db"
    )]
    database_url: String,
    /// Where a log in PostgreSQL is read: a replica of it
    #[arg(
        long,
        global = true,
        env = "DAYBOOK_READ_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    read_url: Option<String>,
    /// A folder for what this machine keeps of a log in PostgreSQL: its column index. Each server has its own
    #[arg(
        long,
        global = true,
        env = "DAYBOOK_DATA",
        value_name = "FOLDER",
        default_value = "data"
    )]
    data: PathBuf,
}

impl LogOptions {
    /// Whether the log is in PostgreSQL.
    fn is_postgres(&self) -> bool {
        ["postgres:", "postgresql:"].iter().any(|scheme| self.database_url.starts_with(scheme))
    }
}

/// Which project of the log.
#[derive(Debug, Clone, Args)]
struct ProjectOption {
    /// The project, by its word or number; where events are put into it, it is made when missing
    #[arg(long, env = "DAYBOOK_PROJECT", default_value = "default")]
    project: String,
}

/// What is taken for a secret.
#[derive(Debug, Clone, Args)]
struct Redaction {
    /// A file that names more keys with secrets behind them, and keys to be left alone
    #[arg(long, env = "DAYBOOK_REDACT", value_name = "FILE")]
    redact: Option<PathBuf>,
}

impl Redaction {
    fn redactor(&self) -> Result<Redactor, CliError> {
        let known = Redactor::default();
        Ok(match &self.redact {
            Some(file) => known.with_file(file)?,
            None => known,
        })
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the page and the API
    Serve(Box<serve::Serve>),
    /// Read events from files into the log
    #[command(after_long_help = STATUS)]
    Import(import::Import),
    /// Ask a server for entries
    #[command(after_long_help = STATUS)]
    Query(remote::Query),
    /// Show entries as they arrive at a server
    #[command(after_long_help = STATUS)]
    Tail(remote::Tail),
    /// Take entries away from a server as a file
    #[command(after_long_help = STATUS)]
    Export(remote::Export),
    /// Fill a project with the activity of a made-up platform
    Demo(demo::MakeDemo),
    /// Make and list projects
    #[command(subcommand)]
    Project(admin::ProjectCommand),
    /// Let people in and keep them out
    #[command(subcommand)]
    User(admin::UserCommand),
    /// Make and revoke tokens for programs
    #[command(subcommand)]
    Token(admin::TokenCommand),
    /// Send entries to other systems as they arrive
    #[command(subcommand)]
    Stream(stream::StreamCommand),
    /// Bring entries back from the archive
    #[command(after_long_help = STATUS)]
    Restore(restore::Restore),
    /// Move the log from its file to PostgreSQL, also while a server writes to it
    Migrate(migrate::Migrate),
    /// Copy the log to a file, also while a server has it open
    Backup(backup::Backup),
    /// Look whether a server would do well here, and say what to do where not
    Doctor(Box<doctor::Doctor>),
    /// Print a completion script for a shell
    Completions(manual::Completions),
    /// Print the manual page
    Manual(manual::Manual),
}

/// Why a command failed: a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error("{0}")]
    Say(String),
    #[error(transparent)]
    Presence(#[from] crate::presence::PresenceError),
    #[error(transparent)]
    Project(#[from] crate::project::ProjectError),
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    #[error(transparent)]
    Ledger(#[from] crate::ledger::LedgerError),
    #[error(transparent)]
    Reach(#[from] crate::store::postgres::ReachError),
    #[error(transparent)]
    People(#[from] crate::people::PeopleError),
    #[error(transparent)]
    Tabs(#[from] crate::tabs::TabsError),
    #[error(transparent)]
    Journal(#[from] crate::journal::JournalError),
    #[error(transparent)]
    SingleSignOn(#[from] crate::oidc::ConfigError),
    #[error(transparent)]
    Authorities(#[from] crate::streams::AuthoritiesError),
    #[error(transparent)]
    Redactor(#[from] crate::intake::RedactorError),
    /// What was asked for is not all there.
    #[error("{0}")]
    Incomplete(String),
    /// The server knows who asks, or does not, and says no.
    #[error("{0}")]
    NotAllowed(String),
    /// The log does not go as far as the place that it was asked about.
    #[error("{0}")]
    OtherLog(String),
    /// Some of what was given is not in the log.
    #[error("{0}")]
    Refused(String),
    #[error("{path}: {error}", path = .path.display())]
    File { path: PathBuf, error: std::io::Error },
}

impl CliError {
    fn say(sentence: impl Into<String>) -> Self {
        Self::Say(sentence.into())
    }

    /// The exit status, for scripts. 2 is that of a command line that cannot be read.
    fn status(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Incomplete(_) => 3,
            Self::NotAllowed(_) => 4,
            Self::Refused(_) => 5,
            _ => 1,
        })
    }
}

/// Runs the command that the process was started with.
pub async fn run() -> ExitCode {
    let cli = match config::read::<Cli>() {
        Ok(cli) => cli,
        Err(error) => return failed(&error),
    };
    if let Err(error) = cli.logging.start(matches!(cli.command, Command::Serve(_))) {
        return failed(&error);
    }
    let done = match cli.command {
        Command::Serve(command) => command.run(&cli.log).await,
        Command::Import(command) => command.run(&cli.log).await,
        Command::Demo(command) => command.run(&cli.log).await,
        Command::Project(command) => command.run(&cli.log).await,
        Command::User(command) => command.run(&cli.log).await,
        Command::Token(command) => command.run(&cli.log).await,
        Command::Stream(command) => command.run(&cli.log).await,
        Command::Restore(command) => command.run(&cli.log).await,
        Command::Query(command) => command.run(&cli.log).await,
        Command::Tail(command) => command.run(&cli.log).await,
        Command::Export(command) => command.run(&cli.log).await,
        Command::Migrate(command) => command.run(&cli.log).await,
        Command::Backup(command) => command.run(&cli.log).await,
        Command::Doctor(command) => command.run(&cli.log, &cli.file).await,
        Command::Completions(command) => command.run(),
        Command::Manual(command) => command.run(&cli.log),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &CliError) -> ExitCode {
    // Nobody may read that either.
    let _ = writeln!(std::io::stderr(), "daybook: {error}");
    error.status()
}

/// Writes a line to standard output.
fn print_line(line: impl Display) -> Result<(), CliError> {
    print(format!("{line}\n").as_bytes())
}

/// Writes to standard output. Who reads no further has what they wanted.
fn print(bytes: &[u8]) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CliError::say(format!("what was made cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// The secret in a file that has nothing else in it.
fn secret_in(path: &Path) -> Result<String, CliError> {
    let read = std::fs::read_to_string(path);
    let text = read.map_err(|error| CliError::File { path: path.to_owned(), error })?;
    let secret = text.trim();
    if secret.is_empty() {
        let path = path.display();
        return Err(CliError::say(format!("{path}: there is no secret in this file")));
    }
    Ok(secret.to_owned())
}

/// Shows how far a long work is, on standard error, where somebody can see it.
fn progress(length: u64) -> indicatif::ProgressBar {
    let style = indicatif::ProgressStyle::with_template(
        "{bar:32} {human_pos} of {human_len}, {per_sec}, {eta} left",
    );
    let bar = indicatif::ProgressBar::new(length);
    bar.set_style(style.unwrap_or_else(|_| indicatif::ProgressStyle::default_bar()));
    bar
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    /// Whoever adds an option tells of it.
    #[test]
    fn every_option_of_the_server_is_in_the_documentation() {
        let told = include_str!("../../docs/operations.md");
        let mut command = super::Cli::command();
        command.build();
        let serve = command.find_subcommand("serve").expect("there is one");
        for option in serve.get_arguments() {
            let Some(variable) = option.get_env().and_then(|name| name.to_str()) else { continue };
            let name = option.get_long().unwrap_or_default();
            for word in [format!("--{name}`"), format!("`{variable}`")] {
                assert!(told.contains(&word), "docs/operations.md does not tell of {word}");
            }
        }
    }

    #[test]
    fn the_options_of_every_command_fit_together() {
        super::Cli::command().debug_assert();
    }
}
