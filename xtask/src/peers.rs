//! The systems that the column index is measured beside. Only the bench needs them.

use crate::process::program;
use crate::step::Step;
use crate::{paths, system};

/// Installs what is missing of them.
pub(crate) fn install() -> Vec<Step> {
    let mut steps = Vec::from_iter(system::package("sqlite3", "sqlite3"));
    steps.extend(system::postgres());
    let python = paths::target().join("bench-data/python");
    if !python.join("bin/duckdb-is-there").is_file() {
        steps.push(Step::new("Installing DuckDB from PyPI", move |job| {
            if program("python3")
                .args(["-c", "import ensurepip"])
                .output()
                .is_ok_and(|o| !o.status.success())
            {
                system::install(job, &["python3-venv"])?;
            }
            job.run(
                program("python3").args(["-m", "venv"]).arg(&python),
                "Install Python 3 with its venv module, then run this again.",
            )?;
            job.run(
                program(python.join("bin/pip")).args(["install", "duckdb"]),
                "Check the connection to PyPI, then run this again.",
            )?;
            std::fs::write(python.join("bin/duckdb-is-there"), "").map_err(|e| e.to_string())
        }));
    }
    steps
}
