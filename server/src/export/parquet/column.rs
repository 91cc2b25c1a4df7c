//! A column of the group at hand: its values one behind the other, packed as soon as there are some.
//!
//! A group has to be complete before its first column is written, and the larger groups are, the fewer of
//! them the footer lists, which is held until the end. Packed, as much fits into the same memory as several
//! groups would be.

use std::{io, mem::take, ops::Range};

use axum::body::Bytes;
use parquet::{
    column::writer::ColumnWriterImpl,
    data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type},
    file::writer::SerializedColumnWriter,
};
use zstd::bulk::{Compressor, Decompressor};

use crate::export::{
    columns::{Cell, Kind},
    encode::EncodeError,
};

/// How many bytes of values are packed together.
const BLOCK: usize = 32 << 10;
/// How many bytes stand in front of a value and tell its length.
const HEAD: usize = size_of::<u32>();

/// Packs and unpacks, for all columns.
pub(super) struct Press {
    pack: Compressor<'static>,
    unpack: Decompressor<'static>,
}

impl Press {
    pub(super) fn new() -> io::Result<Self> {
        // The quickest: what is packed is read once, and soon.
        Ok(Self { pack: Compressor::new(1)?, unpack: Decompressor::new()? })
    }
}

struct Block {
    packed: Box<[u8]>,
    /// How long it is unpacked.
    length: usize,
}

/// The values of a column.
pub(super) struct Column {
    kind: Kind,
    /// Whether every row has one.
    required: bool,
    blocks: Vec<Block>,
    open: Vec<u8>,
    packed: usize,
}

impl Column {
    pub(super) fn new(kind: Kind, required: bool) -> Self {
        Self { kind, required, blocks: Vec::new(), open: Vec::new(), packed: 0 }
    }

    /// How many bytes it takes.
    pub(super) fn held(&self) -> usize {
        self.packed + self.open.len()
    }

    /// Takes what the next row has there; how many bytes that is.
    pub(super) fn push(&mut self, cell: Cell<'_>, press: &mut Press) -> Result<usize, EncodeError> {
        let start = self.open.len();
        let is_there = cell != Cell::Absent;
        self.open.extend_from_slice(&[0; HEAD]);
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX).to_le_bytes();
        match cell {
            Cell::Absent => {}
            Cell::Text(text) => self.open.extend_from_slice(text.as_bytes()),
            Cell::Json(value) => serde_json::to_writer(&mut self.open, value)?,
            // A status code, and a place, which databases hold as such numbers too.
            Cell::Number(n) => self.open.extend_from_slice(&number(n)),
            Cell::Time(at) => self.open.extend_from_slice(&at.millis().to_le_bytes()),
        }
        let length = self.open.len() - start - HEAD;
        if is_there {
            // 0 says that there is none.
            let head = u32::try_from(length + 1).map_err(io::Error::other)?;
            self.open[start..start + HEAD].copy_from_slice(&head.to_le_bytes());
        }
        if self.open.len() >= BLOCK {
            let packed = press.pack.compress(&self.open)?.into_boxed_slice();
            self.packed += packed.len();
            self.blocks.push(Block { packed, length: self.open.len() });
            self.open.clear();
            // One large value does not keep its room.
            self.open.shrink_to(2 * BLOCK);
        }
        Ok(length)
    }

    /// Writes all of it; nothing is left.
    pub(super) fn write(
        &mut self,
        writer: &mut SerializedColumnWriter<'_>,
        press: &mut Press,
    ) -> Result<(), EncodeError> {
        for Block { packed, length } in take(&mut self.blocks) {
            let block = press.unpack.decompress(&packed, length)?;
            self.write_block(&block.into(), writer)?;
        }
        self.packed = 0;
        let open = take(&mut self.open);
        self.write_block(&open.into(), writer)
    }

    fn write_block(
        &self,
        block: &Bytes,
        writer: &mut SerializedColumnWriter<'_>,
    ) -> Result<(), EncodeError> {
        let places: Vec<_> = places(block).collect();
        let levels = || places.iter().map(|place| place.is_some().into()).collect();
        let levels: Option<Vec<i16>> = (!self.required).then(levels);
        let levels = levels.as_deref();
        let values = places.iter().flatten().cloned();
        let number = |place: Range<usize>| {
            let bytes = block.get(place).and_then(|bytes| bytes.try_into().ok());
            bytes.map_or(0, i64::from_le_bytes)
        };
        match self.kind {
            Kind::Status => {
                let values = values.map(|place| number(place).try_into().unwrap_or(i32::MAX));
                write::<Int32Type>(writer.typed(), values, levels)
            }
            Kind::Time | Kind::Place => {
                write::<Int64Type>(writer.typed(), values.map(number), levels)
            }
            Kind::Text | Kind::Json => {
                let values = values.map(|place| ByteArray::from(block.slice(place)));
                write::<ByteArrayType>(writer.typed(), values, levels)
            }
        }
    }
}

fn write<T: DataType>(
    writer: &mut ColumnWriterImpl<'_, T>,
    values: impl Iterator<Item = T::T>,
    levels: Option<&[i16]>,
) -> Result<(), EncodeError> {
    let values: Vec<_> = values.collect();
    writer.write_batch(&values, levels, None)?;
    Ok(())
}

/// Where each value of a block is; nowhere where a row has none.
fn places(block: &[u8]) -> impl Iterator<Item = Option<Range<usize>>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let head = block.get(at..at + HEAD)?.try_into().ok()?;
        let length = (u32::from_le_bytes(head) as usize).checked_sub(1);
        let start = at + HEAD;
        at = start + length.unwrap_or(0);
        Some(length.map(|_| start..at))
    })
}
