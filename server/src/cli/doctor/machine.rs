//! The machine: files, their permissions, and the room that is left.

use std::{
    fs, io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use rustix::{
    fs::statvfs,
    process::{Resource, getrlimit},
};

use super::Findings;
use crate::{store::index::inspect, words::counted};

/// With less room than this a log does not last long, in bytes.
const LITTLE: u64 = 1 << 30;
/// With less than this it does not last at all.
const NONE: u64 = 64 << 20;
/// Fewer connections than this are soon used up.
const FILES: u64 = 4_096;

/// The folder and the files of the log: nobody else's business, and ours to write.
pub(super) fn files(findings: &mut Findings, log: &Path, config: Option<&Path>) {
    let folder = folder(log);
    if !folder.exists() {
        let folder = folder.display();
        return findings.good("files", format!("{folder} is made when the server starts"));
    }
    let mut open = Vec::new();
    let beside = ["", "-wal", "-shm", ".sessions", ".sessions-wal", ".server"];
    let all = beside.iter().map(|what| named(log, what)).chain(config.map(Path::to_owned));
    for file in all {
        if let Some(mode) = mode(&file).filter(|mode| mode & 0o077 != 0) {
            open.push(format!("{} ({mode:03o})", file.display()));
        }
    }
    if open.is_empty() {
        findings.good("files", "only their owner can read them");
    } else {
        findings.doubtful(
            "files",
            format!("others on this machine can read {}", open.join(", ")),
            format!("chmod 600 these, and chmod 700 {}", folder.display()),
        );
    }
    // Tried rather than worked out: mounts and lists of rights have a say as well.
    if let Err(error) = tempfile::tempfile_in(&folder) {
        findings.wrong(
            "folder",
            format!("{} cannot be written to: {error}", folder.display()),
            "give it to the user that the server runs as (chown)",
        );
    }
    if let (Some(file), Some(here)) = (owner(log), owner(&folder))
        && file != here
    {
        findings.doubtful(
            "folder",
            format!("user {file} owns the log and user {here} its folder"),
            "give both to the user that the server runs as (chown)",
        );
    }
}

/// The room on the disk that has the log, or only its column index where `elsewhere` has the log.
pub(super) fn room(findings: &mut Findings, log: &Path, elsewhere: bool) {
    let Some(folder) = log.ancestors().skip(1).find(|folder| folder.exists()) else { return };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let room = match statvfs(folder) {
        Ok(room) => room.f_bavail * room.f_frsize,
        Err(error) => {
            let message = format!("it is not known how full the disk is: {error}");
            return findings.doubtful("disk", message, "look with df");
        }
    };
    let (what, advice) = if elsewhere {
        (
            "the column index is; the log is where PostgreSQL has it",
            "make room, or give another --data: an index that is not kept is built anew at each start",
        )
    } else {
        (
            "the log is",
            "make room, or move the log to a larger disk; senders are told to come again until then",
        )
    };
    let left = format!("{} MiB are free where {what}", room >> 20);
    match room {
        0..NONE if !elsewhere => findings.wrong("disk", left, advice),
        0..LITTLE => findings.doubtful("disk", left, advice),
        _ => findings.good("disk", left),
    }
}

/// The files of the column index.
pub(super) fn index(findings: &mut Findings, log: &Path) {
    let folder = named(log, ".index");
    match inspect(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            findings.good("index files", "none yet; they only make the next start quick");
        }
        Err(error) => findings.doubtful(
            "index files",
            format!("{} cannot be read: {error}", folder.display()),
            "give the folder to the user that the server runs as, or delete it: it is made again",
        ),
        Ok(found) if found.damaged > 0 => findings.doubtful(
            "index files",
            format!("{} of {} are damaged, and are built anew", found.damaged, found.files),
            "nothing is lost; if it happens again, look after the disk",
        ),
        Ok(found) => findings.good(
            "index files",
            format!(
                "{}, {} MiB, sound",
                counted(found.files as u64, "file", "files"),
                found.bytes >> 20
            ),
        ),
    }
}

/// How many connections there may be.
pub(super) fn open_files(findings: &mut Findings) {
    let most = getrlimit(Resource::Nofile).maximum;
    match most.filter(|most| *most < FILES) {
        Some(most) => findings.doubtful(
            "open files",
            format!("this process may have {most} files open, and each connection is one"),
            "raise the limit (LimitNOFILE= of systemd, ulimit -n)",
        ),
        None => findings.good("open files", "enough for many connections"),
    }
}

/// The file beside the log that is named after it.
pub(super) fn named(log: &Path, what: &str) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(what);
    name.into()
}

fn folder(log: &Path) -> PathBuf {
    let folder = log.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

fn mode(file: &Path) -> Option<u32> {
    Some(fs::metadata(file).ok()?.permissions().mode() & 0o777)
}

fn owner(file: &Path) -> Option<u32> {
    Some(fs::metadata(file).ok()?.uid())
}
