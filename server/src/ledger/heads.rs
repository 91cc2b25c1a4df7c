//! Who is told how far the logs go.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use daybook_model::Seq;
use tokio::sync::broadcast;

use super::Announcement;
use crate::store::ProjectId;

/// How many announcements a slow listener may be behind.
const ANNOUNCED: usize = 1_024;

/// Announces each head of a log once, in their order: what this server wrote and what it hears of others
/// come by different ways, and either may be the first.
#[derive(Debug, Clone)]
pub(super) struct Heads {
    announced: Arc<Mutex<HashMap<ProjectId, Seq>>>,
    sender: broadcast::Sender<Announcement>,
}

impl Heads {
    pub(super) fn new() -> Self {
        Self { announced: Arc::default(), sender: broadcast::channel(ANNOUNCED).0 }
    }

    /// A project's log goes up to here.
    pub(super) fn announce(&self, project: ProjectId, head: Seq) {
        let mut announced = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        let last = announced.entry(project).or_default();
        if head > *last {
            *last = head;
            // Nobody may be listening.
            let _ = self.sender.send(Announcement { project, head });
        }
    }

    pub(super) fn listen(&self) -> broadcast::Receiver<Announcement> {
        self.sender.subscribe()
    }
}
