//! Two texts, line by line, and within lines that are alike word by word.

use std::ops::Range;

use super::align::align;

/// Two texts, compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextDiff {
    /// All lines of both, in order.
    pub chunks: Vec<Chunk>,
}

/// Some lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chunk {
    /// They are the same in both texts.
    Same(Vec<String>),
    /// They differ. The first before became the first after, where there are both, and so on.
    Differs {
        /// The lines before.
        before: Vec<Marked>,
        /// The lines after.
        after: Vec<Marked>,
    },
}

/// A line; what differs from the line beside it is marked.
pub type Marked = Vec<Piece>;

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether this is what differs in a line that is otherwise alike.
    pub marked: bool,
}

impl TextDiff {
    /// Compares two texts. `None` is no text, which has no line either.
    pub fn of(before: Option<&str>, after: Option<&str>) -> Self {
        let lines = |text: Option<&str>| -> Vec<String> {
            text.map(|text| text.split('\n').map(str::to_owned).collect()).unwrap_or_default()
        };
        let (before, after) = (lines(before), lines(after));
        let chunk = |block: super::align::Block| {
            if block.same {
                Chunk::Same(before[block.before].to_vec())
            } else {
                differ(&before[block.before], &after[block.after])
            }
        };
        Self { chunks: align(&before, &after).into_iter().map(chunk).collect() }
    }

    /// Marks nothing any more: whole lines differ.
    pub fn unmark(&mut self) {
        for chunk in &mut self.chunks {
            if let Chunk::Differs { before, after } = chunk {
                for piece in before.iter_mut().chain(after).flatten() {
                    piece.marked = false;
                }
            }
        }
    }

    /// How many lines there are, those of both texts counted once.
    pub fn len(&self) -> usize {
        let len = |chunk: &Chunk| match chunk {
            Chunk::Same(lines) => lines.len(),
            Chunk::Differs { before, after } => before.len() + after.len(),
        };
        self.chunks.iter().map(len).sum()
    }

    /// Whether neither has a line.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }
}

fn differ(before: &[String], after: &[String]) -> Chunk {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (before, after) in before.iter().zip(after) {
        let (before, after) = mark(before, after);
        left.push(before);
        right.push(after);
    }
    left.extend(before.iter().skip(left.len()).map(|line| whole(line)));
    right.extend(after.iter().skip(right.len()).map(|line| whole(line)));
    Chunk::Differs { before: left, after: right }
}

/// Marks the words in which two lines differ. Where little is alike nothing is marked: then the
/// whole lines differ, and marks would only be noise.
fn mark(before: &str, after: &str) -> (Marked, Marked) {
    let (a, b) = (words(before), words(after));
    let blocks = align(&a, &b);
    let letters = |words: &[&str]| -> usize {
        words.iter().flat_map(|word| word.chars()).filter(|c| c.is_alphanumeric()).count()
    };
    let same: usize = blocks
        .iter()
        .filter(|block| block.same)
        .map(|block| letters(&a[block.before.clone()]))
        .sum();
    if same * 3 < letters(&a).max(letters(&b)) || same == 0 {
        return (whole(before), whole(after));
    }
    let pieces = |words: &[&str], range: Range<usize>, same: bool| {
        let text = words[range].concat();
        (!text.is_empty()).then_some(Piece { text, marked: !same })
    };
    blocks
        .into_iter()
        .map(|block| (pieces(&a, block.before, block.same), pieces(&b, block.after, block.same)))
        .fold((Vec::new(), Vec::new()), |(mut left, mut right), (before, after)| {
            left.extend(before);
            right.extend(after);
            (left, right)
        })
}

fn whole(line: &str) -> Marked {
    vec![Piece { text: line.to_owned(), marked: false }]
}

/// Words, the space between them, and every other character by itself.
fn words(line: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 0,
        c if c.is_whitespace() => 1,
        _ => 2,
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in line.char_indices() {
        let this = kind(c);
        if last.is_some_and(|last| last != this || this == 2) {
            words.push(&line[start..at]);
            start = at;
        }
        last = Some(this);
    }
    if start < line.len() {
        words.push(&line[start..]);
    }
    words
}
