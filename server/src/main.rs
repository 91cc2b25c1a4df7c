//! The Daybook server.
fn main() {}
