//! The browser the tests drive.

use std::env;
use std::path::PathBuf;

use crate::process::program;
use crate::step::Step;
use crate::{paths, system};

/// What a Chromium may be called.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The browser to use: the one of `DAYBOOK_CHROMIUM`, or one that is installed.
pub(crate) fn find() -> Option<PathBuf> {
    let chosen = env::var_os("DAYBOOK_CHROMIUM").filter(|path| !path.is_empty());
    chosen.map(PathBuf::from).or_else(|| NAMES.iter().find_map(|name| paths::on_path(name)))
}

/// Installs Chromium: Debian's, or else Playwright's own, which [`find`] leaves to Playwright.
pub(crate) fn missing() -> Option<Step> {
    if find().is_some() || playwrights_own() {
        return None;
    }
    let step = Step::new("Installing Chromium", |job| {
        if debians() {
            return system::install(job, &["chromium"]);
        }
        let mut install = program("npx");
        install.args(["playwright", "install", "chromium"]).current_dir("end2end");
        if system::has_apt() {
            install.arg("--with-deps");
        }
        job.run(
            &mut install,
            "Install Chromium, or set DAYBOOK_CHROMIUM to the path of one, then run this again.",
        )
    });
    Some(step.hint("about 1 minute, once per machine"))
}

/// Whether Playwright can only have its own browser here, and has it.
fn playwrights_own() -> bool {
    if debians() {
        return false;
    }
    let home = env::home_dir().unwrap_or_default();
    [".cache/ms-playwright", "Library/Caches/ms-playwright"]
        .iter()
        .filter_map(|folder| home.join(folder).read_dir().ok())
        .flat_map(Iterator::flatten)
        .any(|entry| entry.file_name().to_string_lossy().starts_with("chromium"))
}

/// Whether Chromium is a package here. Ubuntu's package of that name is a pointer to a snap, which
/// does not run everywhere.
fn debians() -> bool {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    system::has_apt() && !release.lines().any(|line| line == "ID=ubuntu")
}
