//! Lists, a page at a time, and places in them.

mod cursor;

use serde::{Deserialize, Serialize};

use crate::{Entry, Seq, Span, Timestamp};

pub use cursor::{Cursor, Direction};

/// How many rows a page has unless asked otherwise.
pub const DEFAULT_LIMIT: u16 = 50;
/// The most rows a page may have.
pub const MAX_LIMIT: u16 = 500;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The rows, in the order asked for.
    pub entries: Vec<Entry>,
    /// How many rows stand before the first one: "rows 51–100" has 50.
    pub before: u64,
    /// The page before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// The page after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The time that the list covers.
    pub span: Span,
    /// The place in the log up to which it counts.
    pub as_of: Seq,
    /// The server's clock when it answered.
    pub now: Timestamp,
}
