//! Bringing entries back from the archive. They are new entries of the log, received now: they get new
//! places, and are as old as that.

use std::{fs::File, io::BufReader};

use daybook_model::{Event, Seq, Span, retention::Restored};
use tokio::sync::mpsc;

use super::{RetentionError, archive, files::KeptFile};
use crate::{
    import,
    state::AppState,
    store::{Appended, Key, Parts, ProjectId},
};

/// How many are stored at once.
const BATCH: usize = 1_000;

/// Brings back what a file has of a time.
pub async fn restore(
    state: &AppState,
    project: ProjectId,
    file: &KeptFile,
    span: Span,
) -> Result<Restored, RetentionError> {
    let place = state.outbound.archive.as_ref().ok_or(RetentionError::NoArchive)?;
    let fetched = archive::fetch(place, file).await?;
    let (batches, mut ready) = mpsc::channel(1);
    let damaged = file.shown.place.clone();
    let reading = tokio::task::spawn_blocking(move || read(fetched.file, span, &batches));
    let mut restored = Restored::default();
    while let Some(batch) = ready.recv().await {
        store(state, project, batch, &mut restored).await?;
    }
    // A task that panicked read something that is none of ours.
    if reading.await.is_ok_and(|read| read.is_some()) {
        return Ok(restored);
    }
    Err(RetentionError::Damaged(damaged))
}

/// Reads entries on a thread of its own; `None` where one cannot be read.
fn read(file: File, span: Span, batches: &mpsc::Sender<Vec<(Seq, Event)>>) -> Option<()> {
    let mut batch = Vec::new();
    for entry in import::archived(BufReader::new(file)) {
        let (seq, event) = entry?;
        if span.contains(event.occurred_at) {
            batch.push((seq, event));
        }
        if batch.len() == BATCH && batches.blocking_send(std::mem::take(&mut batch)).is_err() {
            return None;
        }
    }
    if !batch.is_empty() {
        batches.blocking_send(batch).ok()?;
    }
    Some(())
}

/// Stores those that are not there. One without an id gets one, so that it is stored once however often it
/// is brought back; one whose id was taken by another since gets another.
async fn store(
    state: &AppState,
    project: ProjectId,
    batch: Vec<(Seq, Event)>,
    restored: &mut Restored,
) -> Result<(), RetentionError> {
    let keys: Vec<Key> =
        batch.iter().map(|(seq, event)| (event.occurred_at.millis(), *seq)).collect();
    // Held since it was written down, it never went.
    let there = state.store.at(project, &keys, Parts::Narrow).await?;
    let there: std::collections::HashSet<_> = there.iter().map(|entry| entry.seq).collect();
    let (known, gone): (Vec<_>, Vec<_>) =
        batch.into_iter().partition(|(seq, _)| there.contains(seq));
    restored.duplicates += known.len() as u64;
    let events = gone.iter().map(|(seq, event)| {
        let mut event = event.clone();
        event.id.get_or_insert_with(|| new_id(*seq));
        event
    });
    let submitted = state.ledger.restore(project, events.collect()).await?;
    let mut taken = Vec::new();
    for (outcome, (seq, event)) in submitted.outcomes.iter().zip(gone) {
        if matches!(outcome, Appended::Differs(_)) {
            taken.push(Event { id: Some(new_id(seq)), ..event });
        } else {
            count(restored, outcome);
        }
    }
    if !taken.is_empty() {
        let submitted = state.ledger.restore(project, taken).await?;
        submitted.outcomes.iter().for_each(|outcome| count(restored, outcome));
    }
    Ok(())
}

fn new_id(seq: Seq) -> String {
    format!("restored:{seq}")
}

/// Counts what became of an entry.
const fn count(restored: &mut Restored, outcome: &Appended) {
    match outcome {
        Appended::Stored(_) => restored.stored += 1,
        Appended::Duplicate(_) => restored.duplicates += 1,
        Appended::Differs(_) => restored.refused += 1,
    }
}
