//! What changed between two states: field by field, by line and word, and how to undo it.

mod align;
mod budget;
mod fields;
mod lists;
mod patch;
mod redaction;
mod text;

pub use fields::{Diff, Difference};
pub use patch::{Patch, PatchOperation, Unknown, holds_redacted, inverse};
pub use redaction::Redaction;
pub use text::{Chunk, Marked, Piece, TextDiff};
