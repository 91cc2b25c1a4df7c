//! What sends the entries of one stream, one batch after the other.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use daybook_model::{
    Filter, Seq,
    stream::{MAX_DEAD_LETTERS, StreamState},
};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        watch,
    },
    time::{Duration, sleep},
};

use super::{
    Inner, Stream, StreamsError,
    batch::{self, Batch, Size},
    deliver::{Client, Refusal},
};
use crate::{ledger::Announcement, outbound::apart, store::StoreError};

/// So far may be passed without being written down, where nothing matches.
const PASSED: u64 = 10_000;
/// How long an idle stream waits for news before it looks by itself.
const IDLE: Duration = Duration::from_secs(30);
/// How long it waits after the database did not answer.
const REST: Duration = Duration::from_secs(2);

/// Why the log cannot be read or a place cannot be kept; tried again soon.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Streams(#[from] StreamsError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a look at the stream came to.
enum Turn {
    /// There may be more to do.
    On,
    /// Everything up to the head of the log is settled.
    Idle,
    /// It is paused.
    Paused,
    /// It did not get on.
    Wait(Duration),
    /// It was deleted.
    Gone,
}

/// Sends the entries of one stream.
pub(super) struct Worker {
    inner: Arc<Inner>,
    id: i64,
    changed: watch::Receiver<()>,
    closing: watch::Receiver<bool>,
    news: broadcast::Receiver<Announcement>,
    dice: ChaCha8Rng,
    /// Reached as the stream is now.
    client: Option<Arc<Client>>,
    /// How many entries go together: halved by every failure, doubled by every success.
    entries: usize,
    /// In a row.
    failures: u32,
    /// From this place, which is written down, nothing matched this filter up to `passed`.
    from: Seq,
    filter: Option<Filter>,
    passed: Arc<AtomicU64>,
}

impl Worker {
    pub(super) fn new(
        inner: Arc<Inner>,
        id: i64,
        changed: watch::Receiver<()>,
        passed: Arc<AtomicU64>,
    ) -> Self {
        let seed = inner.options.seed ^ id.unsigned_abs();
        Self {
            closing: inner.closing.subscribe(),
            news: inner.ledger.listen(),
            dice: ChaCha8Rng::seed_from_u64(seed),
            client: None,
            filter: None,
            entries: inner.options.pace.entries,
            failures: 0,
            from: 0,
            inner,
            id,
            changed,
            passed,
        }
    }

    /// Sends until the stream is deleted or the server stops.
    pub(super) async fn run(mut self) {
        let mut project = None;
        while !*self.closing.borrow() {
            let turn = match self.turn().await {
                Ok((turn, of)) => {
                    project = of.or(project);
                    turn
                }
                Err(error) => {
                    tracing::warn!(%error, stream = self.id, "a stream waits for the database");
                    Turn::Wait(REST)
                }
            };
            match turn {
                Turn::On => {}
                Turn::Gone => break,
                Turn::Idle => self.idle(project).await,
                Turn::Paused => self.rest(None).await,
                Turn::Wait(wait) => self.rest(Some(wait)).await,
            }
        }
    }

    /// Waits so long, or until something is changed.
    async fn rest(&mut self, wait: Option<Duration>) {
        let over = async {
            match wait {
                Some(wait) => sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = over => {}
            () = closed(&mut self.closing) => {}
            changed = self.changed.changed() => {
                // Whoever changed something wants to see what comes of it.
                self.failures = 0;
                if changed.is_err() {
                    // Nobody can change it any more: the hub is gone.
                    sleep(REST).await;
                }
            }
        }
    }

    /// Waits for something new in the project, and a moment for more of it.
    async fn idle(&mut self, project: Option<crate::store::ProjectId>) {
        let news = async |news: &mut broadcast::Receiver<Announcement>| loop {
            match news.recv().await {
                Ok(told) if Some(told.project) == project => return,
                Ok(_) => {}
                // It may have been among those.
                Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => std::future::pending().await,
            }
        };
        let told = tokio::select! {
            () = news(&mut self.news) => true,
            () = sleep(IDLE) => false,
            () = closed(&mut self.closing) => false,
            _ = self.changed.changed() => false,
        };
        if told {
            let linger = self.inner.options.pace.linger;
            // The server that stops is not waited for.
            let _ = tokio::time::timeout(linger, closed(&mut self.closing)).await;
        }
    }

    /// Looks at the stream as it is now, and does the next thing.
    async fn turn(&mut self) -> Result<(Turn, Option<crate::store::ProjectId>), Fault> {
        self.changed.mark_unchanged();
        let Some(stream) = self.inner.table.get(self.id).await? else {
            return Ok((Turn::Gone, None));
        };
        let project = Some(stream.project);
        if stream.state == StreamState::Paused {
            return Ok((Turn::Paused, project));
        }
        let turn = match stream.again {
            Some(seq) => self.send_again(&stream, seq).await?,
            None => self.send_next(&stream).await?,
        };
        Ok((turn, project))
    }

    async fn send_next(&mut self, stream: &Stream) -> Result<Turn, Fault> {
        // What did not match one filter may match another.
        let other = self.filter.as_ref() != Some(&stream.filter);
        if other || self.from != stream.upto || self.passed.load(Ordering::Acquire) < stream.upto {
            self.filter = Some(stream.filter.clone());
            self.from = stream.upto;
            self.passed.store(stream.upto, Ordering::Release);
        }
        let after = self.passed.load(Ordering::Acquire);
        let head = self.inner.store.head(stream.project).await?;
        if after >= head {
            return Ok(Turn::Idle);
        }
        let size = Size { entries: self.entries, bytes: self.inner.options.pace.bytes };
        let batch = batch::next(&self.inner, stream, after, head, size).await?;
        let (seqs, upto) = (batch.seqs.clone(), batch.upto);
        let Some(&first) = seqs.first() else {
            self.passed.store(upto, Ordering::Release);
            if upto - stream.upto >= PASSED {
                self.inner.table.settle(stream, upto, 0, self.inner.clock.now()).await?;
            }
            return Ok(Turn::On);
        };
        match self.deliver(stream, batch).await {
            Ok(()) => {
                self.went_well();
                self.inner.table.settle(stream, upto, seqs.len(), self.inner.clock.now()).await?;
                Ok(Turn::On)
            }
            Err(Refusal::Refused(error)) if seqs.len() > 1 => {
                // One of them is to blame, or their number: fewer are tried at once.
                tracing::debug!(stream = stream.name, %error, entries = seqs.len(), "a batch is refused");
                self.entries = seqs.len() / 2;
                Ok(Turn::On)
            }
            Err(Refusal::Refused(error)) => {
                let now = self.inner.clock.now();
                if self.inner.table.refuse(stream, first, upto, &error, now).await? {
                    tracing::warn!(stream = stream.name, seq = first, %error, "an entry is refused for good");
                    self.failures = 0;
                    return Ok(Turn::On);
                }
                let error = format!(
                    "{MAX_DEAD_LETTERS} refused entries are kept already, and #{first} is refused as well ({error}): \
                     send them again or drop them"
                );
                self.trouble(stream, &error, None).await
            }
            Err(Refusal::Trouble { error, wait }) => {
                self.entries = (self.entries / 2).max(1);
                self.trouble(stream, &error, wait).await
            }
        }
    }

    /// Sends a dead letter again, by itself.
    async fn send_again(&mut self, stream: &Stream, seq: Seq) -> Result<Turn, Fault> {
        let Some(batch) = batch::single(&self.inner, stream, seq).await? else {
            tracing::warn!(stream = stream.name, seq, "a refused entry is not in the log any more");
            self.inner.table.drop_letters(stream, Some(seq)).await?;
            return Ok(Turn::On);
        };
        let now = self.inner.clock.now();
        match self.deliver(stream, batch).await {
            Ok(()) => {
                self.went_well();
                self.inner.table.revive(stream, seq, now).await?;
                Ok(Turn::On)
            }
            Err(Refusal::Refused(error)) => {
                self.inner.table.refuse(stream, seq, stream.upto, &error, now).await?;
                Ok(Turn::On)
            }
            Err(Refusal::Trouble { error, wait }) => self.trouble(stream, &error, wait).await,
        }
    }

    fn went_well(&mut self) {
        self.failures = 0;
        self.entries = (self.entries * 2).min(self.inner.options.pace.entries);
    }

    async fn trouble(
        &mut self,
        stream: &Stream,
        error: &str,
        asked: Option<Duration>,
    ) -> Result<Turn, Fault> {
        self.failures = self.failures.saturating_add(1);
        let wait = self.inner.options.pace.wait(self.failures, asked, &mut self.dice);
        let now = self.inner.clock.now();
        let again = now.plus_millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        tracing::warn!(stream = stream.name, %error, ?wait, "a stream does not get on");
        self.inner.table.fail(stream, error, now, again).await?;
        Ok(Turn::Wait(wait))
    }

    /// Delivers a batch on a thread of its own: a target that hangs holds up nobody else, nor the end of the
    /// process.
    async fn deliver(&mut self, stream: &Stream, batch: Batch) -> Result<(), Refusal> {
        let client = match &self.client {
            Some(client) if client.serves(stream) => Arc::clone(client),
            _ => {
                let client = Arc::new(Client::of(stream, &self.inner.options)?);
                self.client = Some(Arc::clone(&client));
                client
            }
        };
        let now = self.inner.clock.now();
        let delivered = apart("stream", move || client.deliver(&batch, now)).await;
        delivered
            .map_err(|e| Refusal::trouble(format!("no thread can be started: {e}")))?
            .unwrap_or_else(|| Err(Refusal::trouble("the delivery broke off")))
    }
}

/// Until the server stops.
async fn closed(closing: &mut watch::Receiver<bool>) {
    // An error means that the hub is gone, which is the same.
    drop(closing.wait_for(|closing| *closing).await.map(|_| ()));
}
