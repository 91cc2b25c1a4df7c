//! The programs that build the app: trunk, the wasm-bindgen that Cargo.lock asks for, and what
//! splits the module between the two.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::process::{Job, ask, program, read};
use crate::step::Step;
use crate::{Result, node, paths};

const TRUNK: &str = "0.21.14";
const SPLIT: &str = "0.2.4";
const SPLITTER: &str = "wasm_split_cli_support";

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
        (SPLITTER, "wasm-split-cli", SPLIT.to_owned(), "about a minute, once per machine"),
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
pub(crate) fn put_on_path(command: &mut Command, first: Vec<PathBuf>) -> Result {
    let mut folders = first;
    folders.extend(required("trunk", TRUNK)?.parent().map(Path::to_path_buf));
    folders.push(node::bin("app/chart"));
    let path = env::var_os("PATH").unwrap_or_default();
    let all = folders.into_iter().chain(env::split_paths(&path));
    let joined: OsString = env::join_paths(all).map_err(|e| format!("Correct the PATH: {e}."))?;
    command.env("PATH", joined);
    Ok(())
}

/// The real wasm-bindgen.
pub(crate) fn wasm_bindgen() -> Result<PathBuf> {
    required("wasm-bindgen", &wasm_bindgen_version()?)
}

/// What takes a linked module apart.
pub(crate) fn wasm_split() -> Result<PathBuf> {
    required("wasm-split-cli", SPLIT)
}

fn required(name: &str, version: &str) -> Result<PathBuf> {
    find(name, version)
        .ok_or_else(|| format!("Run `cargo xtask setup`: {name} {version} is not installed."))
}

fn install(job: &Job, package: &str, name: &str, version: &str) -> Result {
    let cargo = || {
        let mut command = program("cargo");
        command.args(["install", &format!("{package}@{version}")]);
        if package == SPLITTER {
            // It is a library first.
            command.args(["--features", "build-binary"]);
        }
        command.arg("--root").arg(folder(name, version));
        command.env("CARGO_TARGET_DIR", build_folder()).envs(QUICK);
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
    // What is in our folder was installed in that version; it has to start on this machine.
    let ours = folder(name, version).join("bin").join(name);
    if ask(program(&ours).arg("--help")).is_some() {
        return Some(ours);
    }
    paths::on_path(name).filter(|file| {
        let said = ask(program(file).arg("--version")).unwrap_or_default();
        said.split_whitespace().nth(1) == Some(version)
    })
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
