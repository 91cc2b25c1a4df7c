//! What comes from the operating system: packages, where they are missing.

use std::path::Path;

use crate::process::{Job, ask, program};
use crate::step::Step;
use crate::{Result, paths};

/// The C compiler, for SQLite.
pub(crate) fn c_compiler() -> Option<Step> {
    if ["cc", "gcc", "clang"].iter().any(|name| paths::on_path(name).is_some()) {
        return None;
    }
    Some(Step::new("Installing a C compiler", |job| install(job, &["build-essential"])))
}

/// A Debian package that brings this program, where it is missing.
pub(crate) fn package(program: &'static str, package: &'static str) -> Option<Step> {
    if paths::on_path(program).is_some() {
        return None;
    }
    Some(Step::new(format!("Installing {package}"), move |job| install(job, &[package])))
}

/// The same for what only root has on the PATH.
pub(crate) fn daemon(program: &'static str, package: &'static str) -> Option<Step> {
    let folders = ["/usr/sbin", "/sbin", "/usr/local/sbin"];
    let there = folders.iter().any(|folder| Path::new(folder).join(program).is_file());
    if there { None } else { self::package(program, package) }
}

/// PostgreSQL, whose programs Debian keeps apart by version.
pub(crate) fn postgres() -> Option<Step> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let there = versions.map(|version| version.path().join("bin/initdb")).any(|it| it.is_file());
    if there { None } else { package("initdb", "postgresql") }
}

/// Whether Debian's packages can be installed here.
pub(crate) fn has_apt() -> bool {
    paths::on_path("apt-get").is_some()
}

/// Whether this is root, who needs no sudo.
pub(crate) fn is_root() -> bool {
    ask(program("id").arg("-u")).is_some_and(|id| id == "0")
}

/// Installs Debian packages: as root, through sudo, or by asking for it.
pub(crate) fn install(job: &Job, packages: &[&str]) -> Result {
    let names = packages.join(" ");
    if !has_apt() {
        return Err(format!(
            "Install {names} with this system's package manager, then run this again."
        ));
    }
    let by_hand = format!("apt-get update && apt-get install -y {names}");
    let root = is_root();
    if !root && paths::on_path("sudo").is_none() {
        return Err(format!("As root, run `{by_hand}`, then run this again."));
    }
    let advice = format!("Run `{by_hand}` as root to see what is wrong, then run this again.");
    if !root {
        job.note(&format!("sudo apt-get install {names}"));
        job.run_openly(program("sudo").arg("-v"), &advice)?;
    }
    let apt = |words: &[&str]| {
        let mut command = if root { program("apt-get") } else { program("sudo") };
        if root {
            command.env("DEBIAN_FRONTEND", "noninteractive");
        } else {
            command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        }
        command.args(words);
        command
    };
    // An old package list may do, so only the installation has the last word.
    job.finish(&mut apt(&["update", "-q"]))?;
    let words = ["install", "-q", "-y", "--no-install-recommends"];
    job.run(&mut apt(&[&words, packages].concat()), &advice)
}
