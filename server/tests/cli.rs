//! The command line as people and jobs use it: real servers, real files, and what the exit status says.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

#[path = "cli/broken.rs"]
mod broken;
#[path = "cli/commands.rs"]
mod commands;
#[path = "cli/doctor.rs"]
mod doctor;
#[path = "cli/import.rs"]
mod import;
#[expect(dead_code, reason = "torture asks more of it")]
#[path = "postgres/machine.rs"]
mod machine;
#[path = "postgres/programs.rs"]
mod programs;
#[path = "cli/query.rs"]
mod query;
#[path = "cli/server.rs"]
mod server;
