//! CSV: RFC 4180 with line feeds, UTF-8.
//!
//! A spreadsheet takes a cell that begins with `=` for a formula, and whoever sends events chooses
//! what is in them. Such cells get an apostrophe in front; so do cells that begin with apostrophes and
//! then with such a character, and cells that say what only the last row of a file says. Taking one
//! apostrophe off from these gives back what was there, which is what `daybook import` does.

use std::io::Write as _;

use daybook_model::export::{CAPPED, FAILED, Formulas};

use super::{
    columns::{Cell, Columns},
    encode::{EncodeError, Encoder, End},
    instants::Instants,
    line::Record,
};

/// What makes a spreadsheet take a cell for a formula, or ends the one before.
const SUSPECT: &[char] =
    &['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// Whether a cell is written with an apostrophe in front, or, apostrophe aside, was.
pub fn is_suspect(text: &str) -> bool {
    // Most cells begin with what none of these do.
    if text.as_bytes().first().is_none_or(|&b| b.is_ascii_alphanumeric() || b == b'/') {
        return false;
    }
    let bare = text.trim_start_matches('\'');
    bare.starts_with(SUSPECT) || bare == FAILED || bare == CAPPED
}

/// What a cell says that was written with escaped formulas.
pub fn unescaped(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_suspect(rest)).unwrap_or(text)
}

/// Writes CSV.
pub struct Csv {
    columns: Columns,
    formulas: Formulas,
    instants: Instants,
    json: Vec<u8>,
}

impl Csv {
    /// With these columns.
    pub fn new(columns: Columns, formulas: Formulas) -> Self {
        Self { columns, formulas, instants: Instants::default(), json: Vec::new() }
    }
}

impl Encoder for Csv {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        for (i, column) in self.columns.list().iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            out.extend_from_slice(column.name().as_bytes());
        }
        out.push(b'\n');
        Ok(())
    }

    fn record(&mut self, record: Record<'_>, out: &mut Vec<u8>) -> Result<usize, EncodeError> {
        let columns = self.columns.list();
        let start = out.len();
        for (i, column) in columns.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            match record.cell(*column)? {
                Cell::Absent => {}
                Cell::Text(text) => write_text(&text, self.formulas, out),
                Cell::Number(number) => write!(out, "{number}")?,
                Cell::Time(at) => self.instants.write(at, out),
                Cell::Json(value) => {
                    self.json.clear();
                    serde_json::to_writer(&mut self.json, value)?;
                    let text = str::from_utf8(&self.json).unwrap_or_default();
                    write_text(text, self.formulas, out);
                }
            }
        }
        // An empty line is no row to those who read CSV.
        if out.len() == start {
            out.extend_from_slice(b"\"\"");
        }
        out.push(b'\n');
        Ok(out.len() - start)
    }

    fn end(&mut self, end: &End, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mark = match end.status {
            daybook_model::export::State::Capped => CAPPED,
            status if status.is_whole() => return Ok(()),
            _ => FAILED,
        };
        out.extend_from_slice(mark.as_bytes());
        out.push(b'\n');
        Ok(())
    }
}

fn write_text(text: &str, formulas: Formulas, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mark = formulas == Formulas::Escaped && is_suspect(text);
    let quoted = memchr::memchr3(b',', b'"', b'\n', bytes).is_some()
        || memchr::memchr(b'\r', bytes).is_some()
        || bytes.first() == Some(&b' ')
        || bytes.last() == Some(&b' ');
    if quoted {
        out.push(b'"');
    }
    if mark {
        out.push(b'\'');
    }
    if quoted {
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'"', rest) {
            out.extend_from_slice(&rest[..=at]);
            out.push(b'"');
            rest = &rest[at + 1..];
        }
        out.extend_from_slice(rest);
        out.push(b'"');
    } else {
        out.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cell(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        write_text(text, Formulas::Escaped, &mut out);
        out
    }

    #[test]
    fn formulas_do_not_reach_a_spreadsheet() {
        for (text, written) in [
            ("=cmd()", "'=cmd()"),
            ("+1", "'+1"),
            ("-", "'-"),
            ("@SUM(A1,A2)", "\"'@SUM(A1,A2)\""),
            ("'=1", "''=1"),
            ("it's", "it's"),
            ("'quoted'", "'quoted'"),
            ("a=b", "a=b"),
            (FAILED, "'__porter_export_failed__"),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
        ] {
            assert_eq!(String::from_utf8_lossy(&cell(text)), written);
        }
    }

    proptest! {
        /// What is written is read back by another's reader, and was no formula on the way.
        #[test]
        fn cells_come_back(texts in proptest::collection::vec("['=+@\\-,\" \t\r\na-c\u{ff1d}]{0,6}", 1..5)) {
            let mut out = Vec::new();
            for (i, text) in texts.iter().enumerate() {
                if i > 0 { out.push(b','); }
                write_text(text, Formulas::Escaped, &mut out);
            }
            if out.is_empty() { out.extend_from_slice(b"\"\""); }
            out.push(b'\n');
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&out[..]);
            let record = reader.records().next().expect("a record").expect("readable");
            let cells: Vec<&str> = record.iter().collect();
            prop_assert!(cells.iter().all(|cell| !cell.starts_with(SUSPECT)));
            let read: Vec<&str> = cells.iter().map(|cell| unescaped(cell)).collect();
            prop_assert_eq!(read, texts);
        }
    }
}
