//! Watches the time, and sees to the schedules that are due.

use std::time::Duration;

use daybook_model::{Timestamp, account::Permission};
use tokio::task::JoinSet;

use super::{Kept, SchedulesError, calendar::Calendar, kept::Mark, perform, told};
use crate::{
    access::{self, Access},
    error::Error,
    export::settings,
    state::AppState,
    store::ProjectId,
};

/// How often the clock is looked at.
const BEAT: Duration = Duration::from_secs(15);

/// Sees to schedules until it is dropped. What was under way when the last one stopped is made again,
/// and what was due meanwhile is made once.
pub async fn run(state: AppState) {
    if let Err(error) = resume(&state).await {
        tracing::error!(%error, "runs that broke off wait for their next attempt");
    }
    let mut ticks = JoinSet::new();
    loop {
        while ticks.try_join_next().is_some() {}
        // What takes long holds up no others.
        let state_now = state.clone();
        ticks.spawn(async move { tick(&state_now).await });
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            () = state.schedules.rung() => {}
        }
    }
}

/// Lets runs that broke off with the last process be tried again at once.
pub async fn resume(state: &AppState) -> Result<(), SchedulesError> {
    state.schedules.resume(state.clock.now()).await
}

/// Sees to everything that is due now; how many schedules that were.
pub async fn tick(state: &AppState) -> usize {
    let due = match state.schedules.due(state.clock.now()).await {
        Ok(due) => due,
        Err(error) => {
            tracing::error!(%error, "it is not known which schedules are due");
            return 0;
        }
    };
    let mut runs = JoinSet::new();
    for id in due {
        let Some(claim) = state.schedules.claim(id) else { continue };
        let state = state.clone();
        runs.spawn(async move {
            let _claim = claim;
            let _place = state.schedules.place().await;
            if let Err(error) = attend(&state, id).await {
                tracing::error!(%error, schedule = id, "a schedule is not seen to");
            }
        });
    }
    let mut seen_to = 0;
    while let Some(run) = runs.join_next().await {
        seen_to += 1;
        if let Err(error) = run {
            tracing::error!(%error, "a schedule is not seen to");
        }
    }
    seen_to
}

/// Sees to one schedule.
async fn attend(state: &AppState, id: i64) -> Result<(), SchedulesError> {
    let Some(kept) = state.schedules.find(id).await? else { return Ok(()) };
    let now = state.clock.now();
    let next_at = Calendar::of(&kept.wanted.when).map_or(Timestamp::END, |hours| hours.next(now));
    let access = match owner(state, &kept).await {
        Ok(access) => access,
        Err(Held::Not(problem)) => {
            told::held(state, &kept, &problem).await;
            return state.schedules.held(id, &problem, next_at).await;
        }
        // Nobody knows whether it may: it is asked again with the next beat.
        Err(Held::Unknown(error)) => {
            tracing::error!(%error, schedule = id, "the rights of a schedule cannot be looked up");
            return Ok(());
        }
    };
    let head = state.store.head(kept.project).await?;
    let Some(mut run) = state.schedules.begin(&kept, head, (now, next_at)).await? else {
        return Ok(());
    };
    match perform::perform(state, &kept, &mut run, access).await {
        Ok(made) => {
            state.schedules.done(id, run.number, &made, state.clock.now()).await?;
            told::ended(state, &kept, &run, Ok(&made)).await;
        }
        Err(error) => {
            let problem = brief(&error.to_string());
            tracing::warn!(problem, schedule = id, run = run.number, "a run failed");
            state.schedules.failed(id, run.number, &problem).await?;
            told::ended(state, &kept, &run, Err(&problem)).await;
        }
    }
    Ok(())
}

/// What went wrong, in a line: whoever keeps a bucket or sends mail may say a lot, and repeat what it
/// was told.
fn brief(problem: &str) -> String {
    const MOST: usize = 300;
    let line = problem.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut brief: String = line.take(MOST).collect();
    if brief.len() < problem.len() {
        brief.push('…');
    }
    brief
}

/// Why a schedule does not run.
enum Held {
    /// It may not.
    Not(String),
    /// That cannot be said now.
    Unknown(Error),
}

impl From<Error> for Held {
    fn from(error: Error) -> Self {
        Self::Unknown(error)
    }
}

/// The rights of its owner, as they are now.
async fn owner(state: &AppState, kept: &Kept) -> Result<Access, Held> {
    let gone = || {
        let problem =
            format!("{} may not export from this project any more: it does not run", kept.owner);
        Held::Not(problem)
    };
    let person = state.people.active(kept.person).await.map_err(Error::from)?.ok_or_else(gone)?;
    let access = access::on_behalf(state, &person, kept.project, Permission::KeepSchedules).await;
    let access = access.map_err(|error| match error {
        Error::Forbidden(_) | Error::NotFound(_) => gone(),
        error => Held::Unknown(error),
    })?;
    let allowed = settings::of(state.exports.database(), kept.project).await;
    if !allowed.map_err(Error::from)?.enabled {
        let problem = "exporting is switched off for this project: it does not run";
        return Err(Held::Not(problem.into()));
    }
    Ok(access)
}

/// Where the first run of a schedule begins, and the time that it is compared with: as if it had been
/// there before.
pub(crate) async fn beginning(
    state: &AppState,
    project: ProjectId,
    hours: Calendar,
) -> Result<(Mark, Mark), SchedulesError> {
    let covered = hours.last(state.clock.now());
    let before = hours.last(covered.plus_millis(-1));
    let mark = async |at: Timestamp| -> Result<Mark, SchedulesError> {
        Ok(Mark { seq: state.store.place_before(project, at).await?, at })
    };
    Ok((mark(before).await?, mark(covered).await?))
}
