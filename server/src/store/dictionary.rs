//! The dictionary: what is repeated from entry to entry is kept once and numbered.

mod word;

pub(crate) use word::{Spoken, Word};

use daybook_model::{Column, Event, Field};

macro_rules! kinds {
    ($($kind:ident = $code:literal, $column:literal;)+) => {
        /// A kind of word: the column of `entry` that holds its number. The order is that of the
        /// columns; the codes are stored and never change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Kind { $($kind,)+ }

        impl Kind {
            /// Every kind, in the order of the columns.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind,)+];
            /// How many kinds there are.
            pub(crate) const COUNT: usize = Self::ALL.len();

            /// As stored.
            pub(crate) const fn code(self) -> i64 {
                match self { $(Self::$kind => $code,)+ }
            }

            /// The column of `entry`.
            pub(crate) const fn column(self) -> &'static str {
                match self { $(Self::$kind => $column,)+ }
            }
        }
    };
}

kinds! {
    Method = 1, "method";
    Actor = 2, "actor";
    Operation = 3, "operation";
    Source = 4, "source";
    Action = 5, "action";
    Resource = 6, "resource";
    Application = 7, "application";
    Cluster = 8, "cluster";
    Environment = 9, "environment";
    Ip = 10, "ip";
    Path = 11, "path";
    Blueprint = 12, "blueprint";
    Entity = 13, "entity";
    Integration = 14, "integration";
    UserAgent = 15, "user_agent";
}

impl Kind {
    /// The kinds that a search looks through; see [`daybook_model::Filter::searched`].
    pub(crate) const SEARCHED: &[Self] =
        &[Self::Path, Self::Actor, Self::Resource, Self::Application, Self::Cluster, Self::Action];

    /// Whether every entry has a word of this kind.
    pub(crate) const fn is_required(self) -> bool {
        matches!(self, Self::Actor | Self::Action)
    }

    /// The kind that answers for a field, if a dictionary does.
    pub(crate) const fn of_field(field: Field) -> Option<Self> {
        Some(match field {
            Field::Actor | Field::ActorType => Self::Actor,
            Field::Source => Self::Source,
            Field::Method => Self::Method,
            Field::Action => Self::Action,
            Field::Operation => Self::Operation,
            Field::ResourceType | Field::Resource => Self::Resource,
            Field::Application => Self::Application,
            Field::Cluster => Self::Cluster,
            Field::Environment => Self::Environment,
            Field::Ip => Self::Ip,
            Field::Blueprint => Self::Blueprint,
            Field::Entity => Self::Entity,
            Field::Integration => Self::Integration,
            Field::Path => Self::Path,
            Field::Status
            | Field::Outcome
            | Field::Id
            | Field::Request
            | Field::Session
            | Field::Run
            | Field::Webhook
            | Field::WebhookEvent => return None,
        })
    }

    /// The kind that a column is sorted by, if it is one.
    pub(crate) const fn of_column(column: Column) -> Option<Self> {
        Some(match column {
            Column::Time | Column::Status | Column::Outcome | Column::Run | Column::Error => {
                return None;
            }
            Column::Actor => Self::Actor,
            Column::Source => Self::Source,
            Column::Method => Self::Method,
            Column::Action => Self::Action,
            Column::Operation => Self::Operation,
            Column::Resource => Self::Resource,
            Column::Application => Self::Application,
            Column::Cluster => Self::Cluster,
            Column::Environment => Self::Environment,
            Column::Ip => Self::Ip,
            Column::Blueprint => Self::Blueprint,
            Column::Entity => Self::Entity,
            Column::Integration => Self::Integration,
            Column::Path => Self::Path,
            Column::UserAgent => Self::UserAgent,
        })
    }

    /// The event's word of this kind.
    pub(crate) fn spoken(self, event: &Event) -> Option<Spoken<'_>> {
        let request = &event.request;
        match self {
            Self::Method => request.method.as_deref().map(Spoken::Text),
            Self::Actor => Some(Spoken::Actor(&event.actor)),
            Self::Operation => event.operation.map(|o| Spoken::Text(o.as_str())),
            Self::Source => event.source.as_deref().map(Spoken::Text),
            Self::Action => Some(Spoken::Text(&event.action)),
            Self::Resource => event.resource.as_ref().map(Spoken::Resource),
            Self::Application => event.application.as_ref().map(Spoken::Named),
            Self::Cluster => event.cluster.as_ref().map(Spoken::Named),
            Self::Environment => event.environment.as_ref().map(Spoken::Named),
            Self::Ip => request.remote_ip.as_deref().map(Spoken::Text),
            Self::Path => request.path.as_deref().map(Spoken::Text),
            Self::Blueprint => event.blueprint.as_deref().map(Spoken::Text),
            Self::Entity => event.entity.as_deref().map(Spoken::Text),
            Self::Integration => event.installation_id.as_deref().map(Spoken::Text),
            Self::UserAgent => request.user_agent.as_deref().map(Spoken::Text),
        }
    }
}
