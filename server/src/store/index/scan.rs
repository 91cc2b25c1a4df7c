//! One pass over a chunk: which rows are meant, and what they add up to.

use std::ops::Range;

use daybook_model::{Field, Span};

use super::{
    bits::Bits,
    chunk::Chunk,
    plan::{Plan, Test},
    row::Coded,
};

/// The time and moment of a question.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) as_of: u64,
}

impl Window {
    /// A span up to a place in the log.
    pub(super) fn of(span: Span, as_of: u64) -> Self {
        Self { from: span.from.millis(), to: span.to.millis(), as_of }
    }
}

/// The rows of a chunk that a window takes in, and which of them satisfy each condition.
pub(super) struct Scan<'a> {
    pub(super) chunk: &'a Chunk,
    /// The rows of the window's time.
    pub(super) rows: Range<usize>,
    /// Those that were in the log at its moment; `None` if all were.
    in_time: Option<Bits>,
    /// For each condition that not every row satisfies, the field it is of and the rows that do.
    passed: Vec<(Option<Field>, Bits)>,
}

impl<'a> Scan<'a> {
    /// Looks at a chunk. Conditions of the fields in `apart` may be left aside later; where any
    /// other is satisfied by no row, there is nothing to be found.
    pub(super) fn of(
        chunk: &'a Chunk,
        window: Window,
        plan: &Plan,
        apart: &[Field],
    ) -> Option<Self> {
        let rows = chunk.between(window.from, window.to);
        if rows.is_empty() || chunk.places_within().0 > window.as_of {
            return None;
        }
        let mut passed = Vec::new();
        let mut missed = None;
        for condition in &plan.conditions {
            let found = match test(chunk, &condition.test, rows.clone()) {
                Passed::All => continue,
                Passed::Some(bits) => bits,
                Passed::None => {
                    // Two conditions that nothing satisfies: whichever is left aside, one is not.
                    let field = condition.field.filter(|field| apart.contains(field))?;
                    if missed.is_some_and(|other| other != field) {
                        return None;
                    }
                    missed = Some(field);
                    Bits::none(rows.len())
                }
            };
            passed.push((condition.field, found));
        }
        let in_time = chunk.as_of(window.as_of, rows.clone());
        Some(Self { chunk, rows, in_time, passed })
    }

    /// The rows that satisfy all conditions, those of one field aside. `None` if all rows do.
    pub(super) fn matching(&self, without: Option<Field>) -> Option<Bits> {
        let others = self.passed.iter().filter(|(field, _)| without.is_none() || *field != without);
        let mut all = self.in_time.iter().chain(others.map(|(_, bits)| bits));
        let mut bits = all.next()?.clone();
        all.for_each(|other| bits.and(other));
        Some(bits)
    }

    /// Whether leaving the conditions of a field aside makes a difference.
    pub(super) fn depends_on(&self, field: Field) -> bool {
        self.passed.iter().any(|(of, _)| *of == Some(field))
    }

    /// The meant rows by severity, from each edge to the next. Calls `add` with the place of the
    /// bar.
    pub(super) fn bars(&self, edges: &[i64], mut add: impl FnMut(usize, [u64; 3])) {
        let bits = self.matching(None).unwrap_or_else(|| Bits::all(self.rows.len()));
        for (bar, rows) in self.between(edges) {
            add(bar, self.chunk.severities(&bits, self.rows.start, rows));
        }
    }

    /// The rows from each edge to the next, where there are any, with the place of the bar.
    pub(super) fn between(&self, edges: &[i64]) -> impl Iterator<Item = (usize, Range<usize>)> {
        let (first, last) =
            (self.chunk.key(self.rows.start).0, self.chunk.key(self.rows.end - 1).0);
        // The bar in which the first row is, and the one behind that of the last.
        let begin = edges.partition_point(|&edge| edge <= first).saturating_sub(1);
        let end = edges.partition_point(|&edge| edge <= last).min(edges.len().saturating_sub(1));
        (begin..end).filter_map(move |bar| {
            let rows = self.chunk.between(edges[bar], edges[bar + 1]);
            let rows = rows.start.max(self.rows.start)..rows.end.min(self.rows.end);
            (rows.start < rows.end).then_some((bar, rows))
        })
    }

    /// How often each code of a column occurs among some rows, by its place; `bits` as
    /// [`Scan::matching`] gives them.
    pub(super) fn counts(
        &self,
        column: Coded,
        bits: Option<&Bits>,
        rows: Range<usize>,
    ) -> Option<Vec<u32>> {
        let packed = self.chunk.column(column)?;
        let Some(bits) = bits else {
            if rows.len() == self.chunk.len() {
                return Some(packed.totals().to_vec());
            }
            let mut counts = vec![0; packed.distinct().len()];
            packed.count(&Bits::all(self.rows.len()), self.rows.start, rows, &mut counts);
            return Some(counts);
        };
        let mut counts = vec![0; packed.distinct().len()];
        packed.count(bits, self.rows.start, rows, &mut counts);
        Some(counts)
    }
}

/// What of a chunk satisfies something.
enum Passed {
    All,
    Some(Bits),
    None,
}

impl Passed {
    fn of(marked: &[bool], select: impl FnOnce() -> Bits) -> Self {
        if !marked.contains(&true) {
            Self::None
        } else if marked.contains(&false) {
            let bits = select();
            if bits.is_empty() { Self::None } else { Self::Some(bits) }
        } else {
            Self::All
        }
    }
}

fn test(chunk: &Chunk, test: &Test, rows: Range<usize>) -> Passed {
    match test {
        Test::Has(bit, wanted) => {
            let has = chunk.has();
            let marked: Vec<_> = has.distinct().iter().map(|h| (h & bit != 0) == *wanted).collect();
            Passed::of(&marked, || has.select(&marked, rows))
        }
        Test::Any(columns) => {
            let mut any: Option<Bits> = None;
            for (column, codes) in columns {
                let Some(packed) = chunk.column(*column) else { continue };
                let marked = codes.mark(packed.distinct());
                match Passed::of(&marked, || packed.select(&marked, rows.clone())) {
                    Passed::All => return Passed::All,
                    Passed::None => {}
                    Passed::Some(bits) => match &mut any {
                        Some(any) => any.or(&bits),
                        None => any = Some(bits),
                    },
                }
            }
            any.map_or(Passed::None, Passed::Some)
        }
    }
}
