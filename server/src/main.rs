//! The `daybook` command.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    daybook::cli::run().await
}
