//! Rows of CSV and Parquet files as objects, so that they are read like any other record.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek as _},
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use daybook_model::export::CAPPED;
use flate2::bufread::MultiGzDecoder;
use parquet::{
    file::reader::{FileReader as _, SerializedFileReader},
    record::{Field, Row, reader::RowIter},
};
use serde_json::{Map, Value};

use super::{
    ending::Ending,
    pieces::{MAX_RECORD, Piece, ReadError},
};
use crate::export::csv::unescaped;

/// Gives so many bytes until more is allowed: a quotation mark that is never closed would otherwise
/// make a row of a whole file.
struct Bounded<R> {
    reader: R,
    left: Arc<AtomicU64>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let taken = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(read as u64)
        });
        let too_long = |_| io::Error::other(format!("a row is longer than {MAX_RECORD} bytes"));
        taken.map(|_| read).map_err(too_long)
    }
}

/// The rows of a CSV file, the first of which names the columns.
pub(super) struct Csv<'r> {
    reader: csv::Reader<Bounded<Box<dyn Read + Send + 'r>>>,
    left: Arc<AtomicU64>,
    header: Option<Vec<String>>,
    over: bool,
}

/// Room for a row and what is read ahead of it.
const ROOM: u64 = 2 * MAX_RECORD as u64;

impl<'r> Csv<'r> {
    pub(super) fn new(mut reader: impl BufRead + Send + 'r) -> io::Result<Self> {
        let gzip = reader.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let reader: Box<dyn Read + Send + 'r> =
            if gzip { Box::new(MultiGzDecoder::new(reader)) } else { Box::new(reader) };
        let left = Arc::new(AtomicU64::new(ROOM));
        let reader = Bounded { reader, left: Arc::clone(&left) };
        let reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(reader);
        Ok(Self { reader, left, header: None, over: false })
    }

    fn row(&mut self) -> io::Result<Option<(u64, Piece)>> {
        loop {
            self.left.store(ROOM, Ordering::Relaxed);
            let mut record = csv::ByteRecord::new();
            if !self.reader.read_byte_record(&mut record).map_err(io::Error::other)? {
                return Ok(None);
            }
            let line = record.position().map_or(0, csv::Position::line);
            let cells: Result<Vec<&str>, _> = record.iter().map(str::from_utf8).collect();
            let Ok(mut cells) = cells else {
                return Ok(Some((line, Piece::Broken("is not UTF-8"))));
            };
            let Some(header) = &self.header else {
                if let Some(first) = cells.first_mut() {
                    *first = first.trim_start_matches('\u{feff}');
                }
                self.header = Some(cells.into_iter().map(str::to_owned).collect());
                continue;
            };
            if let [cell] = cells[..]
                && let Some(ending) = Ending::of_mark(cell)
            {
                return Ok(Some((line, Piece::End(ending))));
            }
            if cells.len() > header.len() {
                return Ok(Some((line, Piece::Broken("has more cells than there are columns"))));
            }
            let cell = |(name, text): (&String, &str)| (name.clone(), Value::from(unescaped(text)));
            let row: Map<String, Value> = header.iter().zip(cells).map(cell).collect();
            return Ok(Some((line, Piece::Record(Value::from(row).to_string().into_bytes()))));
        }
    }
}

impl Iterator for Csv<'_> {
    type Item = Result<(u64, Piece), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        self.row()
            .map_err(|error| {
                self.over = true;
                ReadError { after: self.reader.position().line(), error }
            })
            .transpose()
    }
}

/// The rows of a Parquet file. It is read from its end, so what comes through a pipe is kept in a
/// temporary file first.
pub(super) struct Parquet {
    rows: RowIter<'static>,
    /// What its footer says, until that is told behind the rows.
    ending: Option<Ending>,
    number: u64,
    over: bool,
}

impl Parquet {
    pub(super) fn new(reader: impl BufRead) -> io::Result<Self> {
        let mut file: File = tempfile::tempfile()?;
        io::copy(&mut BufReader::new(reader), &mut file)?;
        file.rewind()?;
        let reader = caught(|| SerializedFileReader::new(file))?.map_err(io::Error::other)?;
        let said = reader.metadata().file_metadata().key_value_metadata();
        let capped = said.into_iter().flatten().any(|said| said.key == CAPPED);
        let ending = capped.then(|| Ending::of_mark(CAPPED)).flatten();
        let rows = RowIter::from_file_into(Box::new(reader));
        Ok(Self { rows, ending, number: 0, over: false })
    }
}

impl Iterator for Parquet {
    type Item = Result<(u64, Piece), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let row = match caught(|| self.rows.next()) {
            Ok(Some(row)) => row.map_err(io::Error::other),
            Ok(None) => {
                return self.ending.take().map(|ending| Ok((self.number, Piece::End(ending))));
            }
            Err(error) => Err(error),
        };
        Some(match row {
            Ok(row) => {
                self.number += 1;
                Ok((self.number, piece(&row)))
            }
            Err(error) => {
                self.over = true;
                Err(ReadError { after: self.number, error })
            }
        })
    }
}

/// What the library makes of a file; it panics on some that are damaged, and is not asked again then.
fn caught<T>(read: impl FnOnce() -> T) -> io::Result<T> {
    panic::catch_unwind(AssertUnwindSafe(read))
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the file is damaged"))
}

fn piece(row: &Row) -> Piece {
    let mut object = Map::new();
    for (name, field) in row.get_column_iter() {
        let value = match field {
            Field::Null => continue,
            Field::TimestampMillis(millis) => {
                match chrono::DateTime::from_timestamp_millis(*millis) {
                    Some(at) => at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true).into(),
                    None => return Piece::Broken("has a time that is none"),
                }
            }
            Field::TimestampMicros(micros) => {
                match chrono::DateTime::from_timestamp_micros(*micros) {
                    Some(at) => at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true).into(),
                    None => return Piece::Broken("has a time that is none"),
                }
            }
            Field::Str(text) => text.as_str().into(),
            Field::Bytes(bytes) => match bytes.as_utf8() {
                Ok(text) => text.into(),
                Err(_) => return Piece::Broken("has bytes that are no text"),
            },
            Field::Bool(value) => (*value).into(),
            Field::Short(number) => (*number).into(),
            Field::Int(number) => (*number).into(),
            Field::Long(number) => (*number).into(),
            other => other.to_string().into(),
        };
        object.insert(name.clone(), value);
    }
    let text = Value::from(object).to_string();
    if text.len() > MAX_RECORD {
        Piece::TooLong(text.len() as u64)
    } else {
        Piece::Record(text.into_bytes())
    }
}
