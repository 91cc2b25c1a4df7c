//! `cargo xtask bench`: figures against their limits. A benchmark, not a test.

use crate::{Result, app, run, setup, sizes, step};

/// Builds what is handed out, and measures it.
pub(crate) fn bench(_args: &[String]) -> Result {
    let mut steps = setup::for_app()?;
    steps.extend(app::build());
    steps.push(run::server(true));
    step::all(steps)?;
    sizes::report()
    // The speed of the store and of the import belongs here: one file a topic in bench/, each
    // with a `report() -> Result` that prints its table.
}
