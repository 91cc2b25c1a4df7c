//! The task that delivers: what is due, to all recipients at once, to each one after the other.

mod way;

use std::{collections::HashSet, sync::Arc, time::Duration};

use daybook_model::Timestamp;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use tokio::{task::JoinSet, time::sleep};

use super::{AlertsError, Inner, table::Due};
use crate::state::AppState;
use way::{Failure, Way};

/// How long an idle courier waits before it looks by itself.
const IDLE: Duration = Duration::from_secs(30);
/// The shortest wait between two looks.
const REST: Duration = Duration::from_millis(20);
/// How many recipients are told at once.
const TOGETHER: usize = 8;

/// Delivers until the server stops.
pub(super) async fn deliver(inner: Arc<Inner>, state: AppState) {
    let mut closing = inner.closing.subscribe();
    let (mut under_way, mut busy) = (JoinSet::new(), HashSet::new());
    loop {
        let wait = begin(&inner, &state, &mut under_way, &mut busy).await;
        let wait = wait.unwrap_or_else(|error| {
            tracing::warn!(%error, "deliveries of alerts wait for the database");
            Duration::from_secs(1)
        });
        tokio::select! {
            _ = closing.wait_for(|closing| *closing) => return,
            () = inner.courier.notified() => {}
            Some(done) = under_way.join_next() => match done {
                Ok(recipient) => drop(busy.remove(&recipient)),
                // Whose it was is not known: nobody is told twice at once, but later.
                Err(error) => tracing::error!(%error, "a delivery broke off"),
            },
            () = sleep(wait.max(REST)) => {}
        }
    }
}

/// Begins what is due, to each recipient who is not just being told; how long until the next is.
async fn begin(
    inner: &Arc<Inner>,
    state: &AppState,
    under_way: &mut JoinSet<i64>,
    busy: &mut HashSet<i64>,
) -> Result<Duration, AlertsError> {
    if under_way.is_empty() {
        busy.clear();
    }
    let (due, next) = inner.table.due(inner.clock.now()).await?;
    if due.is_empty() {
        let now = inner.clock.now();
        let wait = next.map_or(i64::MAX, |next| next.millis() - now.millis());
        return Ok(Duration::from_millis(u64::try_from(wait).unwrap_or_default()).min(IDLE));
    }
    for mut due in due {
        if under_way.len() >= TOGETHER || !busy.insert(due.recipient) {
            continue;
        }
        let (inner, state) = (Arc::clone(inner), state.clone());
        under_way.spawn(async move {
            if let Err(error) = attempt(&inner, &state, &mut due).await {
                tracing::warn!(%error, delivery = due.id, "it is not known what became of a delivery");
                sleep(Duration::from_secs(1)).await;
            }
            due.recipient
        });
    }
    // Each that ends makes room for others.
    Ok(IDLE)
}

/// One attempt, and what becomes of it.
async fn attempt(inner: &Inner, state: &AppState, due: &mut Due) -> Result<(), AlertsError> {
    let recipient = inner.table.recipient(due.project, due.recipient).await?;
    let way = Way { options: &inner.options, state, project: due.project, now: inner.clock.now() };
    let answer = way.go(&recipient, due).await;
    let now = inner.clock.now();
    match answer {
        Ok(status) => inner.table.tried(due, (status, None), None, now).await,
        Err(Failure { status, error, wait, for_good }) => {
            let tries = due.tries + 1;
            let again = (!for_good && tries < inner.options.attempts).then(|| {
                let mut dice = ChaCha8Rng::seed_from_u64(
                    inner.options.seed ^ due.id.unsigned_abs() ^ u64::from(tries) << 48,
                );
                let wait = inner.options.pace.wait(tries, wait, &mut dice);
                later(now, wait)
            });
            tracing::warn!(
                recipient = recipient.shown.name,
                error,
                ?again,
                "an alert is not delivered"
            );
            inner.table.tried(due, (status, Some(&error)), again, now).await
        }
    }
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.plus_millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
}
