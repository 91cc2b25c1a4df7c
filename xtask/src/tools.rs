//! The programs that build the app: trunk, and the wasm-bindgen that Cargo.lock asks for.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::process::{Job, ask, program, read};
use crate::step::Step;
use crate::{Result, node, paths};

const TRUNK: &str = "0.21.14";

/// These are run a few times a day for a second: what matters is how long they take to build.
const QUICK: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
];

/// Installs the tools that are missing.
pub(crate) fn missing() -> Result<Vec<Step>> {
    let bindgen = wasm_bindgen_version()?;
    let wanted = [
        ("trunk", "trunk", TRUNK.to_owned(), "4 to 6 minutes, once per machine"),
        ("wasm-bindgen-cli", "wasm-bindgen", bindgen, "about 2 minutes, once per machine"),
    ];
    let missing = wanted.into_iter().filter(|(_, name, version, _)| find(name, version).is_none());
    let mut missing = missing.peekable();
    let mut steps = Vec::new();
    while let Some((package, name, version, hint)) = missing.next() {
        let last = missing.peek().is_none();
        let step = Step::new(format!("Installing {package} {version}"), move |job| {
            install(job, package, name, &version)?;
            if last { tidy_up() } else { Ok(()) }
        });
        steps.push(step.hint(hint));
    }
    Ok(steps)
}

/// Lets `command` find the tools by name.
pub(crate) fn put_on_path(command: &mut Command, first: Option<&Path>) -> Result {
    let bindgen = wasm_bindgen_version()?;
    let mut folders: Vec<PathBuf> = first.into_iter().map(Path::to_path_buf).collect();
    for (name, version) in [("trunk", TRUNK), ("wasm-bindgen", bindgen.as_str())] {
        let found = find(name, version).ok_or_else(|| {
            format!("Run `cargo xtask setup`: {name} {version} is not installed.")
        })?;
        folders.extend(found.parent().map(Path::to_path_buf));
    }
    folders.push(node::bin("app/chart"));
    let path = env::var_os("PATH").unwrap_or_default();
    let all = folders.into_iter().chain(env::split_paths(&path));
    let joined: OsString = env::join_paths(all).map_err(|e| format!("Correct the PATH: {e}."))?;
    command.env("PATH", joined);
    Ok(())
}

fn install(job: &Job, package: &str, name: &str, version: &str) -> Result {
    let cargo = || {
        let mut command = program("cargo");
        command.args(["install", &format!("{package}@{version}"), "--root"]);
        command.arg(folder(name, version)).env("CARGO_TARGET_DIR", build_folder()).envs(QUICK);
        command
    };
    let advice = format!(
        "Check the connection to the crate registry, then run this again, or install {package} {version} \
         yourself."
    );
    // A locked dependency may have been withdrawn: then the newest that fits has to do.
    if job.finish(cargo().arg("--locked"))? {
        return Ok(());
    }
    job.run(&mut cargo(), &advice)
}

/// The tools share what they are compiled from; nobody needs it afterwards.
fn tidy_up() -> Result {
    let folder = build_folder();
    if !folder.exists() {
        return Ok(());
    }
    fs::remove_dir_all(&folder).map_err(|e| format!("Delete {}: {e}.", folder.display()))
}

/// The program `name`, if it is here in just this version.
fn find(name: &str, version: &str) -> Option<PathBuf> {
    let ours = folder(name, version).join("bin").join(name);
    let right = |file: &PathBuf| {
        let said = ask(program(file).arg("--version")).unwrap_or_default();
        said.split_whitespace().nth(1) == Some(version)
    };
    [Some(ours), paths::on_path(name)].into_iter().flatten().find(right)
}

/// Several versions live side by side, since several checkouts may.
fn folder(name: &str, version: &str) -> PathBuf {
    paths::tools().join(format!("{name}-{version}"))
}

fn build_folder() -> PathBuf {
    paths::tools().join("build")
}

/// The version of the library and of the program have to be the same.
fn wasm_bindgen_version() -> Result<String> {
    let lock = read(&paths::root().join("Cargo.lock"))?;
    let mut lines = lock.lines().skip_while(|line| *line != "name = \"wasm-bindgen\"");
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = \""));
    version
        .map(|version| version.trim_end_matches('"').to_owned())
        .ok_or_else(|| "Run `cargo generate-lockfile`: Cargo.lock has no wasm-bindgen.".to_owned())
}
