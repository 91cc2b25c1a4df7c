//! What the index asks of the store beneath it, apart from what any store can do.

use async_trait::async_trait;
use daybook_model::{Entry, Seq, Timestamp};

use super::row::{Key, Row};
use crate::store::{
    ProjectId, Removal, Steady, Store, StoreError,
    dictionary::{Kind, Word},
    gate::Gate,
};

/// A store that gives out its narrow rows and its words.
#[async_trait]
pub(crate) trait Source: Store {
    /// At most `limit` rows behind a place of the log, in the order of the log, and the place up to which
    /// these are all there are.
    async fn rows_after(
        &self,
        project: ProjectId,
        after: Seq,
        limit: usize,
    ) -> Result<(Vec<Row>, Seq), StoreError>;

    /// At most `limit` rows that were in the log at some place and lie before a key, newest first.
    async fn rows_before(
        &self,
        project: ProjectId,
        as_of: Seq,
        before: Option<Key>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError>;

    /// At most `limit` words of a kind behind a number, with their numbers, ascending.
    async fn words_after(
        &self,
        project: ProjectId,
        kind: Kind,
        after: u32,
        limit: usize,
    ) -> Result<Vec<(u32, Word)>, StoreError>;

    /// Whose turn it is to read, or to take out.
    fn gate(&self) -> &Gate;

    /// As [`Store::remove`], where the gate is shut already.
    async fn remove_behind(&self, removal: &Removal) -> Result<u64, StoreError>;

    /// How many entries were taken out of a project so far.
    async fn removed(&self, project: ProjectId) -> Result<u64, StoreError>;

    /// How many entries lie between two keys and between two places, all included.
    async fn count_between(
        &self,
        project: ProjectId,
        keys: (Key, Key),
        places: (u64, u64),
    ) -> Result<u64, StoreError>;

    /// As [`Store::steady`], for what may be a part of a larger question.
    async fn steady_within(&self, project: ProjectId, from: Timestamp) -> Steady {
        self.gate().enter_within(project, from).await
    }

    /// When the log received the entry at a place, in milliseconds; `None` if there is none.
    async fn received_at(&self, project: ProjectId, seq: Seq) -> Result<Option<i64>, StoreError>;

    /// The entries of these keys, in this order, as lists show them.
    async fn entries_at(&self, project: ProjectId, keys: &[Key]) -> Result<Vec<Entry>, StoreError>;
}
