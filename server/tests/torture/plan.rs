//! How long, and from which seed.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// How long one kind of torture goes on, and what it is made of.
pub(crate) struct Plan {
    pub(crate) dice: ChaCha8Rng,
    until: Option<Instant>,
    /// One after the other: each wants the machine for itself.
    _turn: MutexGuard<'static, ()>,
}

static TURN: Mutex<()> = Mutex::new(());

impl Plan {
    /// The plan for one kind of torture, which gets a share of the time that was asked for.
    pub(crate) fn of(kind: &str, share: f64) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let seed = asked("DAYBOOK_TORTURE_SEED").unwrap_or_else(rand::random::<u32>);
        let minutes: Option<f64> = asked("DAYBOOK_TORTURE_MINUTES");
        println!("{kind}: seed {seed}");
        // Different dice for each kind, so that one can be repeated alone.
        let own = kind
            .bytes()
            .fold(u64::from(seed), |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        let until =
            minutes.map(|minutes| Instant::now() + Duration::from_secs_f64(minutes * 60.0 * share));
        Self { dice: ChaCha8Rng::seed_from_u64(own), until, _turn: turn }
    }

    /// Whether there is to be a round after so many: some in short, else until the time is over.
    pub(crate) fn goes_on(&self, rounds: usize, short: usize) -> bool {
        self.until.map_or(rounds < short, |until| rounds < short || Instant::now() < until)
    }

    /// Whether it was asked to take its time.
    pub(crate) fn is_long(&self) -> bool {
        self.until.is_some()
    }
}

#[expect(clippy::disallowed_methods, reason = "a test has no command line of its own")]
fn asked<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}
