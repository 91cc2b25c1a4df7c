//! What is imported: files, or standard input.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Seek as _},
    path::{Path, PathBuf},
};

use indicatif::ProgressBar;

use super::super::CliError;

/// A file that can be read from its beginning again.
pub(super) struct Source {
    name: PathBuf,
    file: File,
}

impl Source {
    /// Opens a file, or standard input for `-`, which is kept in a temporary file when it must be
    /// read twice.
    pub(super) fn open(name: &Path, twice: bool) -> Result<Self, CliError> {
        let failed = |error| CliError::File { path: name.to_owned(), error };
        let file = if name.as_os_str() != "-" {
            File::open(name).map_err(failed)?
        } else if twice {
            let mut spool = tempfile::tempfile().map_err(failed)?;
            io::copy(&mut io::stdin().lock(), &mut spool).map_err(failed)?;
            spool
        } else {
            File::open("/dev/stdin").map_err(failed)?
        };
        Ok(Self { name: name.to_owned(), file })
    }

    /// Its length in bytes, as far as that can be known.
    pub(super) fn length(&self) -> u64 {
        self.file.metadata().map_or(0, |m| m.len())
    }

    /// A reader from the beginning, watched by the progress bar.
    pub(super) fn reader(
        &self,
        bar: &ProgressBar,
    ) -> Result<impl BufRead + Send + use<>, CliError> {
        let mut file = self.file.try_clone().map_err(|e| self.failed(e))?;
        // A pipe cannot go back; it is read once and need not.
        let _ = file.rewind();
        Ok(BufReader::with_capacity(256 * 1024, bar.wrap_read(file)))
    }

    /// The error that this file cannot be read (on).
    pub(super) fn failed(&self, error: io::Error) -> CliError {
        CliError::File { path: self.name.clone(), error }
    }

    /// Its name.
    pub(super) fn name(&self) -> std::path::Display<'_> {
        self.name.display()
    }
}
