//! Two processes never write one log. Whoever opens it holds a lock beside it; a command that finds
//! a running server there goes through it instead.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// The only process that writes this log. Dropping it lets others.
#[derive(Debug)]
pub struct Presence {
    log: PathBuf,
    _lock: File,
}

/// How to reach the server that has the log open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunningServer {
    /// `http://127.0.0.1:8080`
    pub address: String,
    /// Lets commands in that may read this file.
    pub key: String,
}

/// What was found beside a log.
#[derive(Debug)]
pub enum Found {
    /// Nobody has it open; now this process does.
    Free(Presence),
    /// A server has it open.
    Server(RunningServer),
}

/// Why the log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum PresenceError {
    /// Another command is at work.
    #[error("another daybook command is writing this log; wait until it has finished")]
    Busy,
    /// The files beside the log cannot be made.
    #[error("cannot write beside the log ({path}): {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
}

impl Presence {
    /// Takes the log, or finds the server that has it. A log is one file, by whatever name or link
    /// it is reached.
    pub fn take(log: &Path) -> Result<Found, PresenceError> {
        let failed = |error| PresenceError::Io { path: log.to_owned(), error };
        let folder = log.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let log = match log.canonicalize() {
            Ok(log) => log,
            Err(_) => folder
                .canonicalize()
                .map_err(failed)?
                .join(log.file_name().ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?),
        };
        let lock_path = beside(&log, "lock");
        let failed = |error| PresenceError::Io { path: lock_path.clone(), error };
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&lock_path)
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Found::Free(Self { log, _lock: lock })),
            Err(TryLockError::WouldBlock) => {
                let server = std::fs::read(beside(&log, "server"))
                    .ok()
                    .and_then(|json| serde_json::from_slice(&json).ok());
                server.map(Found::Server).ok_or(PresenceError::Busy)
            }
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Says where this process serves, readable by its own user alone, and gives the key.
    pub fn announce(&self, address: String) -> Result<Secret, PresenceError> {
        let key = Secret::generate("");
        let server = RunningServer { address, key: key.reveal().to_owned() };
        let path = self.beside("server");
        let failed = |error| PresenceError::Io { path: path.clone(), error };
        let _ = std::fs::remove_file(&path);
        let file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        serde_json::to_writer(file, &server).map_err(|e| failed(e.into()))?;
        Ok(key)
    }

    /// The file beside the log that is named after it: `daybook.db.sessions`.
    pub fn beside(&self, what: &str) -> PathBuf {
        beside(&self.log, what)
    }
}

/// Makes a file that its own user alone may read, where there is none: what is in it is nobody
/// else's business. SQLite gives the files beside its own the same rights.
pub fn make_private(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).map(drop)
}

/// Two logs in one folder may differ in what follows the last dot alone.
fn beside(log: &Path, what: &str) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    name.into()
}

impl Drop for Presence {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.beside("server"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_one_finds_the_server() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("daybook.db");
        let Found::Free(first) = Presence::take(&log).unwrap() else { panic!("nobody has it") };
        assert!(matches!(Presence::take(&log), Err(PresenceError::Busy)));
        let key = first.announce("http://127.0.0.1:1".into()).unwrap();
        let Found::Server(server) = Presence::take(&log).unwrap() else {
            panic!("a server has it")
        };
        assert_eq!(server.key, key.reveal());
        drop(first);
        assert!(matches!(Presence::take(&log), Ok(Found::Free(_))));
    }

    #[test]
    fn a_log_is_its_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let (log, link) = (folder.path().join("a.db"), folder.path().join("b.db"));
        std::fs::write(&log, "").unwrap();
        std::os::unix::fs::symlink(&log, &link).unwrap();
        let Found::Free(_first) = Presence::take(&log).unwrap() else { panic!("nobody has it") };
        assert!(matches!(Presence::take(&link), Err(PresenceError::Busy)));
        let other = folder.path().join("a.sqlite");
        assert!(matches!(Presence::take(&other), Ok(Found::Free(_))));
    }
}
