//! NDJSON: an entry a line, as the API answers it; or an object of the columns asked for.

use daybook_model::export::{CAPPED, Ending, FAILED, State, Trailer};

use super::{
    columns::{Cell, Columns},
    encode::{EncodeError, Encoder, End},
    line::Record,
};

/// Writes NDJSON.
pub(super) struct Ndjson {
    columns: Columns,
    trailer: bool,
}

impl Ndjson {
    /// With these columns, and with a line at the end that tells how many there were.
    pub(super) fn new(columns: Columns, trailer: bool) -> Self {
        Self { columns, trailer }
    }
}

impl Encoder for Ndjson {
    fn begin(&mut self, _: &mut Vec<u8>) -> Result<(), EncodeError> {
        Ok(())
    }

    fn record(&mut self, record: Record<'_>, out: &mut Vec<u8>) -> Result<usize, EncodeError> {
        let start = out.len();
        match record {
            Record::Entry(entry) if self.columns == Columns::All => {
                serde_json::to_writer(&mut *out, entry)?;
            }
            _ => flat(record, &self.columns, out)?,
        }
        out.push(b'\n');
        Ok(out.len() - start)
    }

    /// Without a trailer, a file that is not all there ends in a text, which no entry is.
    fn end(&mut self, end: &End, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mark = match end.status {
            _ if self.trailer => {
                let End { id, status, rows, as_of, sha256 } = end.clone();
                let daybook_export = Ending { id, status, rows, as_of, sha256 };
                serde_json::to_writer(&mut *out, &Trailer { daybook_export })?;
                out.push(b'\n');
                return Ok(());
            }
            State::Capped => CAPPED,
            status if status.is_whole() => return Ok(()),
            _ => FAILED,
        };
        serde_json::to_writer(&mut *out, mark)?;
        out.push(b'\n');
        Ok(())
    }
}

fn flat(record: Record<'_>, columns: &Columns, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    out.push(b'{');
    let mut first = true;
    for column in columns.list() {
        let cell = record.cell(*column)?;
        if cell == Cell::Absent {
            continue;
        }
        if !first {
            out.push(b',');
        }
        first = false;
        serde_json::to_writer(&mut *out, column.name())?;
        out.push(b':');
        match cell {
            Cell::Absent => {}
            Cell::Text(text) => serde_json::to_writer(&mut *out, text.as_ref())?,
            Cell::Number(number) => serde_json::to_writer(&mut *out, &number)?,
            Cell::Time(at) => serde_json::to_writer(&mut *out, &at)?,
            Cell::Json(value) => serde_json::to_writer(&mut *out, value)?,
        }
    }
    out.push(b'}');
    Ok(())
}
