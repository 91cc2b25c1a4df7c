//! In which order entries are listed.

use std::{borrow::Cow, cmp::Ordering, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Entry, Event, Field, Outcome, QueryError, Timestamp};

macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident = $key:literal, $label:literal;)+) => {
        /// A column of a list. Keys are append-only: an old one stays as an alias for ever.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub enum Column { #[default] $($(#[$doc])* $variant,)+ }

        impl Column {
            /// Every column, in the order in which they are offered.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// As written in the query string.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }

            /// As shown to people.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }
    };
}

columns! {
    /// When it happened.
    Time = "time", "Time";
    /// By the actor's name at that time.
    Actor = "actor", "Actor";
    /// By source.
    Source = "source", "Source";
    /// By method.
    Method = "method", "Method";
    /// By status code.
    Status = "status", "Status";
    /// By outcome.
    Outcome = "outcome", "Outcome";
    /// By the producer's action.
    Action = "action", "Action";
    /// By operation.
    Operation = "operation", "Operation";
    /// By resource type, then by the resource's name at that time.
    Resource = "resource", "Resource";
    /// By the application's name.
    Application = "application", "Application";
    /// By the cluster's name.
    Cluster = "cluster", "Cluster";
    /// By the environment's name.
    Environment = "environment", "Environment";
    /// By the caller's address, as text.
    Ip = "ip", "IP address";
    /// By blueprint.
    Blueprint = "blueprint", "Blueprint";
    /// By entity.
    Entity = "entity", "Entity";
    /// By integration.
    Integration = "integration", "Integration";
    /// By path.
    Path = "path", "Path";
    /// By user agent.
    UserAgent = "user_agent", "User agent";
    /// By the run's id.
    Run = "run", "Run ID";
    /// By why it failed.
    Error = "error", "Error";
}

impl Column {
    /// The field that this column shows, where entries can be filtered by it.
    pub const fn field(self) -> Option<Field> {
        Some(match self {
            Self::Time | Self::UserAgent | Self::Error => return None,
            Self::Actor => Field::Actor,
            Self::Source => Field::Source,
            Self::Method => Field::Method,
            Self::Status => Field::Status,
            Self::Outcome => Field::Outcome,
            Self::Action => Field::Action,
            Self::Operation => Field::Operation,
            Self::Resource => Field::Resource,
            Self::Application => Field::Application,
            Self::Cluster => Field::Cluster,
            Self::Environment => Field::Environment,
            Self::Ip => Field::Ip,
            Self::Blueprint => Field::Blueprint,
            Self::Entity => Field::Entity,
            Self::Integration => Field::Integration,
            Self::Path => Field::Path,
            Self::Run => Field::Run,
        })
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
        let text = |text: Option<String>| text.map_or(SortKey::Absent, SortKey::Text);
        match self {
            Self::Time => SortKey::Number(event.occurred_at.millis()),
            Self::Status => event
                .request
                .status_code
                .map_or(SortKey::Absent, |code| SortKey::Number(i64::from(code))),
            Self::Resource => {
                text(event.resource.as_ref().map(|r| format!("{} {}", r.kind, r.label())))
            }
            Self::UserAgent => text(event.request.user_agent.clone()),
            Self::Error => text(event.error.clone()),
            _ => text(self.field().and_then(|field| field.label_of(event)).map(Cow::into_owned)),
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Column {
    type Err = QueryError;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|column| column.key() == key);
        found.copied().ok_or_else(|| QueryError::new(key, "is not a column"))
    }
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        key.parse().map_err(|_| de::Error::custom(format_args!("{key:?} is not a column")))
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
                        "{text:?} is not a column to sort by; there are {}, and each with - in front",
                        columns.join(", ")
                    ),
                )
            })
    }
}
