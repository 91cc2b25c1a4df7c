//! The rows of an export, page by page. Nothing of the store is held between two pages, so a slow
//! reader holds up nobody; a page has a bounded number of bytes, so a long log takes no more memory
//! than a short one.

use std::{collections::VecDeque, sync::Arc};

use daybook_model::{Column, Entry, Seq, Sort, Timestamp};

use super::line::Page;

use crate::store::{AnyStore, Key, Parts, Position, Rows, Scope, StoreError};

/// How many rows the first page has: few, so that it is there at once.
const FIRST: usize = 64;
/// How many rows a page has at most.
const MOST: usize = 1_024;
/// As rows of numbers, which take little memory.
const MOST_NARROW: usize = 8_192;
/// How many bytes of a file a page comes to, about.
const WANTED: usize = 256 << 10;
/// As rows of numbers, to which nothing of the store but words belongs.
const WANTED_NARROW: usize = 2 << 20;
/// How many keys are found at once in an order that has to be made first. More are found in fewer passes, and
/// take more memory: there may be as many texts to be sorted.
const KEYS: usize = 8_000;

/// In which order, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// That of the screen.
    Screen(Sort),
    /// That of the log, behind this place: whoever goes on from the last place that they have misses
    /// nothing and gets nothing twice.
    Log(Seq),
}

/// A walk through all rows of a list.
pub struct Walk {
    store: AnyStore,
    scope: Arc<Scope>,
    order: Order,
    parts: Parts,
    limit: usize,
    most: usize,
    wanted: usize,
    /// How many are found at once in an order that has to be made.
    found: usize,
    last: Option<Position>,
    keys: VecDeque<Key>,
    /// Rows that were found, in an order that had to be made, and not handed out yet.
    ready: Option<Rows>,
    over: bool,
}

impl Walk {
    /// From the beginning.
    pub fn new(store: AnyStore, scope: Arc<Scope>, order: Order, parts: Parts) -> Self {
        // What rows are sorted by must be read, or their place in the list is not known.
        let by_wide = matches!(order, Order::Screen(sort) if matches!(sort.column, Column::Run | Column::Error));
        let parts = if by_wide && parts == Parts::Narrow { Parts::Listed } else { parts };
        let limit = if parts == Parts::Whole { FIRST / 4 } else { FIRST };
        let (last, keys, ready) = (None, VecDeque::new(), None);
        let (most, wanted, found, over) = (MOST, WANTED, KEYS, false);
        Self { store, scope, order, parts, limit, most, wanted, found, last, keys, ready, over }
    }

    /// The same walk, that finds so many at once in an order that has to be made.
    #[must_use]
    pub fn finding(self, found: usize) -> Self {
        Self { found, ..self }
    }

    /// The next rows, in the form in which they are written soonest; none at the end, and only there.
    pub async fn page(&mut self) -> Result<Page, StoreError> {
        if let Order::Screen(sort) = self.order
            && self.parts == Parts::Narrow
            && self.keys.is_empty()
            && !self.over
            && let Some(rows) = self.rows(sort).await?
        {
            self.over = rows.is_empty();
            self.last = rows.last_in(sort).or(self.last.take());
            // What was found of an order that has to be made lies beside the page.
            let parts = if sort.column == Column::Time { 1 } else { 4 };
            (self.most, self.wanted) = (MOST_NARROW / parts, WANTED_NARROW / parts);
            return Ok(Page::Rows(rows));
        }
        self.next().await.map(Page::Entries)
    }

    /// The next rows as numbers, where the store has them so.
    async fn rows(&mut self, sort: Sort) -> Result<Option<Rows>, StoreError> {
        if sort.column == Column::Time {
            let behind = self.last.as_ref().map(|last| (last.time.millis(), last.seq));
            let newest_first = sort.descending;
            return self.store.rows(&self.scope, newest_first, behind, self.limit, None).await;
        }
        if self.ready.as_ref().is_none_or(Rows::is_empty) {
            self.ready =
                self.store.sorted_rows(&self.scope, sort, self.last.as_ref(), self.found).await?;
        }
        Ok(self.ready.as_mut().map(|ready| ready.take(self.limit)))
    }

    /// The next rows as entries; none at the end, and only there.
    pub async fn next(&mut self) -> Result<Vec<Entry>, StoreError> {
        if self.over {
            return Ok(Vec::new());
        }
        match self.order {
            Order::Log(after) => self.next_in_log(after).await,
            Order::Screen(sort) if sort.column == Column::Time => self.next_in_time(sort).await,
            Order::Screen(sort) => self.next_in_order(sort).await,
        }
    }

    /// Tells how many bytes the last page came to, so that the next one fits.
    pub fn weigh(&mut self, rows: usize, bytes: usize) {
        let fitting = self.wanted * rows.max(1) / bytes.max(1);
        // By steps: one light page does not make the next one heavy.
        self.limit = fitting.clamp(1, (self.limit * 4).min(self.most));
    }

    async fn next_in_time(&mut self, sort: Sort) -> Result<Vec<Entry>, StoreError> {
        let (last, limit) = (self.last.as_ref(), self.limit);
        let entries =
            self.store.walk(&self.scope, sort.descending, last, limit, self.parts).await?;
        self.over = entries.is_empty();
        self.last = entries.last().map(|entry| position(sort, entry));
        Ok(entries)
    }

    async fn next_in_order(&mut self, sort: Sort) -> Result<Vec<Entry>, StoreError> {
        if self.keys.is_empty() {
            let found = self.store.keys(&self.scope, sort, self.last.as_ref(), self.found).await?;
            self.keys = found.into();
        }
        let entries = self.read().await?;
        self.last = entries.last().map(|entry| position(sort, entry));
        Ok(entries)
    }

    /// What is read is told apart here, by the one meaning of a filter.
    async fn next_in_log(&mut self, after: Seq) -> Result<Vec<Entry>, StoreError> {
        let mut after = after;
        while self.keys.is_empty() && after < self.scope.as_of {
            let upto = self.scope.as_of.min(after.saturating_add(MOST as u64));
            let entries = self.store.matching(&self.scope, after, upto).await?;
            let key = |entry: &Entry| (entry.event.occurred_at.millis(), entry.seq);
            self.keys.extend(entries.iter().map(key));
            after = upto;
        }
        self.order = Order::Log(after);
        self.read().await
    }

    /// The entries of the next keys.
    async fn read(&mut self) -> Result<Vec<Entry>, StoreError> {
        let wanted = self.limit.min(self.keys.len());
        let (keys, _) = self.keys.make_contiguous().split_at(wanted);
        let entries = self.store.at(self.scope.project, keys, self.parts).await?;
        let missing = keys.iter().zip(&entries).any(|(key, entry)| key.1 != entry.seq);
        if missing || (entries.is_empty() && wanted > 0) {
            return Err(StoreError::Failed("entries went while they were exported".into()));
        }
        self.keys.drain(..entries.len());
        self.over = entries.is_empty();
        Ok(entries)
    }
}

fn position(sort: Sort, entry: &Entry) -> Position {
    let (key, time, seq): (_, Timestamp, _) = sort.position(entry);
    Position { key, time, seq }
}
