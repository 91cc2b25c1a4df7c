//! `cargo xtask bench`: figures against their limits. A benchmark, not a test.

use crate::process::program;
use crate::{Result, app, run, setup, sizes, step, system};

/// Builds what is handed out, and measures it.
pub(crate) fn bench(_args: &[String]) -> Result {
    let mut steps = setup::for_app()?;
    steps.extend(app::build());
    steps.push(run::server(true));
    steps.extend(system::package("sqlite3", "sqlite3"));
    step::all(steps)?;
    let sizes = sizes::report();
    let mut speeds = program("cargo");
    speeds.args(["bench", "--package", "daybook", "--bench", "log"]);
    let status = speeds.status().map_err(|e| format!("cargo: {e}."))?;
    status.success().then_some(()).ok_or_else(|| "The benchmark stopped; see above.".to_owned())?;
    sizes
}
