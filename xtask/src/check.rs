//! What can be said about the code without running it.

use crate::process::{ask, program};
use crate::step::{Counter, Report, Step};
use crate::wasm::{TARGET, Toolchain};
use crate::{Result, setup, step, test};

/// Made for the browser; only its tests run here.
pub(crate) const APP: &str = "daybook-app";
/// Compiled for both sides.
const MODEL: &str = "daybook-model";

/// That of the app's build, with which it shares macros and build scripts.
const PROFILE: &str = "wasm";

const ADVICE: &str = "Correct what is said above.";

/// `cargo xtask check`.
pub(crate) fn check() -> Result {
    step::all(setup::for_app()?)?;
    let steps = steps()?;
    let mut counter = Counter::new(steps.len());
    test::summary(&steps.into_iter().map(|step| counter.check(step)).collect::<Vec<Report>>())
}

/// Formatting, clippy and documentation, for both sides.
pub(crate) fn steps() -> Result<Vec<Step>> {
    let wasm = Toolchain::required()?;
    let clippy = ask(wasm.cargo().args(["clippy", "--version"])).is_some();
    Ok(vec![
        Step::new("rustfmt", |job| {
            let words = ["fmt", "--all", "--check", "--", "--color", "never"];
            job.run(program("cargo").args(words), "Run `cargo fmt --all`.")
        }),
        Step::new("clippy", |job| {
            let words = ["clippy", "--workspace", "--exclude", APP, "--all-targets"];
            job.run(program("cargo").args(words).args(["--", "-D", "warnings"]), ADVICE)
        }),
        Step::new("clippy for wasm32", move |job| {
            let mut cargo = wasm.cargo();
            if clippy {
                cargo.args(["clippy", "--target", TARGET, "-p", APP, "-p", MODEL]);
                cargo.args(["--profile", PROFILE]);
                cargo.args(["--bins", "--lib", "--", "-D", "warnings"]);
            } else {
                job.note(
                    "Debian's compiler comes without clippy, so these are its own warnings only.",
                );
                cargo.args(["rustc", "--profile", "check", "--target", TARGET, "-p", APP]);
                cargo.args(["--", "-D", "warnings"]);
            }
            job.run(&mut cargo, ADVICE)
        }),
        Step::new("rustdoc", |job| {
            let mut cargo = program("cargo");
            cargo.args(["doc", "--workspace", "--exclude", APP, "--no-deps"]);
            job.run(cargo.env("RUSTDOCFLAGS", "-D warnings"), ADVICE)
        }),
        Step::new("rustdoc for wasm32", |job| {
            let mut cargo = Toolchain::required()?.cargo();
            cargo.args(["doc", "--target", TARGET, "-p", APP, "--no-deps"]);
            cargo.args(["--profile", PROFILE]);
            job.run(cargo.env("RUSTDOCFLAGS", "-D warnings"), ADVICE)
        }),
    ])
}
