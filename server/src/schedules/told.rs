//! What the log tells of schedules: that one was made, changed or removed, and how each of its runs went.

use daybook_model::{Actor, ActorType, Change, Event, Operation, Outcome, Request, Resource};
use serde_json::{Value, json};

use super::{Kept, KeptRun, kept::Made};
use crate::{
    error::Error, extract::Caller, import, intake::normalise, ledger::LedgerError, state::AppState,
};

/// The resource of its entries.
const KIND: &str = "schedule";

/// A schedule was made.
pub async fn made(
    state: &AppState,
    kept: &Kept,
    caller: &Caller,
    request: Request,
) -> Result<(), Error> {
    let mut event = event(state, kept, caller.actor(), "CreateSchedule", Operation::Create);
    event.change = Some(Change { before: Value::Null, after: described(kept) });
    told(state, kept, event, request).await
}

/// A schedule was paused, or goes on.
pub async fn changed(
    state: &AppState,
    (before, kept): (&Kept, &Kept),
    caller: &Caller,
    request: Request,
) -> Result<(), Error> {
    let mut event = event(state, kept, caller.actor(), "UpdateSchedule", Operation::Update);
    event.change = Some(Change { before: described(before), after: described(kept) });
    told(state, kept, event, request).await
}

/// Somebody wants it to run now.
pub async fn urged(
    state: &AppState,
    kept: &Kept,
    caller: &Caller,
    request: Request,
) -> Result<(), Error> {
    let event = event(state, kept, caller.actor(), "RunScheduleNow", Operation::Execute);
    told(state, kept, event, request).await
}

/// A schedule was removed.
pub async fn removed(
    state: &AppState,
    kept: &Kept,
    caller: &Caller,
    request: Request,
) -> Result<(), Error> {
    let mut event = event(state, kept, caller.actor(), "DeleteSchedule", Operation::Delete);
    event.change = Some(Change { before: described(kept), after: Value::Null });
    told(state, kept, event, request).await
}

/// How an attempt to make a run ended.
pub(super) async fn ended(state: &AppState, kept: &Kept, run: &KeptRun, how: Result<&Made, &str>) {
    let mut event = event(state, kept, owner(kept), "RunSchedule", Operation::Export);
    event.id = Some(format!("schedule:{}:run:{}:attempt:{}", kept.id, run.number, run.attempts));
    let mut details = json!({
        "run": run.number,
        "attempt": run.attempts,
        "filter": kept.wanted.query,
        "product": kept.wanted.product,
        "destination": kept.wanted.destination,
        "from": run.from.at,
        "to": run.to.at,
        "after": run.from.seq,
        "as_of": run.to.seq,
    });
    match how {
        Ok(made) => {
            details["rows"] = made.rows.into();
            details["place"] = made.place.clone().into();
            if let Some(sha256) = &made.sha256 {
                details["sha256"] = sha256.clone().into();
            }
            if let Some(note) = &made.note {
                details["note"] = note.clone().into();
            }
        }
        Err(problem) => {
            event.outcome = Some(Outcome::Failure);
            event.error = Some(problem.to_owned());
        }
    }
    event.context = Some(json!({ "schedule": details }));
    written(state, kept, event).await;
}

/// It was due and may not run.
pub(super) async fn held(state: &AppState, kept: &Kept, problem: &str) {
    let mut event = event(state, kept, owner(kept), "RunSchedule", Operation::Export);
    event.outcome = Some(Outcome::Failure);
    event.error = Some(problem.to_owned());
    written(state, kept, event).await;
}

/// What it is like, as far as people choose it.
fn described(kept: &Kept) -> Value {
    let mut described = serde_json::to_value(&kept.wanted).unwrap_or_default();
    described["owner"] = kept.owner.clone().into();
    described["paused"] = kept.paused.into();
    described
}

fn owner(kept: &Kept) -> Actor {
    let email = Some(kept.owner.clone());
    Actor { kind: ActorType::User, id: email.clone(), name: None, email }
}

fn event(state: &AppState, kept: &Kept, actor: Actor, action: &str, operation: Operation) -> Event {
    let mut event = import::bare(state.clock.now(), actor.kind, action.to_owned());
    event.actor = actor;
    event.source = Some("daybook".into());
    event.operation = Some(operation);
    event.outcome = Some(Outcome::Success);
    let (id, name) = (Some(kept.id.to_string()), Some(kept.wanted.name.clone()));
    event.resource = Some(Resource { kind: KIND.into(), id, name });
    event
}

async fn told(
    state: &AppState,
    kept: &Kept,
    mut event: Event,
    request: Request,
) -> Result<(), Error> {
    event.request = request;
    Ok(write(state, kept, event).await?)
}

async fn written(state: &AppState, kept: &Kept, event: Event) {
    if let Err(error) = write(state, kept, event).await {
        tracing::error!(%error, schedule = kept.id, "what became of a run is not in the log");
    }
}

async fn write(state: &AppState, kept: &Kept, mut event: Event) -> Result<(), LedgerError> {
    normalise(&mut event, &state.sources);
    state.ledger.tell(kept.project, event).await.map(drop)
}
