//! How long, and from which seed.

use std::{
    process::Command,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Instant,
};

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::asked::{self, CHOSEN, KINDS, Kind, MINUTES, SEED, Seed};

/// How long one kind of torture goes on, and what it is made of.
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    pub(crate) dice: ChaCha8Rng,
    until: Option<Instant>,
    /// The command that does the same again.
    again: String,
    /// One after the other: each wants the machine for itself.
    _turn: MutexGuard<'static, ()>,
}

static TURN: Mutex<()> = Mutex::new(());

impl Plan {
    /// The plan for one kind of torture, which gets its share of the time that was asked for.
    pub(crate) fn of(name: &str) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = asked::kind(name).unwrap_or_else(|| panic!("there is no kind {name:?}"));
        let &(name, test, _) = kind;
        // Where all tests have one thread, it is the program's own, with a name of its own.
        let here = thread::current();
        let is_own = here.name().is_none_or(|here| here == "main" || here == test);
        assert!(is_own, "{name} is {test}, and not {:?}", here.name());
        let seed = told(SEED, |text| text.parse().ok()).unwrap_or_else(rand::random::<Seed>);
        println!("{name}: seed {seed}");
        // Different dice for each kind, so that one can be repeated alone.
        let own = name
            .bytes()
            .fold(u64::from(seed), |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        let time = told(MINUTES, asked::minutes).map(|time| time.mul_f64(share(kind)));
        let again = time.map_or_else(
            || {
                format!(
                    "{SEED}={seed} cargo test --package daybook --test torture -- --exact {test}"
                )
            },
            |time| {
                let minutes = (time.as_secs_f64() / 6.0).ceil() / 10.0;
                format!("cargo xtask torture --minutes {minutes} --seed {seed} {name}")
            },
        );
        let until = time.map(|time| Instant::now() + time);
        Self { name, dice: ChaCha8Rng::seed_from_u64(own), until, again, _turn: turn }
    }

    /// Whether there is to be a round after so many: these at least, and in the long form until the time is over.
    pub(crate) fn goes_on(&self, rounds: usize, least: usize) -> bool {
        rounds < least || self.until.is_some_and(|until| Instant::now() < until)
    }

    /// Whether it was asked to take its time.
    pub(crate) fn is_long(&self) -> bool {
        self.until.is_some()
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("{} did not hold. The same again: {}", self.name, self.again);
        }
    }
}

/// The share that a kind has in the time of those that were chosen; all shares are one.
fn share(kind: &Kind) -> f64 {
    let read = |text: &str| text.split_whitespace().map(asked::kind).collect::<Option<Vec<_>>>();
    let chosen = told(CHOSEN, read).unwrap_or_else(|| KINDS.iter().collect());
    assert!(chosen.contains(&kind), "{} was not chosen", kind.0);
    let all: u32 = chosen.iter().map(|(.., weight)| weight).sum();
    f64::from(kind.2) / f64::from(all)
}

/// What the environment says. Where it cannot be read, it is not as if nothing were there.
fn told<T>(name: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
    let text = std::env::var_os(name)?;
    let told = text.to_str().and_then(read);
    Some(told.unwrap_or_else(|| panic!("{name} cannot be read: {}", text.display())))
}

/// Sets something when it is dropped, by a panic as well, so that nobody waits for whoever is gone.
pub(crate) struct AtEnd<'a>(pub(crate) &'a AtomicBool);

impl Drop for AtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn every_kind_is_a_test_and_every_test_a_kind() {
    let listed = Command::new(std::env::current_exe().unwrap()).arg("--list").output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let mut tests: Vec<&str> =
        listed.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    tests.retain(|test| !test.starts_with("plan::"));
    let mut known: Vec<&str> = KINDS.iter().map(|(_, test, _)| *test).collect();
    tests.sort_unstable();
    known.sort_unstable();
    assert_eq!(known, tests);
}
