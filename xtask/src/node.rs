//! Node and what comes from npm: the chart library, wasm-opt and Playwright.

use std::path::PathBuf;

use crate::process::{Job, ask, program};
use crate::step::Step;
use crate::{Result, paths, stamp};

const ADVICE: &str = "Install Node 20 or newer (on Debian: `apt-get install nodejs npm`, or the \
                      one from nodejs.org), then run this again.";

/// What the bundle of the chart library is made from.
const CHART: &[&str] =
    &["app/chart/entry.js", "app/chart/build.mjs", "app/chart/package-lock.json"];

/// Refuses to go on without Node 20 and npm.
pub(crate) fn check() -> Result {
    let version = ask(program("node").arg("--version")).ok_or(ADVICE)?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|n| n.parse().ok());
    if major.is_none_or(|major: u32| major < 20) {
        return Err(format!("{ADVICE} This one is {version}."));
    }
    paths::on_path("npm").map(|_| ()).ok_or_else(|| format!("`npm` is not there. {ADVICE}"))
}

/// Installs what `folder/package-lock.json` lists, if that changed.
pub(crate) fn packages(folder: &'static str, what: &str) -> Option<Step> {
    let lock = format!("{folder}/package-lock.json");
    let done = paths::root().join(folder).join("node_modules/.daybook-stamp");
    let fingerprint = stamp::fingerprint(&[&lock]);
    if stamp::fresh(&done, &fingerprint) {
        return None;
    }
    let step = Step::new(format!("Installing {what} from npm"), move |job| {
        job.run(
            program("npm").args(["ci", "--no-audit", "--no-fund", "--prefix", folder]),
            &format!("Check the connection to the npm registry and run `npm ci` in {folder}."),
        )?;
        stamp::write(&done, &fingerprint)
    });
    Some(step)
}

/// Bundles the chart library into public/echarts.js.
pub(crate) fn chart() -> Option<Step> {
    let done = paths::scratch().join("chart.stamp");
    let bundle = paths::root().join("public/echarts.js");
    if bundle.is_file() && stamp::fresh(&done, &stamp::fingerprint(CHART)) {
        return None;
    }
    let step = Step::new("Bundling the chart library", move |job| {
        script(job, "app/chart/build.mjs")?;
        stamp::write(&done, &stamp::fingerprint(CHART))
    });
    Some(step)
}

/// Runs one of this project's scripts.
pub(crate) fn script(job: &Job, file: &'static str) -> Result {
    job.run(program("node").arg(file), &format!("Correct what `node {file}` says is wrong."))
}

/// Where the programs of the npm packages in `folder` are.
pub(crate) fn bin(folder: &str) -> PathBuf {
    paths::root().join(folder).join("node_modules/.bin")
}
