//! What the log tells of alerts by itself: that a rule fired.

use std::{sync::Arc, time::Duration};

use daybook_model::{Actor, ActorType, Operation, Outcome, Resource, alert::Firing};
use serde_json::json;

use super::{AlertsError, FIRED, Inner};
use crate::{import, intake::normalise, state::AppState, store::ProjectId};

/// How long it waits after something did not go well.
const REST: Duration = Duration::from_secs(2);

/// Tells of firings until the server stops. Each has an id of its own, so that telling it twice tells it once.
pub(super) async fn tell(inner: Arc<Inner>, state: AppState) {
    let mut closing = inner.closing.subscribe();
    loop {
        let told = tell_all(&inner, &state).await;
        if let Err(error) = &told {
            tracing::warn!(%error, "the log does not tell of alerts yet");
        }
        tokio::select! {
            _ = closing.wait_for(|closing| *closing) => return,
            () = inner.fired.notified() => {}
            () = tokio::time::sleep(REST), if !matches!(told, Ok(true)) => {}
        }
    }
}

/// Whether there is nothing left to tell.
async fn tell_all(inner: &Inner, state: &AppState) -> Result<bool, AlertsError> {
    let untold = inner.table.untold().await?;
    for (project, firing) in &untold {
        write(inner, state, *project, firing).await?;
        inner.table.told(firing.id).await?;
    }
    Ok(untold.is_empty())
}

async fn write(
    inner: &Inner,
    state: &AppState,
    project: ProjectId,
    firing: &Firing,
) -> Result<(), AlertsError> {
    let mut event = import::bare(firing.fired_at, ActorType::System, FIRED.to_owned());
    event.actor = Actor {
        kind: ActorType::System,
        id: Some("daybook".into()),
        name: Some("Alerts".into()),
        email: None,
    };
    event.id = Some(format!("alert:{}:{}", project.0, firing.id));
    event.source = Some("daybook".into());
    event.operation = Some(Operation::Create);
    event.outcome = Some(Outcome::Success);
    event.resource = Some(Resource {
        kind: "alert".into(),
        id: Some(firing.id.to_string()),
        name: Some(firing.name.clone()),
    });
    event.message = Some(firing.sentence.clone());
    // Only what does not change while it goes on: told twice, it is the same entry.
    event.context = Some(json!({ "alert": {
        "severity": firing.severity,
        "at": firing.at,
        "group": firing.group,
    } }));
    normalise(&mut event, &state.sources);
    let told = inner.ledger.tell(project, event).await;
    told.map(drop).map_err(|e| AlertsError::Unreadable(format!("the log ({e})")))
}
