//! Bodies: one event, an array of them, or one a line.

use std::fmt;

use daybook_model::{
    Event, Timestamp,
    ingest::{MAX_BODY, Refusal},
};
use serde::{
    Deserializer,
    de::{SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Code, Fault, SourceTable, parse_event};

/// The most events in one body. A body of 64 MiB could hold so many tiny ones that the events
/// read from it would fill the memory.
pub const MAX_BATCH: u64 = 100_000;

/// How a body is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// One JSON value: an event, or an array of events.
    Json,
    /// One event a line; empty lines are skipped.
    Ndjson,
}

/// What a body holds, with indexes from 0: places in the array, or lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Batch {
    /// The events to store, in their order.
    pub events: Vec<(u64, Event)>,
    /// The ones that cannot be taken, and why.
    pub refused: Vec<Refusal>,
}

impl Batch {
    fn push(&mut self, index: u64, event: Result<Event, Fault>) {
        match event {
            Ok(event) => self.events.push((index, event)),
            Err(fault) => self.refused.push(fault.at(index)),
        }
    }
}

/// Why nothing of a body can be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Longer than a body may be.
    #[error("the body has {0} bytes; at most {MAX_BODY} are taken")]
    TooLarge(usize),
    /// More events than a body may have.
    #[error("the body has more than {MAX_BATCH} events; send several")]
    TooMany,
    /// A byte that belongs to no character.
    #[error("the body is not UTF-8: byte {offset} is 0x{byte:02x}")]
    NotUtf8 {
        /// Where, from 0.
        offset: usize,
        /// Which.
        byte: u8,
    },
    /// It ends in the middle.
    #[error(
        "the body is cut short: it ends at line {line}, column {column}, in the middle of a value"
    )]
    Truncated {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// Anything else that is not JSON.
    #[error("the body is not JSON: {0}")]
    NotJson(String),
    /// JSON, but neither an event nor an array.
    #[error("the body is neither an event (an object) nor an array of events")]
    NotEvents,
}

impl BatchError {
    /// Whether the body is too large rather than wrong: 413 rather than 400.
    pub const fn is_size(&self) -> bool {
        matches!(self, Self::TooLarge(_) | Self::TooMany)
    }
}

impl From<serde_json::Error> for BatchError {
    fn from(error: serde_json::Error) -> Self {
        if error.is_eof() {
            Self::Truncated { line: error.line(), column: error.column() }
        } else {
            Self::NotJson(error.to_string())
        }
    }
}

/// Takes a body apart.
pub fn parse_batch(
    body: &[u8],
    kind: BodyKind,
    now: Timestamp,
    sources: &SourceTable,
) -> Result<Batch, BatchError> {
    if body.len() > MAX_BODY {
        return Err(BatchError::TooLarge(body.len()));
    }
    let read = |text: &str| parse_event(text, now, sources);
    match kind {
        BodyKind::Json => json(body, &read),
        BodyKind::Ndjson => ndjson(body, &read),
    }
}

type Read<'r> = dyn Fn(&str) -> Result<Event, Fault> + 'r;

fn json(body: &[u8], read: &Read<'_>) -> Result<Batch, BatchError> {
    let text = std::str::from_utf8(body).map_err(|e| BatchError::NotUtf8 {
        offset: e.valid_up_to(),
        byte: body.get(e.valid_up_to()).copied().unwrap_or_default(),
    })?;
    let mut batch = Batch::default();
    match text.trim_start().bytes().next() {
        Some(b'[') => {
            let mut parser = serde_json::Deserializer::from_str(text);
            let items = Items { batch: &mut batch, read, too_many: false };
            if !parser.deserialize_seq(items)? {
                return Err(BatchError::TooMany);
            }
            parser.end()?;
        }
        Some(b'{') => {
            let event: &RawValue = serde_json::from_str(text)?;
            batch.push(0, read(event.get()));
        }
        _ => {
            serde_json::from_str::<&RawValue>(text)?;
            return Err(BatchError::NotEvents);
        }
    }
    Ok(batch)
}

/// Reads the items of an array as they pass, each by itself, so that the texts of all of them
/// need not be listed first. Says whether there were few enough.
struct Items<'b, 'r> {
    batch: &'b mut Batch,
    read: &'b Read<'r>,
    too_many: bool,
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<bool, A::Error> {
        let mut index = 0;
        while let Some(item) = items.next_element::<&RawValue>()? {
            // Whatever follows is still looked through: an array that is cut short says so.
            self.too_many |= index >= MAX_BATCH;
            if !self.too_many {
                self.batch.push(index, (self.read)(item.get()));
            }
            index += 1;
        }
        Ok(!self.too_many)
    }
}

fn ndjson(body: &[u8], read: &Read<'_>) -> Result<Batch, BatchError> {
    let mut batch = Batch::default();
    for (index, line) in (0..).zip(body.split(|&b| b == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        if (batch.events.len() + batch.refused.len()) as u64 >= MAX_BATCH {
            return Err(BatchError::TooMany);
        }
        let event = std::str::from_utf8(line).map_err(|e| not_utf8(line, e.valid_up_to()));
        let event = event.and_then(|text| {
            let raw: &RawValue = serde_json::from_str(text)
                .map_err(|e| Fault::whole(Code::NotJson, format!("is not JSON: {e}")))?;
            read(raw.get())
        });
        batch.push(index, event);
    }
    Ok(batch)
}

fn not_utf8(line: &[u8], offset: usize) -> Fault {
    let byte = line.get(offset).copied().unwrap_or_default();
    Fault::whole(Code::NotJson, format!("is not UTF-8: byte {offset} of the line is 0x{byte:02x}"))
}
