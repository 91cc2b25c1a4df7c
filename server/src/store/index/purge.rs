//! Going on without entries that are taken out.
//!
//! What will be left is made ready beside what is shown; then the keeper waits until the store beneath has
//! taken the entries out, and shows it in that moment. Nobody sees the one without the other, because
//! nobody reads there meanwhile.

use std::{sync::Arc, time::Duration};

use tokio::{sync::oneshot, time::Instant};

use super::{
    chunk::{Chunk, Rest},
    disk::Name,
    keeper::{Keeper, blocking},
    row::Key,
};
use crate::store::StoreError;

/// How long after entries were taken out the files of what is left are written: more may follow.
const REST: Duration = Duration::from_secs(5);

/// Entries that will be gone, by ascending keys.
pub(super) struct Purge {
    pub(super) keys: Arc<[Key]>,
    /// Told once all is ready.
    pub(super) ready: oneshot::Sender<Prepared>,
}

/// All is ready. Where this is dropped nobody knows what became of it, and all is read anew.
pub(super) struct Prepared {
    decide: oneshot::Sender<Option<oneshot::Sender<()>>>,
}

impl Prepared {
    /// They are gone; whether that is shown.
    pub(super) async fn go_on(self) -> bool {
        let (shown, is_shown) = oneshot::channel();
        self.decide.send(Some(shown)).is_ok() && is_shown.await.is_ok()
    }

    /// They stay.
    pub(super) fn give_up(self) {
        // Nobody waits where the project was let go.
        let _ = self.decide.send(None);
    }
}

/// Files that are to be written again, and when.
#[derive(Debug, Default)]
pub(super) struct Dirty {
    pub(super) since: Option<Instant>,
    names: Vec<Name>,
}

/// What is left of some chunks.
struct Left {
    base: Vec<Arc<Chunk>>,
    tail: Vec<Arc<Chunk>>,
    /// What became of files: those that do not tell the truth any more, and those that are to be written.
    stale: Vec<Name>,
    fresh: Vec<Name>,
}

impl Left {
    fn of(base: Vec<Arc<Chunk>>, tail: Vec<Arc<Chunk>>, keys: &[Key]) -> Self {
        let mut left =
            Self { base: Vec::new(), tail: Vec::new(), stale: Vec::new(), fresh: Vec::new() };
        let mut moved = false;
        for (number, chunk) in base.into_iter().enumerate() {
            let rest = chunk.without(keys);
            let name = Name::Base(left.base.len());
            if rest.is_some() || moved {
                left.stale.push(Name::Base(number));
            }
            match rest {
                Some(Rest::Nothing) => {
                    // Those behind it have other names from here on.
                    moved = true;
                }
                Some(Rest::Some(rest)) => {
                    left.base.push(Arc::from(rest));
                    left.fresh.push(name);
                }
                None => {
                    left.base.push(chunk);
                    left.fresh.extend(moved.then_some(name));
                }
            }
        }
        for chunk in tail {
            let rest = chunk.without(keys);
            let (first, last) = chunk.places_within();
            if rest.is_some() {
                left.stale.push(Name::Tail(first));
            }
            match rest {
                Some(Rest::Some(rest)) => {
                    left.tail.push(Arc::from(rest));
                    left.fresh.push(Name::Tail(first));
                }
                // The one in front of it tells of these places, too.
                Some(Rest::Nothing) => {
                    if let Some(before) = left.tail.last_mut() {
                        let name = Name::Tail(before.places_within().0);
                        *before = Arc::new(Chunk::clone(before).covering(first, last));
                        left.stale.push(name);
                        left.fresh.push(name);
                    }
                }
                None => left.tail.push(chunk),
            }
        }
        left
    }
}

impl Keeper {
    /// Makes ready what will be left, and shows it when it is.
    pub(super) async fn purge(&mut self, purge: Purge) -> Result<(), StoreError> {
        let (base, tail) = (self.held.base.clone(), self.held.tail.clone());
        let left = blocking(move || Left::of(base, tail, &purge.keys)).await?;
        let (decide, decided) = oneshot::channel();
        if purge.ready.send(Prepared { decide }).is_err() {
            return Ok(());
        }
        let Ok(decision) = decided.await else {
            return Err(StoreError::Failed("it is not known which entries were taken out".into()));
        };
        let Some(shown) = decision else { return Ok(()) };
        (self.held.base, self.held.tail) = (left.base, left.tail);
        self.show();
        // Nobody may wait for it any more.
        let _ = shown.send(());
        self.removed = self.source.removed(self.project).await?;
        for name in left.stale {
            self.disk.iter().for_each(|disk| disk.remove(name));
            self.dirty.names.retain(|dirty| *dirty != name);
        }
        self.dirty.names.extend(left.fresh);
        self.dirty.since = Some(Instant::now() + REST);
        Ok(())
    }

    /// Writes the files of what is left.
    pub(super) async fn rewrite(&mut self) -> Result<(), StoreError> {
        self.dirty.since = None;
        for name in std::mem::take(&mut self.dirty.names) {
            let chunk = match name {
                Name::Base(number) => self.held.base.get(number),
                Name::Tail(first) => {
                    self.held.tail.iter().find(|chunk| chunk.places_within().0 == first)
                }
            };
            if let Some(chunk) = chunk {
                self.write(name, Arc::clone(chunk), false).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::index::{COLUMNS, Row};

    fn row(time: i64, place: u64) -> Row {
        Row { key: (time, place), has: 0, codes: [u32::try_from(place % 3).unwrap(); COLUMNS] }
    }

    fn chunk(places: std::ops::Range<u64>) -> Arc<Chunk> {
        let rows = places.map(|place| row(place.cast_signed() * 10, place)).collect();
        Arc::new(Chunk::of(rows, [true; COLUMNS]))
    }

    #[test]
    fn what_is_left_is_what_it_would_have_been() {
        let keys: Vec<Key> = [3_i64, 4, 7].map(|place| (place * 10, place.unsigned_abs())).to_vec();
        let Some(Rest::Some(rest)) = chunk(1..9).without(&keys) else { panic!("some are left") };
        let rows: Vec<_> =
            [1_i64, 2, 5, 6, 8].into_iter().map(|p| row(p * 10, p.unsigned_abs())).collect();
        assert_eq!((0..rest.len()).map(|i| rest.row(i)).collect::<Vec<_>>(), rows);
        assert!(rest.is_sound());
        assert_eq!(rest.places_within(), (1, 8));
        assert!(chunk(10..12).without(&keys).is_none());
        assert!(matches!(chunk(3..5).without(&keys), Some(Rest::Nothing)));
    }

    #[test]
    fn places_of_the_tail_stay_told() {
        let keys: Vec<Key> = (4..8).map(|place: i64| (place * 10, place.unsigned_abs())).collect();
        let left = Left::of(vec![], vec![chunk(1..4), chunk(4..8), chunk(8..9)], &keys);
        let places: Vec<_> = left.tail.iter().map(|chunk| chunk.places_within()).collect();
        assert_eq!(places, [(1, 7), (8, 8)]);
    }

    #[test]
    fn files_of_the_base_are_numbered_anew() {
        let keys: Vec<Key> = (4..8).map(|place: i64| (place * 10, place.unsigned_abs())).collect();
        let left = Left::of(vec![chunk(8..9), chunk(4..8), chunk(1..4)], vec![], &keys);
        assert_eq!(left.base.len(), 2);
        assert_eq!(left.stale, [Name::Base(1), Name::Base(2)]);
        assert_eq!(left.fresh, [Name::Base(1)]);
    }
}
