//! `cargo xtask test` and `cargo xtask e2e`.

use std::process::Command;

use crate::process::{Job, program};
use crate::step::{self, Counter, Report, Step, Tally, human};
use crate::{Result, app, browser, check, contract, node, paths, run, setup};

/// Everything: checks, tests of the crates, and tests in the browser.
pub(crate) fn test() -> Result {
    step::all(setup::for_tests()?)?;
    let builds: Vec<Step> = app::build().into_iter().chain([cargo_build()]).collect();
    let checks: Vec<Step> =
        check::steps()?.into_iter().chain([types(), cargo_tests(), app_tests()]).collect();
    let mut counter = Counter::new(checks.len() + builds.len() + 2);
    // One failure says little about the others, so they are all run; but there is nothing to
    // drive a browser against when a build failed.
    let mut reports: Vec<Report> = builds.into_iter().map(|step| counter.check(step)).collect();
    let ready = reports.iter().all(|report| report.outcome.is_ok());
    reports.extend(checks.into_iter().map(|step| counter.check(step)));
    if ready {
        reports.push(counter.check(contract::step()));
        reports.push(counter.check(browser_tests()));
    } else {
        println!("The browser tests were not run: there is nothing to run them against.");
    }
    summary(&reports)
}

/// The browser tests alone, with words for Playwright.
pub(crate) fn e2e(args: &[String]) -> Result {
    let mut steps = setup::for_tests()?;
    steps.extend(app::build());
    steps.push(run::server(false));
    step::all(steps)?;
    step::flush();
    let status = playwright().args(args).status().map_err(|e| format!("Playwright: {e}."))?;
    status.success().then_some(()).ok_or_else(|| "Some browser tests failed.".to_owned())
}

/// The API against its own description, alone.
pub(crate) fn contract() -> Result {
    step::all(setup::for_tests()?)?;
    step::all(vec![cargo_build(), contract::step()])
}

/// Tests of everything that runs outside of a browser.
fn cargo_test() -> Command {
    let mut cargo = program("cargo");
    cargo.args(["test", "--workspace", "--exclude", check::APP]);
    cargo
}

/// The tests, and with them the server, which some of them start: built apart, the two would be
/// compiled with other features each, and everything beneath them twice.
fn cargo_build() -> Step {
    let step = Step::new("Building the server and the tests", |job| {
        job.run(cargo_test().arg("--no-run"), "Correct what the compiler says above.")
    });
    step.hint("some minutes the first time")
}

/// Playwright runs its tests without looking at their types.
fn types() -> Step {
    Step::new("types of the browser tests", |job| {
        let mut tsc = Command::new(node::bin("end2end").join("tsc"));
        let project = paths::root().join("end2end");
        job.run(tsc.arg("--project").arg(project), "Correct what is said above.")
    })
}

fn cargo_tests() -> Step {
    Step::counted("cargo test", |job| counted(job, cargo_test().arg("--no-fail-fast"), cargo_tally))
}

/// What the app works out without a browser is tested here, where a test is a plain function.
fn app_tests() -> Step {
    Step::counted("cargo test, the app", |job| {
        let mut cargo = program("cargo");
        cargo.args(["test", "--package", check::APP, "--no-fail-fast"]);
        // Optimising its many dependencies would take minutes and save nobody any time.
        cargo.args(["--config", "profile.dev.package.\"*\".opt-level=0"]);
        counted(job, &mut cargo, cargo_tally)
    })
}

fn browser_tests() -> Step {
    Step::counted("browser tests", |job| {
        let mut playwright = playwright();
        playwright.args(["--reporter=list", "--pass-with-no-tests"]);
        counted(job, &mut playwright, playwright_tally)
    })
}

/// Playwright, told where the browser and the server are: the dev build unless told otherwise.
pub(crate) fn playwright() -> Command {
    let folder = paths::root().join("end2end");
    let mut command = Command::new(node::bin("end2end").join("playwright"));
    command.current_dir(folder).arg("test").env("DAYBOOK_BIN", paths::server(false));
    if let Some(chromium) = browser::find() {
        command.env("DAYBOOK_CHROMIUM", chromium);
    }
    command
}

/// Runs a test runner; its failures are shown here, and go into the summary as numbers.
fn counted(job: &Job, runner: &mut Command, tally: fn(&str) -> Tally) -> Result<Option<Tally>> {
    let passed = job.finish(runner)?;
    let mut tally = tally(&job.output());
    if passed {
        return Ok(Some(tally));
    }
    println!("{}", job.failure(runner, "Correct what failed."));
    // A runner that ends with an error has failed, whatever it counted.
    tally.failed = tally.failed.max(1);
    Ok(Some(tally))
}

/// Adds up lines such as `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
fn cargo_tally(output: &str) -> Tally {
    let lines = output.lines().filter(|line| line.starts_with("test result:"));
    lines.fold(Tally::default(), |sum, line| Tally {
        passed: sum.passed + number_before(line, "passed"),
        failed: sum.failed + number_before(line, "failed"),
        flaky: 0,
    })
}

/// Reads Playwright's closing lines, such as `  12 passed (3.4s)`.
fn playwright_tally(output: &str) -> Tally {
    let closing = |word: &str| {
        let mut lines = output
            .lines()
            .rev()
            .filter(|line| line.split_whitespace().nth(1) == Some(word) && line.starts_with(' '));
        lines.next().map_or(0, |line| number_before(line, word))
    };
    // A flaky test passed in the end, on a second try.
    let flaky = closing("flaky");
    Tally { passed: closing("passed") + flaky, failed: closing("failed"), flaky }
}

fn number_before(line: &str, word: &str) -> usize {
    let words: Vec<&str> = line.split([' ', ';']).filter(|word| !word.is_empty()).collect();
    let pair = words.windows(2).find(|pair| pair[1] == word);
    pair.and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

/// Prints what happened, and fails if anything did.
pub(crate) fn summary(reports: &[Report]) -> Result {
    println!();
    let mut all = Tally::default();
    for report in reports {
        let tally = match &report.outcome {
            Ok(Some(tally)) => *tally,
            Ok(None) => Tally { passed: 1, ..Tally::default() },
            Err(_) => Tally { failed: 1, ..Tally::default() },
        };
        all.passed += tally.passed;
        all.failed += tally.failed;
        let mark = if tally.failed == 0 { "✓" } else { "✗" };
        let tests = match &report.outcome {
            Ok(Some(Tally { passed, failed, flaky: 0 })) => {
                format!("{passed} passed, {failed} failed")
            }
            Ok(Some(Tally { passed, failed, flaky })) => {
                format!("{passed} passed ({flaky} on a second try), {failed} failed")
            }
            _ => String::new(),
        };
        println!("  {mark} {:<22}{:>12}   {tests}", report.title, human(report.took));
    }
    println!("\n{} passed, {} failed", all.passed, all.failed);
    if all.failed > 0 { Err("Not everything passed.".to_owned()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_cargo_test_says() {
        let output = "running 3 tests\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
            test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(cargo_tally(output), Tally { passed: 13, failed: 2, flaky: 0 });
    }

    #[test]
    fn counts_what_playwright_says() {
        let output = "  1 passed by in a title\n\n  1 failed\n    a.spec.ts:3:1 › x\n  1 flaky\n  \
            12 passed (3.4s)\n";
        assert_eq!(playwright_tally(output), Tally { passed: 13, failed: 1, flaky: 1 });
        assert_eq!(playwright_tally("Error: No tests found\n"), Tally::default());
    }
}
