//! What an export says of itself at its end: whether the file is all of it.

use std::fmt;

use daybook_model::export::{CAPPED, FAILED, State, Trailer};

/// The end of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ending {
    status: State,
    /// How many entries there are in front of it, where it says so.
    rows: Option<u64>,
}

impl Ending {
    /// What a mark says: the only cell of a row, or a line of JSON.
    pub(super) fn of_mark(text: &str) -> Option<Self> {
        let status = match text {
            CAPPED => State::Capped,
            FAILED => State::Failed,
            _ => return None,
        };
        Some(Self { status, rows: None })
    }

    /// What a line of NDJSON says that is no entry.
    pub(super) fn of_line(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii();
        if line.starts_with(b"\"") {
            return Self::of_mark(serde_json::from_slice(line).ok()?);
        }
        // Looked for in each line: it is read only where it is there.
        memchr::memmem::find(line.get(..32).unwrap_or(line), b"\"daybook_export\"")?;
        let Trailer { daybook_export: end } = serde_json::from_slice(line).ok()?;
        Some(Self { status: end.status, rows: Some(end.rows) })
    }

    /// What there is not, where so many records were in front of it.
    pub(super) fn lacks(self, records: u64) -> Option<Lack> {
        match (self.status, self.rows) {
            (State::Complete, Some(rows)) if rows != records => Some(Lack::Rows(records, rows)),
            (State::Complete, _) => None,
            (State::Capped, _) => Some(Lack::Capped),
            _ => Some(Lack::Failed),
        }
    }
}

/// Why a file is not all of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// The project allowed no more entries in it.
    Capped,
    /// The export broke off.
    Failed,
    /// It has so many entries of so many.
    Rows(u64, u64),
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this file is not all of it: ")?;
        match self {
            Self::Capped => {
                f.write_str("it is capped, as its project allowed no more entries in one file")
            }
            Self::Failed => f.write_str("the export failed on the way"),
            Self::Rows(there, rows) => write!(f, "it has {there} of {rows} entries"),
        }
    }
}
