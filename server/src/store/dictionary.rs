//! The dictionary: what is repeated from entry to entry is kept once and numbered.

use std::{borrow::Cow, fmt::Write as _};

use daybook_model::{Actor, ActorType, Column, Event, Field, Named, Operation, Resource, filter::fold};
use sha2::{Digest as _, Sha256};

use super::StoreError;

/// Parts the searched texts of one word; no search can contain it.
const PART: char = '\u{1f}';

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
            Field::Status | Field::Outcome | Field::Id | Field::Request | Field::Session | Field::Run | Field::Webhook
            | Field::WebhookEvent => return None,
        })
    }

    /// The kind that a column is sorted by, if it is one.
    pub(crate) const fn of_column(column: Column) -> Option<Self> {
        Some(match column {
            Column::Time | Column::Status | Column::Outcome => return None,
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

/// A word as an event says it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Spoken<'a> {
    Actor(&'a Actor),
    Resource(&'a Resource),
    Named(&'a Named),
    Text(&'a str),
}

impl<'a> Spoken<'a> {
    /// What tells this word from every other of its kind, written into `out`: each part with its
    /// length in front, so that no two words look the same.
    pub(crate) fn key<'b>(self, out: &'b mut String) -> &'b str
    where
        'a: 'b,
    {
        out.clear();
        let mut part = |text: Option<&str>| match text {
            // Writing to a String cannot fail.
            Some(text) => drop(write!(out, "{}:{text}", text.len())),
            None => out.push('-'),
        };
        match self {
            Self::Text(text) => return text,
            Self::Actor(a) => [Some(a.kind.as_str()), a.id.as_deref(), a.name.as_deref(), a.email.as_deref()].map(&mut part),
            Self::Resource(r) => [Some(r.kind.as_str()), r.id.as_deref(), r.name.as_deref(), None].map(&mut part),
            Self::Named(n) => [Some(n.id.as_str()), n.name.as_deref(), None, None].map(&mut part),
        };
        out
    }

    /// The word to keep.
    pub(crate) fn to_word(self) -> Word {
        let value = match self {
            Self::Actor(a) => Cow::Owned(a.key()),
            Self::Resource(r) => Cow::Owned(r.key()),
            Self::Named(n) => Cow::Borrowed(n.id.as_str()),
            Self::Text(text) => Cow::Borrowed(text),
        }
        .into_owned();
        let owned = |t: &Option<String>| t.clone();
        match self {
            Self::Actor(a) => Word { value, of: Some(a.kind.as_str().into()), id: owned(&a.id), name: owned(&a.name), email: owned(&a.email) },
            Self::Resource(r) => Word { value, of: Some(r.kind.clone()), id: owned(&r.id), name: owned(&r.name), email: None },
            Self::Named(n) => Word { value, of: None, id: None, name: owned(&n.name), email: None },
            Self::Text(_) => Word { value, of: None, id: None, name: None, email: None },
        }
    }
}

/// A word as the dictionary keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Word {
    /// As filtered by.
    pub(crate) value: String,
    /// The type, of an actor or a resource.
    pub(crate) of: Option<String>,
    /// The id, of an actor or a resource. What is merely named has it as its value.
    pub(crate) id: Option<String>,
    /// The name at that time.
    pub(crate) name: Option<String>,
    /// The actor's e-mail address at that time.
    pub(crate) email: Option<String>,
}

impl Word {
    /// What the value is found by. Whoever writes events chooses the values, so it is a hash for
    /// which nobody has a million values alike.
    pub(crate) fn hash(value: &str) -> i64 {
        let digest = Sha256::digest(value.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        i64::from_be_bytes(first)
    }

    /// As shown.
    pub(crate) fn label(&self, kind: Kind) -> &str {
        let of = self.of.as_deref();
        match kind {
            Kind::Actor => [&self.name, &self.email, &self.id]
                .into_iter()
                .find_map(Option::as_deref)
                .or_else(|| of.and_then(|t| t.parse::<ActorType>().ok()).map(ActorType::label))
                .unwrap_or(&self.value),
            Kind::Resource => self.name.as_deref().or(self.id.as_deref()).unwrap_or_default(),
            Kind::Application | Kind::Cluster | Kind::Environment => self.name.as_deref().unwrap_or(&self.value),
            _ => &self.value,
        }
    }

    /// As sorted by, where that is not the value.
    pub(crate) fn sort(&self, kind: Kind) -> Option<String> {
        let text = match kind {
            Kind::Resource => format!("{} {}", self.of.as_deref().unwrap_or_default(), self.label(kind)),
            _ => self.label(kind).to_owned(),
        };
        (text != self.value).then_some(text)
    }

    /// As searched, where that is not the value.
    pub(crate) fn folded(&self, kind: Kind) -> Option<String> {
        let parts: &[Option<&str>] = match kind {
            Kind::Actor => &[self.name.as_deref(), self.email.as_deref()],
            Kind::Resource => &[self.id.as_deref(), self.name.as_deref()],
            Kind::Application | Kind::Cluster => &[Some(&self.value), self.name.as_deref()],
            Kind::Path | Kind::Action => &[Some(&self.value)],
            _ => return None,
        };
        let mut text = String::new();
        for (i, part) in parts.iter().flatten().enumerate() {
            if i > 0 {
                text.push(PART);
            }
            text.push_str(&fold(part));
        }
        (text != self.value).then_some(text)
    }

    /// Gives the event its word back.
    pub(crate) fn put(&self, kind: Kind, event: &mut Event) -> Result<(), StoreError> {
        let broken = || StoreError::Failed(format!("the dictionary's {} {:?} is not one", kind.column(), self.value));
        let named = || Some(Named { id: self.value.clone(), name: self.name.clone() });
        let text = || Some(self.value.clone());
        match kind {
            Kind::Method => event.request.method = text(),
            Kind::Actor => {
                let kind = self.of.as_deref().and_then(|t| t.parse().ok()).ok_or_else(broken)?;
                event.actor = Actor { kind, id: self.id.clone(), name: self.name.clone(), email: self.email.clone() };
            }
            Kind::Operation => event.operation = Some(self.value.parse::<Operation>().map_err(|_| broken())?),
            Kind::Source => event.source = text(),
            Kind::Action => event.action.clone_from(&self.value),
            Kind::Resource => {
                let kind = self.of.clone().ok_or_else(broken)?;
                event.resource = Some(Resource { kind, id: self.id.clone(), name: self.name.clone() });
            }
            Kind::Application => event.application = named(),
            Kind::Cluster => event.cluster = named(),
            Kind::Environment => event.environment = named(),
            Kind::Ip => event.request.remote_ip = text(),
            Kind::Path => event.request.path = text(),
            Kind::Blueprint => event.blueprint = text(),
            Kind::Entity => event.entity = text(),
            Kind::Integration => event.installation_id = text(),
            Kind::UserAgent => event.request.user_agent = text(),
        }
        Ok(())
    }
}
