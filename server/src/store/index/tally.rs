//! Everything an overview counts, in one pass over the chunks.

use daybook_model::Field;
use rayon::prelude::*;

use super::{
    plan::Plan,
    row::Coded,
    scan::{Occurring, Scan, Window},
    snapshot::{Snapshot, add},
};
use crate::store::dictionary::Kind;

/// Facets of more words than that are counted, but not bar by bar.
const BARRED: usize = 1 << 14;

/// What was counted.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) total: u64,
    /// By severity between each two edges.
    pub(super) bars: Vec<[u64; 3]>,
    /// In the order in which they were asked for.
    pub(super) facets: Vec<FacetTally>,
}

/// How often each code of a facet's column occurs, the facet's own choice aside.
#[derive(Debug)]
pub(super) struct FacetTally {
    pub(super) field: Field,
    pub(super) column: Coded,
    /// By code; 0 is absence.
    pub(super) counts: Vec<u64>,
    /// The same bar by bar: for each piece of a bar, the codes that occur in it.
    pub(super) pieces: Option<Vec<(usize, Occurring)>>,
}

/// What one chunk adds.
struct Part {
    total: u64,
    bars: Vec<(usize, [u64; 3])>,
    /// For each facet, how often codes occur in pieces of the chunk, and in which bar these lie.
    facets: Vec<Vec<(Option<usize>, Occurring)>>,
}

impl Snapshot {
    /// Counts what matches: bars between the edges, and facets. `None` if a facet is not held.
    pub(super) fn tally(
        &self,
        window: Window,
        plan: &Plan,
        edges: &[i64],
        fields: &[Field],
    ) -> Option<Tally> {
        let facets = fields
            .iter()
            .map(|&field| {
                let column = Coded::of_field(field).filter(|c| self.columns[c.index()])?;
                let codes = self.codes(column);
                let pieces = (codes <= BARRED && edges.len() > 2).then(Vec::new);
                Some(FacetTally { field, column, counts: vec![0; codes], pieces })
            })
            .collect::<Option<Vec<_>>>()?;
        let mut tally =
            Tally { total: 0, bars: vec![[0; 3]; edges.len().saturating_sub(1)], facets };
        let wanted: Vec<_> =
            tally.facets.iter().map(|f| (f.field, f.column, f.pieces.is_some())).collect();
        let look = |(chunk, window)| {
            Scan::of(chunk, window, plan, fields).map(|scan| part(&scan, edges, &wanted))
        };
        let parts: Vec<Part> = self.parts(window).into_par_iter().filter_map(look).collect();
        for part in parts {
            tally.total += part.total;
            for (bar, counts) in part.bars {
                add(&mut tally.bars[bar], counts);
            }
            for (facet, pieces) in tally.facets.iter_mut().zip(part.facets) {
                for &(code, n) in pieces.iter().flat_map(|(_, codes)| codes) {
                    if let Some(count) = facet.counts.get_mut(code as usize) {
                        *count += u64::from(n);
                    }
                }
                if let Some(all) = &mut facet.pieces {
                    all.extend(pieces.into_iter().filter_map(|(bar, codes)| Some((bar?, codes))));
                }
            }
        }
        Some(tally)
    }

    /// One more than the largest code of a column.
    pub(super) fn codes(&self, column: Coded) -> usize {
        match column {
            Coded::Status => 600,
            Coded::Outcome => 3,
            Coded::Word(kind) => self.lexicon.len(kind) + 1,
        }
    }
}

fn part(scan: &Scan<'_>, edges: &[i64], facets: &[(Field, Coded, bool)]) -> Part {
    let matching = scan.matching(None);
    let rows = scan.rows.clone();
    let total = matching.as_ref().map_or(rows.len() as u64, |bits| bits.count(0..rows.len()));
    let mut bars = Vec::new();
    scan.bars(edges, |bar, counts| bars.push((bar, counts)));
    let facets = facets.iter().map(|&(field, column, barred)| {
        let apart = scan.depends_on(field).then(|| scan.matching(Some(field)));
        let bits = apart.as_ref().unwrap_or(&matching).as_ref();
        let count = |rows| scan.occurring(column, bits, rows);
        let pieces: Vec<_> = if barred {
            // What lies in no bar counts as well.
            let [first, last] = [edges.first(), edges.last()];
            let before = first.map(|&edge| scan.chunk.between(i64::MIN, edge));
            let behind = last.map(|&edge| scan.chunk.between(edge, i64::MAX));
            let outside = before.into_iter().chain(behind).map(|outside| {
                let start = outside.start.max(rows.start);
                (None, count(start..outside.end.min(rows.end).max(start)))
            });
            let inside = scan.between(edges).map(|(bar, rows)| (Some(bar), count(rows)));
            inside.chain(outside).filter(|(_, codes)| !codes.is_empty()).collect()
        } else {
            vec![(None, count(rows.clone()))]
        };
        pieces
    });
    Part { total, bars, facets: facets.collect() }
}

/// Which code stands for the value that a code has: words of one value, or of one type, are one.
pub(super) fn group(snapshot: &Snapshot, field: Field, column: Coded, code: u32) -> u32 {
    match (field, column) {
        (Field::ActorType | Field::ResourceType, Coded::Word(kind)) => {
            snapshot.lexicon.first_of_type(kind, code)
        }
        (_, Coded::Word(kind)) => snapshot.lexicon.first_of_value(kind, code),
        _ => code,
    }
}

/// Whether a facet's values have labels other than themselves.
pub(super) const fn is_labelled(field: Field) -> bool {
    matches!(Kind::of_field(field), Some(kind) if super::lexicon::is_named(kind))
        && !matches!(field, Field::ActorType | Field::ResourceType)
}
