//! Watches the time, and applies each project's rules once a day.

use std::time::Duration;

use daybook_model::{
    Operation, Outcome,
    account::Project,
    retention::{DAY, Trouble},
};

use super::{RetentionError, purge, record};
use crate::{state::AppState, store::ProjectId};

/// How often the clock is looked at.
const BEAT: Duration = Duration::from_mins(1);
/// When what was in the way is tried again, in milliseconds.
const AGAIN: i64 = 15 * 60 * 1000;
/// How much is told of what was in the way, in characters.
const BRIEF: usize = 300;

/// Applies rules until it is dropped. What was under way when the last one stopped is gone on with.
pub async fn run(state: AppState) {
    loop {
        tick(&state).await;
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            () = state.retention.rung() => {}
        }
    }
}

/// Applies the rules whose turn it is; how many entries went.
pub async fn tick(state: &AppState) -> u64 {
    let _turn = state.retention.turn.lock().await;
    match all(state).await {
        Ok(removed) => removed,
        Err(error) => {
            tracing::error!(%error, "retention is not applied");
            0
        }
    }
}

async fn all(state: &AppState) -> Result<u64, RetentionError> {
    let before = state.retention.doubt().await?;
    if let Some(doubt) = state.retention.look_at_clock(state.clock.now()).await? {
        if before.is_none() {
            tracing::warn!(
                before = %doubt.before, after = %doubt.after,
                "the clock is days ahead of where it was: nothing is removed until an admin says that it is right"
            );
        }
        return Ok(0);
    }
    let mut removed = 0;
    for project in state.store.projects().await? {
        match attend(state, &project).await {
            Ok(count) => removed += count,
            Err(error) => {
                tracing::error!(%error, project = project.slug, "retention is not applied");
            }
        }
    }
    Ok(removed)
}

/// Sees to one project, if it is its turn.
async fn attend(state: &AppState, project: &Project) -> Result<u64, RetentionError> {
    let (keeping, id, now) = (&state.retention, ProjectId(project.number), state.clock.now());
    let turn = keeping.turn(id, now).await?;
    if now < turn.next_at {
        return Ok(0);
    }
    match purge::apply(state, project).await {
        Ok(removed) => {
            keeping.put_off(id, now.plus_millis(DAY), None).await?;
            Ok(removed)
        }
        Err(error) => {
            let problem: String = error.to_string().chars().take(BRIEF).collect();
            tracing::warn!(problem, project = project.slug, "retention waits");
            let known = turn.trouble.filter(|trouble| trouble.problem == problem);
            let is_new = known.is_none();
            let trouble = known.unwrap_or(Trouble { problem, since: now });
            // It may be the log that cannot be written to.
            keeping.put_off(id, now.plus_millis(AGAIN), Some(&trouble)).await?;
            if is_new {
                tell(state, project, &trouble).await?;
            }
            Ok(0)
        }
    }
}

/// The log tells why nothing is removed.
async fn tell(
    state: &AppState,
    project: &Project,
    trouble: &Trouble,
) -> Result<(), RetentionError> {
    let mut event = record::event(trouble.since, "ApplyRetention", Operation::Delete);
    event.outcome = Some(Outcome::Failure);
    event.error = Some(trouble.problem.clone());
    state.ledger.tell(ProjectId(project.number), record::ready(state, event)).await?;
    Ok(())
}
