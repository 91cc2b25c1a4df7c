//! What the log answers to those who send events.

use serde::{Deserialize, Serialize};

use crate::Seq;

/// The longest event, in bytes of JSON.
pub const MAX_EVENT: usize = 1024 * 1024;
/// The longest body, in bytes.
pub const MAX_BODY: usize = 64 * 1024 * 1024;
/// The longest plain string in an event, in bytes.
pub const MAX_TEXT: usize = 8 * 1024;
/// The longest id of an event, in characters.
pub const MAX_ID: usize = 128;
/// How far ahead of the log's clock an event may lie, in milliseconds.
pub const MAX_AHEAD: i64 = 24 * 60 * 60 * 1000;

/// What became of a batch. Whatever is stored is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IngestReport {
    /// New entries.
    pub stored: u64,
    /// Events whose id was known already; nothing was stored for them.
    pub duplicates: u64,
    /// Events that were not stored, and why.
    pub refused: Vec<Refusal>,
    /// The last place in the project's log.
    pub head: Seq,
}

/// Why one event was not stored. The others of its batch are not affected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Its index in the batch, from 0.
    pub index: u64,
    /// A word for programs: `invalid`, `unknown_field`, `too_large`, `duplicate_differs`, …
    pub code: String,
    /// The path of the field to blame, such as `request.status_code`; empty where it is the whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// A sentence for people.
    pub message: String,
}
