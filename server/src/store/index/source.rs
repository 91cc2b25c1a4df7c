//! What the index asks of the store beneath it, apart from what any store can do.

use async_trait::async_trait;
use daybook_model::{Entry, Seq};

use super::row::{Key, Row};
use crate::store::{
    ProjectId, Store, StoreError,
    dictionary::{Kind, Word},
};

/// A store that gives out its narrow rows and its words.
#[async_trait]
pub(crate) trait Source: Store {
    /// At most `limit` rows behind a place of the log, in the order of the log.
    async fn rows_after(
        &self,
        project: ProjectId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError>;

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

    /// When the log received the entry at a place, in milliseconds; `None` if there is none.
    async fn received_at(&self, project: ProjectId, seq: Seq) -> Result<Option<i64>, StoreError>;

    /// The entries of these keys, in this order, as lists show them.
    async fn entries_at(&self, project: ProjectId, keys: &[Key]) -> Result<Vec<Entry>, StoreError>;
}
