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
