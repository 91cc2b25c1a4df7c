//! How many events fall into which ten minutes.

use super::{
    cast::CAST,
    dice::Dice,
    habits::{DAY, MINUTE},
};

/// The width of a slot, in milliseconds.
pub(super) const SLOT: i64 = 10 * MINUTE;

/// Shares of the events by slot, so that the wanted number comes out exactly.
pub(super) struct Schedule {
    start: i64,
    end: i64,
    /// The activity up to the end of each slot.
    sums: Vec<u64>,
}

impl Schedule {
    pub(super) fn new(dice: &mut Dice, start: i64, end: i64) -> Self {
        let slots = (end - start + SLOT - 1) / SLOT;
        let days = usize::try_from((end - start) / DAY + 2).unwrap_or(1);
        let moods: Vec<u64> = (0..days).map(|_| dice.between(82, 118)).collect();
        let sums = (0..slots).scan(0, |sum, slot| {
            let at = start + slot * SLOT;
            let activity: u64 = CAST.iter().map(|player| player.activity(at)).sum();
            let mood =
                usize::try_from(slot * SLOT / DAY).ok().and_then(|day| moods.get(day)).copied();
            *sum += activity * mood.unwrap_or(100) / 100 * dice.between(88, 112) / 100;
            Some(*sum)
        });
        Self { start, end, sums: sums.collect() }
    }

    pub(super) fn start(&self) -> i64 {
        self.start
    }

    pub(super) fn end(&self) -> i64 {
        self.end
    }

    pub(super) fn len(&self) -> usize {
        self.sums.len()
    }

    /// From when to when a slot lasts; the last one may be shorter.
    pub(super) fn bounds(&self, slot: usize) -> (i64, i64) {
        let from = self.start + i64::try_from(slot).unwrap_or(i64::MAX / SLOT) * SLOT;
        (from, (from + SLOT).min(self.end))
    }

    /// How many of `count` events lie before the end of a slot.
    pub(super) fn target(&self, slot: usize, count: u64) -> u64 {
        let (sum, total) = (self.sums[slot], self.sums.last().copied().unwrap_or(1).max(1));
        u64::try_from(u128::from(count) * u128::from(sum) / u128::from(total)).unwrap_or(count)
    }
}
