//! Two processes never write one log. Whoever opens it holds a lock beside it; a command that finds
//! a running server there goes through it instead.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// The only process that writes this log. Dropping it lets others.
#[derive(Debug)]
pub struct Presence {
    path: PathBuf,
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
    /// Takes the log, or finds the server that has it.
    pub fn take(log: &Path) -> Result<Found, PresenceError> {
        let lock_path = log.with_extension("lock");
        let failed = |error| PresenceError::Io { path: lock_path.clone(), error };
        if let Some(folder) = log.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(failed)?;
        let path = log.with_extension("server");
        match lock.try_lock() {
            Ok(()) => Ok(Found::Free(Self { path, _lock: lock })),
            Err(TryLockError::WouldBlock) => {
                let server =
                    std::fs::read(&path).ok().and_then(|json| serde_json::from_slice(&json).ok());
                server.map(Found::Server).ok_or(PresenceError::Busy)
            }
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Says where this process serves, readable by its own user alone, and gives the key.
    pub fn announce(&self, address: String) -> Result<Secret, PresenceError> {
        let key = Secret::generate("");
        let server = RunningServer { address, key: key.reveal().to_owned() };
        let failed = |error| PresenceError::Io { path: self.path.clone(), error };
        let _ = std::fs::remove_file(&self.path);
        let file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&self.path)
            .map_err(failed)?;
        serde_json::to_writer(file, &server).map_err(|e| failed(e.into()))?;
        Ok(key)
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
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
}
