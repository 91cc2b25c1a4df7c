//! What the index holds of a project at one moment.

use std::sync::Arc;

use daybook_model::{Seq, Span, Timestamp};
use rayon::prelude::*;

use super::{
    chunk::{Chunk, Columns},
    lexicon::Lexicon,
    plan::Plan,
    row::{COLUMNS, Coded, Row},
    scan::{Scan, Window},
};
use crate::store::{
    Scope,
    dictionary::{Kind, Word},
    rows::Spelling,
};

/// Entries that the index does not hold: those before a time, among those up to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beneath {
    pub(super) before: i64,
    pub(super) as_of: Seq,
}

/// What the index holds of a project. Every entry up to `head` is either in a chunk or beneath.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    /// Entries that were there when the index was begun, newest first; of them, those in time.
    pub(super) base: Vec<Arc<Chunk>>,
    /// Entries that came later, in the order of the log.
    pub(super) tail: Vec<Arc<Chunk>>,
    /// The words of the codes.
    pub(super) lexicon: Lexicon,
    /// The columns that are held.
    pub(super) columns: Columns,
    /// The place up to which entries are known.
    pub(super) head: Seq,
    /// What is not held.
    pub(super) beneath: Option<Beneath>,
}

impl Default for Snapshot {
    fn default() -> Self {
        Self {
            base: Vec::new(),
            tail: Vec::new(),
            lexicon: Lexicon::default(),
            columns: [true; COLUMNS],
            head: 0,
            beneath: None,
        }
    }
}

impl Snapshot {
    /// Whether every column is held.
    pub(super) fn is_wide(&self) -> bool {
        self.columns == [true; COLUMNS]
    }

    /// The part of a scope that is not held here.
    pub(super) fn below(&self, scope: &Scope) -> Option<Scope> {
        let beneath = self.beneath?;
        let to = scope.span.to.min(Timestamp::saturating(beneath.before));
        let span = Span::new(scope.span.from, to)?;
        Some(Scope { span, as_of: scope.as_of.min(beneath.as_of), ..scope.clone() })
    }

    /// The chunks, and the part of a window that each of them answers for.
    pub(super) fn parts(&self, window: Window) -> Vec<(&Chunk, Window)> {
        // Of the millisecond at which the base ends only some entries may be held.
        let held = self.beneath.map_or(i64::MIN, |beneath| beneath.before);
        let base = Window { from: window.from.max(held), ..window };
        let base = self.base.iter().map(move |chunk| (&**chunk, base));
        base.chain(self.tail.iter().map(move |chunk| (&**chunk, window))).collect()
    }

    /// Looks at every chunk that can match, on all cores.
    pub(super) fn scan<T: Send>(
        &self,
        window: Window,
        plan: &Plan,
        look: impl Fn(Scan<'_>) -> T + Sync,
    ) -> Vec<T> {
        let parts = self.parts(window);
        let look =
            |(chunk, window): (&Chunk, Window)| Scan::of(chunk, window, plan, &[]).map(&look);
        parts.into_par_iter().filter_map(look).collect()
    }

    /// How many entries match.
    pub(super) fn count(&self, window: Window, plan: &Plan) -> u64 {
        let counts = self.scan(window, plan, |scan| {
            let rows = scan.rows.len();
            scan.matching(None).map_or(rows as u64, |bits| bits.count(0..rows))
        });
        counts.into_iter().sum()
    }

    /// Entries by severity between each two edges.
    pub(super) fn bars(&self, window: Window, plan: &Plan, edges: &[i64]) -> Vec<[u64; 3]> {
        let mut bars = vec![[0; 3]; edges.len().saturating_sub(1)];
        let found = self.scan(window, plan, |scan| {
            let mut found = Vec::new();
            scan.bars(edges, |bar, counts| found.push((bar, counts)));
            found
        });
        for (bar, counts) in found.into_iter().flatten() {
            add(&mut bars[bar], counts);
        }
        bars
    }

    /// The times of the first and of the last entry of a window, whatever else.
    pub(super) fn extent(&self, window: Window) -> Option<(i64, i64)> {
        let ends = self.scan(window, &Plan::default(), |scan| {
            let matching = scan.matching(None);
            let at = |row| scan.chunk.key(scan.rows.start + row).0;
            let rows = 0..scan.rows.len();
            match matching {
                None => Some((at(0), at(rows.end - 1))),
                Some(bits) => {
                    let mut ones = bits.ones(rows);
                    let first = ones.next()?;
                    Some((at(first), at(ones.next_back().unwrap_or(first))))
                }
            }
        });
        ends.into_iter().flatten().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// How many entries are held.
    pub(super) fn len(&self) -> usize {
        self.base.iter().chain(&self.tail).map(|chunk| chunk.len()).sum()
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        let chunks = self.base.iter().chain(&self.tail);
        self.lexicon.bytes() + chunks.map(|chunk| chunk.bytes()).sum::<usize>()
    }
}

impl Spelling for Snapshot {
    fn word(&self, kind: Kind, number: u32) -> Option<&Word> {
        self.lexicon.word(kind, number)
    }

    fn spells(&self, rows: &[Row]) -> bool {
        // There is a word for each number up to the last.
        let mut largest = [0; COLUMNS];
        for row in rows {
            for (largest, code) in largest.iter_mut().zip(row.codes) {
                *largest = code.max(*largest);
            }
        }
        let known =
            |kind: Kind| largest[Coded::Word(kind).index()] as usize <= self.lexicon.len(kind);
        Kind::ALL.iter().copied().all(known)
    }
}

/// Adds up two bars.
pub(super) fn add(to: &mut [u64; 3], more: [u64; 3]) {
    for (to, more) in to.iter_mut().zip(more) {
        *to += more;
    }
}
