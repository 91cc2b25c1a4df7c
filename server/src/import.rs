//! Logs of other systems, read as events.
//!
//! A log is read as a stream, one record at a time and each of a bounded length, so a file of any
//! size takes little memory. What one record lacks is told with its number; the others are read
//! all the same. Identity is kept: the same record has the same id whenever it is imported.

mod cloudtrail;
mod ending;
mod fields;
mod flat;
mod kubernetes;
mod native;
mod pieces;
mod shift;
mod table;

pub use ending::Lack;
pub(crate) use fields::bare;
pub use flat::Mapping;
pub use pieces::{MAX_RECORD, ReadError};
pub use shift::{latest, shift};

use std::{fmt, io::BufRead, str::FromStr};

use daybook_model::{Event, Seq, Timestamp, ingest::MAX_EVENT, vocabulary::UnknownWord};

use crate::{
    intake::{Code, Fault, Redactor, SourceTable, check, normalise},
    port,
};
use ending::Ending;
use pieces::{Piece, Pieces};

/// Whose log it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Our own events; what was exported comes back.
    Native,
    /// AWS CloudTrail: records one a line, or files with `{"Records":[…]}`.
    CloudTrail,
    /// Kubernetes audit events of `audit.k8s.io`, one a line.
    Kubernetes,
    /// Entries of Porter's API audit logs, as its query answers them.
    Porter,
    /// Events of Port's audit log, as its API answers them.
    Port,
    /// A CSV file whose first row names the columns: an export, or another's.
    Csv,
    /// A Parquet file, likewise.
    Parquet,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] = [
        Self::Native,
        Self::CloudTrail,
        Self::Kubernetes,
        Self::Porter,
        Self::Port,
        Self::Csv,
        Self::Parquet,
    ];

    /// As on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::CloudTrail => "cloudtrail",
            Self::Kubernetes => "kubernetes",
            Self::Porter => "porter",
            Self::Port => "port",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let format = Self::ALL.into_iter().find(|format| format.as_str() == text);
        format.ok_or_else(|| UnknownWord(Self::ALL.map(Self::as_str).join(", ")))
    }
}

/// The entries of an archive's file: their places in the log that they were in, and the events as they
/// were. `None` for one that cannot be read.
pub(crate) fn archived(reader: impl BufRead) -> impl Iterator<Item = Option<(Seq, Event)>> {
    let (rows, failed) = match table::Parquet::new(reader) {
        Ok(rows) => (Some(rows), None),
        Err(_) => (None, Some(None)),
    };
    let read = |row: Result<(u64, Piece), ReadError>| {
        let Ok((_, Piece::Record(bytes))) = row else { return None };
        let row = fields::object(std::str::from_utf8(&bytes).ok()?).ok()?;
        let seq = row.get("seq")?.as_u64()?;
        let event = flat::event(row, &Mapping::new(), "parquet").ok()?;
        Some((seq, event))
    };
    rows.into_iter().flatten().map(read).chain(failed)
}

/// One record of a log.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its line from 1, or its number from 1 where the records are the items of an array.
    pub number: u64,
    /// The event, normalised and checked, or what is wrong.
    pub result: Result<Event, Fault>,
}

/// Reads a log. It ends after the first error of the reader.
pub struct Importer<'r> {
    format: Format,
    pieces: Box<dyn Iterator<Item = Result<(u64, Piece), ReadError>> + Send + 'r>,
    sources: SourceTable,
    redactor: Redactor,
    mapping: Mapping,
    now: Timestamp,
    /// How many records there were since the last end of an export.
    records: u64,
    lack: Option<Lack>,
}

impl<'r> Importer<'r> {
    /// Reads a log, compressed by gzip or not.
    pub fn new(format: Format, reader: impl BufRead + Send + 'r) -> Self {
        // Without a clock nothing is too far ahead: a set may be moved to another time later.
        Self {
            format,
            pieces: pieces(format, reader),
            sources: SourceTable::default(),
            redactor: Redactor::default(),
            mapping: Mapping::new(),
            now: Timestamp::END,
            records: 0,
            lack: None,
        }
    }

    /// Refuses what lies more than 24 hours ahead of this moment.
    #[must_use]
    pub fn with_clock(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// Derives sources by this table.
    #[must_use]
    pub fn with_sources(mut self, sources: SourceTable) -> Self {
        self.sources = sources;
        self
    }

    /// Takes out what this takes for secrets.
    #[must_use]
    pub fn with_redactor(mut self, redactor: Redactor) -> Self {
        self.redactor = redactor;
        self
    }

    /// Takes columns of CSV and Parquet files for others of ours.
    #[must_use]
    pub fn with_mapping(mut self, mapping: Mapping) -> Self {
        self.mapping = mapping;
        self
    }

    /// Why this is not all of an export, as far as the log was read.
    pub fn lack(&self) -> Option<Lack> {
        self.lack
    }

    /// What a piece says of the export in front of it. No record looks like that.
    fn ending(&self, piece: &Piece) -> Option<Ending> {
        match piece {
            Piece::End(ending) => Some(*ending),
            Piece::Record(line) if self.format == Format::Native => Ending::of_line(line),
            _ => None,
        }
    }

    /// An event that is right, without its secrets.
    fn read(&self, bytes: &[u8]) -> Result<Event, Fault> {
        let mut event = self.parse(bytes)?;
        self.redactor.redact(&mut event);
        Ok(event)
    }

    fn parse(&self, bytes: &[u8]) -> Result<Event, Fault> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            Fault::whole(Code::NotJson, format!("is not UTF-8 from byte {}", error.valid_up_to()))
        })?;
        let mut event = match self.format {
            Format::Native => return native::event(text, self.now, &self.sources),
            _ if text.len() > MAX_EVENT => {
                let message =
                    format!("has {} bytes of JSON; at most {MAX_EVENT} are taken", text.len());
                return Err(Fault::whole(Code::TooLarge, message));
            }
            Format::CloudTrail => cloudtrail::event(fields::object(text)?)?,
            Format::Kubernetes => kubernetes::event(fields::object(text)?)?,
            Format::Porter => flat::porter(fields::object(text)?)?,
            Format::Port => port::event(fields::object(text)?)?,
            Format::Csv => flat::event(fields::object(text)?, &self.mapping, "csv")?,
            Format::Parquet => flat::event(fields::object(text)?, &self.mapping, "parquet")?,
        };
        normalise(&mut event, &self.sources);
        check(&event, self.now)?;
        Ok(event)
    }
}

/// The records of a log. What cannot be opened is told as its first record is read.
fn pieces<'r>(
    format: Format,
    reader: impl BufRead + Send + 'r,
) -> Box<dyn Iterator<Item = Result<(u64, Piece), ReadError>> + Send + 'r> {
    let failed = |error| Box::new(std::iter::once(Err(ReadError { after: 0, error })));
    match format {
        Format::Csv => match table::Csv::new(reader) {
            Ok(rows) => Box::new(rows),
            Err(error) => failed(error),
        },
        Format::Parquet => match table::Parquet::new(reader) {
            Ok(rows) => Box::new(rows),
            Err(error) => failed(error),
        },
        _ => Box::new(Pieces::new(reader)),
    }
}

impl Iterator for Importer<'_> {
    type Item = Result<Line, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (number, piece) = loop {
            let (number, piece) = match self.pieces.next()? {
                Ok(numbered) => numbered,
                Err(error) => return Some(Err(error)),
            };
            let Some(ending) = self.ending(&piece) else { break (number, piece) };
            self.lack = self.lack.or(ending.lacks(self.records));
            self.records = 0;
        };
        self.records += 1;
        let result = match piece {
            Piece::Record(bytes) => self.read(&bytes),
            Piece::TooLong(length) => Err(Fault::whole(
                Code::TooLarge,
                format!("has {length} bytes; at most {MAX_RECORD} are read of one record"),
            )),
            Piece::Broken(what) => Err(Fault::whole(Code::NotJson, what)),
            // It was taken for what it is above.
            Piece::End(_) => Err(Fault::whole(Code::NotJson, "is the end of an export")),
        };
        Some(Ok(Line { number, result }))
    }
}
