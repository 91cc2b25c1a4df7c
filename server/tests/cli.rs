//! The command line as people and jobs use it: real servers, real files, and what the exit status says.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

#[path = "cli/broken.rs"]
mod broken;
#[path = "cli/import.rs"]
mod import;
#[path = "cli/query.rs"]
mod query;
#[path = "cli/server.rs"]
mod server;
