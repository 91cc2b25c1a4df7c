//! Chance, from a seed.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The one source of chance. Whole numbers only: they are the same on every machine.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// From `low` to `high`, both included.
    pub(super) fn between<N: rand::distr::uniform::SampleUniform + PartialOrd>(
        &mut self,
        low: N,
        high: N,
    ) -> N {
        self.0.random_range(low..=high)
    }

    /// True so many times in a thousand.
    pub(super) fn permille(&mut self, share: u32) -> bool {
        self.0.random_range(0..1000) < share
    }

    pub(super) fn pick<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        &things[self.0.random_range(0..things.len())]
    }

    pub(super) fn bits(&mut self) -> u64 {
        self.0.random()
    }

    /// So many hexadecimal digits, at most 16.
    pub(super) fn hex(&mut self, digits: usize) -> String {
        let mut text = format!("{:016x}", self.bits());
        text.truncate(digits);
        text
    }
}

/// A number that follows from others, for what stays the same from event to event.
pub(super) fn mix(parts: &[u64]) -> u64 {
    parts.iter().fold(0x9e37_79b9_7f4a_7c15, |hash: u64, part| {
        let mixed = (hash ^ part).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb) ^ (mixed >> 32)
    })
}

/// A place in a list of that length.
pub(super) fn place(hash: u64, length: usize) -> usize {
    usize::try_from(hash % length.max(1) as u64).unwrap_or_default()
}
