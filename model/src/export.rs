//! Exports: what a reader sees, taken away whole as a file.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Seq, Span, Timestamp,
    vocabulary::{UnknownWord, vocabulary},
};

/// The last row of a CSV file that broke off after its first byte. Such a file is incomplete.
pub const FAILED: &str = "__porter_export_failed__";
/// The last row of a CSV file that ends where the project's `export_max_rows` does. What it has is
/// whole and in order; there is more in the log.
pub const CAPPED: &str = "__daybook_export_capped__";
/// The header of an answer that says what the tab left out by itself, as a filter.
pub const LEFT_OUT: &str = "daybook-left-out";
/// How many values a filter may carry that goes by POST.
pub const MAX_VALUES: usize = 10_000;
/// How many bytes it may have.
pub const MAX_BODY: usize = 512 * 1024;

vocabulary! {
    /// What kind of file.
    Format {
        Csv = "csv", "CSV";
        Ndjson = "ndjson", "NDJSON";
        Parquet = "parquet", "Parquet";
    }
}

vocabulary! {
    /// How far an export is.
    State {
        Waiting = "waiting", "Waiting";
        Running = "running", "Running";
        Complete = "complete", "Complete";
        Capped = "capped", "Capped";
        Failed = "failed", "Failed";
        Cancelled = "cancelled", "Cancelled";
        Interrupted = "interrupted", "Interrupted";
        Unfinished = "unfinished", "Unfinished";
    }
}

impl State {
    /// Whether nothing more will come.
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }

    /// Whether the file is what was asked for, to its end.
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::Complete | Self::Capped)
    }
}

impl Format {
    /// The media type, as in `Content-Type`.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// What is exported and how. The filter is the query string of the page, and obeys its limits but
/// for the number of its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewExport {
    /// The filter, the tab and the order, as in the address bar.
    #[serde(default)]
    pub query: String,
    /// What kind of file.
    #[serde(default = "csv")]
    pub format: Format,
    /// `all` (unless given), `requests` for the seventeen columns of the published CSV, or names of
    /// columns with commas between, those of the page or those of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<String>,
    /// Whether NDJSON ends in a line that tells how many rows there were.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trailer: bool,
    /// How cells of CSV that a spreadsheet would take for a formula are written.
    #[serde(default, skip_serializing_if = "Formulas::is_escaped")]
    pub formulas: Formulas,
}

fn csv() -> Format {
    Format::Csv
}

/// How cells of CSV that a spreadsheet would take for a formula are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Formulas {
    /// With an apostrophe in front, which `daybook import` takes off again.
    #[default]
    Escaped,
    /// As they are: for programs, not for spreadsheets.
    Exact,
}

impl Formulas {
    /// Whether it is the default.
    pub fn is_escaped(&self) -> bool {
        *self == Self::Escaped
    }
}

impl FromStr for Formulas {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "escaped" => Ok(Self::Escaped),
            "exact" => Ok(Self::Exact),
            _ => Err(UnknownWord("escaped, exact".into())),
        }
    }
}

impl fmt::Display for Formulas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Escaped => "escaped",
            Self::Exact => "exact",
        })
    }
}

/// What an export will be, told before it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Estimate {
    /// How many entries match, exactly.
    pub matching: u64,
    /// How many rows the file will have: fewer than match where the project has a limit.
    pub rows: u64,
    /// About how many bytes the file will have, before any compression on the way.
    pub bytes: u64,
    /// The project's limit, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rows: Option<u64>,
    /// Whether the file will end in the mark of a capped file.
    pub capped: bool,
    /// The time that is covered.
    pub span: Span,
    /// The place in the log up to which entries are in.
    pub as_of: Seq,
}

/// An export, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Export {
    /// Names it, here and in the log.
    pub id: String,
    /// How far it is.
    pub state: State,
    /// What kind of file.
    pub format: Format,
    /// The name of the file.
    pub file_name: String,
    /// Entries written so far.
    pub rows: u64,
    /// Bytes written so far, before any compression on the way.
    pub bytes: u64,
    /// The SHA-256 of these bytes in hexadecimal, once they are all there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What it was to be when it was asked for; absent where it began without being asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// The place in the log up to which entries are in.
    pub as_of: Seq,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When nothing more came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// What an NDJSON file ends in when that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trailer {
    /// The whole of it, so that it cannot be taken for an entry.
    pub daybook_export: Ending,
}

/// How an export ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The export.
    pub id: String,
    /// `complete`, `capped` or `failed`.
    pub status: State,
    /// How many entries there are in front of this line.
    pub rows: u64,
    /// The place in the log up to which entries are in.
    pub as_of: Seq,
    /// The SHA-256 of the lines in front of this one, in hexadecimal.
    pub sha256: String,
}

/// Whether a project's log may be exported, and how much of it at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExportSettings {
    /// Whether it may.
    pub enabled: bool,
    /// The most rows of one file; no limit where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rows: Option<u64>,
}

impl Default for ExportSettings {
    fn default() -> Self {
        Self { enabled: true, max_rows: None }
    }
}
