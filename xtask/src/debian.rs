//! Debian's compiler as a toolchain folder that knows wasm32.
//!
//! Debian has a current rustc and the source of its library, but not the library compiled for
//! wasm32. So that is compiled here, and put beside links to what is installed. The folder works
//! with and without rustup, and nothing outside it is touched.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Job, ask, program};
use crate::wasm::TARGET;
use crate::{Result, paths, stamp, system};

const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";

/// Where the toolchain is put together.
pub(crate) fn folder() -> PathBuf {
    paths::tools().join("daybook-web")
}

/// Whether it is there and fits the packages as they are now.
pub(crate) fn is_ready() -> bool {
    version().is_some_and(|version| stamp::fresh(&folder().join("made-for"), &version))
}

/// Installs the packages and puts the toolchain together.
pub(crate) fn install(job: &Job) -> Result {
    let mut packages = PACKAGES.to_vec();
    if linker().is_none() {
        packages.push("lld");
    }
    system::install(job, &packages)?;
    let version = version()
        .ok_or_else(|| format!("Run `{RUSTC} -vV` to see why Debian's compiler does not start."))?;
    let library = compile_library(job, &word(&version, "release: "))?;
    assemble(&library, &word(&version, "host: "))
        .map_err(|e| format!("Make {} writable and run this again: {e}.", folder().display()))?;
    stamp::write(&folder().join("made-for"), &version)
}

/// What Debian's rustc says about itself.
fn version() -> Option<String> {
    ask(program(RUSTC).arg("-vV"))
}

/// The rest of the line that begins with `key`.
fn word(version: &str, key: &str) -> String {
    version.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().to_owned()
}

/// Compiles the library for wasm32, in a copy of its source. Returns the folder with the result.
fn compile_library(job: &Job, release: &str) -> Result<PathBuf> {
    let source = format!("/usr/src/rustc-{release}/library");
    let copy = folder().join("library");
    let failed = |e| format!("Make {} writable and run this again: {e}.", folder().display());
    if folder().exists() {
        fs::remove_dir_all(folder()).map_err(failed)?;
    }
    fs::create_dir_all(folder()).map_err(failed)?;
    let advice = "Install Debian's package rust-web-src again, then run this again.";
    job.run(program("cp").args(["-r", &source]).arg(&copy), advice)?;
    let manifest = copy.join("sysroot/Cargo.toml");
    let target = folder().join("target");
    let mut cargo = Command::new(CARGO);
    cargo
        .current_dir(&copy)
        .args(["build", "--release", "--target", TARGET, "--features", "panic-unwind"])
        .arg("--manifest-path")
        .arg(manifest)
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("__CARGO_DEFAULT_LIB_METADATA", "stablestd")
        .env("RUSTFLAGS", "-Zforce-unstable-if-unmarked -Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", &target)
        .env_remove("RUSTUP_TOOLCHAIN");
    job.run(&mut cargo, "Report this: Debian's Rust library did not compile for wasm32.")?;
    Ok(target.join(TARGET).join("release/deps"))
}

/// Lays out `bin` and `lib` as rustc and cargo expect them.
fn assemble(library: &Path, host: &str) -> std::io::Result<()> {
    let folder = folder();
    let rustlib = folder.join("lib/rustlib");
    let ours = rustlib.join(TARGET).join("lib");
    fs::create_dir_all(&ours)?;
    for file in fs::read_dir(library)? {
        let path = file?.path();
        if let (Some("rlib"), Some(name)) =
            (path.extension().and_then(|e| e.to_str()), path.file_name())
        {
            fs::copy(&path, ours.join(name))?;
        }
    }
    let host_folder = rustlib.join(host);
    fs::create_dir_all(host_folder.join("bin"))?;
    symlink(format!("/usr/lib/rustlib/{host}/lib"), host_folder.join("lib"))?;
    if let Some(linker) = linker() {
        symlink(linker, host_folder.join("bin/rust-lld"))?;
    }
    let bin = folder.join("bin");
    fs::create_dir_all(&bin)?;
    symlink(CARGO, bin.join("cargo"))?;
    for name in ["rustc", "rustdoc"] {
        let script = bin.join(name);
        let line =
            format!("#!/bin/sh\nexec /usr/bin/{name} --sysroot '{}' \"$@\"\n", folder.display());
        fs::write(&script, line)?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    }
    fs::remove_dir_all(folder.join("library"))?;
    fs::remove_dir_all(folder.join("target"))
}

/// A linker for wasm: rustup's, or that of Debian's package `lld`.
fn linker() -> Option<PathBuf> {
    let usual = ask(program("rustc").args(["--print", "target-libdir"])).map(PathBuf::from);
    let rustups = usual.and_then(|lib| Some(lib.parent()?.join("bin/rust-lld")));
    let candidates = [rustups, paths::on_path("lld")];
    candidates.into_iter().flatten().find(|file| file.is_file())
}
