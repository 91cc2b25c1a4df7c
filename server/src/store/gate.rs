//! Keeps what a question sees in place until it is answered: entries are taken out only while nobody
//! reads the time that they are in.
//!
//! Who reads goes first. Somebody who takes out waits for a while, then asks those who come to wait for a
//! moment, and else gives up and tries later. A question about a later time is never in the way.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use daybook_model::Timestamp;
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use super::{ProjectId, StoreError};

/// How long who takes out waits without being in anybody's way.
const WAITING: Duration = Duration::from_millis(300);
/// How long those who come wait for it then.
const KNOCKING: Duration = Duration::from_millis(100);

/// Whose turn it is: see [the module](self).
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    /// Who reads: a number, the project, and the time from which on.
    inside: Vec<(u64, ProjectId, Timestamp)>,
    knocking: Option<Part>,
    shut: Option<Part>,
}

/// A project before a time.
type Part = (ProjectId, Timestamp);

fn meets((project, before): Part, (reads, from): Part) -> bool {
    project == reads && from < before
}

/// As long as there is one, what it is about stays in place.
#[derive(Debug, Default)]
pub struct Steady(Option<(Gate, u64)>);

/// Nobody reads there as long as there is one.
#[derive(Debug)]
pub struct Shut(Gate);

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for its turn to read a project from a time on.
    pub async fn enter(&self, project: ProjectId, from: Timestamp) -> Steady {
        self.come_in((project, from), true).await
    }

    /// The same for a question that may be a part of another, whose turn it is already.
    pub(crate) async fn enter_within(&self, project: ProjectId, from: Timestamp) -> Steady {
        self.come_in((project, from), false).await
    }

    async fn come_in(&self, reads: Part, politely: bool) -> Steady {
        loop {
            let changed = self.0.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut state = self.state();
                let knocking = state.knocking.filter(|_| politely);
                let blocked = state.shut.into_iter().chain(knocking).any(|part| meets(part, reads));
                if !blocked {
                    let id = state.next;
                    state.next += 1;
                    state.inside.push((id, reads.0, reads.1));
                    return Steady(Some((self.clone(), id)));
                }
            }
            changed.await;
        }
    }

    /// Shuts a project before a time; an error where somebody reads there for long.
    pub(crate) async fn shut(
        &self,
        project: ProjectId,
        before: Timestamp,
    ) -> Result<Shut, StoreError> {
        let part = (project, before);
        if let Some(shut) = self.shut_within(part, WAITING).await {
            return Ok(shut);
        }
        self.state().knocking = Some(part);
        let knocking = Knocking(self);
        let shut = self.shut_within(part, KNOCKING).await;
        drop(knocking);
        shut.ok_or_else(|| StoreError::Unavailable("these entries are being read".into()))
    }

    async fn shut_within(&self, part: Part, patience: Duration) -> Option<Shut> {
        let until = Instant::now() + patience;
        loop {
            let changed = self.0.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut state = self.state();
                let read =
                    state.inside.iter().any(|&(_, project, from)| meets(part, (project, from)));
                if !read && state.shut.is_none() {
                    state.shut = Some(part);
                    return Some(Shut(self.clone()));
                }
            }
            timeout_at(until, changed).await.ok()?;
        }
    }
}

/// Whoever comes waits until this is dropped.
struct Knocking<'g>(&'g Gate);

impl Drop for Knocking<'_> {
    fn drop(&mut self) {
        self.0.state().knocking = None;
        self.0.0.changed.notify_waiters();
    }
}

impl Drop for Steady {
    fn drop(&mut self) {
        if let Some((gate, id)) = self.0.take() {
            gate.state().inside.retain(|&(inside, ..)| inside != id);
            gate.0.changed.notify_waiters();
        }
    }
}

impl Drop for Shut {
    fn drop(&mut self) {
        self.0.state().shut = None;
        self.0.0.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROJECT: ProjectId = ProjectId(1);

    fn at(millis: i64) -> Timestamp {
        Timestamp::saturating(millis)
    }

    #[tokio::test]
    async fn nothing_goes_while_it_is_read() {
        let gate = Gate::default();
        let reading = gate.enter(PROJECT, at(5)).await;
        assert!(gate.shut(PROJECT, at(6)).await.is_err());
        assert!(gate.shut(PROJECT, at(5)).await.is_ok(), "what is read begins later");
        assert!(gate.shut(ProjectId(2), at(9)).await.is_ok());
        drop(reading);
        assert!(gate.shut(PROJECT, at(6)).await.is_ok());
    }

    #[tokio::test]
    async fn who_comes_waits_until_it_is_open() {
        let gate = Gate::default();
        let shut = gate.shut(PROJECT, at(5)).await.unwrap();
        let late = gate.enter(PROJECT, at(5)).await;
        let waiting = tokio::time::timeout(Duration::ZERO, gate.enter(PROJECT, at(4)));
        assert!(waiting.await.is_err());
        let opened = gate.clone();
        let early = tokio::spawn(async move { opened.enter(PROJECT, at(4)).await });
        tokio::task::yield_now().await;
        drop(shut);
        drop((early.await.unwrap(), late));
        assert!(gate.state().inside.is_empty());
    }

    /// A question within another goes on while somebody knocks, or neither would ever end.
    #[tokio::test]
    async fn who_is_inside_is_not_held_up() {
        let gate = Gate::default();
        let reading = gate.enter(PROJECT, at(0)).await;
        let knocks = gate.clone();
        let knocking = tokio::spawn(async move { knocks.shut(PROJECT, at(9)).await.is_ok() });
        while gate.state().knocking.is_none() {
            tokio::task::yield_now().await;
        }
        let within = gate.enter_within(PROJECT, at(0));
        let within = tokio::time::timeout(Duration::ZERO, within).await;
        assert!(within.is_ok());
        let outside = gate.enter(PROJECT, at(0));
        assert!(tokio::time::timeout(Duration::ZERO, outside).await.is_err());
        drop((reading, within));
        assert!(knocking.await.unwrap());
    }
}
