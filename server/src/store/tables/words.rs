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
const CAP: usize = 8 << 20;
/// What a word takes beside its own: a place in the table, which is half empty, the heads of its texts, and
/// what each of them is rounded up to.
const BESIDE: usize = 288;

type Key = (ProjectId, Kind, u32);

/// Words by their numbers; emptied when it grows too large.
#[derive(Debug, Default)]
pub(super) struct Words(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    words: HashMap<Key, Arc<Word>>,
    bytes: usize,
}

impl Words {
    /// Fills in the words of these numbers that were read before.
    pub(super) fn fill<S>(
        &self,
        project: ProjectId,
        kind: Kind,
        words: &mut HashMap<u32, Option<Arc<Word>>, S>,
    ) {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (&number, word) in words {
            *word = kept.words.get(&(project, kind, number)).cloned();
        }
    }

    /// Keeps a word.
    pub(super) fn put(&self, key: Key, word: Arc<Word>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += BESIDE + word.bytes();
        if kept.bytes > CAP {
            *kept = Kept::default();
        }
        kept.words.insert(key, word);
    }
}
