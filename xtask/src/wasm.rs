//! A Rust that compiles to wasm32: the one in use where rustup can add the target, else Debian's.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::process::{Job, ask, program};
use crate::step::Step;
use crate::{Result, debian, paths};

/// The target's name.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The compiler that builds the app.
pub(crate) enum Toolchain {
    /// The one that builds the server as well.
    Usual,
    /// Debian's, in a folder of its own with `bin` and `lib`.
    Debian(PathBuf),
}

impl Toolchain {
    /// The one that is ready to be used.
    pub(crate) fn ready() -> Option<Self> {
        let folder = debian::folder();
        if !wanted_from_debian() && usual_has_target() {
            Some(Self::Usual)
        } else {
            debian::is_ready().then_some(Self::Debian(folder))
        }
    }

    /// Like [`Toolchain::ready`], for steps that come after the set-up.
    pub(crate) fn required() -> Result<Self> {
        Self::ready().ok_or_else(|| format!("Run `cargo xtask setup`: {TARGET} is not installed."))
    }

    /// Where its programs are, if they are not found by name anyway.
    pub(crate) fn bin(&self) -> Option<PathBuf> {
        match self {
            Self::Usual => None,
            Self::Debian(folder) => Some(folder.join("bin")),
        }
    }

    /// Lets `command`, and the cargo it starts, compile with it.
    pub(crate) fn take_over(&self, command: &mut Command) {
        if let Some(bin) = self.bin() {
            command.env("RUSTC", bin.join("rustc")).env("RUSTDOC", bin.join("rustdoc"));
            command.env_remove("RUSTUP_TOOLCHAIN");
        }
    }

    /// Its cargo.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = program(self.bin().map_or("cargo".into(), |bin| bin.join("cargo")));
        self.take_over(&mut cargo);
        cargo
    }
}

/// Makes a compiler for wasm32 available.
pub(crate) fn missing() -> Option<Step> {
    if Toolchain::ready().is_some() {
        return None;
    }
    Some(Step::new(format!("Adding the Rust target {TARGET}"), add))
}

fn add(job: &mut Job) -> Result {
    if !wanted_from_debian() && paths::on_path("rustup").is_some() {
        job.finish(program("rustup").args(["target", "add", TARGET]))?;
        if usual_has_target() {
            return Ok(());
        }
        job.note("rustup cannot download it here, so Debian's packages are taken (2 minutes).");
    }
    if !system_is_debian() {
        return Err(format!(
            "Run `rustup target add {TARGET}` (with rustup from rustup.rs), then run this again."
        ));
    }
    debian::install(job)
}

/// `DAYBOOK_WASM=debian` takes Debian's compiler even where it is not needed.
fn wanted_from_debian() -> bool {
    env::var_os("DAYBOOK_WASM").is_some_and(|choice| choice == "debian")
}

fn system_is_debian() -> bool {
    crate::system::has_apt()
}

fn usual_has_target() -> bool {
    let asked = ask(program("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    let library = asked.and_then(|folder| PathBuf::from(folder).read_dir().ok());
    library.is_some_and(|files| {
        files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libcore"))
    })
}
