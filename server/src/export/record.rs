//! What the log tells of exports: that one began, how it ended, and what a project allows.
//!
//! Both entries of an export carry its id as their request, so that either leads to the other.

use daybook_model::{
    Actor, Change, Event, Operation, Outcome, Request, Resource, Timestamp,
    export::{Export, ExportSettings, State},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{ExportsError, Job, Tracked, stream::hex};
use crate::database::{Row, query};
use crate::{
    error::Error, extract::Caller, intake::normalise, ledger::LedgerError, state::AppState,
    store::ProjectId,
};

/// How much of a filter is told, in bytes. One may have ten thousand values; an entry that tells of it is not to be
/// larger than entries may be.
const TOLD: usize = 8 << 10;

/// The action of both entries, as published.
pub const ACTION: &str = "ExportApiAuditLogs";

/// Notes that were left.
const LEFT: &str = "SELECT id, project, entry FROM open_export";
/// The same, where there are other servers that may not be over with theirs.
const LEFT_BY_OTHERS: &str = "SELECT id, project, entry FROM open_export \
     WHERE NOT EXISTS (SELECT 1 FROM server WHERE server.id = open_export.server)";

/// Tells that an export begins. It is on disk before the first byte leaves.
pub(super) async fn started(state: &AppState, job: &Job) -> Result<(), Error> {
    let project = ProjectId(job.project.number);
    // Told at the next start, should this process end before the export does.
    let mut unfinished = event(job, "ended", job.created_at);
    unfinished.outcome = Some(Outcome::Failure);
    unfinished.error = Some("the server stopped before the export was over".into());
    unfinished.context = Some(json!({ "export": details(job, State::Unfinished) }));
    let entry = serde_json::to_string(&unfinished).map_err(|_| Error::Internal)?;
    query("INSERT INTO open_export (id, project, entry) VALUES ($1, $2, $3)")
        .bind(&job.id)
        .bind(project.0)
        .bind(entry)
        .execute(state.exports.database().writer())
        .await
        .map_err(ExportsError::from)?;
    let mut event = event(job, "started", state.clock.now());
    event.context = Some(json!({ "export": details(job, State::Running) }));
    write(state, project, event).await?;
    Ok(())
}

/// Tells how an export ended.
pub(super) async fn ended(state: &AppState, tracked: &Tracked) {
    let (job, export) = (&tracked.job, tracked.export());
    let mut event = event(job, "ended", export.ended_at.unwrap_or(state.clock.now()));
    let whole = export.state.is_whole();
    event.outcome = Some(if whole { Outcome::Success } else { Outcome::Failure });
    event.error = (!whole).then(|| told(export.state).to_owned());
    let Export { rows, bytes, sha256, state: how, .. } = export;
    let mut details = details(job, how);
    details["rows"] = rows.into();
    details["bytes"] = bytes.into();
    if let Some(sha256) = sha256 {
        details["sha256"] = sha256.into();
    }
    event.context = Some(json!({ "export": details }));
    let project = ProjectId(job.project.number);
    // What is not told now is told at the next start: the note of it stays.
    match write(state, project, event).await {
        Ok(()) => forget(state, &job.id).await,
        Err(error) => {
            tracing::error!(%error, export = job.id, "the end of an export is not in the log yet");
        }
    }
}

/// Tells of those that broke off with the last process.
pub async fn close_unfinished(state: &AppState) -> Result<usize, Error> {
    let log = state.exports.database();
    let open = query(if log.shared().is_some() { LEFT_BY_OTHERS } else { LEFT })
        .fetch_all(log.readers())
        .await
        .map_err(ExportsError::from)?;
    let export = |row: &Row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
    let open = open.iter().map(export).collect::<Result<Vec<(String, i64, String)>, _>>();
    let open = open.map_err(ExportsError::Database)?;
    for (id, project, entry) in &open {
        match serde_json::from_str::<Event>(entry) {
            Ok(mut event) => {
                event.occurred_at = state.clock.now();
                normalise(&mut event, &state.sources);
                // Where its end was told just before the process ended, that stays.
                state.ledger.submit_in_turn(ProjectId(*project), vec![event]).await?;
            }
            Err(error) => {
                tracing::error!(%error, export = id, "the note of an export cannot be read");
            }
        }
        forget(state, id).await;
    }
    Ok(open.len())
}

/// Tells that a project's settings changed.
pub async fn settings_changed(
    state: &AppState,
    project: ProjectId,
    caller: &Caller,
    (before, after): (ExportSettings, ExportSettings),
) -> Result<(), Error> {
    let mut event = bare(state.clock.now(), caller.actor(), "UpdateExportSettings");
    event.operation = Some(Operation::Update);
    event.outcome = Some(Outcome::Success);
    event.resource =
        Some(Resource { kind: "project".into(), id: Some(project.0.to_string()), name: None });
    event.change = Some(Change {
        before: serde_json::to_value(before).unwrap_or_default(),
        after: serde_json::to_value(after).unwrap_or_default(),
    });
    write(state, project, event).await?;
    Ok(())
}

fn event(job: &Job, phase: &str, at: Timestamp) -> Event {
    let mut event = bare(at, job.actor.clone(), ACTION);
    event.id = Some(format!("{}:{phase}", job.id));
    event.operation = Some(Operation::Export);
    event.request = Request { request_id: Some(job.id.clone()), ..job.request.clone() };
    let (id, name) = (Some(job.id.clone()), Some(job.file_name.clone()));
    event.resource = Some(Resource { kind: "export".into(), id, name });
    event.message = Some(format!("Export {phase}"));
    event
}

fn details(job: &Job, state: State) -> Value {
    let scope = &job.scope;
    let mut details = json!({
        "state": state,
        "format": job.format,
        "columns": job.columns.list().iter().map(|column| column.name()).collect::<Vec<_>>(),
        "filter": job.query,
        "from": scope.span.from,
        "to": scope.span.to,
        "as_of": scope.as_of,
    });
    if let Some(most) = job.max_rows {
        details["max_rows"] = most.into();
    }
    if job.query.len() > TOLD {
        let told = &job.query[..job.query.floor_char_boundary(TOLD)];
        // A condition is told whole or not at all.
        details["filter"] = told.rsplit_once('&').map_or(told, |(whole, _)| whole).into();
        details["filter_cut"] = json!({
            "bytes": job.query.len(),
            "sha256": hex(&Sha256::digest(&job.query)),
        });
    }
    details
}

fn told(state: State) -> &'static str {
    match state {
        State::Cancelled => "the export was cancelled",
        State::Interrupted => "its reader went away, or took nothing for too long",
        _ => "the export failed after it had begun",
    }
}

fn bare(at: Timestamp, actor: Actor, action: &str) -> Event {
    let mut event = crate::import::bare(at, actor.kind, action.to_owned());
    event.actor = actor;
    event
}

/// The one way in which this module writes.
async fn write(state: &AppState, project: ProjectId, mut event: Event) -> Result<(), LedgerError> {
    normalise(&mut event, &state.sources);
    state.ledger.tell(project, event).await.map(drop)
}

async fn forget(state: &AppState, id: &str) {
    let done = query("DELETE FROM open_export WHERE id = $1")
        .bind(id)
        .execute(state.exports.database().writer())
        .await;
    if let Err(error) = done {
        tracing::error!(%error, export = id, "the note of an export cannot be taken away");
    }
}
