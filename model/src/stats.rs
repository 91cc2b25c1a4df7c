//! Counts over everything that matches: bars, facets, and the parts of an overview.

use serde::{Deserialize, Serialize};

use crate::{Event, Field, Outcome, Page, Seq, Span, StackBy, Tab, Timestamp, error::ErrorDetail};

/// How bad it is; the chart stacks its bars by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Success, or nothing said.
    Quiet,
    /// A failure that is not the server's: a 4xx status, or a failure without a status.
    Failure,
    /// A 5xx status.
    ServerError,
}

impl Severity {
    /// Every severity, in the order of [`Bucket::counts`].
    pub const ALL: [Self; 3] = [Self::Quiet, Self::Failure, Self::ServerError];

    /// The severity of an event.
    pub fn of(event: &Event) -> Self {
        match event.request.status_code {
            Some(500..) => Self::ServerError,
            Some(400..) => Self::Failure,
            _ if event.outcome == Some(Outcome::Failure) => Self::Failure,
            _ => Self::Quiet,
        }
    }

    /// As shown to people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Quiet => "Success",
            Self::Failure => "Failure",
            Self::ServerError => "Server error",
        }
    }
}

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bucket {
    /// Its first instant.
    pub from: Timestamp,
    /// Its end, itself excluded: the start of the next.
    pub to: Timestamp,
    /// Entries by [`Severity`], in the order of [`Severity::ALL`].
    pub counts: [u64; 3],
}

impl Bucket {
    /// All entries of the bar.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// The bars over a span, and the number of entries counted apart from them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Histogram {
    /// The bars, oldest first, without gaps, from the span's start to its end. The first and the
    /// last may be partial: narrower than `width`.
    pub buckets: Vec<Bucket>,
    /// The width asked of a bar, such as `1h` or `1d`; days and more follow the calendar of the
    /// viewer's zone.
    pub width: String,
    /// The sum of the bars.
    pub sum: u64,
    /// The entries that match, counted without the bars. It equals `sum`, or something is wrong.
    pub total: u64,
    /// The time covered.
    pub span: Span,
    /// The place in the log up to which it counts.
    pub as_of: Seq,
    /// When the earliest entry that the log has happened, whatever the filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The bars taken apart, where they were asked to be stacked by anything but the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<Stack>,
}

/// A histogram's bars taken apart by a field. All of the filter is obeyed, also the choice for that
/// field: in each bar the values, the others and what has no value add up to the bar's total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stack {
    /// What they are taken apart by.
    pub by: StackBy,
    /// Classes of statuses in their order; of other fields the most frequent values, most frequent
    /// first, at most [`MAX_SERIES`](crate::chart::MAX_SERIES).
    pub values: Vec<FacetValue>,
    /// How many values are not listed.
    pub other_values: u64,
    /// The counts in each bar.
    pub bars: FacetBars,
}

/// The time of a histogram's length just before it, in bars that are its own, moved back by that
/// length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Previous {
    /// The time covered.
    pub span: Span,
    /// The entries in each bar.
    pub counts: Vec<u64>,
    /// The entries that match, counted without the bars.
    pub total: u64,
    /// The place in the log up to which it counts.
    pub as_of: Seq,
}

/// How often each value of a facet occurs among the entries that match everything but the choice
/// for this facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FacetCounts {
    /// The facet.
    pub field: Field,
    /// The most frequent values, most frequent first, and after them those that are chosen in the
    /// filter, even at 0.
    pub values: Vec<FacetValue>,
    /// Entries with a value that is not listed.
    pub other: u64,
    /// How many values are not listed.
    pub other_values: u64,
    /// Entries without a value.
    pub absent: u64,
    /// The same counts bar by bar, where they were asked for and could be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bars: Option<FacetBars>,
}

/// A facet's counts in each of a histogram's bars: as many numbers in each row as there are bars.
/// What a brush selects is counted from these, without asking again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FacetBars {
    /// A row for each of [`FacetCounts::values`].
    pub values: Vec<Vec<u64>>,
    /// Entries with a value that is not listed.
    pub other: Vec<u64>,
    /// Entries without a value.
    pub absent: Vec<u64>,
}

impl FacetCounts {
    /// How often the value at a place of `values` occurs in some bars, or, behind the last, its
    /// absence. `None` where it was not counted by bar.
    pub fn within(&self, place: usize, bars: std::ops::Range<usize>) -> Option<u64> {
        let counted = self.bars.as_ref()?;
        let row = counted.values.get(place).unwrap_or(&counted.absent);
        row.get(bars).map(|counts| counts.iter().sum())
    }
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FacetValue {
    /// As filtered by.
    pub value: String,
    /// As shown: the latest name it was seen with.
    pub label: String,
    /// Entries with it.
    pub count: u64,
}

/// A part of the overview. They come one a line, in this order, all under one span and one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Overview {
    /// The tabs of the project.
    Tabs {
        /// In the order in which they are offered.
        tabs: Vec<Tab>,
    },
    /// The rows.
    Page(Page),
    /// The runs that the rows belong to, in a tab that groups by them.
    Runs {
        /// In the order of the rows.
        runs: Vec<RunSummary>,
    },
    /// The bars and the total.
    Histogram(Histogram),
    /// The facets in view.
    Facets {
        /// One for each facet asked for, in that order.
        facets: Vec<FacetCounts>,
    },
    /// How many entries each tab has under the same filter.
    TabTotals {
        /// In the order of the tabs.
        totals: Vec<u64>,
    },
    /// The rest cannot be had; what came before stands.
    Failed {
        /// Why.
        error: ErrorDetail,
    },
}

/// The word that tells which part a line is.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    Tabs,
    Page,
    Runs,
    Histogram,
    Facets,
    TabTotals,
    Failed,
}

impl Overview {
    /// Reads a part from its line.
    ///
    /// `Deserialize` for an enum with the tag inside would build a tree of everything first. Looking
    /// for the tag alone, and reading the line again as what it is, needs none.
    pub fn read(line: &[u8]) -> serde_json::Result<Self> {
        #[derive(Deserialize)]
        struct Tag {
            part: Part,
        }
        #[derive(Deserialize)]
        struct Facets {
            facets: Vec<FacetCounts>,
        }
        #[derive(Deserialize)]
        struct Tabs {
            tabs: Vec<Tab>,
        }
        #[derive(Deserialize)]
        struct Runs {
            runs: Vec<RunSummary>,
        }
        #[derive(Deserialize)]
        struct TabTotals {
            totals: Vec<u64>,
        }
        #[derive(Deserialize)]
        struct Failed {
            error: ErrorDetail,
        }
        let Tag { part } = serde_json::from_slice(line)?;
        Ok(match part {
            Part::Page => Self::Page(serde_json::from_slice(line)?),
            Part::Histogram => Self::Histogram(serde_json::from_slice(line)?),
            Part::Facets => {
                let Facets { facets } = serde_json::from_slice(line)?;
                Self::Facets { facets }
            }
            Part::Tabs => {
                let Tabs { tabs } = serde_json::from_slice(line)?;
                Self::Tabs { tabs }
            }
            Part::Runs => {
                let Runs { runs } = serde_json::from_slice(line)?;
                Self::Runs { runs }
            }
            Part::TabTotals => {
                let TabTotals { totals } = serde_json::from_slice(line)?;
                Self::TabTotals { totals }
            }
            Part::Failed => {
                let Failed { error } = serde_json::from_slice(line)?;
                Self::Failed { error }
            }
        })
    }
}

/// A run, as far as the log knows it: all of its entries, whatever the filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
    /// Its id.
    pub run: String,
    /// What ran: the title in its state, else its first action and what that was about.
    pub title: String,
    /// When the first of its entries happened.
    pub began: Timestamp,
    /// How many entries it has.
    pub entries: u64,
    /// When the latest of them happened.
    pub at: Timestamp,
    /// How that ended, if it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The status in the state that it left, if there is one: `IN_PROGRESS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// What would match if one part of the filter were dropped; says which part empties a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Without {
    /// The query key that is dropped: `status`, `status.not`, `q`, or `range`.
    pub key: String,
    /// The entries that match then.
    pub total: u64,
    /// The entries that match this part alone, the rest of the filter left aside; the tab and the
    /// range are not. Of an included value and of the search only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<u64>,
}

/// Two parts of a filter that no entry satisfies at once, although some satisfy one of them. The
/// rest of the filter is left aside; the tab and the range are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Conflict {
    /// The query keys of the two.
    pub keys: [String; 2],
    /// The entries that satisfy each alone.
    pub totals: [u64; 2],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_read_as_it_was_written() {
        let span = Span::ALL;
        let at = Timestamp::saturating(0);
        let parts = [
            Overview::Page(Page {
                entries: Vec::new(),
                before: 50,
                previous: Some("a".into()),
                next: None,
                span,
                as_of: 7,
                now: at,
            }),
            Overview::Histogram(Histogram {
                buckets: vec![Bucket { from: span.from, to: span.to, counts: [1, 2, 3] }],
                width: "1h".into(),
                sum: 6,
                total: 6,
                span,
                as_of: 7,
                since: Some(at),
                stack: Some(Stack {
                    by: StackBy::Method,
                    values: vec![FacetValue { value: "GET".into(), label: "GET".into(), count: 5 }],
                    other_values: 0,
                    bars: FacetBars { values: vec![vec![5]], other: vec![0], absent: vec![1] },
                }),
            }),
            Overview::Facets { facets: Vec::new() },
            Overview::Tabs { tabs: Vec::new() },
            Overview::TabTotals { totals: vec![3] },
            Overview::Runs {
                runs: vec![RunSummary {
                    title: "Deploy".into(),
                    began: Timestamp::MIN,
                    run: "r1".into(),
                    entries: 2,
                    at,
                    outcome: Some(Outcome::Success),
                    status: None,
                }],
            },
            Overview::Failed {
                error: ErrorDetail {
                    code: "unavailable".into(),
                    message: "busy".into(),
                    field: None,
                },
            },
        ];
        for part in parts {
            let line = serde_json::to_vec(&part).expect("it can be written");
            assert_eq!(Overview::read(&line).expect("it can be read"), part);
        }
        assert!(Overview::read(br#"{"part":"weather"}"#).is_err());
    }
}
