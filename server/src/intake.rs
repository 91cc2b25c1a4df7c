//! Events as they arrive: parsed strictly, brought to one form, checked.
//!
//! Everything here is pure: bytes in, events and refusals out. One bad event never loses its
//! neighbours; a body that cannot be taken apart at all is a [`BatchError`] and nothing of it is
//! stored.

mod batch;
mod check;
mod fault;
mod largest;
mod normalise;
mod redact;
mod sources;
mod strict;

pub use batch::{Batch, BatchError, BodyKind, MAX_BATCH, parse_batch};
pub use check::{MAX_DEPTH, check};
pub use fault::{Code, Fault};
pub use normalise::normalise;
pub use redact::{Redactor, RedactorError};
pub use sources::{SourceTable, SourceTableError};

use daybook_model::{Event, Timestamp, ingest::MAX_EVENT};

/// Reads one event: one JSON object, as long as an event may be.
///
/// `now` is the log's clock: events may lie at most 24 hours ahead of it.
pub fn parse_event(text: &str, now: Timestamp, sources: &SourceTable) -> Result<Event, Fault> {
    if text.len() > MAX_EVENT {
        return Err(largest::too_large(text));
    }
    let mut event = strict::event(text)?;
    normalise(&mut event, sources);
    check(&event, now)?;
    Ok(event)
}
