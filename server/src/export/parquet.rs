//! Parquet: a column each, with the type of what it holds, in groups of rows of a bounded size.
//!
//! Written with the low-level writer: entries are no Arrow arrays, and Arrow is large.

mod column;

use std::{
    fmt::Write as _,
    io,
    mem::take,
    sync::{Arc, Mutex, PoisonError},
};

use daybook_model::export::{CAPPED, State};
use parquet::{
    basic::{Compression, ZstdLevel},
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties},
        writer::SerializedFileWriter,
    },
    schema::parser::parse_message_type,
};

use super::{
    columns::{Columns, FileColumn, Kind},
    encode::{EncodeError, Encoder, End},
    line::Record,
};
use column::{Column, Press};

/// How many rows a group has at most.
const GROUP_ROWS: usize = 1 << 17;
/// How many bytes it takes while it is gathered.
const GROUP_BYTES: usize = 2 << 20;
/// How many bytes a page of a column has, and how many the values that are written once.
const PAGE_BYTES: usize = 256 << 10;

/// Where the writer writes, and whence it is taken.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn reserve(&self, bytes: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).reserve(bytes);
    }

    fn take(&self) -> Vec<u8> {
        take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes Parquet.
pub(super) struct Parquet {
    columns: Columns,
    group: Vec<Column>,
    rows: usize,
    press: Press,
    sink: Sink,
    writer: SerializedFileWriter<Sink>,
}

impl Parquet {
    /// With these columns.
    pub(super) fn new(columns: Columns) -> Result<Self, EncodeError> {
        let schema = Arc::new(parse_message_type(&schema(columns.list()))?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
            .set_created_by(concat!("daybook ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_data_page_size_limit(PAGE_BYTES)
            .set_dictionary_page_size_limit(PAGE_BYTES)
            // What is told of each page is held until the end, and groups are small enough to be read whole.
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .build();
        let sink = Sink::default();
        let writer = SerializedFileWriter::new(sink.clone(), schema, Arc::new(properties))?;
        let column = |column: &FileColumn| Column::new(column.kind(), is_required(*column));
        let group = columns.list().iter().map(column).collect();
        Ok(Self { columns, group, rows: 0, press: Press::new()?, sink, writer })
    }

    fn write_group(&mut self) -> Result<(), EncodeError> {
        if take(&mut self.rows) == 0 {
            return Ok(());
        }
        // A file is about as large as what is gathered of it: room that grows would be there several times.
        self.sink.reserve(self.group.iter().map(Column::held).sum());
        let mut group = self.writer.next_row_group()?;
        for column in &mut self.group {
            let Some(mut writer) = group.next_column()? else { break };
            column.write(&mut writer, &mut self.press)?;
            writer.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Hands over what was written.
    fn hand_over(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.writer.flush()?;
        let mut written = self.sink.take();
        if out.is_empty() {
            *out = written;
        } else {
            out.append(&mut written);
        }
        Ok(())
    }
}

impl Encoder for Parquet {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.hand_over(out)
    }

    fn record(&mut self, record: Record<'_>, out: &mut Vec<u8>) -> Result<usize, EncodeError> {
        let mut bytes = 0;
        for (name, column) in self.columns.list().iter().zip(&mut self.group) {
            bytes += column.push(record.cell(*name)?, &mut self.press)?;
        }
        self.rows += 1;
        let held: usize = self.group.iter().map(Column::held).sum();
        if self.rows >= GROUP_ROWS || held >= GROUP_BYTES {
            self.write_group()?;
            self.hand_over(out)?;
        }
        Ok(bytes)
    }

    /// The footer, without which no program reads the file: one that broke off has none.
    fn end(&mut self, end: &End, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if !end.status.is_whole() {
            return Err(EncodeError::NoMark);
        }
        self.write_group()?;
        let mut tell = |key: &str, value: String| {
            self.writer.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
        };
        tell("daybook.export", end.id.clone());
        tell("daybook.status", end.status.to_string());
        tell("daybook.rows", end.rows.to_string());
        tell("daybook.as_of", end.as_of.to_string());
        if end.status == State::Capped {
            tell(CAPPED, end.rows.to_string());
        }
        self.writer.finish()?;
        out.append(&mut self.sink.take());
        Ok(())
    }
}

/// Whether every entry has it.
const fn is_required(column: FileColumn) -> bool {
    matches!(
        column,
        FileColumn::Seq
            | FileColumn::OccurredAt
            | FileColumn::ReceivedAt
            | FileColumn::ActorType
            | FileColumn::Action
            | FileColumn::StartedAt
            | FileColumn::ActorTypeInCapitals
    )
}

fn schema(columns: &[FileColumn]) -> String {
    let mut text = String::from("message entry {\n");
    for column in columns {
        let repetition = if is_required(*column) { "REQUIRED" } else { "OPTIONAL" };
        let kind = match column.kind() {
            Kind::Text => ("BYTE_ARRAY", "STRING"),
            Kind::Json => ("BYTE_ARRAY", "JSON"),
            Kind::Time => ("INT64", "TIMESTAMP(MILLIS,true)"),
            Kind::Place => ("INT64", "INTEGER(64,true)"),
            Kind::Status => ("INT32", "INTEGER(16,true)"),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {repetition} {} {} ({});", kind.0, column.name(), kind.1);
    }
    text + "}"
}
