//! One stream: a place in the log, and what comes behind it.

use std::{convert::Infallible, time::Duration};

use async_stream::stream;
use axum::body::Bytes;
use daybook_model::{
    Seq,
    live::{HEARTBEAT_MILLIS, Head, Message, Missed},
};
use futures_util::Stream;
use tokio::{
    sync::broadcast::error::RecvError,
    time::{MissedTickBehavior, interval},
};

use super::{
    Hub, Permit,
    evaluate::{Batch, Found, Interest, Told, evaluate, frame},
};
use crate::{access::Again, store::StoreError};

/// What an `EventSource` does when the stream ends: it comes back a little later.
const RETRY: &str = "retry: 2000\n\n";

impl Hub {
    /// The stream of what matches behind a place of the log, or behind its end. Before
    /// anything is sent the reader is judged again: where what they may see has changed, the stream
    /// ends. It also ends, to be asked for again, where the store does not answer.
    pub fn stream(
        &self,
        interest: Interest,
        after: Option<Seq>,
        listener: Option<String>,
        permit: Permit,
        again: Again,
    ) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
        // Before the log is looked at: what arrives in between comes twice, and is told apart.
        let mut batches = self.subscribe(&interest);
        let mut closing = self.0.closing.subscribe();
        let mut listener = Listener { hub: self.clone(), interest, name: listener, position: 0 };
        stream! {
            let _permit = permit;
            yield Ok(Bytes::from_static(RETRY.as_bytes()));
            let mut beat = interval(Duration::from_millis(HEARTBEAT_MILLIS.unsigned_abs()));
            beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
            beat.reset();
            let mut frames = listener.begin(after).await;
            loop {
                let Ok(ready) = frames.inspect_err(|error| tracing::warn!(%error, "a live stream ends")) else { return };
                if !ready.is_empty() && !Box::pin(again.stands()).await {
                    return;
                }
                for frame in ready {
                    yield Ok(frame);
                }
                frames = tokio::select! {
                    () = async { drop(closing.wait_for(|closing| *closing).await) } => return,
                    batch = batches.recv() => match batch {
                        Ok(batch) => listener.take(&batch).await,
                        Err(RecvError::Lagged(_)) => listener.catch_up().await,
                        Err(RecvError::Closed) => return,
                    },
                    _ = beat.tick() => listener.head().map(|head| vec![head]),
                };
            }
        }
    }
}

/// Everything that matches up to its position was sent, and nothing behind it.
struct Listener {
    hub: Hub,
    interest: Interest,
    /// The actor that listens, as the log names them.
    name: Option<String>,
    position: Seq,
}

impl Listener {
    /// What was stored since a place.
    async fn begin(&mut self, after: Option<Seq>) -> Result<Vec<Bytes>, StoreError> {
        let head = self.hub.0.store.head(self.interest.project).await?;
        self.position = after.unwrap_or(head).min(head);
        let mut frames = self.read_on(head).await?;
        // The place may be of another log: what is known of it is worth nothing here.
        if after.is_some_and(|after| after > head) {
            frames.push(frame(&Message::Missed(Missed { missed: 0, head }))?);
        }
        if frames.is_empty() {
            frames.push(self.head()?);
        }
        Ok(frames)
    }

    /// The frames of a batch that are behind the position.
    async fn take(&mut self, batch: &Batch) -> Result<Vec<Bytes>, StoreError> {
        if batch.head <= self.position {
            return Ok(Vec::new());
        }
        let whole = batch.after == self.position;
        match &batch.found {
            Found::Entries(entries) if batch.after <= self.position => {
                let frames = self.news(entries);
                self.arrive(batch.head, frames)
            }
            Found::Missed(missed) if whole => self.arrive_past(batch.head, *missed),
            _ => self.read_on(batch.head).await,
        }
    }

    /// Reads from the store what there is by now.
    async fn catch_up(&mut self) -> Result<Vec<Bytes>, StoreError> {
        let head = self.hub.0.store.head(self.interest.project).await?;
        self.read_on(head).await
    }

    /// Reads from the store up to a place.
    async fn read_on(&mut self, head: Seq) -> Result<Vec<Bytes>, StoreError> {
        let hub = &self.hub.0;
        let (interests, stretch) = ([self.interest.clone()], (self.position, head));
        // Apart from the listener, which is as large as the largest it ever waits for.
        let reading = Box::pin(evaluate(&*hub.store, &interests, stretch, hub.clock.now()));
        let batches = reading.await?;
        match batches.into_iter().next().map(|batch| batch.found) {
            Some(Found::Entries(entries)) => {
                let frames = self.news(&entries);
                self.arrive(head, frames)
            }
            Some(Found::Missed(missed)) => self.arrive_past(head, missed),
            None => Ok(Vec::new()),
        }
    }

    /// What the listener does not know yet.
    fn news(&self, entries: &[Told]) -> Vec<Bytes> {
        let own =
            |told: &Told| told.reader.is_some() && told.reader.as_deref() == self.name.as_deref();
        let news = entries.iter().filter(|told| told.seq > self.position && !own(told));
        news.map(|told| told.frame.clone()).collect()
    }

    /// Takes up a new position; behind entries it is told at once, else with the next heartbeat.
    fn arrive(&mut self, head: Seq, mut frames: Vec<Bytes>) -> Result<Vec<Bytes>, StoreError> {
        self.position = head;
        if !frames.is_empty() {
            frames.push(self.head()?);
        }
        Ok(frames)
    }

    fn arrive_past(&mut self, head: Seq, missed: u64) -> Result<Vec<Bytes>, StoreError> {
        self.arrive(head, vec![frame(&Message::Missed(Missed { missed, head }))?])
    }

    fn head(&self) -> Result<Bytes, StoreError> {
        frame(&Message::Head(Head { head: self.position, now: self.hub.0.clock.now() }))
    }
}
