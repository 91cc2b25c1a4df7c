//! What is sent together: the next entries of the log that match, written as the stream has it.

use daybook_model::{
    Entry, Range, Seq, Span,
    account::{Project, Role},
};

use super::{Inner, Stream, format};
use crate::{
    privacy::mask,
    store::{Key, Parts, Scope, StoreError},
};

/// How many places are looked at together.
const WINDOW: u64 = 500;

/// Entries on their way, in the order of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    /// As they are sent.
    pub(super) body: Vec<u8>,
    /// Their places, ascending.
    pub(super) seqs: Vec<Seq>,
    /// Once they are taken, everything up to this place is settled.
    pub(super) upto: Seq,
}

/// How large a batch may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) entries: usize,
    pub(super) bytes: usize,
}

/// The next entries behind a place and up to another, none if there are none among those that were looked at.
pub(super) async fn next(
    inner: &Inner,
    stream: &Stream,
    after: Seq,
    head: Seq,
    size: Size,
) -> Result<Batch, StoreError> {
    let upto = head.min(after.saturating_add(WINDOW));
    let span = match stream.filter.range {
        Range::Between(span) => span,
        // The range of a filter without one.
        Range::Last(_) => Span::ALL,
    };
    let (project, filter) = (stream.project, stream.filter.clone());
    let scope = Scope { project, within: Vec::new(), filter, span, as_of: upto };
    let found = inner.store.matching(&scope, after, upto).await?;
    let keys: Vec<Key> = found
        .iter()
        .take(size.entries)
        .map(|entry| (entry.event.occurred_at.millis(), entry.seq))
        .collect();
    let all = found.len();
    drop(found);
    if keys.is_empty() {
        return Ok(Batch { body: Vec::new(), seqs: Vec::new(), upto });
    }
    // Only the first ones where they are large.
    let entries = inner.store.at(project, &keys, Parts::Whole).await?;
    let mut batch = write(inner, stream, &entries, size.bytes).await?;
    if batch.seqs.len() == all {
        batch.upto = upto;
    } else if let (true, Some((_, last))) = (batch.seqs.is_empty(), keys.last()) {
        // They left the log meanwhile.
        batch.upto = *last;
    }
    Ok(batch)
}

/// One entry by itself; `None` where it is not in the log any more.
pub(super) async fn single(
    inner: &Inner,
    stream: &Stream,
    seq: Seq,
) -> Result<Option<Batch>, StoreError> {
    let Some(entry) = inner.store.entry(stream.project, seq).await? else { return Ok(None) };
    write(inner, stream, &[entry], usize::MAX).await.map(Some)
}

/// Writes as many as go into so many bytes, the first one in any case.
async fn write(
    inner: &Inner,
    stream: &Stream,
    entries: &[Entry],
    bytes: usize,
) -> Result<Batch, StoreError> {
    let project = project(inner, stream).await?;
    // What is sent is what an admin sees.
    let masks = inner.privacy.masks(stream.project, Role::Admin).await?;
    let mut batch = Batch { body: Vec::new(), seqs: Vec::new(), upto: 0 };
    for entry in entries {
        let seen = Entry { event: mask(&masks, entry.event.clone()), ..entry.clone() };
        let before = batch.body.len();
        let syslog = stream.target.scheme.is_syslog();
        format::write(stream.format, syslog, &project.slug, &seen, &mut batch.body)
            .map_err(|e| StoreError::Failed(format!("an entry cannot be written: {e}")))?;
        if batch.body.len() > bytes && !batch.seqs.is_empty() {
            batch.body.truncate(before);
            break;
        }
        batch.seqs.push(entry.seq);
        batch.upto = entry.seq;
    }
    Ok(batch)
}

async fn project(inner: &Inner, stream: &Stream) -> Result<Project, StoreError> {
    let found = inner.store.project(&stream.project.0.to_string()).await?;
    found.ok_or_else(|| StoreError::Failed("the project of a stream is not there".into()))
}
