//! Names for commands: everything one does with this project is `cargo xtask …`.
//!
//! Each command is a list of [`step::Step`]s. What is already there makes no step, so the number
//! of steps shown is the number of things that are really to be done.

mod app;
mod bench;
mod browser;
mod check;
mod contract;
mod debian;
mod node;
mod paths;
mod peers;
mod process;
mod run;
mod setup;
mod sizes;
mod split;
mod stamp;
mod step;
mod system;
mod test;
mod tools;
mod torture;
mod wasm;

use std::process::ExitCode;

/// A failure is a sentence that tells what to do, and what was seen where that helps.
type Result<T = ()> = std::result::Result<T, String>;

const HELP: &str = "\
Daybook: cargo xtask COMMAND

  run [ARG…]         set up, build, and serve with demo activity (ARGs go to `daybook serve`)
  test               set up, then every check and every test
  check              formatting, clippy and documentation, without the tests
  contract           the API against its own description, alone
  e2e [ARG…]         the browser tests alone (ARGs go to Playwright)
  build [--release]  the app and the server; --release gives the one binary to hand out
  bench              sizes and speeds, against their limits
  bench index        the column index at ten million entries, beside DuckDB, PostgreSQL and SQLite
  bench alerts       what a hundred rules cost, and how soon one is tried on a million entries
  bench export       files of a million entries, beside the sqlite3 shell
  bench load         the whole server on SQLite and PostgreSQL: events a second, questions meanwhile, a thousand live readers
  bench page         the page at a million entries, in a browser
  bench retention    what questions wait for while half of two million entries are archived and removed
  torture [--minutes N] [--seed S] [KIND…]
                     servers that are killed, full disks, clocks that jump, crowds; ten minutes unless given.
                     KINDs, such as `load` and `kills-postgres`, share all the minutes; a wrong one names them all
  setup [--test]     only install what is missing (--test: for the tests as well)
";

fn main() -> ExitCode {
    if split::stands_in() {
        return end(split::bind());
    }
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = args.split_first() else {
        print!("{HELP}");
        return ExitCode::FAILURE;
    };
    let done = match command.as_str() {
        "run" => run::run(rest),
        "test" => test::test(),
        "check" => check::check(),
        "contract" => test::contract(),
        "e2e" => test::e2e(rest),
        "build" => run::build(rest),
        "bench" => bench::bench(rest),
        "torture" => torture::torture(rest),
        "setup" => setup::setup(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("There is no command `{other}`.\n\n{HELP}")),
    };
    end(done)
}

fn end(done: Result) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("\n{}", sentence.trim_end());
            ExitCode::FAILURE
        }
    }
}
