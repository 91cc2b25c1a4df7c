//! Places in lists.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};

use crate::{Column, Filter, QueryError, Seq, Sort, Span, Timestamp, sort::SortKey};

/// Which way a page lies from its cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The rows behind the position.
    Next,
    /// The rows in front of it.
    Previous,
}

/// A place in a list. It holds the resolved span and the moment, so that `range=24h` does not
/// drift from page to page, and a mark of the list it belongs to, so that it is refused elsewhere.
/// As text it is opaque.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Which way to go.
    pub direction: Direction,
    /// The span the list covers.
    pub span: Span,
    /// The place in the log up to which it counts.
    pub as_of: Seq,
    /// The sort key of the row at the position; that row is not on the page.
    pub key: SortKey,
    /// The time of that row.
    pub time: Timestamp,
    /// The place of that row.
    pub seq: Seq,
    /// How many rows stand before that row.
    pub ordinal: u64,
    /// The mark of the list, see [`Cursor::mark`].
    pub mark: u64,
}

impl Cursor {
    /// The mark of a list: the same for the same project, filter and order. FNV-1a, because it must
    /// be the same in every build; it guards against mistakes, not against forgery, and a forged
    /// cursor reaches nothing that its filter does not.
    pub fn mark(project: &str, within: &[Filter], filter: &Filter, sort: Sort) -> u64 {
        let within: Vec<_> = within.iter().map(Filter::to_string).collect();
        format!("{project}\n{}\n{filter}\n{sort}", within.join("\n"))
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            })
            >> 11 // 53 bits survive every JSON reader
    }
}

impl Cursor {
    /// Whether it can be a place in a list of this order.
    pub fn is_in(&self, sort: Sort) -> bool {
        let timely = sort.column != Column::Time || self.key == SortKey::Number(self.time.millis());
        timely && sort.column.holds(&self.key) && self.span.contains(self.time)
    }
}

/// Short, for it stands in addresses: a letter for the direction, the numbers in hexadecimal and the
/// key, with dots between them.
impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = match self.direction {
            Direction::Next => 'n',
            Direction::Previous => 'p',
        };
        let (from, to, time) = (self.span.from.millis(), self.span.to.millis(), self.time.millis());
        let Self { as_of, seq, ordinal, mark, .. } = self;
        write!(f, "{direction}.{from:x}.{to:x}.{as_of:x}.{time:x}.{seq:x}.{ordinal:x}.{mark:x}.")?;
        match &self.key {
            SortKey::Absent => Ok(()),
            SortKey::Number(number) if *number == time => f.write_str("t"),
            SortKey::Number(number) => write!(f, "i{number:x}"),
            SortKey::Text(text) => write!(f, "s{}", BASE64.encode(text)),
        }
    }
}

impl FromStr for Cursor {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or_else(|| {
            QueryError::new(
                "cursor",
                "is not one that Daybook gave out; drop it to see the first page",
            )
        })
    }
}

/// Reads what [`Cursor`] writes.
fn read(text: &str) -> Option<Cursor> {
    let mut parts = text.split('.');
    let direction = match parts.next()? {
        "n" => Direction::Next,
        "p" => Direction::Previous,
        _ => return None,
    };
    let mut number = || u64::from_str_radix(parts.next()?, 16).ok().map(u64::cast_signed);
    let (from, to, as_of, time) = (number()?, number()?, number()?, number()?);
    let (seq, ordinal, mark) = (number()?, number()?, number()?);
    let key = parts.next().filter(|_| parts.next().is_none())?;
    let key = match (key.get(..1), key.get(1..)) {
        _ if key.is_empty() => SortKey::Absent,
        (Some("t"), Some("")) => SortKey::Number(time),
        (Some("i"), Some(number)) => {
            SortKey::Number(u64::from_str_radix(number, 16).ok()?.cast_signed())
        }
        (Some("s"), Some(text)) => {
            SortKey::Text(String::from_utf8(BASE64.decode(text).ok()?).ok()?)
        }
        _ => return None,
    };
    let instant = Timestamp::from_millis;
    let place = |number| u64::try_from(number).ok();
    Some(Cursor {
        direction,
        span: Some(Span { from: instant(from)?, to: instant(to)? })
            .filter(|span| span.from < span.to)?,
        as_of: place(as_of)?,
        key,
        time: instant(time)?,
        seq: place(seq)?,
        ordinal: place(ordinal)?,
        mark: mark.cast_unsigned(),
    })
}
