//! What the process writes to standard error.

use clap::{Args, ValueEnum};
use tracing_subscriber::{EnvFilter, fmt, util::SubscriberInitExt as _};

use super::CliError;

/// What is written to standard error.
#[derive(Debug, Args)]
#[group(id = "logging")]
pub(super) struct Options {
    /// What is written to standard error: a level (`error`, `warn`, `info`, `debug`), or levels by part of
    /// the program: `info,daybook::observe=debug` has a line for each request
    #[arg(
        long = "log",
        global = true,
        env = "DAYBOOK_LOG",
        default_value = "info,sqlx=warn",
        value_name = "LEVEL"
    )]
    log_level: String,
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
    /// Begins to write.
    pub(super) fn start(&self) -> Result<(), CliError> {
        let filter = EnvFilter::try_new(&self.log_level).map_err(|e| {
            CliError::say(format!(
                "--log: {:?} is neither a level, such as info, nor a list of these: {e}",
                self.log_level
            ))
        })?;
        let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
        match self.log_format {
            Format::Text => lines.with_target(false).finish().try_init(),
            Format::Json => {
                lines.json().flatten_event(true).with_span_list(false).finish().try_init()
            }
        }
        .map_err(|e| CliError::say(e.to_string()))
    }
}
