//! What a shell and `man` know of the commands.

use std::io;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, CliError, LogOptions};

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// Which shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) {
        clap_complete::generate(self.shell, &mut Cli::command(), "daybook", &mut io::stdout());
    }
}

/// Print the manual page, or those of all commands into a folder
#[derive(Debug, Args)]
pub(super) struct Manual {
    /// A folder for the page of each command
    #[arg(long, value_name = "FOLDER")]
    to: Option<std::path::PathBuf>,
}

impl Manual {
    pub(super) fn run(self, _: &LogOptions) -> Result<(), CliError> {
        let done = match &self.to {
            None => clap_mangen::Man::new(Cli::command()).render(&mut io::stdout()),
            Some(folder) => std::fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(Cli::command(), folder)),
        };
        done.map_err(|error| CliError::File { path: self.to.unwrap_or_else(|| "-".into()), error })
    }
}
