//! Building the app into `dist/`, ready to be embedded.

use crate::process::{Job, program};
use crate::step::Step;
use crate::wasm::Toolchain;
use crate::{Result, paths, split, stamp, tools};

/// What the app is made from.
const SOURCES: &[&str] = &[
    "app",
    "model",
    "style",
    "public",
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    "xtask/compress.mjs",
    "xtask/src/split.rs",
    "xtask/src/tools.rs",
];

/// Builds the app, if something it is made from changed.
pub(crate) fn build() -> Option<Step> {
    let done = paths::scratch().join("app.stamp");
    if paths::dist().join("index.html").is_file()
        && stamp::fresh(&done, &stamp::fingerprint(SOURCES))
    {
        return None;
    }
    let step = Step::new("Building the app", move |job| {
        // Taken before, so that what is saved meanwhile is built the next time.
        let fingerprint = stamp::fingerprint(SOURCES);
        trunk(job)?;
        split::deliver(job)?;
        compress(job)?;
        stamp::write(&done, &fingerprint)
    });
    Some(step.hint("some minutes the first time"))
}

fn trunk(job: &Job) -> Result {
    let toolchain = Toolchain::required()?;
    let mut trunk = program("trunk");
    trunk.args(["build", "--features", "split", "--color", "never"]);
    // Its own remarks are about its insides; errors, and what cargo says, are shown.
    trunk.env_remove("NO_COLOR").env("RUST_BACKTRACE", "0").env("RUST_LOG", "error");
    let stand_in = split::put_between(&mut trunk)?;
    tools::put_on_path(&mut trunk, toolchain.bin().into_iter().chain([stand_in]).collect())?;
    toolchain.take_over(&mut trunk);
    job.run(&mut trunk, "Correct what the compiler or trunk says above.")
}

fn compress(job: &Job) -> Result {
    let mut node = program("node");
    node.arg("xtask/compress.mjs").arg(paths::scratch().join("compressed"));
    job.run(&mut node, "Make the folder dist/ writable, then run this again.")
}
