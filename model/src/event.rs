//! Events, as producers send them, and entries, as the log holds them.

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Value, value::RawValue};

use crate::{ActorType, Operation, Outcome, Timestamp, json};

/// The place of an entry in its project's log: 1, 2, 3, … without gaps, in the order of commit.
pub type Seq = u64;

/// One thing that happened, as its producer tells it. What is optional is left out when absent.
///
/// One shape holds an API request (`request`), a change of a catalogue entity (`change`) and a
/// sign-in (`operation`) alike. Names are kept as they were, so that entries of deleted people and
/// revoked tokens stay readable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The producer's id, unique in the project, at most 128 characters: sending it twice stores
    /// it once. Without it the event cannot be deduplicated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// Which system it came through: `dashboard`, `cli`, `terraform`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What was done, in the producer's words: `UpdateApp`.
    pub action: String,
    /// What kind of thing that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// How it ended; derived from the status code where the producer does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Why it failed, in a short sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The HTTP request behind it.
    #[serde(
        default,
        deserialize_with = "json::or_default",
        skip_serializing_if = "Request::is_empty"
    )]
    pub request: Request,
    /// What it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Resource>,
    /// The application it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<Named>,
    /// The cluster it ran on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<Named>,
    /// The (preview) environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Named>,
    /// The run (of an action or a pipeline) that caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The webhook that caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_id: Option<String>,
    /// The event of that webhook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_event_id: Option<String>,
    /// The installed integration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation_id: Option<String>,
    /// The blueprint of the entity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blueprint: Option<String>,
    /// The catalogue entity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// The state before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Whatever else the producer wants to keep.
    #[serde(
        default,
        deserialize_with = "json::some_strict",
        skip_serializing_if = "Option::is_none"
    )]
    pub context: Option<Value>,
    /// A sentence of the producer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Event {
    /// Whether it only read: then there is nothing that it could have changed.
    pub fn is_read_only(&self) -> bool {
        if let Some(operation) = self.operation {
            return matches!(operation, Operation::Read | Operation::Export);
        }
        let method = self.request.method.as_deref();
        matches!(method, Some("GET" | "HEAD" | "OPTIONS" | "TRACE"))
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// What kind of actor.
    #[serde(rename = "type")]
    pub kind: ActorType,
    /// Unique among actors of this type. Ids of different types may collide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The e-mail address at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl Actor {
    /// The facet value, `type:id`; an actor without an id is known by its type alone, `type:`.
    pub fn key(&self) -> String {
        format!("{}:{}", self.kind, self.id.as_deref().unwrap_or_default())
    }

    /// What to show: the name, else the e-mail address, else the id, else the type.
    pub fn label(&self) -> &str {
        [&self.name, &self.email, &self.id]
            .into_iter()
            .find_map(Option::as_deref)
            .unwrap_or(self.kind.label())
    }
}

/// The HTTP request behind an event; every part may be absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Request {
    /// `GET`, `POST`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Path and query as requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// 100 to 599.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_code: Option<u16>,
    /// The caller's address (or host name, where the producer has no address).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_ip: Option<String>,
    /// The caller's User-Agent header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Identifies the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Identifies the actor's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
}

impl Request {
    /// Whether nothing is known of a request.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What an event was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// `application`, `cluster`, …: `[a-z0-9_]{1,64}` by convention, any text by right.
    #[serde(rename = "type")]
    pub kind: String,
    /// Unique among resources of this type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Resource {
    /// The facet value, `type:id`; without an id the name stands for it.
    pub fn key(&self) -> String {
        let id = self.id.as_deref().or(self.name.as_deref()).unwrap_or_default();
        format!("{}:{id}", self.kind)
    }

    /// What to show: the name, else the id, else nothing.
    pub fn label(&self) -> &str {
        self.name.as_deref().or(self.id.as_deref()).unwrap_or_default()
    }
}

/// Something with an id and the name it had then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Unique among its kind.
    pub id: String,
    /// The name at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Named {
    /// What to show: the name, else the id.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

/// The state of a thing before and after. `null` before means it was created, `null` after that
/// it was deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The state before.
    #[serde(default, deserialize_with = "json::strict")]
    pub before: Value,
    /// The state after.
    #[serde(default, deserialize_with = "json::strict")]
    pub after: Value,
}

/// An event in the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Its place in the project's log.
    pub seq: Seq,
    /// When the log received it.
    pub received_at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
    /// Names of the fields that this answer leaves out for brevity although the entry has them
    /// (`change`, `context`). Empty where the entry is whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<String>,
}

/// An entry stands as one flat object. Deriving this would build a tree of all of it first; reading the
/// text twice, as what the log adds and as the event, needs none, and less code in the browser.
impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Added {
            seq: Seq,
            received_at: Timestamp,
            #[serde(default)]
            omitted: Vec<String>,
        }
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let text = text.get().as_bytes();
        let Added { seq, received_at, omitted } =
            serde_json::from_slice(text).map_err(de::Error::custom)?;
        let event = serde_json::from_slice(text).map_err(de::Error::custom)?;
        Ok(Self { seq, received_at, event, omitted })
    }
}
