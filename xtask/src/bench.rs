//! `cargo xtask bench`: figures against their limits. A benchmark, not a test.

use crate::process::program;
use crate::test::playwright;
use crate::{Result, app, paths, peers, run, setup, sizes, step, system};

/// Runs the bench that is asked for.
pub(crate) fn bench(args: &[String]) -> Result {
    match args.first().map(String::as_str) {
        None => log(),
        Some("alerts") => speeds("alerts"),
        Some("index") => {
            step::all(peers::install())?;
            speeds("index")
        }
        Some("export") => {
            step::all(Vec::from_iter(system::package("sqlite3", "sqlite3")))?;
            speeds("export")
        }
        Some("retention") => speeds("retention"),
        Some("load") => {
            step::all(Vec::from_iter(system::postgres()))?;
            speeds("load")
        }
        Some("page") => page(),
        Some(other) => {
            let known = "`alerts`, `export`, `index`, `load`, `page` and `retention`";
            Err(format!("There is no bench {other:?}, only {known}."))
        }
    }
}

/// Builds what is handed out, and looks at it in a browser.
fn page() -> Result {
    let mut steps = setup::for_tests()?;
    steps.extend(app::build());
    steps.push(run::server(true));
    step::all(steps)?;
    step::flush();
    let status = playwright()
        .args(["--config", "playwright.bench.config.ts"])
        .env("DAYBOOK_BIN", paths::server(true))
        .status()
        .map_err(|e| format!("Playwright: {e}."))?;
    status.success().then_some(()).ok_or_else(|| "The benchmark stopped; see above.".to_owned())
}

/// Builds what is handed out, and measures it.
fn log() -> Result {
    let mut steps = setup::for_app()?;
    steps.extend(app::build());
    steps.push(run::server(true));
    steps.extend(system::package("sqlite3", "sqlite3"));
    step::all(steps)?;
    let sizes = sizes::report();
    speeds("log")?;
    sizes
}

fn speeds(bench: &str) -> Result {
    let mut speeds = program("cargo");
    speeds.args(["bench", "--package", "daybook", "--bench", bench]);
    let status = speeds.status().map_err(|e| format!("cargo: {e}."))?;
    status.success().then_some(()).ok_or_else(|| "The benchmark stopped; see above.".to_owned())
}
