//! What a shell and `man` know of the commands.

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
    pub(super) fn run(&self) -> Result<(), CliError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "daybook", &mut script);
        super::print(&script)
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
        let Some(folder) = self.to else {
            let mut page = Vec::new();
            let made = clap_mangen::Man::new(Cli::command()).render(&mut page);
            made.map_err(|error| CliError::File { path: "-".into(), error })?;
            return super::print(&page);
        };
        let made = std::fs::create_dir_all(&folder)
            .and_then(|()| clap_mangen::generate_to(Cli::command(), &folder));
        made.map_err(|error| CliError::File { path: folder, error })
    }
}
