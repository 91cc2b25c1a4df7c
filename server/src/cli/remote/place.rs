//! `--since-last`: the place up to which a job has everything, kept in a file, so that each run takes
//! each entry exactly once.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use daybook_model::Seq;
use serde::{Deserialize, Serialize};

use crate::cli::CliError;

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    server: String,
    project: String,
    query: String,
    pub(super) after: Seq,
}

/// A place and the file it is kept in.
pub(super) struct Kept {
    file: PathBuf,
    pub(super) place: Place,
}

impl Kept {
    /// The place in this file; the beginning of the log where there is no file yet.
    pub(super) fn read(
        file: &Path,
        server: &str,
        project: &str,
        query: &str,
    ) -> Result<Self, CliError> {
        let failed = |error| CliError::File { path: file.to_owned(), error };
        let asked =
            Place { server: server.into(), project: project.into(), query: query.into(), after: 0 };
        let place = match fs::read_to_string(file) {
            Ok(text) => serde_json::from_str::<Place>(&text).map_err(|e| failed(e.into()))?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => asked.clone(),
            Err(e) => return Err(failed(e)),
        };
        if (Place { after: 0, ..place.clone() }) != asked {
            return Err(CliError::say(format!(
                "{} keeps the place of another question (project {}, {:?}); give each its own file",
                file.display(),
                place.project,
                place.query
            )));
        }
        Ok(Self { file: file.to_owned(), place })
    }

    /// Whether nothing was taken yet.
    pub(super) fn is_new(&self) -> bool {
        self.place.after == 0
    }

    /// Says what to do where the log does not have the place: it stays as it is until somebody decides.
    pub(super) fn explained(&self, error: CliError) -> CliError {
        let CliError::OtherLog(message) = error else { return error };
        let file = self.file.display();
        CliError::OtherLog(format!(
            "{message}. {file} is left as it was. Its \"after\" is the place up to which entries were taken: set it to the last \
             place that both logs have in common (what came later has places given anew), or remove the file to take all of it again"
        ))
    }

    /// Keeps a place, once everything in front of it was written. Either the old one or the new one
    /// is in the file, whatever happens.
    pub(super) fn keep(&mut self, after: Seq) -> Result<(), CliError> {
        self.place.after = after;
        let failed = |error| CliError::File { path: self.file.clone(), error };
        let folder = self.file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let mut new = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        serde_json::to_writer(&mut new, &self.place).map_err(|e| failed(e.into()))?;
        new.flush().and_then(|()| new.as_file().sync_all()).map_err(failed)?;
        new.persist(&self.file).map_err(|e| failed(e.error))?;
        Ok(())
    }
}
