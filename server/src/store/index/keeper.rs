//! Keeps what the index holds of one project current.

use std::{sync::Arc, time::Duration};

use daybook_model::Seq;
use tokio::{
    sync::{Semaphore, mpsc, watch},
    time::Instant,
};

use super::{
    Settings,
    chunk::Chunk,
    disk::{Disk, Name, Stored, mark},
    lexicon::Firsts,
    purge::{Dirty, Purge},
    row::{COLUMNS, Coded, Key, Row},
    snapshot::{Beneath, Snapshot},
    source::Source,
};
use crate::store::{ProjectId, StoreError, dictionary::Kind};

/// How many rows are taken in at once while others are awaited.
const BATCH: usize = 20_000;
/// How many words are read at once.
const WORDS: usize = 10_000;
/// How long the store is left alone after it could not answer.
const REST: Duration = Duration::from_secs(2);
/// Further behind than so many chunks, what arrived is read from the newest backwards.
const FAR: usize = 8;

/// What is asked of a keeper.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// The log is known to go up to this place.
    pub(super) head: Seq,
    /// When somebody last looked.
    pub(super) looked: Instant,
}

/// What a keeper shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    pub(super) snapshot: Arc<Snapshot>,
    /// Whether anything was read yet.
    pub(super) begun: bool,
    /// Whether it holds all that it can.
    pub(super) settled: bool,
}

/// The one who changes what is held of a project.
pub(super) struct Keeper {
    pub(super) source: Arc<dyn Source>,
    pub(super) project: ProjectId,
    settings: Arc<Settings>,
    pub(super) disk: Option<Disk>,
    pub(super) held: Snapshot,
    firsts: Firsts,
    /// The place up to which the base goes.
    base: Seq,
    base_done: bool,
    /// The log's end when it was begun.
    target: Seq,
    /// Of all keepers one reads at a time.
    turn: Arc<Semaphore>,
    wish: watch::Receiver<Wish>,
    shown: watch::Sender<Shown>,
    purges: mpsc::Receiver<Purge>,
    /// How many entries were taken out of the project.
    pub(super) removed: u64,
    /// The files that are to be written again.
    pub(super) dirty: Dirty,
}

impl Keeper {
    pub(super) fn new(
        source: Arc<dyn Source>,
        project: ProjectId,
        settings: Arc<Settings>,
        turn: Arc<Semaphore>,
        (wish, shown): (watch::Receiver<Wish>, watch::Sender<Shown>),
        purges: mpsc::Receiver<Purge>,
    ) -> Self {
        let disk = settings.folder.as_deref().map(|folder| Disk::of(folder, project.0));
        Self {
            source,
            project,
            settings,
            disk,
            held: Snapshot::default(),
            firsts: Firsts::default(),
            base: 0,
            base_done: false,
            target: 0,
            turn,
            wish,
            shown,
            purges,
            removed: 0,
            dirty: Dirty::default(),
        }
    }

    /// Keeps the project's part of the index until nobody has looked at it for long.
    pub(super) async fn run(mut self) {
        if let Err(error) = self.keep().await {
            tracing::warn!(project = self.project.0, %error, "the column index has to wait");
        }
        // Whoever still listens holds nothing.
        self.shown.send_replace(Shown::default());
    }

    async fn keep(&mut self) -> Result<(), StoreError> {
        self.begin().await?;
        loop {
            let wish = *self.wish.borrow_and_update();
            if let Ok(purge) = self.purges.try_recv() {
                self.purge(purge).await?;
                continue;
            }
            let step = if self.held.head < wish.head.max(self.target) {
                self.catch_up().await
            } else if !self.base_done {
                self.extend_base().await
            } else {
                self.show();
                let rewrite = self.dirty.since;
                tokio::select! {
                    purge = self.purges.recv() => match purge {
                        Some(purge) => self.purge(purge).await?,
                        None => return Ok(()),
                    },
                    () = tokio::time::sleep_until(rewrite.unwrap_or(wish.looked)), if rewrite.is_some() => {
                        self.rewrite().await?;
                    }
                    changed = self.wish.changed() => if changed.is_err() { return Ok(()) },
                    () = tokio::time::sleep_until(wish.looked + self.settings.idle) => {
                        if self.wish.borrow().looked == wish.looked {
                            return Ok(());
                        }
                    }
                }
                continue;
            };
            match step {
                Ok(()) => self.show(),
                // What is held stays right; the rest is asked for again.
                Err(error @ StoreError::Unavailable(_)) => {
                    tracing::warn!(project = self.project.0, %error, "the column index waits");
                    tokio::time::sleep(REST).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) fn show(&self) {
        let snapshot = Arc::new(self.held.clone());
        self.shown.send_replace(Shown { snapshot, begun: true, settled: self.base_done });
    }

    /// Decides where the base ends: where it ended last time, or here.
    async fn begin(&mut self) -> Result<(), StoreError> {
        // Before anything is read: what is taken out from now on is told.
        self.removed = self.source.removed(self.project).await?;
        let head = self.source.head(self.project).await?;
        let first = self.read(Name::Base(0)).await?.filter(|stored| stored.base <= head);
        let tail = if first.is_none() { self.read(Name::Tail(1)).await? } else { None };
        self.base = match (&first, tail) {
            (Some(stored), _) => stored.base,
            (None, Some(_)) => 0,
            (None, None) => head,
        };
        if first.is_none() && self.base > 0 {
            self.disk.iter().for_each(Disk::clear);
        }
        self.target = head;
        self.start_at(self.base);
        while let Some(stored) = self.read(Name::Tail(self.held.head + 1)).await? {
            let (first, last) = stored.chunk.places_within();
            if stored.base != self.base || first != self.held.head + 1 || last > head {
                break;
            }
            let Some(chunk) = self.learn_chunk(stored.chunk).await? else { break };
            self.held.head = last;
            self.held.tail.push(Arc::new(chunk));
            self.fit();
            self.show();
        }
        if head - self.held.head > (FAR * self.settings.chunk) as u64 {
            self.disk.iter().for_each(Disk::clear);
            self.start_at(head);
        }
        Ok(())
    }

    /// Holds nothing but what will arrive behind a place.
    fn start_at(&mut self, base: Seq) {
        self.base = base;
        self.base_done = base == 0;
        (self.held.base, self.held.tail) = (Vec::new(), Vec::new());
        self.held.head = base;
        self.held.beneath = (base > 0).then_some(Beneath { before: i64::MAX, as_of: base });
    }

    /// Takes in what has arrived.
    async fn catch_up(&mut self) -> Result<(), StoreError> {
        let _turn = Arc::clone(&self.turn).acquire_owned().await;
        let limit = self.settings.chunk.div_ceil(2).min(BATCH);
        let after = self.held.head;
        let (rows, last) = self.source.rows_after(self.project, after, limit).await?;
        if last <= after {
            return Err(StoreError::Unavailable(
                "entries that were announced are not there".into(),
            ));
        }
        if rows.is_empty() {
            // All of these were taken out.
            self.held.head = last;
            return Ok(());
        }
        self.learn_rows(&rows).await?;
        let first = self.held.tail.last().map_or(self.base, |chunk| chunk.places_within().1) + 1;
        let (full, columns) = (self.settings.chunk / 2, self.held.columns);
        let mut tail = std::mem::take(&mut self.held.tail);
        // Small chunks are merged into larger ones, each row a few times in all.
        self.held.tail = blocking(move || {
            tail.push(Arc::new(Chunk::of(rows, columns).covering(first, last)));
            while let [.., a, b] = &tail[..] {
                if a.len().max(b.len()) > full || a.len() > 2 * b.len() {
                    break;
                }
                let merged = Arc::new(a.merged(b, columns));
                tail.truncate(tail.len() - 2);
                tail.push(merged);
            }
            tail
        })
        .await?;
        self.held.head = last;
        if let Some(chunk) = self.held.tail.last().filter(|chunk| chunk.len() > full) {
            self.write(Name::Tail(chunk.places_within().0), Arc::clone(chunk), false).await?;
        }
        self.fit();
        Ok(())
    }

    /// Adds the next older chunk to the base, from disk or from the store.
    async fn extend_base(&mut self) -> Result<(), StoreError> {
        let _turn = Arc::clone(&self.turn).acquire_owned().await;
        let name = Name::Base(self.held.base.len());
        let before = self.held.base.last().map(|chunk| chunk.ends().0);
        let stored = self.read(name).await?.filter(|stored| {
            stored.base == self.base && before.is_none_or(|key| stored.chunk.ends().1 < key)
        });
        let learnt = match stored {
            Some(stored) => self.learn_chunk(stored.chunk).await?.map(|c| (Some(c), stored.oldest)),
            None => None,
        };
        let (chunk, oldest) = match learnt {
            Some(found) => found,
            None => self.build_base(name, before).await?,
        };
        self.base_done = oldest;
        if let Some(chunk) = chunk {
            let before = chunk.ends().0.0.saturating_add(1);
            self.held.base.push(Arc::new(chunk));
            self.held.beneath = Some(Beneath { before, as_of: self.base });
        }
        if oldest {
            self.held.beneath = None;
        }
        self.fit();
        Ok(())
    }

    async fn build_base(
        &mut self,
        name: Name,
        before: Option<Key>,
    ) -> Result<(Option<Chunk>, bool), StoreError> {
        let limit = self.settings.chunk;
        let rows = self.source.rows_before(self.project, self.base, before, limit).await?;
        let oldest = rows.len() < limit;
        if rows.is_empty() {
            return Ok((None, true));
        }
        self.learn_rows(&rows).await?;
        let columns = self.held.columns;
        let chunk = blocking(move || Arc::new(Chunk::of(rows, columns))).await?;
        self.write(name, Arc::clone(&chunk), oldest).await?;
        Ok((Some(Arc::unwrap_or_clone(chunk)), oldest))
    }

    /// Reads a chunk from disk, if it is there and of this log.
    async fn read(&self, name: Name) -> Result<Option<Stored<Chunk>>, StoreError> {
        let Some(disk) = self.disk.clone() else { return Ok(None) };
        let Some(stored) = blocking(move || disk.read(name)).await? else { return Ok(None) };
        let received_at = self.source.received_at(self.project, stored.mark(name)).await?;
        if received_at != Some(stored.received_at) {
            return Ok(None);
        }
        if stored.removed != self.removed {
            // Entries only go: where as many are there as in the chunk, they are the same.
            let places = match name {
                Name::Base(_) => (0, stored.base),
                Name::Tail(_) => stored.chunk.places_within(),
            };
            let (project, keys) = (self.project, stored.chunk.ends());
            let there = self.source.count_between(project, keys, places).await?;
            if there != stored.chunk.len() as u64 {
                return Ok(None);
            }
        }
        Ok(Some(stored))
    }

    /// Writes a full chunk; without it the next start is slower, and nothing worse.
    pub(super) async fn write(
        &self,
        name: Name,
        chunk: Arc<Chunk>,
        oldest: bool,
    ) -> Result<(), StoreError> {
        let Some(disk) = self.disk.clone() else { return Ok(()) };
        let (base, removed) = (self.base, self.removed);
        let mark = mark(name, base, &chunk);
        let Some(received_at) = self.source.received_at(self.project, mark).await? else {
            return Ok(());
        };
        let write = move || {
            disk.write(name, &Stored { base, received_at, oldest, removed, chunk: &*chunk })
        };
        if let Err(error) = blocking(write).await? {
            tracing::warn!(%error, "a chunk of the column index cannot be kept on disk");
        }
        Ok(())
    }

    /// Learns the words of a chunk that was read, and brings it to the columns held.
    async fn learn_chunk(&mut self, chunk: Chunk) -> Result<Option<Chunk>, StoreError> {
        let known = self.learn(&chunk.largest()).await?;
        Ok(chunk.narrowed(self.held.columns).filter(|_| known))
    }

    /// Learns the words up to these codes, and tells whether there are such. A kind of more words
    /// than are held leaves the index.
    async fn learn(&mut self, largest: &[u32; COLUMNS]) -> Result<bool, StoreError> {
        for &kind in Kind::ALL {
            let column = Coded::Word(kind).index();
            let wanted = largest[column] as usize;
            while self.held.columns[column] && self.held.lexicon.len(kind) < wanted {
                let known = self.held.lexicon.len(kind);
                let after = u32::try_from(known).unwrap_or(u32::MAX);
                let words = self.source.words_after(self.project, kind, after, WORDS).await?;
                if words.is_empty() {
                    return Ok(false);
                }
                for (number, word) in words {
                    self.held.lexicon.add(&mut self.firsts, kind, number, word);
                }
                if self.held.lexicon.len(kind).max(wanted) > self.settings.words {
                    self.leave(kind);
                } else if self.held.lexicon.bytes() > self.settings.memory / 2 {
                    self.leave(self.held.lexicon.largest());
                }
            }
        }
        Ok(true)
    }

    /// Learns the words of rows of the log, which has them all.
    async fn learn_rows(&mut self, rows: &[Row]) -> Result<(), StoreError> {
        if self.learn(&largest(rows)).await? {
            return Ok(());
        }
        Err(StoreError::Failed("an entry has a number without a word".into()))
    }

    /// Takes a kind out of the index: questions about it are answered beneath.
    fn leave(&mut self, kind: Kind) {
        tracing::info!(
            project = self.project.0,
            column = kind.column(),
            "has too many values for the column index"
        );
        self.held.columns[Coded::Word(kind).index()] = false;
        self.held.lexicon.forget(&mut self.firsts, kind);
        let columns = self.held.columns;
        for chunk in self.held.base.iter_mut().chain(&mut self.held.tail) {
            if let Some(narrowed) = Chunk::clone(chunk).narrowed(columns) {
                *chunk = Arc::new(narrowed);
            }
        }
    }

    /// Lets the oldest chunks go until the rest fits into memory.
    fn fit(&mut self) {
        let mut bytes = self.held.bytes();
        while bytes > self.settings.memory {
            let dropped = if let Some(oldest) = self.held.base.pop() {
                let (_, newest) = oldest.ends();
                // What is left of the base begins somewhere in its oldest millisecond.
                let before = self.held.base.last().map_or(newest.0, |chunk| chunk.ends().0.0);
                let before = before.saturating_add(1);
                self.held.beneath = Some(Beneath { before, as_of: self.base });
                self.disk.iter().for_each(|disk| disk.remove(Name::Base(self.held.base.len())));
                oldest
            } else if !self.held.tail.is_empty() {
                let oldest = self.held.tail.remove(0);
                let before = self.held.beneath.map_or(i64::MIN, |beneath| beneath.before);
                let before = before.max(oldest.ends().1.0.saturating_add(1));
                let (first, last) = oldest.places_within();
                self.held.beneath = Some(Beneath { before, as_of: last });
                self.disk.iter().for_each(|disk| disk.remove(Name::Tail(first)));
                oldest
            } else {
                return;
            };
            self.base_done = true;
            bytes -= dropped.bytes();
        }
    }
}

fn largest(rows: &[Row]) -> [u32; COLUMNS] {
    let mut largest = [0; COLUMNS];
    for row in rows {
        for (largest, &code) in largest.iter_mut().zip(&row.codes) {
            *largest = code.max(*largest);
        }
    }
    largest
}

/// Runs what takes a core for a while beside those who answer.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| StoreError::Failed(format!("the column index failed: {e}")))
}
