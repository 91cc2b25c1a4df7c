//! What was written, handed on as it is: for the one who looks at each entry as it arrives.

use std::sync::{Arc, Mutex, PoisonError};

use daybook_model::{Event, Seq, Timestamp};
use tokio::sync::mpsc;

use super::Destination;
use crate::store::{Appended, ProjectId};

/// How many transactions may wait to be looked at.
const WAITING: usize = 8;
/// A transaction with more bytes of events is not handed on, but read from the store.
const LARGEST: usize = 8 << 20;

/// Events that are on disk, in the order of the log.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) project: ProjectId,
    pub(crate) received_at: Timestamp,
    /// Whether they came back from an archive.
    pub(crate) is_back: bool,
    events: Vec<Event>,
    /// For each of these its place, or 0 where it was not stored.
    seqs: Vec<Seq>,
}

impl Written {
    /// The entries among them, each with its place.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Seq, &Event)> {
        self.seqs.iter().copied().zip(&self.events).filter(|(seq, _)| *seq > 0)
    }

    /// The place of the first entry.
    pub(crate) fn first(&self) -> Option<Seq> {
        self.seqs.iter().copied().find(|seq| *seq > 0)
    }
}

/// Where what is written is handed on; clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Tap(Arc<Mutex<Option<mpsc::Sender<Written>>>>);

impl Tap {
    /// Hands on from now on.
    pub(super) fn open(&self) -> mpsc::Receiver<Written> {
        let (sender, receiver) = mpsc::channel(WAITING);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    /// Hands events on, if somebody waits for them and there is room; else they are given back.
    pub(super) fn tell(
        &self,
        to: Destination,
        events: Vec<Event>,
        outcomes: &[Appended],
        received_at: Timestamp,
        bytes: usize,
    ) -> Option<Vec<Event>> {
        if bytes > LARGEST {
            return Some(events);
        }
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(sender) = &*open else { return Some(events) };
        let place = |outcome: &Appended| match outcome {
            Appended::Stored(seq) => *seq,
            Appended::Duplicate(_) | Appended::Differs(_) => 0,
        };
        let seqs = outcomes.iter().map(place).collect();
        let Destination { project, is_back } = to;
        let told = sender.try_send(Written { project, received_at, is_back, events, seqs });
        told.err().map(|left| left.into_inner().events)
    }
}
