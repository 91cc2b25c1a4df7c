//! What the process writes to standard error.

use std::io::IsTerminal as _;

use clap::{Args, ValueEnum};
use tracing_subscriber::{EnvFilter, fmt, util::SubscriberInitExt as _};

use super::CliError;

/// What is written to standard error.
#[derive(Debug, Args)]
#[group(id = "logging")]
pub(super) struct Options {
    /// What is written to standard error: a level (`error`, `warn`, `info`, `debug`), or levels by part of
    /// the program: `info,daybook::observe=debug` has a line for each request. Unless given, a server writes
    /// `info,sqlx=warn`, every other command `warn`
    #[arg(long = "log", global = true, env = "DAYBOOK_LOG", value_name = "LEVEL")]
    log_level: Option<String>,
    /// Lines for people, or JSON for programs
    #[arg(
        long,
        global = true,
        env = "DAYBOOK_LOG_FORMAT",
        default_value = "text",
        value_name = "FORMAT"
    )]
    log_format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs: an object a line
    Json,
}

impl Options {
    /// Begins to write what a server does, or a command that somebody waits for.
    pub(super) fn start(&self, is_server: bool) -> Result<(), CliError> {
        let usual = if is_server { "info,sqlx=warn" } else { "warn" };
        let level = self.log_level.as_deref().unwrap_or(usual);
        let filter = EnvFilter::try_new(level).map_err(|e| {
            CliError::say(format!(
                "--log: {level:?} is neither a level, such as info, nor a list of these: {e}"
            ))
        })?;
        // Codes for colours are for eyes, of those who want them: see no-color.org.
        let colours = std::io::stderr().is_terminal()
            && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let lines = fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
        match self.log_format {
            Format::Text => lines.with_target(false).finish().try_init(),
            Format::Json => {
                lines.json().flatten_event(true).with_span_list(false).finish().try_init()
            }
        }
        .map_err(|e| CliError::say(e.to_string()))
    }
}
