//! How many streams there may be: a browser that opens one after the other must not use up the
//! server for everybody else.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{error::Error, secret::SecretHash};

/// How many streams a session or a token may have at once.
const EACH: usize = 16;
/// How many there may be in all.
const ALL: usize = 2_000;

/// The streams there are, by the session or the token they were asked for with.
#[derive(Debug, Default)]
pub(super) struct Permits(Mutex<HashMap<[u8; 32], usize>>);

/// The right to one stream; dropping it gives it back.
#[derive(Debug)]
pub struct Permit {
    permits: Arc<Permits>,
    holder: [u8; 32],
}

impl Permits {
    fn held(&self) -> MutexGuard<'_, HashMap<[u8; 32], usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl super::Hub {
    /// The right to one stream for whoever comes with this session or token.
    pub fn permit(&self, credential: &str) -> Result<Permit, Error> {
        let permits = Arc::clone(&self.0.permits);
        let holder = SecretHash::of(credential).into_bytes();
        let mut held = permits.held();
        if held.values().sum::<usize>() >= ALL {
            return Err(Error::Unavailable);
        }
        let mine = held.entry(holder).or_default();
        if *mine >= EACH {
            return Err(Error::TooMany("too many pages are live at once; close some of them"));
        }
        *mine += 1;
        drop(held);
        Ok(Permit { permits, holder })
    }
}

impl super::Hub {
    /// How many streams there are.
    pub fn readers(&self) -> usize {
        self.0.permits.held().values().sum()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut held = self.permits.held();
        if let Some(mine) = held.get_mut(&self.holder) {
            *mine -= 1;
            if *mine == 0 {
                held.remove(&self.holder);
            }
        }
    }
}
