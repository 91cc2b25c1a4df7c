//! The task that follows one project's log for all who listen.

use std::{sync::Arc, time::Duration};

use daybook_model::Seq;
use tokio::{
    sync::broadcast::{
        Receiver,
        error::{RecvError, TryRecvError},
    },
    time::{Instant, sleep, timeout_at},
};

use super::{
    Inner,
    evaluate::{Batch, Interest, evaluate},
};
use crate::{ledger::Announcement, store::ProjectId};

/// The shortest time between two looks: what arrives in between is looked at together.
const PACE: Duration = Duration::from_millis(200);
/// How long the task waits for news before it sees whether anybody still listens.
const IDLE: Duration = Duration::from_secs(5);
/// How long it waits after the store did not answer.
const REST: Duration = Duration::from_secs(1);

/// Follows a project's log until nobody listens any more.
pub(super) async fn follow(inner: Arc<Inner>, project: ProjectId) {
    let mut closing = inner.closing.subscribe();
    tokio::select! {
        () = run(&inner, project) => {}
        // An error means that the hub is gone.
        _ = closing.wait_for(|closing| *closing) => drop(inner.watched().remove(&project)),
    }
}

async fn run(inner: &Inner, project: ProjectId) {
    let mut news = inner.ledger.listen();
    let mut at = None::<Seq>;
    // Whether news may have been heard of that was not told.
    let mut behind = false;
    loop {
        let head = match at {
            Some(at) if !behind => next(inner, &mut news, project, at).await,
            // Whoever listens reads what came before the first look by itself.
            _ => inner.store.head(project).await.ok(),
        };
        let Some(interests) = inner.interests(project) else { return };
        let Some(head) = head else {
            behind = true;
            sleep(REST).await;
            continue;
        };
        // The first look finds nothing and says where it is: who began to listen a moment earlier
        // reads up to there.
        let stretch = (at.unwrap_or(head), head);
        if at.is_none_or(|at| at < head) {
            let found = evaluate(&*inner.store, &interests, stretch, inner.clock.now()).await;
            let Ok(batches) = found
                .inspect_err(|error| tracing::warn!(%error, "the live streams wait for the store"))
            else {
                behind = true;
                sleep(REST).await;
                continue;
            };
            inner.tell(project, &interests, batches);
            sleep(PACE).await;
        }
        at = Some(head);
        behind = false;
    }
}

/// The last place that is announced; `at` where there is no news for a while. `None` where the
/// store was needed and cannot say.
async fn next(
    inner: &Inner,
    news: &mut Receiver<Announcement>,
    project: ProjectId,
    at: Seq,
) -> Option<Seq> {
    let mut head = at;
    let patience = Instant::now() + IDLE;
    // Waits for the first piece of news, then takes what else is there.
    while head == at {
        match timeout_at(patience, news.recv()).await {
            Ok(Ok(told)) if told.project == project => head = head.max(told.head),
            Ok(Ok(_)) => {}
            Ok(Err(RecvError::Lagged(_))) => head = inner.store.head(project).await.ok()?,
            Ok(Err(RecvError::Closed)) | Err(_) => return Some(at),
        }
    }
    loop {
        match news.try_recv() {
            Ok(told) if told.project == project => head = head.max(told.head),
            Ok(_) => {}
            Err(TryRecvError::Lagged(_)) => {
                head = inner.store.head(project).await.ok()?;
            }
            Err(_) => return Some(head),
        }
    }
}

impl Inner {
    /// Hands the answers out.
    fn tell(&self, project: ProjectId, interests: &[Interest], batches: Vec<Batch>) {
        let watched = self.watched();
        let Some(channels) = watched.get(&project) else { return };
        for (interest, batch) in interests.iter().zip(batches) {
            if let Some(channel) = channels.get(interest) {
                // Nobody may be left.
                let _ = channel.send(Arc::new(batch));
            }
        }
    }

    /// The interests that somebody still listens for. Without any, the project is not followed any
    /// longer, which is settled before anybody else can begin to listen.
    fn interests(&self, project: ProjectId) -> Option<Vec<Interest>> {
        let mut watched = self.watched();
        let channels = watched.get_mut(&project)?;
        channels.retain(|_, channel| channel.receiver_count() > 0);
        if channels.is_empty() {
            watched.remove(&project);
            return None;
        }
        Some(channels.keys().cloned().collect())
    }
}
