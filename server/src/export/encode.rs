//! Entries into bytes, one after the other.

use daybook_model::{
    Entry, Seq,
    export::{Format, State},
};

use super::{columns::Columns, csv::Csv, line::Record, ndjson::Ndjson, parquet::Parquet};
use daybook_model::export::Formulas;

/// Why an entry cannot be written. The file cannot go on then.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// As JSON.
    #[error("an entry cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// As Parquet.
    #[error("the Parquet file cannot be written: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// In memory.
    #[error("the file cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// Rows of numbers have no such column.
    #[error("the column {0} was not read")]
    NotRead(&'static str),
    /// There is no mark for it.
    #[error("this format has no mark for a file that broke off")]
    NoMark,
}

/// How a file ends.
#[derive(Debug, Clone)]
pub struct End {
    /// The export's id.
    pub id: String,
    /// `Complete`, `Capped` or `Failed`.
    pub status: State,
    /// How many entries it has.
    pub rows: u64,
    /// The place in the log up to which entries are in.
    pub as_of: Seq,
    /// The SHA-256 of all bytes so far.
    pub sha256: String,
}

/// Writes a file of one format.
pub trait Encoder: Send {
    /// What stands in front.
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError>;
    /// An entry, whichever way it was read; how many bytes it comes to before any compression, whether they
    /// are in `out` yet or not.
    fn record(&mut self, record: Record<'_>, out: &mut Vec<u8>) -> Result<usize, EncodeError>;
    /// An entry.
    fn entry(&mut self, entry: &Entry, out: &mut Vec<u8>) -> Result<usize, EncodeError> {
        self.record(Record::Entry(entry), out)
    }
    /// What stands at the end.
    fn end(&mut self, end: &End, out: &mut Vec<u8>) -> Result<(), EncodeError>;
}

/// The encoder of a format.
pub fn encoder(
    format: Format,
    columns: &Columns,
    formulas: Formulas,
    trailer: bool,
) -> Result<Box<dyn Encoder>, EncodeError> {
    Ok(match format {
        Format::Csv => Box::new(Csv::new(columns.clone(), formulas)),
        Format::Ndjson => Box::new(Ndjson::new(columns.clone(), trailer)),
        Format::Parquet => Box::new(Parquet::new(columns.clone())?),
    })
}
