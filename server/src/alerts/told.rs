//! What the log tells of alerts by itself: that a rule fired.

use std::{sync::Arc, time::Duration};

use daybook_model::alert::Firing;

use super::{AlertsError, Inner, ours};
use crate::store::ProjectId;

/// How long it waits after something did not go well.
const REST: Duration = Duration::from_secs(2);

/// Tells of firings until the server stops. Each has an id of its own, so that telling it twice tells it once.
pub(super) async fn tell(inner: Arc<Inner>) {
    let mut closing = inner.closing.subscribe();
    loop {
        let told = tell_all(&inner).await;
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
async fn tell_all(inner: &Inner) -> Result<bool, AlertsError> {
    let untold = inner.table.untold().await?;
    for (project, firing) in &untold {
        write(inner, *project, firing).await?;
        inner.table.told(firing.id).await?;
    }
    Ok(untold.is_empty())
}

async fn write(inner: &Inner, project: ProjectId, firing: &Firing) -> Result<(), AlertsError> {
    let event = ours::entry(project, firing);
    let told = inner.ledger.tell(project, event).await;
    told.map(drop).map_err(|e| AlertsError::Unreadable(format!("the log ({e})")))
}
