//! An export under way: pages are read and written ahead of the reader, one at a time, and what there
//! was is told at the end, where it cannot be mistaken.

use std::sync::Arc;

use async_stream::stream;
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue},
};
use daybook_model::export::State;
use http_body::Frame;
use http_body_util::StreamBody;
use sha2::{Digest as _, Sha256};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc, oneshot},
    task::JoinHandle,
};

use super::{
    Job, Tracked,
    encode::{EncodeError, Encoder, End},
    line::Page,
    record, settings,
};
use crate::{
    access::Again,
    error::Error,
    state::AppState,
    store::{ProjectId, StoreError},
};

/// How many rows there were: a trailer, because it is known at the end.
pub const ROWS: HeaderName = HeaderName::from_static("daybook-export-rows");
/// The SHA-256 of the file, before any compression on the way.
pub const SHA256: HeaderName = HeaderName::from_static("daybook-export-sha256");
/// How it ended: `complete`, `capped` or `failed`.
pub const STATUS: HeaderName = HeaderName::from_static("daybook-export-status");

/// How many bytes are handed over at once: as much, and once more, is what a slow reader leaves waiting.
const PIECE: usize = 256 << 10;
/// How much room a page is given beforehand at most.
const ROOM: usize = 2 << 20;

/// What the writer hands to the reader.
enum Piece {
    Rows(Bytes, u64),
    /// The last of it, how it ended, and the hash of all.
    End(Bytes, State, String),
}

/// Why a file breaks off.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the export was cancelled")]
    Cancelled,
    #[error("the export failed")]
    Failed,
}

#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error("the writer stopped: {0}")]
    Stopped(#[from] tokio::task::JoinError),
    /// Nobody reads any more.
    #[error("nobody reads")]
    Deserted,
}

/// Begins an export: its entry is in the log when this returns.
pub async fn begin(state: &AppState, tracked: Arc<Tracked>, again: Again) -> Result<Body, Error> {
    let place = state.exports.place(&tracked.job.caller)?;
    tracked.begin(state.clock.now())?;
    let (begun, begins) = oneshot::channel();
    let keeping = Keeping { state: state.clone(), tracked: Arc::clone(&tracked), again, place };
    let kept = Some(tokio::spawn(keep(keeping, begun)));
    let reader = Reader { state: state.clone(), tracked: Arc::clone(&tracked), kept };
    begins.await.map_err(|_| Error::Internal)??;
    // One page written ahead: no more is read than somebody takes.
    let (pieces, mut written) = mpsc::channel(1);
    let job = tracked.job.clone();
    let (project, from) = (job.scope.project, job.scope.span.from);
    // What is exported stays in place until all of it is written.
    let steady = state.store.steady(project, from).await;
    let writer = Arc::clone(&tracked);
    tokio::spawn(async move {
        let _steady = steady;
        tokio::select! {
            written = write(&job, &pieces) => if let Err(error) = written {
                tracing::warn!(%error, export = job.id, "an export broke off");
            },
            // Its reader may have stopped reading, and so never take what waits here.
            () = writer.ended() => {}
        }
    });
    let frames = stream! {
        let mut reader = reader;
        loop {
            let piece = tokio::select! {
                biased;
                () = tracked.ended() => {
                    if let Some(mark) = mark(&tracked.job) {
                        yield Ok(Frame::data(mark));
                    }
                    yield Err(Broken::Cancelled);
                    break;
                }
                piece = written.recv() => piece,
            };
            match piece {
                Some(Piece::Rows(bytes, rows)) => {
                    tracked.add(rows, bytes.len());
                    if !bytes.is_empty() {
                        yield Ok(Frame::data(bytes));
                    }
                }
                Some(Piece::End(bytes, state, sha256)) => {
                    tracked.add(0, bytes.len());
                    let trailers = trailers(tracked.export().rows, state, &sha256);
                    if !reader.end(state, Some(sha256)).await {
                        // It was cancelled just now: the next turn says so.
                        continue;
                    }
                    if !bytes.is_empty() {
                        yield Ok(Frame::data(bytes));
                    }
                    yield Ok(Frame::trailers(trailers));
                    break;
                }
                // Without an end: no last chunk either, so that nobody takes it for a whole file.
                None => {
                    reader.end(State::Failed, None).await;
                    yield Err(Broken::Failed);
                    break;
                }
            }
        }
    };
    Ok(Body::new(StreamBody::new(frames)))
}

/// What an export is kept with.
struct Keeping {
    state: AppState,
    tracked: Arc<Tracked>,
    again: Again,
    place: OwnedSemaphorePermit,
}

/// Tells the log that an export begins, waits until it is over, whichever way, and tells that. It ends it itself
/// where whoever asked may not have it any more. A task of its own: nobody need be reading for an export to be
/// cancelled, nor stay until it has begun for its end to be told.
async fn keep(keeping: Keeping, begun: oneshot::Sender<Result<(), Error>>) {
    let Keeping { state, tracked, again, place } = keeping;
    let started = record::started(&state, &tracked.job).await;
    if started.is_err() {
        tracked.end(State::Failed, None, state.clock.now());
    }
    // Whoever asked may have gone: then it is over.
    let _ = begun.send(started);
    tokio::select! {
        () = tracked.ended() => {}
        () = refused(&state, &tracked, &again) => {
            tracing::info!(export = tracked.job.id, "an export is not allowed any more");
            tracked.end(State::Cancelled, None, state.clock.now());
        }
    }
    drop(place);
    record::ended(&state, &tracked).await;
}

/// Until whoever asked may not have it any more.
async fn refused(state: &AppState, tracked: &Tracked, again: &Again) {
    let project = ProjectId(tracked.job.project.number);
    loop {
        tokio::time::sleep(state.patience.judged).await;
        let settings = settings::of(state.exports.database(), project).await;
        // What cannot be asked just now is asked again.
        if settings.is_ok_and(|settings| !settings.enabled) || !again.stands().await {
            return;
        }
    }
}

/// Whoever takes the file: one that goes away before the end interrupts the export.
struct Reader {
    state: AppState,
    tracked: Arc<Tracked>,
    /// Over when the log has been told.
    kept: Option<JoinHandle<()>>,
}

impl Reader {
    /// Ends the export, and waits until the log has been told. False: it had ended otherwise.
    async fn end(&mut self, how: State, sha256: Option<String>) -> bool {
        let first = self.tracked.end(how, sha256, self.state.clock.now());
        if let (true, Some(kept)) = (first, self.kept.take()) {
            // It has no other end than its own.
            let _ = kept.await;
        }
        first
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.tracked.end(State::Interrupted, None, self.state.clock.now());
    }
}

/// Writes the file until it ends or nobody reads. A store that fails has its mark at the end of the
/// file, where the format has one.
async fn write(job: &Job, pieces: &mpsc::Sender<Piece>) -> Result<(), WriteError> {
    let mut pen = Pen { encoder: job.encoder()?, hash: Sha256::new(), rows: 0, last: 0 };
    let mut out = Vec::new();
    pen.encoder.begin(&mut out)?;
    pen.hash.update(&out);
    send(pieces, Piece::Rows(out.into(), 0)).await?;
    let mut desk = Some(pen);
    let (status, failure) = match pages(job, &mut desk, pieces).await {
        Ok(status) => (status, None),
        Err(WriteError::Store(error)) => (State::Failed, Some(error)),
        Err(error) => return Err(error),
    };
    let Pen { mut encoder, mut hash, rows, .. } = desk.ok_or(EncodeError::NoMark)?;
    let sha256 = hex(&hash.clone().finalize());
    let end = End { id: job.id.clone(), status, rows, as_of: job.scope.as_of, sha256 };
    let mut out = Vec::new();
    encoder.end(&end, &mut out)?;
    hash.update(&out);
    let sha256 = hex(&hash.finalize());
    send(pieces, Piece::End(out.into(), status, sha256)).await?;
    failure.map_or(Ok(()), |error| Err(error.into()))
}

/// What writes, and what it has written.
struct Pen {
    encoder: Box<dyn Encoder>,
    hash: Sha256,
    rows: u64,
    /// How many bytes the last page came to.
    last: usize,
}

impl Pen {
    /// What is there of the file now, and how many bytes the page comes to: some formats keep rows back.
    fn write(&mut self, page: &Page) -> Result<(Vec<u8>, usize), EncodeError> {
        let mut out = Vec::with_capacity((self.last + self.last / 8).min(ROOM));
        let mut bytes = 0;
        page.each(|record| {
            bytes += self.encoder.record(record, &mut out)?;
            Ok::<_, EncodeError>(())
        })?;
        self.last = out.len();
        self.hash.update(&out);
        self.rows += page.len() as u64;
        Ok((out, bytes))
    }
}

/// Reads a page while the one before it is written, on a thread for such work. The pen lies on the
/// desk again when that is done.
async fn pages(
    job: &Job,
    desk: &mut Option<Pen>,
    pieces: &mpsc::Sender<Piece>,
) -> Result<State, WriteError> {
    let mut walk = job.walk();
    let mut left = job.max_rows.unwrap_or(u64::MAX);
    let mut page = walk.page().await?;
    while !page.is_empty() {
        let capped = page.len() as u64 > left;
        if capped {
            page.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        }
        left -= page.len() as u64;
        let rows = page.len();
        let mut pen = desk.take().ok_or(EncodeError::NoMark)?;
        let writing = tokio::task::spawn_blocking(move || {
            let out = pen.write(&page);
            (pen, out)
        });
        let next = async { if capped { Ok(None) } else { walk.page().await.map(Some) } };
        let (next, written) = tokio::join!(next, writing);
        let (pen, out) = written?;
        *desk = Some(pen);
        let (out, bytes) = out?;
        walk.weigh(rows, bytes);
        hand_over(pieces, out, rows as u64).await?;
        match next? {
            Some(next) => page = next,
            None => return Ok(State::Capped),
        }
    }
    Ok(State::Complete)
}

/// Hands over what a page came to, and with the last of it how many rows that is.
async fn hand_over(
    pieces: &mpsc::Sender<Piece>,
    out: Vec<u8>,
    rows: u64,
) -> Result<(), WriteError> {
    if out.len() <= PIECE {
        return send(pieces, Piece::Rows(out.into(), rows)).await;
    }
    let last = out.len().div_ceil(PIECE) - 1;
    for (i, part) in out.chunks(PIECE).enumerate() {
        // A copy, so that one that waits does not keep all of it in memory.
        let part = Bytes::copy_from_slice(part);
        send(pieces, Piece::Rows(part, if i == last { rows } else { 0 })).await?;
    }
    Ok(())
}

async fn send(pieces: &mpsc::Sender<Piece>, piece: Piece) -> Result<(), WriteError> {
    pieces.send(piece).await.map_err(|_| WriteError::Deserted)
}

/// The last row of a file that is cancelled, in formats that have one.
fn mark(job: &Job) -> Option<Bytes> {
    let mut out = Vec::new();
    let end = End {
        id: job.id.clone(),
        status: State::Failed,
        rows: 0,
        as_of: job.scope.as_of,
        sha256: String::new(),
    };
    let mut encoder = job.encoder().ok()?;
    (!job.trailer && encoder.end(&end, &mut out).is_ok()).then(|| out.into())
}

fn trailers(rows: u64, state: State, sha256: &str) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    trailers.insert(ROWS, rows.into());
    trailers.insert(STATUS, HeaderValue::from_static(state.as_str()));
    if let Ok(value) = HeaderValue::from_str(sha256) {
        trailers.insert(SHA256, value);
    }
    trailers
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
