//! Where the server's own records go: into the log, readings by way of the small file.

use std::sync::LazyLock;

use daybook_model::{Event, Operation};
use daybook_recorder::{Record, Sink, SinkError};

use super::{JournalError, Log, READING, SOURCE, readings::Readings};
use crate::{
    intake::{SourceTable, check, normalise},
    store::ProjectId,
};

/// What sources are told by; ours is said.
static SOURCES: LazyLock<SourceTable> = LazyLock::new(SourceTable::default);

/// The sink of the server's own recorder.
pub(super) struct JournalSink {
    pub(super) log: Log,
    pub(super) readings: Readings,
}

impl Sink for JournalSink {
    async fn send(&self, records: &[Record]) -> Result<u64, SinkError> {
        let (mut read, mut written, mut refused) = (Vec::new(), Vec::new(), 0);
        for record in records {
            let Some(event) = ready(record, &self.log) else {
                refused += 1;
                continue;
            };
            if is_reading(&event) {
                read.push((record.project.as_deref(), event));
            } else if is_worth_an_entry(&event) {
                written.push((record.project.as_deref(), event));
            }
        }
        // Entries first: they are known by their ids when a batch comes again, readings add up.
        for group in written.chunk_by(|a, b| a.0 == b.0) {
            let events = group.iter().map(|(_, event)| event.clone()).collect();
            self.log.write(group[0].0, events).await.map_err(unavailable)?;
        }
        let mut placed = Vec::with_capacity(read.len());
        for group in read.chunk_by(|a, b| a.0 == b.0) {
            let project = self.log.project(group[0].0).await.map_err(SinkError::unavailable)?;
            let Some(project) = project else { continue };
            let id = ProjectId(project.number);
            placed.extend(group.iter().map(|(_, event)| (id, event)));
        }
        self.readings.note(&placed).await.map_err(unavailable)?;
        Ok(refused)
    }
}

fn unavailable(error: JournalError) -> SinkError {
    SinkError::unavailable(error)
}

/// The event as the log takes it; `None` where it does not, which is told in the server's log.
pub(super) fn ready(record: &Record, log: &Log) -> Option<Event> {
    let mut event = record.event.clone();
    event.source.get_or_insert_with(|| SOURCE.to_owned());
    normalise(&mut event, &SOURCES);
    let fault = check(&event, log.clock.now()).err();
    if let Some(fault) = &fault {
        tracing::error!(action = event.action, ?fault, "a call cannot be recorded");
    }
    fault.is_none().then_some(event)
}

/// Whether it is a reading that was answered.
fn is_reading(event: &Event) -> bool {
    let answered = event.request.status_code.is_none_or(|status| status < 400);
    answered && event.resource.as_ref().is_some_and(|resource| resource.kind == READING)
}

/// Whether it may have changed something, or was refused for want of permission. What is mistyped
/// does nothing, and a list of names is not read from the log.
fn is_worth_an_entry(event: &Event) -> bool {
    match event.request.status_code {
        Some(401 | 403) => true,
        Some(400..=499) => false,
        _ => event.operation != Some(Operation::Read),
    }
}
