//! A list of codes, in the form in which it is looked up fastest.

use std::ops::BitOr;

/// How many codes share a block.
pub(super) const BLOCK: usize = 1_024;
/// Up to so many codes are searched one by one.
const FEW: usize = 256;

/// Which of [`BLOCK`] neighbouring codes are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block([u64; BLOCK / 64]);

impl Default for Block {
    fn default() -> Self {
        Self([0; BLOCK / 64])
    }
}

impl Block {
    /// Adds the code at a place of the block.
    pub(super) fn add(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }

    fn has(&self, place: usize) -> bool {
        self.0[place / 64] >> (place % 64) & 1 == 1
    }
}

impl BitOr<&Self> for Block {
    type Output = Self;

    fn bitor(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word |= other);
        self
    }
}

/// Some codes; 0, which says that there is no value, is never among them.
#[derive(Debug, Clone)]
pub(super) enum Listed {
    /// Few, ascending.
    Few(Vec<u32>),
    /// Many: a block for each [`BLOCK`] codes from 1 on.
    Many(Vec<Block>),
}

impl Default for Listed {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Listed {
    /// These codes.
    pub(super) fn of(mut codes: Vec<u32>) -> Self {
        codes.retain(|&code| code != 0);
        codes.sort_unstable();
        codes.dedup();
        if codes.len() <= FEW {
            return Self::Few(codes);
        }
        let last = codes.last().map_or(0, |&code| place(code).0);
        let mut blocks = vec![Block::default(); last + 1];
        for code in codes {
            let (block, at) = place(code);
            blocks[block].add(at);
        }
        Self::Many(blocks)
    }

    /// The codes of blocks that follow one another from code 1 on.
    pub(super) fn of_blocks(blocks: Vec<Block>) -> Self {
        let many = Self::Many(blocks);
        let few: Vec<u32> = many.codes().take(FEW + 1).collect();
        if few.len() <= FEW { Self::Few(few) } else { many }
    }

    /// Whether a code is among them.
    pub(super) fn contains(&self, code: u32) -> bool {
        match self {
            Self::Few(few) => few.binary_search(&code).is_ok(),
            Self::Many(_) if code == 0 => false,
            Self::Many(blocks) => {
                let (block, at) = place(code);
                blocks.get(block).is_some_and(|block| block.has(at))
            }
        }
    }

    /// Those that are not among others.
    pub(super) fn without(&self, others: &Self) -> Self {
        Self::of(self.codes().filter(|&code| !others.contains(code)).collect())
    }

    /// The codes, ascending.
    pub(super) fn codes(&self) -> Box<dyn Iterator<Item = u32> + '_> {
        match self {
            Self::Few(few) => Box::new(few.iter().copied()),
            Self::Many(blocks) => Box::new((0..).zip(blocks).flat_map(|(block, meant)| {
                let places = (0_usize..BLOCK).filter(|&at| meant.has(at));
                places.filter_map(move |at| u32::try_from(BLOCK * block + at + 1).ok())
            })),
        }
    }
}

/// The block of a code, and its place there.
const fn place(code: u32) -> (usize, usize) {
    let index = code as usize - 1;
    (index / BLOCK, index % BLOCK)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Listed;

    fn codes() -> impl Strategy<Value = BTreeSet<u32>> {
        prop_oneof![
            proptest::collection::btree_set(1..5_000_u32, 0..8),
            proptest::collection::btree_set(1..5_000_u32, 250..900),
        ]
    }

    proptest! {
        #[test]
        fn a_list_is_a_set_of_codes(a in codes(), b in codes()) {
            let of = |set: &BTreeSet<u32>| Listed::of(set.iter().rev().copied().collect());
            let (listed, others) = (of(&a), of(&b));
            prop_assert!(listed.codes().eq(a.iter().copied()));
            for code in 0..5_100 {
                prop_assert_eq!(listed.contains(code), a.contains(&code));
            }
            prop_assert!(listed.without(&others).codes().eq(a.difference(&b).copied()));
            if let Listed::Many(blocks) = listed {
                prop_assert!(Listed::of_blocks(blocks).codes().eq(a.iter().copied()));
            }
        }
    }
}
