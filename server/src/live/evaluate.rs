//! What a stretch of the log means for an interest.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use axum::body::Bytes;
use daybook_model::{
    ApiQuery, Entry, Filter, QueryError, Range, Seq, Span, Timestamp,
    live::{MOST, Message},
};

use crate::{
    journal::READING,
    privacy::{Masks, mask},
    store::{ProjectId, Scope, Store, StoreError},
};

/// A longer stretch is not read but counted: it was imported, or its listener was away.
const READ: u64 = 2_000;

/// Which entries somebody listens for: a scope without a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interest {
    pub(super) project: ProjectId,
    within: Vec<Filter>,
    filter: Filter,
    masks: Masks,
}

/// By its text, which is one for each meaning.
impl Hash for Interest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.project.hash(state);
        self.masks.hash(state);
        self.filter.to_string().hash(state);
    }
}

impl Interest {
    /// What a question is about. A stream has the order of the log and no end, so what asks for
    /// another page or for a moment is refused; the order of a list and its length mean nothing.
    pub fn of(scope: &Scope, query: &ApiQuery, masks: Masks) -> Result<Self, QueryError> {
        let refused = |key| QueryError::new(key, "does not go with a live stream; drop it");
        if query.cursor.is_some() {
            return Err(refused("cursor"));
        }
        if query.filter.as_of.is_some() {
            return Err(refused("as_of"));
        }
        let Scope { project, within, filter, .. } = scope.clone();
        Ok(Self { project, within, filter, masks })
    }

    /// The interest at a moment. A relative range has no end here: an event whose producer's clock
    /// is a little ahead is told when it arrives, not never.
    fn scope(&self, now: Timestamp, as_of: Seq) -> Scope {
        let span = match self.filter.range {
            range @ Range::Last(_) => Span { to: Span::ALL.to, ..range.resolve(now) },
            Range::Between(span) => span,
        };
        let Self { project, within, filter, .. } = self.clone();
        Scope { project, within, filter, span, as_of }.clipped()
    }
}

/// What a stretch of the log holds for an interest.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    /// The place behind which the stretch begins.
    pub(super) after: Seq,
    /// The place at which it ends.
    pub(super) head: Seq,
    pub(super) found: Found,
}

/// The entries that match.
#[derive(Debug, Clone)]
pub(super) enum Found {
    /// All of them, in the order of the log.
    Entries(Vec<Told>),
    /// Only how many.
    Missed(u64),
}

/// An entry that is told.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// Its place.
    pub(super) seq: Seq,
    /// Whose reading it is, if it is one: to them it is no news, and would be answered with another.
    pub(super) reader: Option<Arc<str>>,
    /// As it is sent.
    pub(super) frame: Bytes,
}

impl Told {
    fn of(entry: &Entry, masks: &Masks) -> Result<Self, StoreError> {
        let reading =
            entry.event.resource.as_ref().is_some_and(|resource| resource.kind == READING);
        Ok(Self {
            seq: entry.seq,
            reader: reading.then(|| entry.event.actor.key().into()),
            frame: frame(&Message::Entry(Box::new(Entry {
                event: mask(masks, entry.event.clone()),
                ..entry.clone()
            })))?,
        })
    }
}

/// What a stretch of the log holds for each of these interests of one project; it is read once.
pub(super) async fn evaluate(
    store: &dyn Store,
    interests: &[Interest],
    (after, head): (Seq, Seq),
    now: Timestamp,
) -> Result<Vec<Batch>, StoreError> {
    let Some(first) = interests.first() else { return Ok(Vec::new()) };
    let short = head.saturating_sub(after) <= READ;
    let entries = if short { store.between(first.project, after, head).await? } else { Vec::new() };
    let mut batches = Vec::with_capacity(interests.len());
    for interest in interests {
        let scope = interest.scope(now, head);
        let found = if short {
            let matching: Vec<_> = entries.iter().filter(|entry| scope.holds(entry)).collect();
            if matching.len() > MOST {
                Found::Missed(matching.len() as u64)
            } else {
                Found::Entries(
                    matching
                        .into_iter()
                        .map(|entry| Told::of(entry, &interest.masks))
                        .collect::<Result<_, _>>()?,
                )
            }
        } else {
            let before = Scope { as_of: after, ..scope.clone() };
            let count = store.count(&scope).await?.saturating_sub(store.count(&before).await?);
            if count == 0 { Found::Entries(Vec::new()) } else { Found::Missed(count) }
        };
        batches.push(Batch { after, head, found });
    }
    Ok(batches)
}

/// A message as it is sent.
pub(super) fn frame(message: &Message) -> Result<Bytes, StoreError> {
    let text = message.frame();
    text.map(Bytes::from)
        .map_err(|e| StoreError::Failed(format!("a message cannot be written: {e}")))
}
