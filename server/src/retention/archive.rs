//! Writing entries to the archive: a Parquet file, which is read back before anything is removed.

use std::{collections::BTreeSet, fs::File, io::BufReader, time::Instant};

use daybook_model::{
    Entry, Event, Seq, Timestamp,
    account::Project,
    export::{Format, Formulas, State},
    retention::{ArchiveFile, DAY},
};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use sha2::{Digest as _, Sha256};

use super::{
    Keeping, RetentionError,
    files::{FileId, KeptFile},
    plan::{Due, Plan},
    purge::Pace,
};
use crate::{
    export::{
        columns::Columns,
        encode::{EncodeError, End, encoder},
        stream::hex,
    },
    import,
    outbound::{Existing, Fetched, OutboundError, Place, Upload},
    store::{AnyStore, Key, Parts, ProjectId, StoreError},
};

/// How many entries are read at once.
const PAGE: usize = 256;

/// Where the file of a run's day goes: its folder, and its name.
fn name(project: &Project, plan: &Plan, id: FileId) -> (String, String) {
    let slug = &project.slug;
    let day = Timestamp::saturating(id.day.saturating_mul(DAY)).to_utc();
    let day = day.format("%Y-%m-%d");
    let part = if id.part > 1 { format!("-part-{}", id.part) } else { String::new() };
    let mark = plan.mark.as_ref().map_or_else(String::new, |mark| format!("-{mark}"));
    (format!("{slug}/{day}"), format!("{slug}-{day}-run-{}{mark}{part}.parquet", id.run))
}

/// Writes entries that are due, and reads the file back. What turns out not to be old is left out of both.
/// `None` where nothing is left. A file that is there already is the one that is wanted, if an attempt broke
/// off before it was taken down; else it stays as it is, and this one is the next.
pub(super) async fn write(
    (store, place, speed): (&AnyStore, &Place, (Pace, &Keeping)),
    project: &Project,
    plan: &Plan,
    due: &mut Due,
    mut id: FileId,
    now: Timestamp,
) -> Result<Option<KeptFile>, RetentionError> {
    loop {
        let (path, name) = name(project, plan, id);
        let mut upload = place.upload(&path, &name).await?;
        let written = match pour((store, speed), project, plan, due, &mut upload).await {
            Ok(Some(written)) => written,
            other => {
                upload.abandon().await;
                return other.map(|_| None);
            }
        };
        let at = upload.place();
        let sum = format!("{}  {name}\n", written.sha256);
        let beside = vec![(".sha256", sum.into_bytes())];
        let taken = match upload.finish(beside, Existing::Kept).await {
            Ok(()) => false,
            Err(OutboundError::Taken(_)) => true,
            Err(error) => return Err(error.into()),
        };
        let read = place.fetch(&path, &name).await?;
        let same = read.bytes == written.bytes
            && hex(&read.sha256) == written.sha256
            && rows(read.file).await? == written.count;
        if same {
            let Written { count, bytes, sha256, first, last } = written;
            let shown = ArchiveFile {
                id: id.to_string(),
                place: at,
                count,
                first: Timestamp::saturating(first.0),
                last: Timestamp::saturating(last.0),
                bytes,
                sha256,
                written_at: now,
                settled: false,
            };
            return Ok(Some(KeptFile { id, path, name, last, shown }));
        }
        if !taken {
            return Err(RetentionError::Different(at));
        }
        id.part += 1;
    }
}

/// Reads a file, if it is as it was written.
pub(super) async fn fetch(place: &Place, file: &KeptFile) -> Result<Fetched, RetentionError> {
    let fetched = place.fetch(&file.path, &file.name).await.map_err(|error| match error {
        OutboundError::Missing(at) => RetentionError::Gone(at),
        error => error.into(),
    })?;
    if hex(&fetched.sha256) != file.shown.sha256 {
        return Err(RetentionError::Damaged(file.shown.place.clone()));
    }
    Ok(fetched)
}

/// The keys of the entries that a file gives back, as they were in the log.
pub(super) async fn keys(place: &Place, file: &KeptFile) -> Result<BTreeSet<Key>, RetentionError> {
    let fetched = fetch(place, file).await?;
    let read = move || {
        let entries = import::archived(BufReader::new(fetched.file));
        let key = |(seq, event): (Seq, Event)| (event.occurred_at.millis(), seq);
        entries.map(|entry| entry.map(key)).collect::<Option<BTreeSet<_>>>()
    };
    let damaged = || RetentionError::Damaged(file.shown.place.clone());
    tokio::task::spawn_blocking(read).await.ok().flatten().ok_or_else(damaged)
}

/// How many entries a file has, by its own account.
pub(super) async fn rows(file: File) -> Result<u64, EncodeError> {
    let read = move || {
        let reader = SerializedFileReader::new(file)?;
        Ok(reader.metadata().file_metadata().num_rows().unsigned_abs())
    };
    tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other)?
}

/// What was written.
struct Written {
    count: u64,
    bytes: u64,
    sha256: String,
    first: Key,
    last: Key,
}

async fn pour(
    (store, (pace, keeping)): (&AnyStore, (Pace, &Keeping)),
    project: &Project,
    plan: &Plan,
    due: &mut Due,
    upload: &mut Upload,
) -> Result<Option<Written>, RetentionError> {
    let mut encoder = encoder(Format::Parquet, &Columns::All, Formulas::default(), false)?;
    let (mut hash, mut bytes, mut count) = (Sha256::new(), 0, 0);
    let (mut ends, mut as_of): (Option<(Key, Key)>, Seq) = (None, 0);
    let mut out = Vec::new();
    encoder.begin(&mut out)?;
    let keys: Vec<_> = due.keys.keys().copied().collect();
    let mut left = &keys[..];
    while !left.is_empty() {
        let began = Instant::now();
        let wanted = &left[..left.len().min(PAGE)];
        let entries = store.at(ProjectId(project.number), wanted, Parts::Whole).await?;
        let complete = wanted.iter().zip(&entries).all(|(key, entry)| key.1 == entry.seq);
        if entries.is_empty() || !complete {
            return Err(StoreError::incomplete().into());
        }
        for entry in &entries {
            let key = (entry.event.occurred_at.millis(), entry.seq);
            if is_old(plan, due, key, entry) {
                encoder.entry(entry, &mut out)?;
                count += 1;
                as_of = as_of.max(entry.seq);
                ends = Some((ends.map_or(key, |(first, _)| first), key));
            } else {
                due.keys.remove(&key);
            }
        }
        left = &left[entries.len()..];
        send(&mut out, &mut hash, &mut bytes, upload).await?;
        pace.rest(keeping, began).await;
    }
    let Some((first, last)) = ends else { return Ok(None) };
    let so_far = hex(&hash.clone().finalize());
    let id = String::from("archive");
    encoder
        .end(&End { id, status: State::Complete, rows: count, as_of, sha256: so_far }, &mut out)?;
    send(&mut out, &mut hash, &mut bytes, upload).await?;
    Ok(Some(Written { count, bytes, sha256: hex(&hash.finalize()), first, last }))
}

/// Whether an entry is as old as its rule says, by its own account.
fn is_old(plan: &Plan, due: &Due, key: Key, entry: &Entry) -> bool {
    let rule = due.keys.get(&key).and_then(|&rule| plan.rules.get(rule));
    rule.is_some_and(|rule| entry.received_at < rule.before)
}

async fn send(
    out: &mut Vec<u8>,
    hash: &mut Sha256,
    bytes: &mut u64,
    upload: &mut Upload,
) -> Result<(), RetentionError> {
    let piece = std::mem::take(out);
    if !piece.is_empty() {
        hash.update(&piece);
        *bytes += piece.len() as u64;
        upload.write(piece.into()).await?;
    }
    Ok(())
}
