//! What an entry can be filtered by.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{ActorType, Event, Operation, Outcome, QueryError};

/// The longest value of a field, in bytes.
pub const MAX_VALUE: usize = 8 * 1024;

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $key:literal, $label:literal;)+) => {
        /// A field that entries are filtered by, with its key in the query string. Keys are
        /// append-only: an old one stays as an alias for ever.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $($(#[$doc])* $variant,)+ }

        impl Field {
            /// Every field: the facets first, in the order in which they are offered.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The key in the query string.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }

            /// As shown to people.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }

            /// The field of this key.
            pub fn from_key(key: &str) -> Option<Self> {
                match key { $($key => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

fields! {
    /// `user:58392`: type and id, because ids of different types collide.
    Actor = "actor", "Actor";
    /// A word of [`ActorType`].
    ActorType = "actor_type", "Actor type";
    /// `dashboard`, `cli`, …
    Source = "source", "Source";
    /// `GET`, `POST`, …
    Method = "method", "Method";
    /// `403`, or a class: `4xx`.
    Status = "status", "Status";
    /// A word of [`Outcome`].
    Outcome = "outcome", "Outcome";
    /// The producer's action.
    Action = "action", "Action";
    /// A word of [`Operation`].
    Operation = "operation", "Operation";
    /// `application`, `cluster`, …
    ResourceType = "resource_type", "Resource type";
    /// `application:app_3`: type and id.
    Resource = "resource", "Resource";
    /// The application's id.
    Application = "application", "Application";
    /// The cluster's id.
    Cluster = "cluster", "Cluster";
    /// The environment's id.
    Environment = "environment", "Environment";
    /// The caller's address.
    Ip = "ip", "IP address";
    /// The blueprint.
    Blueprint = "blueprint", "Blueprint";
    /// The catalogue entity.
    Entity = "entity", "Entity";
    /// The installed integration's id.
    Integration = "integration", "Integration";
    /// The producer's id of the event.
    Id = "id", "Event ID";
    /// The request id.
    Request = "request", "Request ID";
    /// The session id.
    Session = "session", "Session ID";
    /// The run id.
    Run = "run", "Run ID";
    /// The webhook's id.
    Webhook = "webhook", "Webhook ID";
    /// The webhook event's id.
    WebhookEvent = "webhook_event", "Webhook event ID";
    /// Any part of the path, whatever the case.
    Path = "path", "Path";
}

impl Field {
    /// How many of [`Field::ALL`] are facets.
    const FACET_COUNT: usize = 17;

    /// The facets: the fields that are counted as well.
    pub fn facets() -> &'static [Self] {
        &Self::ALL[..Self::FACET_COUNT]
    }

    /// Whether this field is counted as well.
    pub fn is_facet(self) -> bool {
        Self::facets().contains(&self)
    }

    /// The event's value of this field. For [`Field::Status`] it is the code.
    pub fn value_of(self, event: &Event) -> Option<Cow<'_, str>> {
        let named = |n: &Option<crate::Named>| n.as_ref().map(|n| Cow::Owned(n.id.clone()));
        let text = |t: &'_ Option<String>| t.clone().map(Cow::Owned);
        match self {
            Self::Actor => Some(event.actor.key().into()),
            Self::ActorType => Some(event.actor.kind.as_str().into()),
            Self::Source => text(&event.source),
            Self::Method => text(&event.request.method),
            Self::Status => event.request.status_code.map(|c| c.to_string().into()),
            Self::Outcome => event.outcome.map(|o| o.as_str().into()),
            Self::Action => Some(event.action.as_str().into()),
            Self::Operation => event.operation.map(|o| o.as_str().into()),
            Self::ResourceType => event.resource.as_ref().map(|r| r.kind.as_str().into()),
            Self::Resource => event.resource.as_ref().map(|r| r.key().into()),
            Self::Application => named(&event.application),
            Self::Cluster => named(&event.cluster),
            Self::Environment => named(&event.environment),
            Self::Ip => text(&event.request.remote_ip),
            Self::Blueprint => text(&event.blueprint),
            Self::Entity => text(&event.entity),
            Self::Integration => text(&event.installation_id),
            Self::Id => text(&event.id),
            Self::Request => text(&event.request.request_id),
            Self::Session => text(&event.request.session_id),
            Self::Run => text(&event.run_id),
            Self::Webhook => text(&event.webhook_id),
            Self::WebhookEvent => text(&event.webhook_event_id),
            Self::Path => text(&event.request.path),
        }
    }

    /// What to show for the event's value of this field: the name rather than the id.
    pub fn label_of(self, event: &Event) -> Option<Cow<'_, str>> {
        match self {
            Self::Actor => Some(event.actor.label().into()),
            Self::Resource => event.resource.as_ref().map(|r| r.label().into()),
            Self::Application => event.application.as_ref().map(|n| n.label().into()),
            Self::Cluster => event.cluster.as_ref().map(|n| n.label().into()),
            Self::Environment => event.environment.as_ref().map(|n| n.label().into()),
            _ => self.value_of(event),
        }
    }

    /// Checks a value of this field and brings it to its one form.
    pub fn value(self, text: &str) -> Result<FieldValue, QueryError> {
        let refuse = |problem: String| Err(QueryError::new(self.key(), problem));
        if text.len() > MAX_VALUE {
            return refuse(format!("a value is longer than {MAX_VALUE} bytes"));
        }
        if text.contains('\0') {
            return refuse("a value contains a NUL character".into());
        }
        let unknown = |e: crate::vocabulary::UnknownWord| {
            QueryError::new(self.key(), format!("{text:?} {e}"))
        };
        match self {
            Self::Method => return Ok(FieldValue(text.to_ascii_uppercase())),
            Self::Status if !StatusTerm::is_valid(text) => {
                return refuse(format!(
                    "{text:?} is neither a status code from 100 to 599 nor a class such as 4xx"
                ));
            }
            Self::Outcome => drop(text.parse::<Outcome>().map_err(unknown)?),
            Self::Operation => drop(text.parse::<Operation>().map_err(unknown)?),
            Self::ActorType => drop(text.parse::<ActorType>().map_err(unknown)?),
            Self::Actor => {
                let Some((kind, _)) = text.split_once(':') else {
                    return refuse(format!(
                        "{text:?} is not of the form type:id, such as user:58392"
                    ));
                };
                kind.parse::<ActorType>().map_err(unknown)?;
            }
            Self::Resource if !text.contains(':') => {
                return refuse(format!(
                    "{text:?} is not of the form type:id, such as application:app_3"
                ));
            }
            _ => {}
        }
        Ok(FieldValue(text.to_owned()))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Field {
    type Err = QueryError;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        Self::from_key(key).ok_or_else(|| QueryError::new(key, "is not a field"))
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        key.parse().map_err(|_| de::Error::custom(format_args!("{key:?} is not a field")))
    }
}

/// A checked value of a field, in its one form; made by [`Field::value`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct FieldValue(String);

impl FieldValue {
    /// The value as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A status code or a class of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusTerm {
    /// `403`
    Code(u16),
    /// `4xx`: the hundreds digit.
    Class(u16),
}

impl StatusTerm {
    /// Reads `403` or `4xx`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [digit @ b'1'..=b'5', b'x', b'x'] => Some(Self::Class(u16::from(digit - b'0'))),
            [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => text.parse().ok().map(Self::Code),
            _ => None,
        }
    }

    fn is_valid(text: &str) -> bool {
        Self::parse(text).is_some()
    }

    /// The codes it means, both ends included.
    pub const fn codes(self) -> (u16, u16) {
        match self {
            Self::Code(code) => (code, code),
            Self::Class(digit) => (digit * 100, digit * 100 + 99),
        }
    }
}

impl fmt::Display for StatusTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Class(digit) => write!(f, "{digit}xx"),
        }
    }
}
