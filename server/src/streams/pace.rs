//! How fast a stream goes, and how long it waits after a failure.

use std::time::Duration;

use rand::Rng;

/// The longest wait that a target may ask for.
const LONGEST: Duration = Duration::from_hours(1);

/// How fast streams go.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long what arrives is waited for, to be sent together.
    pub linger: Duration,
    /// The wait after the first failure; it doubles with each that follows.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// How long one delivery may take.
    pub patience: Duration,
    /// How many entries go together at most.
    pub entries: usize,
    /// How many bytes, but for an entry that has more by itself.
    pub bytes: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            linger: Duration::from_millis(200),
            first: Duration::from_secs(1),
            longest: Duration::from_mins(5),
            patience: Duration::from_secs(30),
            entries: 500,
            bytes: 1 << 20,
        }
    }
}

impl Pace {
    /// The wait after so many failures in a row: between the half and all of a time that doubles, so that
    /// streams to one target do not come back together; longer where the target asked for that.
    pub fn wait(&self, failures: u32, asked: Option<Duration>, dice: &mut impl Rng) -> Duration {
        let doubled = self.first.saturating_mul(1 << failures.saturating_sub(1).min(20));
        let most = doubled.min(self.longest);
        let wait = most / 2 + most.mul_f64(dice.random_range(0.0..=0.5));
        wait.max(asked.unwrap_or_default().min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_differ() {
        let (pace, mut dice) = (Pace::default(), ChaCha8Rng::seed_from_u64(7));
        for (failures, most) in [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (4_000_000, 300)] {
            let most = Duration::from_secs(most);
            let waits: Vec<_> = (0..50).map(|_| pace.wait(failures, None, &mut dice)).collect();
            assert!(waits.iter().all(|wait| (most / 2..=most).contains(wait)), "{failures}");
            assert!(waits.iter().any(|wait| *wait != waits[0]), "{failures}");
        }
    }

    #[test]
    fn a_target_is_not_asked_sooner_than_it_says_nor_waited_for_for_ever() {
        let (pace, mut dice) = (Pace::default(), ChaCha8Rng::seed_from_u64(7));
        let mut asked = |seconds| pace.wait(1, Some(Duration::from_secs(seconds)), &mut dice);
        assert_eq!(asked(120), Duration::from_mins(2));
        assert_eq!(asked(1 << 40), LONGEST);
        assert!(asked(0) >= Duration::from_millis(500));
    }
}
