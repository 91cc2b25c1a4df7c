//! A small disk of a server's own, in memory and in a namespace, so that it can really be full.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::Server;

/// What runs a command, with the folder as its `$0`, where nobody else sees what it mounts.
const ALONE: [&str; 6] = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"];

/// Whether there can be one here.
pub(crate) fn namespaces() -> bool {
    let mut command = Command::new(ALONE[0]);
    command.args(&ALONE[1..]).arg("mount -t tmpfs tmpfs /tmp");
    command.output().is_ok_and(|output| output.status.success())
}

/// Whether the machine's PostgreSQL can have one, which root alone can mount, and not in every container.
pub(crate) fn as_root(kind: &str) -> bool {
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", "mount -t tmpfs tmpfs /tmp"]);
    let there = rustix::process::geteuid().is_root()
        && command.output().is_ok_and(|output| output.status.success());
    if !there {
        left_out(kind, "nobody here may mount a disk for PostgreSQL to fill");
    }
    there
}

/// Says that something is not tried here, also where tests that hold are quiet.
pub(crate) fn left_out(kind: &str, why: &str) {
    // Not by `println!`, which is kept and thrown away there.
    let _ = writeln!(std::io::stderr(), "\nNOT TRIED, {kind}: {why}.");
}

/// What stands before a server for which this command mounts a disk first.
pub(crate) fn before(mount: &str, folder: &Path) -> Vec<String> {
    let words = ALONE.into_iter().chain([mount]).map(str::to_owned);
    words.chain([folder.display().to_string()]).collect()
}

/// A path as the server sees it.
pub(crate) fn inside(server: &Server, path: &Path) -> PathBuf {
    let root = Path::new("/proc").join(server.pid().to_string()).join("root");
    root.join(path.strip_prefix("/").unwrap())
}

/// Fills the disk on which this file is to the last page. What is open keeps its room.
pub(crate) fn fill(path: &Path) -> File {
    let mut filler = File::create(path).unwrap();
    let mut length = 1 << 20;
    while length >= 4096 {
        if filler.write_all(&vec![0; length]).is_err() {
            length /= 2;
        }
    }
    filler
}
