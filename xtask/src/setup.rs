//! Installing what is missing, and nothing else.

use std::fs;

use crate::step::{self, Step};
use crate::{Result, browser, contract, node, paths, system, tools, wasm};

/// `cargo xtask setup`.
pub(crate) fn setup(args: &[String]) -> Result {
    let steps = if args.iter().any(|arg| arg == "--test") { for_tests()? } else { for_app()? };
    if steps.is_empty() {
        println!("Everything is installed.");
    }
    step::all(steps)
}

/// What it takes to build and run.
pub(crate) fn for_app() -> Result<Vec<Step>> {
    node::check()?;
    // The server embeds this folder, so there has to be one even before the first build.
    fs::create_dir_all(paths::dist())
        .map_err(|e| format!("Make the folder of the project writable: {e}."))?;
    let mut steps: Vec<Step> =
        [system::c_compiler(), wasm::missing()].into_iter().flatten().collect();
    steps.extend(tools::missing()?);
    steps.extend(node::packages("app/chart", "the chart library and wasm-opt"));
    steps.extend(node::chart());
    Ok(steps)
}

/// What it takes to run every test.
pub(crate) fn for_tests() -> Result<Vec<Step>> {
    let mut steps = for_app()?;
    steps.extend(node::packages("end2end", "Playwright"));
    steps.extend(node::packages("end2end/identity", "a provider of single sign-on for tests"));
    steps.extend(system::daemon("rsyslogd", "rsyslog"));
    steps.extend(system::postgres());
    steps.extend(node::packages("end2end/receivers", "a mail server for tests"));
    steps.extend(browser::missing());
    steps.extend(contract::install());
    Ok(steps)
}
