//! The `daybook` command.

use std::process::ExitCode;

// Events are taken apart on one thread and given back on another, many small pieces at a time.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    daybook::cli::run().await
}
