//! A log taken apart into records, none of them longer than a bound.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

use super::ending::Ending;

/// The longest record that is read; a longer one is skipped without being held.
pub const MAX_RECORD: usize = 2 * 1024 * 1024;

/// What stands in front of the records where they are a part of an object: CloudTrail's files, and the
/// answers of Port's API and of Porter's.
const HEADS: [&[u8]; 4] =
    [b"{\"Records\":[", b"{\"ok\":true,\"audits\":[", b"{\"audits\":[", b"{\"entries\":["];
/// How far the beginning of an array is looked for.
const MAX_HEAD: usize = 4096;
/// Room for the longest line and the line feed behind it.
const LINE_LIMIT: u64 = MAX_RECORD as u64 + 1;

/// The log cannot be read any further.
#[derive(Debug, thiserror::Error)]
#[error("reading stopped after record {after}: {error}")]
pub struct ReadError {
    /// The last record before it.
    pub after: u64,
    /// What the system, or the decompression, says.
    #[source]
    pub error: io::Error,
}

/// A record as it stands, or why there is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Record(Vec<u8>),
    /// This many bytes.
    TooLong(u64),
    Broken(&'static str),
    /// What an export says of itself.
    End(Ending),
}

/// The records, with their numbers from 1.
pub(super) struct Pieces<'r> {
    reader: Box<dyn BufRead + Send + 'r>,
    layout: Layout,
    number: u64,
    /// The length of the last line: the next one is likely to need as much.
    last: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    Unknown,
    Lines,
    /// Inside an array, which is the value of a key if there is one more brace to close.
    Array {
        braced: bool,
    },
    AfterArray {
        braced: bool,
    },
    End,
}

impl<'r> Pieces<'r> {
    pub(super) fn new(reader: impl BufRead + Send + 'r) -> Self {
        Self { reader: Box::new(reader), layout: Layout::Unknown, number: 0, last: 0 }
    }

    fn piece(&mut self) -> io::Result<Option<Piece>> {
        if self.layout == Layout::Unknown {
            self.decompress()?;
            self.begin()?;
        }
        loop {
            let piece = match self.layout {
                Layout::Lines => return self.line(),
                Layout::Array { braced } => self.item(braced)?,
                Layout::AfterArray { braced } => self.after_array(braced)?,
                Layout::Unknown | Layout::End => return Ok(None),
            };
            if piece.is_some() {
                self.number += 1;
                return Ok(piece);
            }
        }
    }

    /// Looks for the mark of gzip. What was read for that is put back.
    fn decompress(&mut self) -> io::Result<()> {
        let mut head = Vec::with_capacity(3);
        (&mut self.reader).take(3).read_to_end(&mut head)?;
        let gzip = head.starts_with(&[0x1f, 0x8b]);
        if head != b"\xef\xbb\xbf" {
            self.put_back(head);
        }
        if gzip {
            let reader = std::mem::replace(&mut self.reader, Box::new(io::empty()));
            self.reader = Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(reader)));
        }
        Ok(())
    }

    fn put_back(&mut self, head: Vec<u8>) {
        let reader = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        self.reader = Box::new(Cursor::new(head).chain(reader));
    }

    /// Finds out whether the records are lines or the items of an array.
    fn begin(&mut self) -> io::Result<()> {
        let (head, layout) = self.array_head()?;
        self.layout = layout.unwrap_or(Layout::Lines);
        if self.layout == Layout::Lines {
            self.put_back(head);
        }
        Ok(())
    }

    /// Reads on as long as it looks like `[` or one of [`HEADS`], white space anywhere.
    fn array_head(&mut self) -> io::Result<(Vec<u8>, Option<Layout>)> {
        let mut heads = HEADS.to_vec();
        let (mut head, mut matched) = (Vec::new(), 0);
        while head.len() < MAX_HEAD {
            let Some(byte) = self.byte()? else { break };
            head.push(byte);
            if byte.is_ascii_whitespace() {
                continue;
            }
            if matched == 0 && byte == b'[' {
                return Ok((head, Some(Layout::Array { braced: false })));
            }
            heads.retain(|head| head[matched] == byte);
            if heads.is_empty() {
                break;
            }
            matched += 1;
            if heads.iter().any(|head| matched == head.len()) {
                return Ok((head, Some(Layout::Array { braced: true })));
            }
        }
        Ok((head, None))
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = loop {
            match self.reader.fill_buf() {
                Ok(bytes) => break bytes.first().copied(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        self.reader.consume(usize::from(byte.is_some()));
        Ok(byte)
    }

    fn line(&mut self) -> io::Result<Option<Piece>> {
        loop {
            let mut line = Vec::with_capacity(self.last);
            let mut length =
                (&mut self.reader).take(LINE_LIMIT).read_until(b'\n', &mut line)? as u64;
            if length == 0 {
                return Ok(None);
            }
            self.number += 1;
            self.last = line.len();
            if line.len() > MAX_RECORD && line.last() != Some(&b'\n') {
                while line.last().is_some_and(|&byte| byte != b'\n') {
                    line.clear();
                    length +=
                        (&mut self.reader).take(LINE_LIMIT).read_until(b'\n', &mut line)? as u64;
                }
                return Ok(Some(Piece::TooLong(length)));
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Some(Piece::Record(line)));
            }
        }
    }

    /// The next item of an array. `None` where the array, and not the log, ends.
    fn item(&mut self, braced: bool) -> io::Result<Option<Piece>> {
        let mut item = Item::default();
        loop {
            let bytes = match self.reader.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if bytes.is_empty() {
                self.layout = Layout::End;
                return Ok(Some(Piece::Broken(
                    "is cut short: the log ends in the middle of its array",
                )));
            }
            let (used, end) = item.take(bytes);
            self.reader.consume(used);
            match end {
                None => {}
                Some(b',') => return Ok(Some(item.piece())),
                Some(_) => {
                    self.layout = Layout::AfterArray { braced };
                    return Ok(Some(item).filter(|item| item.length > 0).map(Item::piece));
                }
            }
        }
    }

    /// Passes over the other members of the object that an array is in. Says whether it is closed behind them.
    fn close(&mut self) -> io::Result<bool> {
        let (mut depth, mut quoted, mut escaped) = (0_u64, false, false);
        while let Some(byte) = self.byte()? {
            if quoted {
                quoted = byte != b'"' || escaped;
                escaped = byte == b'\\' && !escaped;
                continue;
            }
            match byte {
                b'"' => quoted = true,
                b'{' | b'[' => depth += 1,
                b'}' if depth == 0 => return Ok(true),
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        Ok(false)
    }

    /// Behind an array there may be another: compressed files can be joined.
    fn after_array(&mut self, braced: bool) -> io::Result<Option<Piece>> {
        self.layout = Layout::End;
        let mut open = braced;
        loop {
            let bytes = self.reader.fill_buf()?;
            let Some(&byte) = bytes.first() else {
                return Ok(open
                    .then_some(Piece::Broken("is cut short: the log ends before its last brace")));
            };
            if open && byte == b'}' {
                open = false;
            } else if open && byte == b',' {
                open = !self.close()?;
                continue;
            } else if !byte.is_ascii_whitespace() {
                break;
            }
            self.reader.consume(1);
        }
        let (_, layout) = if open { (Vec::new(), None) } else { self.array_head()? };
        self.layout = layout.unwrap_or(Layout::End);
        Ok(layout
            .is_none()
            .then_some(Piece::Broken("cannot be read: something else follows the array")))
    }
}

impl Iterator for Pieces<'_> {
    type Item = Result<(u64, Piece), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = self.piece().transpose()?;
        Some(piece.map(|piece| (self.number, piece)).map_err(|error| {
            self.layout = Layout::End;
            ReadError { after: self.number, error }
        }))
    }
}

/// An item of an array as far as it has been read.
#[derive(Default)]
struct Item {
    text: Vec<u8>,
    length: u64,
    depth: u32,
    quoted: bool,
    escaped: bool,
}

impl Item {
    /// Takes bytes up to the comma or bracket behind the item. Says how many and which.
    fn take(&mut self, bytes: &[u8]) -> (usize, Option<u8>) {
        for (index, &byte) in bytes.iter().enumerate() {
            if self.quoted {
                self.quoted = byte != b'"' || self.escaped;
                self.escaped = byte == b'\\' && !self.escaped;
                continue;
            }
            match byte {
                b',' | b']' if self.depth == 0 => {
                    self.keep(&bytes[..index]);
                    return (index + 1, Some(byte));
                }
                b'"' => self.quoted = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.keep(bytes);
        (bytes.len(), None)
    }

    fn keep(&mut self, bytes: &[u8]) {
        let bytes = if self.length == 0 { bytes.trim_ascii_start() } else { bytes };
        self.length += bytes.len() as u64;
        if self.length <= MAX_RECORD as u64 {
            self.text.extend_from_slice(bytes);
        }
    }

    fn piece(self) -> Piece {
        if self.length > MAX_RECORD as u64 {
            Piece::TooLong(self.length)
        } else {
            Piece::Record(self.text)
        }
    }
}
