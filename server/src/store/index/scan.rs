//! One pass over a chunk: which rows are meant, and what they add up to.

use std::ops::Range;

use daybook_model::{Field, Span};

use super::{
    bits::Bits,
    chunk::Chunk,
    packed::Packed,
    plan::{Plan, Test},
    row::Coded,
};

/// Codes, and how often each of them occurs.
pub(super) type Occurring = Vec<(u32, u32)>;

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
            let selected = match Marked::test(chunk, &condition.test) {
                Marked::All => continue,
                Marked::Some(columns) => Some(Marked::select(&columns, rows.clone())),
                Marked::None => None,
            };
            let found = if let Some(bits) = selected.filter(|bits| !bits.is_empty()) {
                bits
            } else {
                // Two conditions that nothing satisfies: whichever is left aside, one is not.
                let field = condition.field.filter(|field| apart.contains(field))?;
                if missed.is_some_and(|other| other != field) {
                    return None;
                }
                missed = Some(field);
                Bits::none(rows.len())
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

    /// What of the chunk satisfies something more.
    pub(super) fn mark(&self, test: &Test) -> Marked<'a> {
        Marked::test(self.chunk, test)
    }

    /// The codes of a column among some rows, and how often each of them occurs.
    pub(super) fn occurring(
        &self,
        column: Coded,
        bits: Option<&Bits>,
        rows: Range<usize>,
    ) -> Occurring {
        let Some(packed) = self.chunk.column(column) else { return Vec::new() };
        let counts = self.counts(packed, bits, rows);
        packed.distinct().iter().copied().zip(counts).filter(|&(_, n)| n > 0).collect()
    }

    /// How often each code of a column occurs among some rows, by its place; `bits` as
    /// [`Scan::matching`] gives them.
    pub(super) fn counts(
        &self,
        packed: &Packed,
        bits: Option<&Bits>,
        rows: Range<usize>,
    ) -> Vec<u32> {
        if bits.is_none() && rows.len() == self.chunk.len() {
            return packed.totals().to_vec();
        }
        let mut counts = vec![0; packed.distinct().len()];
        if let Some(bits) = bits {
            packed.count(bits, self.rows.start, rows, &mut counts);
        } else {
            packed.count(&Bits::all(self.rows.len()), self.rows.start, rows, &mut counts);
        }
        counts
    }
}

/// Which codes of a chunk satisfy something.
pub(super) enum Marked<'a> {
    /// All rows do.
    All,
    /// Those do that have a marked code in one of these columns; the marks are by the code's place.
    Some(Vec<(&'a Packed, Vec<bool>)>),
    /// No row does.
    None,
}

impl<'a> Marked<'a> {
    fn of(packed: &'a Packed, marked: Vec<bool>) -> Self {
        if !marked.contains(&true) {
            Self::None
        } else if marked.contains(&false) {
            Self::Some(vec![(packed, marked)])
        } else {
            Self::All
        }
    }

    fn test(chunk: &'a Chunk, test: &Test) -> Self {
        match test {
            Test::Has(bit, wanted) => {
                let has = chunk.has();
                let marked = has.distinct().iter().map(|h| (h & bit != 0) == *wanted).collect();
                Self::of(has, marked)
            }
            Test::Any(columns) => {
                let mut any = Vec::new();
                for (column, codes) in columns {
                    let Some(packed) = chunk.column(*column) else { continue };
                    match Self::of(packed, codes.mark(packed.distinct())) {
                        Self::All => return Self::All,
                        Self::None => {}
                        Self::Some(more) => any.extend(more),
                    }
                }
                if any.is_empty() { Self::None } else { Self::Some(any) }
            }
        }
    }

    /// The rows that have a marked code.
    pub(super) fn select(columns: &[(&Packed, Vec<bool>)], rows: Range<usize>) -> Bits {
        let select = |(packed, marked): &(&Packed, Vec<bool>)| packed.select(marked, rows.clone());
        let any = columns.iter().map(select).reduce(|mut any, more| {
            any.or(&more);
            any
        });
        any.unwrap_or_else(|| Bits::none(rows.len()))
    }
}
