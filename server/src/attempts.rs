//! Failed attempts to sign in, and how long whoever made them waits.
//!
//! What is counted is an address on the network together with an e-mail address, and the network
//! address alone: nobody can lock somebody else out by failing in their name. A browser in which
//! the person signed in before is counted apart, so that it is not held up by strangers behind
//! the same address.

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
};

use daybook_model::Timestamp;

/// How many attempts may fail for one e-mail address before the next one waits.
const FREE: u32 = 5;
/// How many for all e-mail addresses together, from one network address.
const FREE_IN_ALL: u32 = 50;
/// The longest wait, in seconds.
const LONGEST: i64 = 15 * 60;
/// After how long without a failure all is forgotten, in milliseconds.
const FORGOTTEN: i64 = 60 * 60 * 1000;
/// The most counters that are held. Where there would be more, those that failed least go first.
const MOST: usize = 50_000;

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    /// One e-mail address from a network.
    Stranger(Network, String),
    /// All of a network.
    Network(Network),
    /// One e-mail address from a browser that is known.
    Device(String),
}

/// An IPv4 address, or the half of an IPv6 address that one subscriber has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Network {
    V4([u8; 4]),
    V6(u128),
    Unknown,
}

impl Network {
    fn of(address: Option<IpAddr>) -> Self {
        match address.map(|address| address.to_canonical()) {
            None => Self::Unknown,
            Some(IpAddr::V4(address)) => Self::V4(address.octets()),
            Some(IpAddr::V6(address)) => {
                // A household has a network of this length, and all addresses in it.
                Self::V6(address.to_bits() >> 64)
            }
        }
    }
}

/// As the log names it; one of IPv6 by the half that counts.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V4(octets) => Ipv4Addr::from(octets).fmt(f),
            Self::V6(half) => write!(f, "{}/64", Ipv6Addr::from_bits(half << 64)),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// An attempt that is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Early {
    /// The seconds that are left to wait.
    pub seconds: i64,
    /// Whether that is for all addresses together.
    pub for_all: bool,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    /// The seconds that are left to wait.
    fn wait(self, free: u32, now: Timestamp) -> Option<i64> {
        let over = self.count.checked_sub(free)?;
        let wait = 1_i64.checked_shl(over.min(16)).unwrap_or(LONGEST).min(LONGEST);
        let left = self.last.millis() + wait * 1000 - now.millis();
        (left > 0).then(|| (left + 999) / 1000)
    }
}

/// One attempt to sign in.
#[derive(Debug, Clone)]
pub struct Attempt {
    network: Network,
    counted: Vec<(Who, u32)>,
}

impl Attempt {
    /// An attempt from a network address for an e-mail address, in a browser that is known or not.
    pub fn of(address: Option<IpAddr>, email: &str, known: bool) -> Self {
        // Whatever was typed, it takes little room here.
        let email: String = email.trim().to_lowercase().chars().take(254).collect();
        let network = Network::of(address);
        let counted = if known {
            vec![(Who::Device(email), FREE)]
        } else {
            vec![(Who::Stranger(network, email), FREE), (Who::Network(network), FREE_IN_ALL)]
        };
        Self { network, counted }
    }

    /// The network that it comes from.
    pub fn network(&self) -> String {
        self.network.to_string()
    }

    /// An attempt through a provider of single sign-on, which says only afterwards for whom: in a
    /// browser in which this person signed in before, or in one that is not known.
    pub fn through_provider(address: Option<IpAddr>, device: Option<i64>) -> Self {
        let network = Network::of(address);
        let counted = match device {
            Some(person) => (Who::Device(format!("#{person}")), FREE),
            None => (Who::Network(network), FREE_IN_ALL),
        };
        Self { network, counted: vec![counted] }
    }
}

/// Who failed lately.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<Who, Failures>>);

impl Attempts {
    fn held(&self) -> MutexGuard<'_, HashMap<Who, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an attempt as failed before it is looked at, so that many at once do not slip
    /// through; [`Attempts::succeeded`] takes it back. What is too early is not looked at.
    pub fn begin(&self, attempt: &Attempt, now: Timestamp) -> Result<(), Early> {
        let mut held = self.held();
        held.retain(|_, failures| failures.last.millis() + FORGOTTEN > now.millis());
        let wait = |(who, free): &(Who, u32)| {
            let seconds = held.get(who)?.wait(*free, now)?;
            Some(Early { seconds, for_all: matches!(who, Who::Network(_)) })
        };
        let early: Vec<_> = attempt.counted.iter().filter_map(wait).collect();
        if let Some(seconds) = early.iter().map(|early| early.seconds).max() {
            return Err(Early { seconds, for_all: early.iter().any(|early| early.for_all) });
        }
        if held.len() >= MOST {
            held.retain(|_, failures| failures.count >= FREE);
            if held.len() >= MOST {
                held.clear();
            }
        }
        for (who, _) in &attempt.counted {
            let failures = held.entry(who.clone()).or_insert(Failures { count: 0, last: now });
            *failures = Failures { count: failures.count.saturating_add(1), last: now };
        }
        Ok(())
    }

    /// Forgets what was counted for whoever succeeded. What a whole network failed is counted on,
    /// but for this attempt.
    pub fn succeeded(&self, attempt: &Attempt) {
        let mut held = self.held();
        for (who, _) in &attempt.counted {
            if !matches!(who, Who::Network(_)) {
                held.remove(who);
            } else if let Some(failures) = held.get_mut(who) {
                failures.count = failures.count.saturating_sub(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: &str = "maya@acme.dev";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::saturating(1_800_000_000_000 + seconds * 1000)
    }

    fn from(address: &str, email: &str) -> Attempt {
        Attempt::of(address.parse().ok(), email, false)
    }

    const fn early(seconds: i64) -> Result<(), Early> {
        Err(Early { seconds, for_all: false })
    }

    #[test]
    fn whoever_fails_waits_longer_each_time_and_nobody_else_does() {
        let attempts = Attempts::default();
        let guess = from("203.0.113.9", EMAIL);
        for _ in 0..FREE {
            assert_eq!(attempts.begin(&guess, at(0)), Ok(()));
        }
        assert_eq!(attempts.begin(&guess, at(0)), early(1));
        assert_eq!(attempts.begin(&guess, at(1)), Ok(()));
        assert_eq!(attempts.begin(&guess, at(1)), early(2));
        // From elsewhere, or in a browser that is known, there is no wait.
        assert_eq!(attempts.begin(&from("198.51.100.1", EMAIL), at(1)), Ok(()));
        let known = Attempt::of("203.0.113.9".parse().ok(), EMAIL, true);
        assert_eq!(attempts.begin(&known, at(1)), Ok(()));
        let mut now = 1;
        for _ in 0..40 {
            if let Err(Early { seconds, .. }) = attempts.begin(&guess, at(now)) {
                assert!(seconds <= LONGEST);
                now += seconds;
            }
        }
        assert_eq!(attempts.begin(&guess, at(now + LONGEST * 5)), Ok(()), "it is forgotten");
    }

    #[test]
    fn one_network_that_tries_every_address_waits() {
        let attempts = Attempts::default();
        let tried = |i: u32| from(&format!("2001:db8:0:1::{i:x}"), &format!("p{i}@acme.dev"));
        for i in 0..FREE_IN_ALL {
            assert_eq!(attempts.begin(&tried(i), at(0)), Ok(()));
        }
        let all = attempts.begin(&tried(FREE_IN_ALL), at(0));
        assert!(all.is_err_and(|early| early.for_all));
        assert_eq!(tried(FREE_IN_ALL).network(), "2001:db8:0:1::/64");
        assert_eq!(attempts.begin(&from("2001:db8:0:2::1", EMAIL), at(0)), Ok(()));
    }

    #[test]
    fn who_succeeds_begins_anew() {
        let attempts = Attempts::default();
        let typed = from("203.0.113.9", EMAIL);
        for _ in 0..FREE - 1 {
            assert_eq!(attempts.begin(&typed, at(0)), Ok(()));
        }
        attempts.succeeded(&typed);
        for _ in 0..FREE {
            assert_eq!(attempts.begin(&typed, at(0)), Ok(()));
        }
    }
}
