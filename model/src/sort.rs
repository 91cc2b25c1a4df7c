//! In which order entries are listed.

use std::{cmp::Ordering, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Entry, Event, Field, Outcome, QueryError, Timestamp};

/// What a list can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Column {
    /// When it happened.
    #[default]
    Time,
    /// By the actor's name at that time.
    Actor,
    /// By source.
    Source,
    /// By method.
    Method,
    /// By status code.
    Status,
    /// By outcome.
    Outcome,
    /// By the producer's action.
    Action,
    /// By operation.
    Operation,
    /// By resource type, then by the resource's name at that time.
    Resource,
    /// By the application's name.
    Application,
    /// By the cluster's name.
    Cluster,
    /// By the environment's name.
    Environment,
    /// By the caller's address, as text.
    Ip,
    /// By blueprint.
    Blueprint,
    /// By entity.
    Entity,
    /// By integration.
    Integration,
    /// By path.
    Path,
    /// By user agent.
    UserAgent,
}

impl Column {
    /// Every column.
    pub const ALL: &[Self] = &[
        Self::Time,
        Self::Actor,
        Self::Source,
        Self::Method,
        Self::Status,
        Self::Outcome,
        Self::Action,
        Self::Operation,
        Self::Resource,
        Self::Application,
        Self::Cluster,
        Self::Environment,
        Self::Ip,
        Self::Blueprint,
        Self::Entity,
        Self::Integration,
        Self::Path,
        Self::UserAgent,
    ];

    /// As written in the query string.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Actor => "actor",
            Self::Source => "source",
            Self::Method => "method",
            Self::Status => "status",
            Self::Outcome => "outcome",
            Self::Action => "action",
            Self::Operation => "operation",
            Self::Resource => "resource",
            Self::Application => "application",
            Self::Cluster => "cluster",
            Self::Environment => "environment",
            Self::Ip => "ip",
            Self::Blueprint => "blueprint",
            Self::Entity => "entity",
            Self::Integration => "integration",
            Self::Path => "path",
            Self::UserAgent => "user_agent",
        }
    }

    /// Whether entries can have this key in this column; a cursor that says otherwise is forged.
    pub fn holds(self, key: &SortKey) -> bool {
        match (self, key) {
            (_, SortKey::Absent) => !matches!(self, Self::Time | Self::Actor | Self::Action),
            (Self::Status, SortKey::Number(code)) => (100..600).contains(code),
            (_, SortKey::Number(_)) => self == Self::Time,
            (Self::Outcome, SortKey::Text(word)) => word.parse::<Outcome>().is_ok(),
            (_, SortKey::Text(_)) => !matches!(self, Self::Time | Self::Status),
        }
    }

    /// What an entry is sorted by in this column.
    pub fn sort_key(self, event: &Event) -> SortKey {
        let field = match self {
            Self::Time => return SortKey::Number(event.occurred_at.millis()),
            Self::Status => {
                return event
                    .request
                    .status_code
                    .map_or(SortKey::Absent, |c| SortKey::Number(i64::from(c)));
            }
            Self::Resource => {
                return event.resource.as_ref().map_or(SortKey::Absent, |r| {
                    SortKey::Text(format!("{} {}", r.kind, r.label()))
                });
            }
            Self::UserAgent => {
                return event.request.user_agent.clone().map_or(SortKey::Absent, SortKey::Text);
            }
            Self::Actor => Field::Actor,
            Self::Source => Field::Source,
            Self::Method => Field::Method,
            Self::Outcome => Field::Outcome,
            Self::Action => Field::Action,
            Self::Operation => Field::Operation,
            Self::Application => Field::Application,
            Self::Cluster => Field::Cluster,
            Self::Environment => Field::Environment,
            Self::Ip => Field::Ip,
            Self::Blueprint => Field::Blueprint,
            Self::Entity => Field::Entity,
            Self::Integration => Field::Integration,
            Self::Path => Field::Path,
        };
        field.label_of(event).map_or(SortKey::Absent, |text| SortKey::Text(text.into_owned()))
    }
}

/// A value to sort by. Numbers by size, text by its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SortKey {
    /// A number, or an instant in milliseconds.
    Number(i64),
    /// A text.
    Text(String),
    /// No value: last both ways.
    Absent,
}

impl SortKey {
    /// The order of two keys of one column: absent last, whatever the direction.
    pub fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let by_value = |order: Ordering| if descending { order.reverse() } else { order };
        match (self, other) {
            (Self::Absent, Self::Absent) => Ordering::Equal,
            (Self::Absent, _) | (Self::Text(_), Self::Number(_)) => Ordering::Greater,
            (_, Self::Absent) | (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Number(a), Self::Number(b)) => by_value(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => by_value(a.cmp(b)),
        }
    }
}

/// An order: a column and a direction. Equal values are listed newest first, by time and then by
/// place in the log; a list by time breaks ties by place, in its own direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sort {
    /// Sorted by.
    pub column: Column,
    /// Largest first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { column: Column::Time, descending: true }
    }
}

impl Sort {
    /// Whether ties are listed newest first. Only a list by time, oldest first, does not.
    pub fn ties_descending(self) -> bool {
        self.column != Column::Time || self.descending
    }

    /// The position of an entry in this order: its key, time and place.
    pub fn position(self, entry: &Entry) -> (SortKey, Timestamp, u64) {
        (self.column.sort_key(&entry.event), entry.event.occurred_at, entry.seq)
    }

    /// The order of two entries.
    pub fn compare(self, a: &Entry, b: &Entry) -> Ordering {
        let ((ak, at, aseq), (bk, bt, bseq)) = (self.position(a), self.position(b));
        let ties = (at, aseq).cmp(&(bt, bseq));
        ak.compare(&bk, self.descending).then(if self.ties_descending() {
            ties.reverse()
        } else {
            ties
        })
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.column.key())
    }
}

impl FromStr for Sort {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (key, descending) = text.strip_prefix('-').map_or((text, false), |key| (key, true));
        Column::ALL
            .iter()
            .find(|c| c.key() == key)
            .map(|&column| Self { column, descending })
            .ok_or_else(|| {
                let columns: Vec<_> = Column::ALL.iter().map(|column| column.key()).collect();
                QueryError::new(
                    "sort",
                    format!(
                        "{text:?} is not a column; there are {}, and each with - in front",
                        columns.join(", ")
                    ),
                )
            })
    }
}
