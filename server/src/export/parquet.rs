//! Parquet: a column each, with the type of what it holds, in groups of rows of a bounded size.
//!
//! Written with the low-level writer: entries are no Arrow arrays, and Arrow is large.

use std::{
    fmt::Write as _,
    io,
    mem::{replace, take},
    sync::{Arc, Mutex, PoisonError},
};

use axum::body::Bytes;
use daybook_model::export::{CAPPED, State};
use parquet::{
    basic::{Compression, ZstdLevel},
    data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type},
    file::{metadata::KeyValue, properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};

use super::{
    columns::{Cell, Columns, FileColumn, Kind},
    encode::{EncodeError, Encoder, End},
    line::Record,
};

/// How many rows a group has at most.
const GROUP_ROWS: usize = 50_000;
/// How many bytes of values.
const GROUP_BYTES: usize = 4 << 20;

/// Where the writer writes, and whence it is taken.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
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

/// The values of a column in the group at hand.
enum Values {
    Short(Vec<i32>),
    Long(Vec<i64>),
    Bytes(Texts),
}

/// Texts one behind the other: each alone would take several times its bytes.
#[derive(Default)]
struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    /// The texts as they are written; none are left.
    fn take(&mut self) -> Vec<ByteArray> {
        let bytes = Bytes::from(take(&mut self.bytes));
        let mut start = 0;
        let text = |end| ByteArray::from(bytes.slice(replace(&mut start, end)..end));
        take(&mut self.ends).into_iter().map(text).collect()
    }
}

struct Buffer {
    values: Values,
    /// 1 where there is a value, 0 where not; unused where there always is.
    levels: Vec<i16>,
}

/// Writes Parquet.
pub(super) struct Parquet {
    columns: Columns,
    buffers: Vec<Buffer>,
    rows: usize,
    bytes: usize,
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
            .build();
        let sink = Sink::default();
        let writer = SerializedFileWriter::new(sink.clone(), schema, Arc::new(properties))?;
        let buffer = |column: &FileColumn| Buffer {
            values: match column.kind() {
                Kind::Status => Values::Short(Vec::new()),
                Kind::Time | Kind::Place => Values::Long(Vec::new()),
                Kind::Text | Kind::Json => Values::Bytes(Texts::default()),
            },
            levels: Vec::new(),
        };
        let buffers = columns.list().iter().map(buffer).collect();
        Ok(Self { columns, buffers, rows: 0, bytes: 0, sink, writer })
    }

    fn write_group(&mut self) -> Result<(), EncodeError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for (column, buffer) in self.columns.list().iter().zip(&mut self.buffers) {
            let Some(mut writer) = group.next_column()? else { break };
            let levels = take(&mut buffer.levels);
            let levels = (!is_required(*column)).then_some(&levels[..]);
            match &mut buffer.values {
                Values::Short(values) => {
                    writer.typed::<Int32Type>().write_batch(&take(values), levels, None)?
                }
                Values::Long(values) => {
                    writer.typed::<Int64Type>().write_batch(&take(values), levels, None)?
                }
                Values::Bytes(values) => {
                    writer.typed::<ByteArrayType>().write_batch(&values.take(), levels, None)?
                }
            };
            writer.close()?;
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

impl Encoder for Parquet {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.writer.flush()?;
        out.append(&mut self.sink.take());
        Ok(())
    }

    fn record(&mut self, record: Record<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        for (column, buffer) in self.columns.list().iter().zip(&mut self.buffers) {
            let cell = record.cell(*column)?;
            buffer.levels.push((cell != Cell::Absent).into());
            match (cell, &mut buffer.values) {
                (Cell::Text(text), Values::Bytes(values)) => {
                    values.bytes.extend_from_slice(text.as_bytes());
                    self.bytes += text.len();
                    values.ends.push(values.bytes.len());
                }
                (Cell::Json(value), Values::Bytes(values)) => {
                    let before = values.bytes.len();
                    serde_json::to_writer(&mut values.bytes, value)?;
                    self.bytes += values.bytes.len() - before;
                    values.ends.push(values.bytes.len());
                }
                // A status code, and a place, which databases hold as such numbers too.
                (Cell::Number(number), Values::Short(values)) => {
                    values.push(number.try_into().unwrap_or(i32::MAX));
                }
                (Cell::Number(number), Values::Long(values)) => {
                    values.push(number.try_into().unwrap_or(i64::MAX));
                }
                (Cell::Time(at), Values::Long(values)) => values.push(at.millis()),
                // Nothing, or what its column does not hold, of which there is none.
                _ => {}
            }
        }
        self.rows += 1;
        if self.rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES {
            self.write_group()?;
            self.writer.flush()?;
            out.append(&mut self.sink.take());
        }
        Ok(())
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
