//! Words: as events say them, and as the dictionary keeps them.

use std::{borrow::Cow, fmt::Write as _};

use daybook_model::{Actor, ActorType, Event, Named, Operation, Resource, filter::fold};
use sha2::{Digest as _, Sha256};

use super::Kind;
use crate::store::StoreError;

/// Parts the searched texts of one word; no search can contain it.
const PART: char = '\u{1f}';

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
            Self::Actor(a) => {
                [Some(a.kind.as_str()), a.id.as_deref(), a.name.as_deref(), a.email.as_deref()]
                    .map(&mut part)
            }
            Self::Resource(r) => {
                [Some(r.kind.as_str()), r.id.as_deref(), r.name.as_deref(), None].map(&mut part)
            }
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
            Self::Actor(a) => Word {
                value,
                of: Some(a.kind.as_str().into()),
                id: owned(&a.id),
                name: owned(&a.name),
                email: owned(&a.email),
            },
            Self::Resource(r) => Word {
                value,
                of: Some(r.kind.clone()),
                id: owned(&r.id),
                name: owned(&r.name),
                email: None,
            },
            Self::Named(n) => Word { value, of: None, id: None, name: owned(&n.name), email: None },
            Self::Text(_) => Word { value, of: None, id: None, name: None, email: None },
        }
    }
}

/// A word as the dictionary keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
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
    /// Bytes in memory, about.
    pub(crate) fn bytes(&self) -> usize {
        let parts = [&self.of, &self.id, &self.name, &self.email];
        let parts = parts.into_iter().flatten().map(String::len).sum::<usize>();
        size_of::<Self>() + self.value.len() + parts
    }

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
            Kind::Application | Kind::Cluster | Kind::Environment => {
                self.name.as_deref().unwrap_or(&self.value)
            }
            _ => &self.value,
        }
    }

    /// As sorted by, where that is not the value.
    pub(crate) fn sort(&self, kind: Kind) -> Option<String> {
        let text = match kind {
            Kind::Resource => {
                format!("{} {}", self.of.as_deref().unwrap_or_default(), self.label(kind))
            }
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
        let broken = || {
            StoreError::Failed(format!(
                "the dictionary's {} {:?} is not one",
                kind.column(),
                self.value
            ))
        };
        let named = || Some(Named { id: self.value.clone(), name: self.name.clone() });
        let text = || Some(self.value.clone());
        match kind {
            Kind::Method => event.request.method = text(),
            Kind::Actor => {
                let kind = self.of.as_deref().and_then(|t| t.parse().ok()).ok_or_else(broken)?;
                event.actor = Actor {
                    kind,
                    id: self.id.clone(),
                    name: self.name.clone(),
                    email: self.email.clone(),
                };
            }
            Kind::Operation => {
                event.operation = Some(self.value.parse::<Operation>().map_err(|_| broken())?);
            }
            Kind::Source => event.source = text(),
            Kind::Action => event.action.clone_from(&self.value),
            Kind::Resource => {
                let kind = self.of.clone().ok_or_else(broken)?;
                event.resource =
                    Some(Resource { kind, id: self.id.clone(), name: self.name.clone() });
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
