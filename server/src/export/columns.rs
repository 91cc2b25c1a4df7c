//! The columns of a file: an entry laid out flat.

use std::borrow::Cow;

use daybook_model::{Column, Entry, Operation, Outcome, QueryError, Timestamp};
use serde_json::Value;

use super::line::{capitals, text_cell as some};
use crate::store::Parts;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// An instant.
    Time,
    /// A place in the log.
    Place,
    /// A status code.
    Status,
    /// JSON.
    Json,
}

/// What an entry has in a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// Nothing: it does not apply.
    Absent,
    /// Text.
    Text(Cow<'a, str>),
    /// A number.
    Number(u64),
    /// An instant.
    Time(Timestamp),
    /// JSON.
    Json(&'a Value),
}

macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $kind:ident;)+) => {
        /// A column of a file. Names are append-only.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum FileColumn { $($(#[$doc])* $variant,)+ }

        impl FileColumn {
            const EVERY: &[Self] = &[$(Self::$variant,)+];

            /// As in the header.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it holds.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)+ }
            }
        }
    };
}

columns! {
    /// The place in the log.
    Seq = "seq", Place;
    /// When it happened.
    OccurredAt = "occurred_at", Time;
    /// When the log received it.
    ReceivedAt = "received_at", Time;
    /// The producer's id.
    Id = "id", Text;
    /// What kind of actor.
    ActorType = "actor_type", Text;
    /// The actor's id.
    ActorId = "actor_id", Text;
    /// The actor's name then.
    ActorName = "actor_name", Text;
    /// The actor's e-mail address then.
    ActorEmail = "actor_email", Text;
    /// Which system it came through.
    Source = "source", Text;
    /// What was done.
    Action = "action", Text;
    /// What kind of thing that is.
    Operation = "operation", Text;
    /// How it ended.
    Outcome = "outcome", Text;
    /// Why it failed.
    Error = "error", Text;
    /// The request's method.
    Method = "method", Text;
    /// The request's path.
    Path = "path", Text;
    /// The answer's status code.
    StatusCode = "status_code", Status;
    /// The caller's address.
    RemoteIp = "remote_ip", Text;
    /// The caller's User-Agent.
    UserAgent = "user_agent", Text;
    /// The request's id.
    RequestId = "request_id", Text;
    /// The session's id.
    SessionId = "session_id", Text;
    /// What kind of thing it was done to.
    ResourceType = "resource_type", Text;
    /// The thing's id.
    ResourceId = "resource_id", Text;
    /// The thing's name then.
    ResourceName = "resource_name", Text;
    /// The application's id.
    ApplicationId = "application_id", Text;
    /// The application's name then.
    ApplicationName = "application_name", Text;
    /// The cluster's id.
    ClusterId = "cluster_id", Text;
    /// The cluster's name then.
    ClusterName = "cluster_name", Text;
    /// The environment's id.
    EnvironmentId = "environment_id", Text;
    /// The environment's name then.
    EnvironmentName = "environment_name", Text;
    /// The run's id.
    RunId = "run_id", Text;
    /// The webhook's id.
    WebhookId = "webhook_id", Text;
    /// The webhook event's id.
    WebhookEventId = "webhook_event_id", Text;
    /// The integration's id.
    InstallationId = "installation_id", Text;
    /// The blueprint.
    Blueprint = "blueprint", Text;
    /// The catalogue entity.
    Entity = "entity", Text;
    /// The state before, as JSON; `null` where it was created.
    Before = "before", Json;
    /// The state after, as JSON; `null` where it was deleted.
    After = "after", Json;
    /// What else the producer kept, as JSON.
    Context = "context", Json;
    /// A sentence of the producer's.
    Message = "message", Text;
    /// Published: when it happened.
    StartedAt = "started_at", Time;
    /// Published: the kind of actor, in capitals.
    ActorTypeInCapitals = "actor_type", Text;
    /// Published: the actor's name, or e-mail address.
    ActorLabel = "actor_name", Text;
    /// Published: the environment's id.
    PreviewEnvironmentId = "preview_environment_id", Text;
    /// Published: the environment's name.
    PreviewEnvironmentName = "preview_environment_name", Text;
}

use FileColumn as F;

impl FileColumn {
    /// How many of [`FileColumn::EVERY`] an entry is made of.
    const OWN: usize = 39;

    /// The columns that an entry is made of: with these it can be imported again.
    pub fn all() -> &'static [Self] {
        &Self::EVERY[..Self::OWN]
    }

    /// The seventeen columns of the published CSV of requests, in their order.
    pub const REQUESTS: [Self; 17] = [
        F::StartedAt,
        F::Method,
        F::Path,
        F::Action,
        F::ActorTypeInCapitals,
        F::ActorId,
        F::ActorLabel,
        F::RemoteIp,
        F::UserAgent,
        F::ResourceType,
        F::ResourceId,
        F::ResourceName,
        F::ClusterId,
        F::ClusterName,
        F::PreviewEnvironmentId,
        F::PreviewEnvironmentName,
        F::StatusCode,
    ];

    /// The column of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::EVERY.iter().copied().find(|column| column.name() == name)
    }

    /// How much of an entry it needs.
    const fn parts(self) -> Parts {
        match self {
            F::Before | F::After | F::Context => Parts::Whole,
            F::ReceivedAt
            | F::Id
            | F::Error
            | F::RequestId
            | F::SessionId
            | F::RunId
            | F::WebhookId
            | F::WebhookEventId
            | F::Message => Parts::Listed,
            _ => Parts::Narrow,
        }
    }

    /// What the entry has there.
    pub fn cell(self, entry: &Entry) -> Cell<'_> {
        let event = &entry.event;
        let (actor, request) = (&event.actor, &event.request);
        let resource = event.resource.as_ref();
        let environment = event.environment.as_ref();
        match self {
            F::Seq => Cell::Number(entry.seq),
            F::OccurredAt | F::StartedAt => Cell::Time(event.occurred_at),
            F::ReceivedAt => Cell::Time(entry.received_at),
            F::Id => some(event.id.as_deref()),
            F::ActorType => some(Some(actor.kind.as_str())),
            F::ActorTypeInCapitals => capitals(actor.kind.as_str()),
            F::ActorId => some(actor.id.as_deref()),
            F::ActorName => some(actor.name.as_deref()),
            F::ActorLabel => some(actor.name.as_deref().or(actor.email.as_deref())),
            F::ActorEmail => some(actor.email.as_deref()),
            F::Source => some(event.source.as_deref()),
            F::Action => some(Some(&event.action)),
            F::Operation => some(event.operation.map(Operation::as_str)),
            F::Outcome => some(event.outcome.map(Outcome::as_str)),
            F::Error => some(event.error.as_deref()),
            F::Method => some(request.method.as_deref()),
            F::Path => some(request.path.as_deref()),
            F::StatusCode => {
                request.status_code.map_or(Cell::Absent, |code| Cell::Number(code.into()))
            }
            F::RemoteIp => some(request.remote_ip.as_deref()),
            F::UserAgent => some(request.user_agent.as_deref()),
            F::RequestId => some(request.request_id.as_deref()),
            F::SessionId => some(request.session_id.as_deref()),
            F::ResourceType => some(resource.map(|r| r.kind.as_str())),
            F::ResourceId => some(resource.and_then(|r| r.id.as_deref())),
            F::ResourceName => some(resource.and_then(|r| r.name.as_deref())),
            F::ApplicationId => some(event.application.as_ref().map(|n| n.id.as_str())),
            F::ApplicationName => some(event.application.as_ref().and_then(|n| n.name.as_deref())),
            F::ClusterId => some(event.cluster.as_ref().map(|n| n.id.as_str())),
            F::ClusterName => some(event.cluster.as_ref().and_then(|n| n.name.as_deref())),
            F::EnvironmentId | F::PreviewEnvironmentId => some(environment.map(|n| n.id.as_str())),
            F::EnvironmentName | F::PreviewEnvironmentName => {
                some(environment.and_then(|n| n.name.as_deref()))
            }
            F::RunId => some(event.run_id.as_deref()),
            F::WebhookId => some(event.webhook_id.as_deref()),
            F::WebhookEventId => some(event.webhook_event_id.as_deref()),
            F::InstallationId => some(event.installation_id.as_deref()),
            F::Blueprint => some(event.blueprint.as_deref()),
            F::Entity => some(event.entity.as_deref()),
            F::Before => event.change.as_ref().map_or(Cell::Absent, |c| Cell::Json(&c.before)),
            F::After => event.change.as_ref().map_or(Cell::Absent, |c| Cell::Json(&c.after)),
            F::Context => event.context.as_ref().map_or(Cell::Absent, Cell::Json),
            F::Message => some(event.message.as_deref()),
        }
    }

    /// The columns of a file that tell what a column of the page shows.
    fn shown(column: Column) -> &'static [Self] {
        match column {
            Column::Time => &[F::OccurredAt],
            Column::Actor => &[F::ActorType, F::ActorId, F::ActorName, F::ActorEmail],
            Column::Source => &[F::Source],
            Column::Method => &[F::Method],
            Column::Status => &[F::StatusCode],
            Column::Outcome => &[F::Outcome],
            Column::Action => &[F::Action],
            Column::Operation => &[F::Operation],
            Column::Resource => &[F::ResourceType, F::ResourceId, F::ResourceName],
            Column::Application => &[F::ApplicationId, F::ApplicationName],
            Column::Cluster => &[F::ClusterId, F::ClusterName],
            Column::Environment => &[F::EnvironmentId, F::EnvironmentName],
            Column::Ip => &[F::RemoteIp],
            Column::Blueprint => &[F::Blueprint],
            Column::Entity => &[F::Entity],
            Column::Integration => &[F::InstallationId],
            Column::Path => &[F::Path],
            Column::UserAgent => &[F::UserAgent],
            Column::Run => &[F::RunId],
            Column::Error => &[F::Error],
        }
    }
}

/// Which columns a file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Columns {
    /// The whole entry.
    All,
    /// The seventeen published ones.
    Requests,
    /// Those that were asked for, in this order.
    These(Vec<FileColumn>),
}

impl Columns {
    /// Reads the word of a query.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        match text {
            "" | "all" => return Ok(Self::All),
            "requests" => return Ok(Self::Requests),
            _ => {}
        }
        let mut columns = Vec::new();
        for word in text.split(',') {
            let found = match (word.parse::<Column>(), FileColumn::named(word)) {
                (Ok(column), _) => FileColumn::shown(column),
                (_, Some(column)) => &[column][..],
                _ => {
                    let problem = format!(
                        "{word:?} is not a column; give `all`, `requests`, or names with commas between"
                    );
                    return Err(QueryError::new("columns", problem));
                }
            };
            // What is named twice is there once: two columns of one name are read by no program.
            columns.extend(
                found.iter().filter(|c| !columns.contains(*c)).copied().collect::<Vec<_>>(),
            );
        }
        Ok(Self::These(columns))
    }

    /// The columns, in order.
    pub fn list(&self) -> &[FileColumn] {
        match self {
            Self::All => FileColumn::all(),
            Self::Requests => &FileColumn::REQUESTS,
            Self::These(columns) => columns,
        }
    }

    /// How much of its entries the file needs.
    pub fn parts(&self) -> Parts {
        let all = || self.list().iter().map(|column| column.parts());
        if all().any(|parts| parts == Parts::Whole) {
            Parts::Whole
        } else if all().any(|parts| parts == Parts::Listed) {
            Parts::Listed
        } else {
            Parts::Narrow
        }
    }
}
