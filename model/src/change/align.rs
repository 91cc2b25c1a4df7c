//! Two sequences laid side by side, so that what is the same stands beside itself.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
    ops::Range,
};

/// A stretch of both sequences. Together the blocks cover both, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// Where it is in the sequence before.
    pub(super) before: Range<usize>,
    /// Where it is in the sequence after.
    pub(super) after: Range<usize>,
    /// Whether both are the same here.
    pub(super) same: bool,
}

/// Up to so many pairs every one is compared, which finds the longest common part.
const SMALL: usize = 16_384;
/// How often a stretch is divided. With it, the time grows hardly faster than the sequences,
/// whoever wrote them; what is not found then is told as replaced.
const DEPTH: usize = 24;

/// Lays two sequences side by side.
pub(super) fn align<T: Eq + Hash>(before: &[T], after: &[T]) -> Vec<Block> {
    // Numbers in place of items: each is read once, however often it is compared.
    let mut numbers = HashMap::new();
    let mut number = |item| {
        let next = numbers.len();
        *numbers.entry(item).or_insert(next)
    };
    let before: Vec<usize> = before.iter().map(&mut number).collect();
    let after: Vec<usize> = after.iter().map(&mut number).collect();
    let mut pairs = Vec::new();
    pair(&before, &after, (0..before.len(), 0..after.len()), DEPTH, &mut pairs);
    blocks(&pairs, before.len(), after.len())
}

/// Finds the pairs that are the same within two stretches, in order.
fn pair(
    a: &[usize],
    b: &[usize],
    (mut x, mut y): (Range<usize>, Range<usize>),
    depth: usize,
    pairs: &mut Vec<(usize, usize)>,
) {
    while !x.is_empty() && !y.is_empty() && a[x.start] == b[y.start] {
        pairs.push((x.start, y.start));
        (x.start, y.start) = (x.start + 1, y.start + 1);
    }
    let (x_end, y_end) = (x.end, y.end);
    while !x.is_empty() && !y.is_empty() && a[x.end - 1] == b[y.end - 1] {
        (x.end, y.end) = (x.end - 1, y.end - 1);
    }
    if !x.is_empty() && !y.is_empty() {
        // In the browser numbers have 32 bits: the product of two long stretches has not.
        if x.len().checked_mul(y.len()).is_some_and(|cells| cells <= SMALL) {
            longest(&a[x.clone()], &b[y.clone()], (x.start, y.start), pairs);
        } else if depth > 0 {
            let (mut from_x, mut from_y) = (x.start, y.start);
            for (i, j) in anchors(a, b, x.clone(), y.clone()) {
                pair(a, b, (from_x..i, from_y..j), depth - 1, pairs);
                pairs.push((i, j));
                (from_x, from_y) = (i + 1, j + 1);
            }
            // Without anchors the stretch was not divided.
            if (from_x, from_y) != (x.start, y.start) {
                pair(a, b, (from_x..x.end, from_y..y.end), depth - 1, pairs);
            }
        }
    }
    pairs.extend((x.end..x_end).zip(y.end..y_end));
}

/// The longest common subsequence of two short stretches, which begin at these places.
fn longest(before: &[usize], after: &[usize], at: (usize, usize), pairs: &mut Vec<(usize, usize)>) {
    let width = after.len() + 1;
    // How long it is from each pair on.
    let mut lengths = vec![0_u16; (before.len() + 1) * width];
    for i in (0..before.len()).rev() {
        for j in (0..after.len()).rev() {
            lengths[i * width + j] = if before[i] == after[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < before.len() && j < after.len() {
        if before[i] == after[j] {
            pairs.push((at.0 + i, at.1 + j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
}

/// What occurs once in both stretches, as far as it is in the same order: the longest such chain.
fn anchors(a: &[usize], b: &[usize], x: Range<usize>, y: Range<usize>) -> Vec<(usize, usize)> {
    // How often an item occurs, and where at last.
    let mut seen = BTreeMap::<usize, ([usize; 2], [usize; 2])>::new();
    for (side, items, range) in [(0, a, x), (1, b, y)] {
        for at in range {
            let (times, place) = seen.entry(items[at]).or_default();
            times[side] += 1;
            place[side] = at;
        }
    }
    let mut once: Vec<[usize; 2]> =
        seen.into_values().filter(|(times, _)| *times == [1, 1]).map(|(_, place)| place).collect();
    once.sort_unstable();
    // Patience: the piles' tops are in order, and each card knows the one before it.
    let mut piles = Vec::<usize>::new();
    let mut before = vec![None; once.len()];
    for (at, [_, j]) in once.iter().enumerate() {
        let pile = piles.partition_point(|&top| once[top][1] < *j);
        before[at] = pile.checked_sub(1).map(|below| piles[below]);
        if pile == piles.len() {
            piles.push(at);
        } else {
            piles[pile] = at;
        }
    }
    let chain = std::iter::successors(piles.last().copied(), |&at| before[at]);
    let mut chain: Vec<_> = chain.map(|at| (once[at][0], once[at][1])).collect();
    chain.reverse();
    chain
}

/// Makes blocks of the pairs and of what lies between them.
fn blocks(pairs: &[(usize, usize)], before: usize, after: usize) -> Vec<Block> {
    let mut blocks = Vec::<Block>::new();
    let (mut x, mut y) = (0, 0);
    for &(i, j) in pairs {
        if (x, y) != (i, j) {
            blocks.push(Block { before: x..i, after: y..j, same: false });
        }
        match blocks.last_mut().filter(|block| block.same) {
            Some(block) => (block.before.end, block.after.end) = (i + 1, j + 1),
            None => blocks.push(Block { before: i..i + 1, after: j..j + 1, same: true }),
        }
        (x, y) = (i + 1, j + 1);
    }
    if (x, y) != (before, after) {
        blocks.push(Block { before: x..before, after: y..after, same: false });
    }
    blocks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Few kinds of items, so that much is alike; long ones too, which are divided.
        #[test]
        fn blocks_cover_both_and_are_what_they_say(
            kinds in 1_u16..400,
            before in prop::collection::vec(any::<u16>(), 0..400),
            after in prop::collection::vec(any::<u16>(), 0..400),
            shared in any::<bool>(),
        ) {
            let before: Vec<_> = before.iter().map(|n| n % kinds).collect();
            let mut after: Vec<_> = after.iter().map(|n| n % kinds).collect();
            if shared {
                after.splice(after.len() / 2..after.len() / 2, before.iter().copied());
            }
            let (mut x, mut y) = (0, 0);
            let mut last = None;
            for block in align(&before, &after) {
                prop_assert_eq!((block.before.start, block.after.start), (x, y));
                (x, y) = (block.before.end, block.after.end);
                prop_assert!(block.before.len() + block.after.len() > 0);
                prop_assert_ne!(last.replace(block.same), Some(block.same), "blocks alternate");
                if block.same {
                    prop_assert_eq!(&before[block.before], &after[block.after]);
                }
            }
            prop_assert_eq!((x, y), (before.len(), after.len()));
        }
    }

    #[test]
    fn what_moved_little_is_found_in_long_sequences() {
        let before: Vec<_> = (0..5_000).collect();
        let mut after = before.clone();
        after.remove(4_000);
        after.insert(100, 9_999);
        after[2_000] = 7_777;
        let changed: Vec<_> =
            align(&before, &after).into_iter().filter(|block| !block.same).collect();
        let block = |before, after| Block { before, after, same: false };
        assert_eq!(
            changed,
            [
                block(100..100, 100..101),
                block(1_999..2_000, 2_000..2_001),
                block(4_000..4_001, 4_001..4_001)
            ]
        );
    }
}
