//! Lists, a page at a time, and places in them.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde::{Deserialize, Serialize};

use crate::{Column, Entry, Filter, QueryError, Seq, Sort, Span, Timestamp, sort::SortKey};

/// How many rows a page has unless asked otherwise.
pub const DEFAULT_LIMIT: u16 = 50;
/// The most rows a page may have.
pub const MAX_LIMIT: u16 = 500;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The rows, in the order asked for.
    pub entries: Vec<Entry>,
    /// How many rows stand before the first one: "rows 51–100" has 50.
    pub before: u64,
    /// The page before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// The page after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The time that the list covers.
    pub span: Span,
    /// The place in the log up to which it counts.
    pub as_of: Seq,
    /// The server's clock when it answered.
    pub now: Timestamp,
}

/// Which way a page lies from its cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// The rows behind the position.
    #[serde(rename = "n")]
    Next,
    /// The rows in front of it.
    #[serde(rename = "p")]
    Previous,
}

/// A place in a list. It holds the resolved span and the moment, so that `range=24h` does not
/// drift from page to page, and a mark of the list it belongs to, so that it is refused elsewhere.
/// As text it is opaque.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Which way to go.
    #[serde(rename = "d")]
    pub direction: Direction,
    /// The span the list covers.
    #[serde(rename = "s")]
    pub span: Span,
    /// The place in the log up to which it counts.
    #[serde(rename = "a")]
    pub as_of: Seq,
    /// The sort key of the row at the position; that row is not on the page.
    #[serde(rename = "k")]
    pub key: SortKey,
    /// The time of that row.
    #[serde(rename = "t")]
    pub time: Timestamp,
    /// The place of that row.
    #[serde(rename = "q")]
    pub seq: Seq,
    /// How many rows stand before that row.
    #[serde(rename = "o")]
    pub ordinal: u64,
    /// The mark of the list, see [`Cursor::mark`].
    #[serde(rename = "m")]
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

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| fmt::Error)?;
        f.write_str(&BASE64.encode(json))
    }
}

impl FromStr for Cursor {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        BASE64
            .decode(text)
            .ok()
            .and_then(|json| serde_json::from_slice::<Self>(&json).ok())
            .filter(|c| {
                c.span.from < c.span.to
                    && [c.as_of, c.seq, c.ordinal].iter().all(|&n| i64::try_from(n).is_ok())
            })
            .ok_or_else(|| {
                QueryError::new(
                    "cursor",
                    "is not one that Daybook gave out; drop it to see the first page",
                )
            })
    }
}
