//! A text diff as rows to draw.

use daybook_model::change::{Chunk, Marked, TextDiff};

/// How many unchanged lines are left around what changed.
const AROUND: usize = 3;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Row {
    /// A line that is the same before and after.
    Same(String),
    /// So many lines that are the same and not shown.
    Fold(usize),
    /// A line before, one after, or both beside each other.
    Pair(Option<Marked>, Option<Marked>),
}

/// How rows are made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// Before and after stand side by side.
    pub(super) split: bool,
    /// Long stretches that are the same are left out.
    pub(super) fold: bool,
}

/// The rows of a text diff.
pub(super) fn rows(diff: TextDiff, layout: Layout) -> Vec<Row> {
    let last = diff.chunks.len().saturating_sub(1);
    let mut rows = Vec::new();
    for (at, chunk) in diff.chunks.into_iter().enumerate() {
        match chunk {
            Chunk::Same(lines) => {
                // What comes first has nothing before it, and what comes last nothing after it.
                let head = if at == 0 { 0 } else { AROUND };
                let tail = if at == last { 0 } else { AROUND };
                let hidden = lines.len().saturating_sub(head + tail);
                // One line in place of one line would be no gain.
                let hidden = if layout.fold && hidden > 1 { hidden } else { 0 };
                for (at, line) in lines.into_iter().enumerate() {
                    if hidden > 0 && at == head {
                        rows.push(Row::Fold(hidden));
                    }
                    if !(head..head + hidden).contains(&at) {
                        rows.push(Row::Same(line));
                    }
                }
            }
            Chunk::Differs { before, after } if layout.split => {
                let (mut before, mut after) = (before.into_iter(), after.into_iter());
                loop {
                    match (before.next(), after.next()) {
                        (None, None) => break,
                        (before, after) => rows.push(Row::Pair(before, after)),
                    }
                }
            }
            Chunk::Differs { before, after } => {
                rows.extend(before.into_iter().map(|line| Row::Pair(Some(line), None)));
                rows.extend(after.into_iter().map(|line| Row::Pair(None, Some(line))));
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(before: &str, after: &str, layout: Layout) -> Vec<String> {
        let line = |line: Option<Marked>| {
            line.iter().flatten().map(|piece| piece.text.as_str()).collect::<String>()
        };
        let text = |row| match row {
            Row::Same(text) => format!("  {text}"),
            Row::Fold(lines) => format!("… {lines}"),
            Row::Pair(before, after) => format!("{}|{}", line(before), line(after)),
        };
        rows(TextDiff::of(Some(before), Some(after)), layout).into_iter().map(text).collect()
    }

    #[test]
    fn lines_stand_below_or_beside_each_other() {
        let (before, after) = ("a\nb\nc", "a\nx\ny\nz");
        let layout = Layout { split: false, fold: false };
        assert_eq!(drawn(before, after, layout), ["  a", "b|", "c|", "|x", "|y", "|z"]);
        let layout = Layout { split: true, fold: false };
        assert_eq!(drawn(before, after, layout), ["  a", "b|x", "c|y", "|z"]);
    }

    #[test]
    fn long_stretches_that_are_the_same_are_folded() {
        let lines = |middle: &str| {
            (0..20).map(|n| if n == 10 { middle.into() } else { n.to_string() }).collect::<Vec<_>>()
        };
        let (before, after) = (lines("x").join("\n"), lines("y").join("\n"));
        let folded = drawn(&before, &after, Layout { split: false, fold: true });
        assert_eq!(folded, ["… 7", "  7", "  8", "  9", "x|", "|y", "  11", "  12", "  13", "… 6"]);
        let whole = drawn(&before, &after, Layout { split: false, fold: false });
        assert_eq!(whole.len(), 21);
        // Where only one line would be hidden it is shown.
        let short = drawn("0\n1\n2\n3\nx", "0\n1\n2\n3\ny", Layout { split: false, fold: true });
        assert_eq!(short, ["  0", "  1", "  2", "  3", "x|", "|y"]);
    }
}
