//! The words of a project, by number: what codes mean, and which codes a text means.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use aho_corasick::AhoCorasick;
use memchr::memmem::Finder;

use super::listed::{BLOCK, Block, Listed};
use crate::store::dictionary::{Kind, Word};

/// How many words share a page. A page is copied when a word is added to it, so that readers keep
/// what they hold.
const PAGE: usize = BLOCK;

/// Stands behind each searched text.
const BREAK: char = '\u{1e}';

/// The words of a project. Cloning shares the pages.
#[derive(Debug, Clone, Default)]
pub(super) struct Lexicon {
    kinds: [Words; Kind::COUNT],
}

/// The words of a kind, from number 1.
#[derive(Debug, Clone, Default)]
struct Words {
    pages: Vec<Arc<Page>>,
    bytes: usize,
}

#[derive(Debug, Clone, Default)]
struct Page {
    words: Vec<Word>,
    /// The first word with the same value, and the first of the same type.
    firsts: Vec<(u32, u32)>,
    /// By the first word of a type, those of this page that have it.
    types: Vec<(u32, Block)>,
    /// As searched, each followed by a break.
    folded: String,
    /// Where each word ends in `folded`.
    ends: Vec<usize>,
}

/// Which word was the first with a value, or of a type; known to the one who adds words.
#[derive(Debug, Default)]
pub(super) struct Firsts {
    values: HashMap<(Kind, String), u32>,
    types: HashMap<(Kind, String), u32>,
}

/// Whether words of a kind are told apart by more than their value.
pub(super) const fn is_named(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Actor | Kind::Resource | Kind::Application | Kind::Cluster | Kind::Environment
    )
}

impl Firsts {
    fn of(&mut self, kind: Kind, number: u32, word: &Word) -> (u32, u32) {
        let value = if is_named(kind) {
            *self.values.entry((kind, word.value.clone())).or_insert(number)
        } else {
            number
        };
        let of = word.of.clone().map(|of| *self.types.entry((kind, of)).or_insert(number));
        (value, of.unwrap_or(number))
    }

    /// Forgets a kind.
    fn forget(&mut self, kind: Kind) {
        self.values.retain(|(of, _), _| *of != kind);
        self.types.retain(|(of, _), _| *of != kind);
        self.values.shrink_to_fit();
    }
}

impl Words {
    fn len(&self) -> usize {
        self.pages.last().map_or(0, |last| (self.pages.len() - 1) * PAGE + last.words.len())
    }

    fn page(&self, number: u32) -> Option<(&Page, usize)> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        Some((self.pages.get(index / PAGE)?, index % PAGE))
    }

    fn push(&mut self, kind: Kind, word: Word, firsts: (u32, u32)) {
        if self.pages.last().is_none_or(|page| page.words.len() == PAGE) {
            self.pages.push(Arc::default());
        }
        let Some(page) = self.pages.last_mut().map(Arc::make_mut) else { return };
        let before = page.folded.len();
        if Kind::SEARCHED.contains(&kind) {
            match word.folded(kind) {
                Some(folded) => page.folded.push_str(&folded),
                None => page.folded.push_str(&word.value),
            }
        }
        page.folded.push(BREAK);
        page.ends.push(page.folded.len());
        if word.of.is_some() {
            let place = page.types.iter().position(|(first, _)| *first == firsts.1);
            let place = place.unwrap_or_else(|| {
                page.types.push((firsts.1, Block::default()));
                self.bytes += size_of::<(u32, Block)>();
                page.types.len() - 1
            });
            page.types[place].1.add(page.firsts.len());
        }
        page.firsts.push(firsts);
        self.bytes += word.bytes() + page.folded.len() - before + 2 * size_of::<usize>();
        if is_named(kind) {
            self.bytes += 2 * word.value.len();
        }
        page.words.push(word);
    }

    /// The numbered words, page by page.
    fn numbered(&self) -> impl Iterator<Item = (u32, &Word)> {
        (1..).zip(self.pages.iter().flat_map(|page| &page.words))
    }
}

impl Lexicon {
    /// How many words of a kind are known.
    pub(super) fn len(&self, kind: Kind) -> usize {
        self.kinds[kind as usize].len()
    }

    /// Bytes in memory, about.
    pub(super) fn bytes(&self) -> usize {
        self.kinds.iter().map(|words| words.bytes).sum()
    }

    /// The kind that takes the most memory.
    pub(super) fn largest(&self) -> Kind {
        let bytes = |kind: &Kind| self.kinds[*kind as usize].bytes;
        Kind::ALL.iter().copied().max_by_key(bytes).unwrap_or(Kind::Path)
    }

    /// Adds a word. Numbers that were never given in between are taken by empty words.
    pub(super) fn add(&mut self, firsts: &mut Firsts, kind: Kind, number: u32, word: Word) {
        let words = &mut self.kinds[kind as usize];
        while words.len() + 1 < number as usize {
            words.push(kind, Word::default(), (number, number));
        }
        if words.len() < number as usize {
            let firsts = firsts.of(kind, number, &word);
            words.push(kind, word, firsts);
        }
    }

    /// Forgets the words of a kind.
    pub(super) fn forget(&mut self, firsts: &mut Firsts, kind: Kind) {
        self.kinds[kind as usize] = Words::default();
        firsts.forget(kind);
    }

    /// The word of a number.
    pub(super) fn word(&self, kind: Kind, number: u32) -> Option<&Word> {
        self.kinds[kind as usize].page(number).map(|(page, i)| &page.words[i])
    }

    /// The first word with the same value as this one.
    pub(super) fn first_of_value(&self, kind: Kind, number: u32) -> u32 {
        self.kinds[kind as usize].page(number).map_or(number, |(page, i)| page.firsts[i].0)
    }

    /// The first word of the same type as this one.
    pub(super) fn first_of_type(&self, kind: Kind, number: u32) -> u32 {
        self.kinds[kind as usize].page(number).map_or(number, |(page, i)| page.firsts[i].1)
    }

    /// The words that have one of these values, ascending.
    pub(super) fn valued(&self, kind: Kind, values: &HashSet<&str>) -> Vec<u32> {
        let words = self.kinds[kind as usize].numbered();
        words.filter(|(_, word)| values.contains(word.value.as_str())).map(|(n, _)| n).collect()
    }

    /// The words of one of these types.
    pub(super) fn typed(&self, kind: Kind, types: &HashSet<&str>) -> Listed {
        let of = |first| self.word(kind, first).and_then(|word| word.of.as_deref());
        let mut blocks = Vec::new();
        for page in &self.kinds[kind as usize].pages {
            let wanted = page
                .types
                .iter()
                .filter(|(first, _)| of(*first).is_some_and(|of| types.contains(of)));
            blocks.push(wanted.fold(Block::default(), |all, (_, words)| all | words));
        }
        Listed::of_blocks(blocks)
    }

    /// The words whose searched text contains one of these folded texts, ascending. One pass, however
    /// many there are.
    pub(super) fn containing_any(&self, kind: Kind, folded: &[String]) -> Option<Vec<u32>> {
        let any = AhoCorasick::new(folded).ok()?;
        let mut found = Vec::new();
        for (first, page) in (1..).step_by(PAGE).zip(&self.kinds[kind as usize].pages) {
            let mut from = 0;
            for (number, &end) in (first..).zip(&page.ends) {
                // Without the break behind it.
                let text = page.folded.get(from..end - BREAK.len_utf8()).unwrap_or_default();
                found.extend(any.is_match(text).then_some(number));
                from = end;
            }
        }
        Some(found)
    }

    /// The words whose searched text contains a folded text, ascending.
    pub(super) fn containing(&self, kind: Kind, folded: &str) -> Vec<u32> {
        let finder = Finder::new(folded.as_bytes());
        let mut found = Vec::new();
        for (first, page) in (1..).step_by(PAGE).zip(&self.kinds[kind as usize].pages) {
            let text = page.folded.as_bytes();
            let mut from = 0;
            while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest)) {
                let word = page.ends.partition_point(|&end| end <= from + at);
                let Some(&end) = page.ends.get(word) else { break };
                // Words may hold breaks themselves, so that one could begin here and end in the next.
                if from + at + folded.len() >= end {
                    from += at + 1;
                    continue;
                }
                found.push(first + u32::try_from(word).unwrap_or(u32::MAX - first));
                from = end;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: String) -> Word {
        Word { value: text, ..Word::default() }
    }

    #[test]
    fn a_text_is_found_in_every_word_that_contains_it_and_in_no_other() {
        let (mut lexicon, mut firsts) = (Lexicon::default(), Firsts::default());
        for number in 1..=3_000 {
            lexicon.add(&mut firsts, Kind::Path, number, path(format!("/Apps/{number}/x")));
        }
        let expected: Vec<u32> =
            (1..=3_000).filter(|n| format!("/apps/{n}/x").contains("/1")).collect();
        assert_eq!(lexicon.containing(Kind::Path, "/1"), expected);
        let any = lexicon.containing_any(Kind::Path, &["/1".into(), "x/apps".into()]);
        assert_eq!(any, Some(expected));
        assert_eq!(lexicon.containing(Kind::Path, "x/apps"), Vec::<u32>::new());
        assert_eq!(lexicon.len(Kind::Path), 3_000);
        assert_eq!(lexicon.valued(Kind::Path, &HashSet::from(["/Apps/2049/x"])), [2_049]);
        assert_eq!(lexicon.word(Kind::Path, 1_025).map(|w| w.value.as_str()), Some("/Apps/1025/x"));
        assert_eq!(lexicon.word(Kind::Path, 0), None);
    }

    #[test]
    fn the_first_word_stands_for_those_with_its_value() {
        let (mut lexicon, mut firsts) = (Lexicon::default(), Firsts::default());
        for (number, (id, name)) in (1..).zip([("a", "Ann"), ("b", "Bo"), ("a", "Anna")]) {
            let word = Word {
                value: id.into(),
                of: Some("user".into()),
                name: Some(name.into()),
                ..Word::default()
            };
            lexicon.add(&mut firsts, Kind::Actor, number, word);
        }
        assert_eq!([1, 2, 3].map(|n| lexicon.first_of_value(Kind::Actor, n)), [1, 2, 1]);
        assert_eq!([1, 2, 3].map(|n| lexicon.first_of_type(Kind::Actor, n)), [1, 1, 1]);
    }
}
