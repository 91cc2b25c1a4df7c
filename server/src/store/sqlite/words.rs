//! Words that were read before. A word never changes, so what is here is never stale.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::store::{
    ProjectId,
    dictionary::{Kind, Word},
};

/// How many bytes of words are kept, about.
const CAP: usize = 32 << 20;

type Key = (ProjectId, Kind, i64);

/// Words by their numbers; emptied when it grows too large.
#[derive(Debug, Default)]
pub(super) struct Words(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    words: HashMap<Key, Arc<Word>>,
    bytes: usize,
}

impl Words {
    /// The word, if it was read before.
    pub(super) fn get(&self, key: Key) -> Option<Arc<Word>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).words.get(&key).cloned()
    }

    /// Keeps a word.
    pub(super) fn put(&self, key: Key, word: Arc<Word>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += 40 + word.bytes();
        if kept.bytes > CAP {
            *kept = Kept::default();
        }
        kept.words.insert(key, word);
    }
}
