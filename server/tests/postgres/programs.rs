//! PostgreSQL's programs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// As whom it runs: it refuses to be root.
pub(crate) fn user() -> &'static [&'static str] {
    if rustix::process::geteuid().is_root() {
        &["--reuid=postgres", "--regid=postgres", "--clear-groups"]
    } else {
        &[]
    }
}

/// Where its programs are: the newest version that is installed.
pub(crate) fn programs() -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|folder| folder.join("initdb").is_file())
        .collect();
    found.sort();
    let anywhere = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder: &PathBuf| folder.join("initdb").is_file())
    };
    found.pop().or_else(anywhere).expect("PostgreSQL, which `cargo xtask setup --test` installs")
}

pub(crate) fn done(command: &mut Command) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", Path::new(command.get_program()).display());
}
