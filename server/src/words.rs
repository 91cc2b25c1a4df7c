//! Numbers of things, in words that people read.

/// `1 second`, `2 seconds`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// So many seconds.
pub(crate) fn seconds(number: u64) -> String {
    counted(number, "second", "seconds")
}
