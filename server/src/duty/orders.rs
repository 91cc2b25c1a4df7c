//! What a server that is not on duty was told, passed on to the one that is, by PostgreSQL (`NOTIFY`).

use std::time::Duration;

use daybook_model::Seq;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgListener;
use tokio::time::sleep;

use crate::{
    database::{Database, Shared},
    state::AppState,
    store::{ProjectId, postgres::heard},
    streams::StreamsError,
};

const CHANNEL: &str = "daybook_duty";
const TELL: &str = "SELECT pg_notify('daybook_duty', $1)";
/// How long until it is listened again after a failure.
const REST: Duration = Duration::from_secs(1);

/// What is to be looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Order {
    /// A stream was changed, or is new.
    Stream(i64),
    /// The rules of a project are others.
    Rules(i64),
    /// An alert was closed: project, rule, group, cause.
    Closed(i64, i64, i64, Seq),
    /// A message of an alert waits to be delivered.
    Deliver,
    /// A schedule is due now.
    Schedules,
    /// Rules of retention are to be applied now.
    Retention,
}

#[derive(Serialize, Deserialize)]
struct Told {
    by: i64,
    order: Order,
}

impl Order {
    /// Passes it on, where there are other servers. It is on disk what was changed: where this does not arrive,
    /// it is seen later.
    pub(crate) fn tell(self, log: &Database) {
        let Some(Shared { pool, server }) = log.shared().cloned() else { return };
        let Ok(text) = serde_json::to_string(&Told { by: server, order: self }) else { return };
        tokio::spawn(async move {
            if let Err(error) = sqlx::query(TELL).bind(text).execute(&pool).await {
                tracing::warn!(%error, "the server on duty is not told of a change");
            }
        });
    }

    async fn obey(self, state: &AppState) {
        match self {
            Self::Stream(id) => state.streams.look(id).await,
            Self::Rules(project) => state.alerts.rules_changed(ProjectId(project)),
            Self::Closed(project, rule, group, cause) => {
                state.alerts.was_closed(ProjectId(project), (rule, group, cause));
            }
            Self::Deliver => state.alerts.look(),
            Self::Schedules => state.schedules.look(),
            Self::Retention => state.retention.look(),
        }
    }
}

/// Obeys what other servers pass on.
pub(super) async fn follow(state: AppState) {
    let Some(shared) = state.people.database().shared().cloned() else { return };
    loop {
        if let Err(error) = listen(&state, &shared).await {
            tracing::warn!(%error, "what other servers pass on is not heard of at the moment");
            sleep(REST).await;
        }
    }
}

async fn listen(state: &AppState, shared: &Shared) -> Result<(), StreamsError> {
    let mut listener = PgListener::connect_with(&shared.pool).await?;
    listener.listen(CHANNEL).await?;
    all(state).await?;
    loop {
        match heard(&mut listener).await? {
            Some(heard) => {
                if let Ok(told) = serde_json::from_str::<Told>(heard.payload())
                    && told.by != shared.server
                {
                    told.order.obey(state).await;
                }
            }
            // The connection was lost, and is there again: something may have been missed.
            None => all(state).await?,
        }
    }
}

/// Looks at everything.
async fn all(state: &AppState) -> Result<(), StreamsError> {
    for id in state.streams.table().ids().await? {
        Order::Stream(id).obey(state).await;
    }
    let projects = state.store.projects().await.unwrap_or_default();
    for order in projects.iter().map(|project| Order::Rules(project.number)).chain([
        Order::Deliver,
        Order::Schedules,
        Order::Retention,
    ]) {
        order.obey(state).await;
    }
    Ok(())
}
