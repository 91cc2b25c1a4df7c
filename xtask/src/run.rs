//! `cargo xtask run` and `cargo xtask build`.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::process::program;
use crate::step::{self, Step, flush};
use crate::{Result, app, paths, setup};

/// Set up, build, and serve with demo activity.
pub(crate) fn run(args: &[String]) -> Result {
    let mut steps = setup::for_app()?;
    steps.extend(app::build());
    steps.push(server(false));
    step::all(steps)?;
    println!();
    flush();
    let mut server = Command::new(paths::server(false));
    if std::env::var_os("DAYBOOK_PROJECT").is_none() {
        server.env("DAYBOOK_PROJECT", "acme");
    }
    become_server(server.args(["serve", "--demo"]).args(args))
}

/// Set up and build.
pub(crate) fn build(args: &[String]) -> Result {
    let release = args.iter().any(|arg| arg == "--release");
    let mut steps = setup::for_app()?;
    steps.extend(app::build());
    steps.push(server(release));
    step::all(steps)?;
    let server = paths::server(release);
    println!("{}", server.strip_prefix(paths::root()).unwrap_or(&server).display());
    Ok(())
}

/// Builds the server; cargo itself knows what there is to do.
pub(crate) fn server(release: bool) -> Step {
    let step = Step::new("Building the server", move |job| {
        let mut cargo = program("cargo");
        cargo.args(["build", "--package", "daybook", "--bin", "daybook"]);
        if release {
            cargo.arg("--release");
        }
        job.run(&mut cargo, "Correct what the compiler says above.")
    });
    step.hint("some minutes the first time")
}

/// Goes on as the server, so that signals reach it.
fn become_server(command: &mut Command) -> Result {
    Err(format!("The server could not be started: {}.", command.exec()))
}
