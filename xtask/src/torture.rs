//! `cargo xtask torture`: what the tests do to a server for seconds, for as long as asked.

use crate::process::program;
use crate::{Result, check, setup, step, system};

const USAGE: &str = "Say `cargo xtask torture --minutes 30 --seed 7`; both may be left out.";

/// Runs it; its output is shown as it comes.
pub(crate) fn torture(args: &[String]) -> Result {
    let mut steps = setup::for_app()?;
    steps.extend(system::postgres());
    step::all(steps)?;
    let mut cargo = program("cargo");
    // As all tests are built, so that nothing is compiled anew for these.
    cargo.args(["test", "--workspace", "--exclude", check::APP, "--test", "torture"]);
    cargo.env("DAYBOOK_TORTURE_MINUTES", "10");
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let variable = match word.as_str() {
            "--minutes" => "DAYBOOK_TORTURE_MINUTES",
            "--seed" => "DAYBOOK_TORTURE_SEED",
            _ => return Err(USAGE.to_owned()),
        };
        let number = words.next().filter(|number| number.parse::<f64>().is_ok());
        cargo.env(variable, number.ok_or_else(|| USAGE.to_owned())?);
    }
    step::flush();
    let status = cargo.args(["--", "--nocapture"]).status().map_err(|e| format!("cargo: {e}."))?;
    let again =
        "It did not hold. The seed is said above: give it with --seed, to do the same again.";
    status.success().then_some(()).ok_or_else(|| again.to_owned())
}
