//! What a file's columns are read from: whole entries, or, where the dictionary has all that is asked
//! for, rows of numbers, which are never made into entries.

use std::borrow::Cow;

use daybook_model::{Entry, Outcome};

use super::{
    columns::{Cell, FileColumn as F},
    encode::EncodeError,
};
use crate::store::{
    Line, Rows,
    dictionary::{Kind, Word},
};

/// An entry that is written.
#[derive(Clone, Copy)]
pub enum Record<'a> {
    /// As an entry.
    Entry(&'a Entry),
    /// As a row of numbers, in which only narrow columns are looked for.
    Line(Line<'a>),
}

impl<'a> Record<'a> {
    /// What it has in a column.
    pub fn cell(self, column: F) -> Result<Cell<'a>, EncodeError> {
        match self {
            Self::Entry(entry) => Ok(column.cell(entry)),
            Self::Line(line) => cell(line, column).ok_or(EncodeError::NotRead(column.name())),
        }
    }
}

/// Some entries that are written one after the other.
pub enum Page {
    /// As entries.
    Entries(Vec<Entry>),
    /// As rows of numbers.
    Rows(Rows),
}

impl Page {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Entries(entries) => entries.len(),
            Self::Rows(rows) => rows.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keeps the first ones.
    pub fn truncate(&mut self, len: usize) {
        match self {
            Self::Entries(entries) => entries.truncate(len),
            Self::Rows(rows) => rows.truncate(len),
        }
    }

    /// Calls `write` with one after the other.
    pub fn each<T, E>(&self, mut write: impl FnMut(Record<'_>) -> Result<T, E>) -> Result<(), E> {
        let mut write = |record| write(record).map(drop);
        match self {
            Self::Entries(entries) => entries.iter().map(Record::Entry).try_for_each(write),
            Self::Rows(rows) => rows.iter().try_for_each(|line| write(Record::Line(line))),
        }
    }
}

/// What a row of numbers has in a column; `None` where that is read from entries alone.
pub(super) fn cell(line: Line<'_>, column: F) -> Option<Cell<'_>> {
    let text = |kind| line.word(kind).map(|word| word.value.as_str());
    let part = |kind, part: fn(&Word) -> &Option<String>| {
        line.word(kind).and_then(|word| part(word).as_deref())
    };
    let actor = || line.word(Kind::Actor).and_then(|word| word.of.as_deref());
    Some(match column {
        F::Seq => Cell::Number(line.seq()),
        F::OccurredAt | F::StartedAt => Cell::Time(line.occurred_at()),
        F::StatusCode => line.status().map_or(Cell::Absent, |code| Cell::Number(code.into())),
        F::ActorTypeInCapitals => actor().map_or(Cell::Absent, capitals),
        _ => text_cell(match column {
            F::ActorType => actor(),
            F::ActorId => part(Kind::Actor, |word| &word.id),
            F::ActorName => part(Kind::Actor, |word| &word.name),
            F::ActorEmail => part(Kind::Actor, |word| &word.email),
            F::ActorLabel => {
                part(Kind::Actor, |word| if word.name.is_some() { &word.name } else { &word.email })
            }
            F::Source => text(Kind::Source),
            F::Action => text(Kind::Action),
            F::Operation => text(Kind::Operation),
            F::Outcome => line.outcome().map(Outcome::as_str),
            F::Method => text(Kind::Method),
            F::Path => text(Kind::Path),
            F::RemoteIp => text(Kind::Ip),
            F::UserAgent => text(Kind::UserAgent),
            F::ResourceType => part(Kind::Resource, |word| &word.of),
            F::ResourceId => part(Kind::Resource, |word| &word.id),
            F::ResourceName => part(Kind::Resource, |word| &word.name),
            F::ApplicationId => text(Kind::Application),
            F::ApplicationName => part(Kind::Application, |word| &word.name),
            F::ClusterId => text(Kind::Cluster),
            F::ClusterName => part(Kind::Cluster, |word| &word.name),
            F::EnvironmentId | F::PreviewEnvironmentId => text(Kind::Environment),
            F::EnvironmentName | F::PreviewEnvironmentName => {
                part(Kind::Environment, |word| &word.name)
            }
            F::InstallationId => text(Kind::Integration),
            F::Blueprint => text(Kind::Blueprint),
            F::Entity => text(Kind::Entity),
            _ => return None,
        }),
    })
}

/// The kind of an actor as published: in capitals.
pub(super) fn capitals(kind: &str) -> Cell<'_> {
    Cell::Text(Cow::Owned(kind.to_ascii_uppercase()))
}

/// Text, where there is any.
pub(super) fn text_cell(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Absent, |text| Cell::Text(Cow::Borrowed(text)))
}
