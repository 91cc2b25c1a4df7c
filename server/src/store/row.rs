//! An event as rows: numbers in the narrow one, the rest beside it.

use daybook_model::{
    Actor, ActorType, Change, Entry, Event, Field, Outcome, Request, Seq, Severity, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

mod id;

pub use id::Id;
pub(crate) use id::Sought;

use super::{StoreError, dictionary::Kind};

macro_rules! bits {
    ($($name:ident = $bit:literal;)+) => { $(pub(crate) const $name: i64 = 1 << $bit;)+ };
}

/// The bits of `entry.has`.
pub(crate) mod has {
    bits! {
        ID = 0;
        REQUEST = 1;
        SESSION = 2;
        RUN = 3;
        WEBHOOK = 4;
        WEBHOOK_EVENT = 5;
        CHANGE = 6;
        CONTEXT = 7;
    }
}

/// A field that is found by index: the producer's id, and what entries refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exact {
    Id,
    Request,
    Session,
    Run,
    Webhook,
    WebhookEvent,
}

impl Exact {
    /// Those in the table `reference`.
    pub(crate) const REFERENCES: [Self; 5] =
        [Self::Request, Self::Session, Self::Run, Self::Webhook, Self::WebhookEvent];

    /// The exact field that a field is.
    pub(crate) const fn of_field(field: Field) -> Option<Self> {
        Some(match field {
            Field::Id => Self::Id,
            Field::Request => Self::Request,
            Field::Session => Self::Session,
            Field::Run => Self::Run,
            Field::Webhook => Self::Webhook,
            Field::WebhookEvent => Self::WebhookEvent,
            _ => return None,
        })
    }

    /// Its bit in `entry.has`.
    pub(crate) const fn bit(self) -> i64 {
        match self {
            Self::Id => has::ID,
            Self::Request => has::REQUEST,
            Self::Session => has::SESSION,
            Self::Run => has::RUN,
            Self::Webhook => has::WEBHOOK,
            Self::WebhookEvent => has::WEBHOOK_EVENT,
        }
    }

    /// Its code in `reference.kind`; the id is in a table of its own.
    pub(crate) const fn code(self) -> Option<i64> {
        Some(match self {
            Self::Id => return None,
            Self::Request => 1,
            Self::Session => 2,
            Self::Run => 3,
            Self::Webhook => 4,
            Self::WebhookEvent => 5,
        })
    }

    /// The event's value.
    pub(crate) fn value(self, event: &Event) -> Option<&str> {
        match self {
            Self::Id => &event.id,
            Self::Request => &event.request.request_id,
            Self::Session => &event.request.session_id,
            Self::Run => &event.run_id,
            Self::Webhook => &event.webhook_id,
            Self::WebhookEvent => &event.webhook_event_id,
        }
        .as_deref()
    }
}

/// A row of `entry`, the project aside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Narrow {
    pub(crate) occurred_at: i64,
    pub(crate) seq: i64,
    pub(crate) status: Option<i64>,
    pub(crate) outcome: Option<i64>,
    /// The numbers of the words, in the order of [`Kind::ALL`].
    pub(crate) words: [Option<i64>; Kind::COUNT],
    pub(crate) has: i64,
}

impl Narrow {
    /// Its words. A number that is none is one that no word has.
    pub(crate) fn spoken(&self) -> impl Iterator<Item = (Kind, u32)> {
        let number = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        let words = Kind::ALL.iter().copied().zip(self.words);
        words.filter_map(move |(kind, word)| Some((kind, number(word?))))
    }
}

/// How an outcome is stored: in the order of its words.
pub(crate) const fn outcome_code(outcome: Outcome) -> i64 {
    match outcome {
        Outcome::Failure => 0,
        Outcome::Success => 1,
    }
}

/// The inverse of [`outcome_code`].
pub(crate) const fn outcome_of(code: i64) -> Option<Outcome> {
    match code {
        0 => Some(Outcome::Failure),
        1 => Some(Outcome::Success),
        _ => None,
    }
}

/// How a severity is stored: its place in [`Severity::ALL`].
pub(crate) const fn severity_code(severity: Severity) -> i64 {
    match severity {
        Severity::Quiet => 0,
        Severity::Failure => 1,
        Severity::ServerError => 2,
    }
}

/// The bits of an event.
pub(crate) fn bits(event: &Event) -> i64 {
    let exact =
        [Exact::Id].into_iter().chain(Exact::REFERENCES).filter(|e| e.value(event).is_some());
    let change = event.change.as_ref().map_or(0, |_| has::CHANGE);
    let context = event.context.as_ref().map_or(0, |_| has::CONTEXT);
    exact.fold(change | context, |bits, e| bits | e.bit())
}

/// A row of `detail`, its key aside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wide {
    pub(crate) received_at: i64,
    pub(crate) id: Option<Id>,
    /// In the order of [`Exact::REFERENCES`].
    pub(crate) references: [Option<Id>; 5],
    pub(crate) rest: Option<String>,
    pub(crate) context: Option<String>,
    pub(crate) change: Option<String>,
}

/// What of an event has no column.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Rest<T> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<T>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<T>,
}

fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|e| StoreError::Failed(format!("an event cannot be written as JSON: {e}")))
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, StoreError> {
    serde_json::from_str(text)
        .map_err(|e| StoreError::Failed(format!("an entry's JSON cannot be read: {e}")))
}

impl Wide {
    /// The wide row of an event.
    pub(crate) fn of(event: &Event, received_at: Timestamp) -> Result<Self, StoreError> {
        let rest = Rest { error: event.error.as_deref(), message: event.message.as_deref() };
        Ok(Self {
            received_at: received_at.millis(),
            id: event.id.as_deref().map(Id::of),
            references: Exact::REFERENCES.map(|e| e.value(event).map(Id::of)),
            rest: (rest != Rest::default()).then(|| json(&rest)).transpose()?,
            context: event.context.as_ref().map(json).transpose()?,
            change: event.change.as_ref().map(json).transpose()?,
        })
    }
}

/// An entry put together from its rows; words are still missing. What the wide row was not asked
/// for is named as omitted.
pub(crate) fn assemble(narrow: &Narrow, wide: Wide) -> Result<Entry, StoreError> {
    let seq = Seq::try_from(narrow.seq)
        .map_err(|_| StoreError::Failed("a place in the log is negative".into()))?;
    let rest: Rest<String> = wide.rest.as_deref().map(parse).transpose()?.unwrap_or_default();
    let [request_id, session_id, run_id, webhook_id, webhook_event_id] =
        wide.references.map(|id| id.map(Id::into_text));
    let omitted = [
        ("change", has::CHANGE, wide.change.is_none()),
        ("context", has::CONTEXT, wide.context.is_none()),
    ]
    .into_iter()
    .filter(|&(_, bit, missing)| missing && narrow.has & bit != 0)
    .map(|(name, ..)| name.to_owned())
    .collect();
    let event = Event {
        id: wide.id.map(Id::into_text),
        occurred_at: Timestamp::saturating(narrow.occurred_at),
        actor: Actor { kind: ActorType::System, id: None, name: None, email: None },
        source: None,
        action: String::new(),
        operation: None,
        outcome: narrow.outcome.and_then(outcome_of),
        error: rest.error,
        request: Request {
            status_code: narrow.status.and_then(|c| u16::try_from(c).ok()),
            request_id,
            session_id,
            ..Request::default()
        },
        resource: None,
        application: None,
        cluster: None,
        environment: None,
        run_id,
        webhook_id,
        webhook_event_id,
        installation_id: None,
        blueprint: None,
        entity: None,
        change: wide.change.as_deref().map(parse::<Change>).transpose()?,
        context: wide.context.as_deref().map(parse::<Value>).transpose()?,
        message: rest.message,
    };
    Ok(Entry { seq, received_at: Timestamp::saturating(wide.received_at), event, omitted })
}
