//! A set of old events moved as a whole, so that its last one is now.

use std::io::BufRead;

use daybook_model::{Event, Timestamp};

use super::{Format, Importer, ReadError};

/// The time of the latest event of a log; `None` if it has none. Refused records do not count.
pub fn latest<'r>(
    format: Format,
    reader: impl BufRead + Send + 'r,
) -> Result<Option<Timestamp>, ReadError> {
    let mut latest = None;
    for line in Importer::new(format, reader) {
        latest = latest.max(line?.result.ok().map(|event| event.occurred_at));
    }
    Ok(latest)
}

/// Moves an event by so many milliseconds. Its id and its context stay as they are.
pub fn shift(event: &mut Event, millis: i64) {
    event.occurred_at = event.occurred_at.plus_millis(millis);
}
