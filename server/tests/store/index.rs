//! The column index under the same suite: whatever it holds, and whatever it leaves to the store
//! beneath, the answers are the same.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use daybook::store::{
    AnyStore, Appended, Counts, Key, Position, ProjectId, Removal, Rows, Scope, Store, StoreError,
    index::{Index, Settings},
    sqlite::Sqlite,
};
use daybook_model::{
    Entry, Event, FacetCounts, Field, Filter, Seq, Sort, Span, Stack, StackBy, Timestamp,
    account::Project, page::Direction,
};

use super::suite;

/// Chunks of a few rows, and all the time that is needed.
fn settings() -> Settings {
    Settings { chunk: 8, patience: Duration::from_mins(1), ..Settings::default() }
}

async fn sqlite(folder: &Path) -> Arc<Sqlite> {
    let url = format!("sqlite://{}", folder.join("daybook.db").display());
    Arc::new(Sqlite::open(&url).await.unwrap())
}

/// Everything is held, from the first entry on.
mod whole {
    use super::*;

    async fn store() -> (AnyStore, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        (Arc::new(Index::over(sqlite(folder.path()).await, settings())), folder)
    }

    suite::conformance!(store);
}

/// There is memory for some of it, and columns of many values are not held.
mod bounded {
    use super::*;

    async fn store() -> (AnyStore, tempfile::TempDir) {
        static TURN: AtomicUsize = AtomicUsize::new(0);
        let turn = TURN.fetch_add(1, Ordering::Relaxed);
        let memory = [5, 20, 40, 60, 80, 120][turn % 6] << 10;
        let words = [2, 8, 1_000, 1_000][turn % 4];
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { memory, words, ..settings() };
        (Arc::new(Index::over(sqlite(folder.path()).await, settings)), folder)
    }

    suite::conformance!(store, 2);
}

/// Each question is asked of an index that has just been started, half of them with what the one
/// before kept on disk.
mod cold {
    use super::*;

    async fn store() -> (AnyStore, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let store = sqlite(folder.path()).await;
        let turn = AtomicUsize::new(0);
        (Arc::new(Cold { store, turn, folder: folder.path().join("index") }), folder)
    }

    suite::conformance!(store, 2);
}

struct Cold {
    store: Arc<Sqlite>,
    turn: AtomicUsize,
    folder: PathBuf,
}

impl Cold {
    async fn index(&self, project: ProjectId) -> Result<Index, StoreError> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let folder = Some(self.folder.clone()).filter(|_| turn % 4 < 3);
        let memory = if turn % 5 == 4 { 40 << 10 } else { 1 << 20 };
        let index = Index::over(Arc::clone(&self.store), Settings { folder, memory, ..settings() });
        index.settled(project).await?;
        Ok(index)
    }
}

#[async_trait]
impl Store for Cold {
    async fn create_project(&self, slug: &str, now: Timestamp) -> Result<Project, StoreError> {
        self.store.create_project(slug, now).await
    }
    async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        self.store.projects().await
    }
    async fn project(&self, slug_or_number: &str) -> Result<Option<Project>, StoreError> {
        self.store.project(slug_or_number).await
    }
    async fn actors_with_email(
        &self,
        project: ProjectId,
        email: &str,
    ) -> Result<Vec<String>, StoreError> {
        self.store.actors_with_email(project, email).await
    }

    async fn append(
        &self,
        project: ProjectId,
        events: &[Event],
        received_at: Timestamp,
    ) -> Result<Vec<Appended>, StoreError> {
        self.store.append(project, events, received_at).await
    }
    async fn remove(&self, removal: &Removal) -> Result<u64, StoreError> {
        // Half of the time by way of an index, which then tells of it on disk.
        if self.turn.load(Ordering::Relaxed).is_multiple_of(2) {
            return self.store.remove(removal).await;
        }
        self.index(removal.project).await?.remove(removal).await
    }
    async fn head(&self, project: ProjectId) -> Result<Seq, StoreError> {
        self.store.head(project).await
    }
    async fn list(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        direction: Direction,
        limit: u16,
    ) -> Result<Vec<Entry>, StoreError> {
        self.index(scope.project).await?.list(scope, sort, from, direction, limit).await
    }
    async fn rows(
        &self,
        scope: &Scope,
        newest_first: bool,
        from: Option<Key>,
        limit: usize,
        fields: Option<&[Field]>,
    ) -> Result<Option<Rows>, StoreError> {
        self.index(scope.project).await?.rows(scope, newest_first, from, limit, fields).await
    }
    async fn sorted_rows(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        limit: usize,
    ) -> Result<Option<Rows>, StoreError> {
        self.index(scope.project).await?.sorted_rows(scope, sort, from, limit).await
    }
    async fn entry(&self, project: ProjectId, seq: Seq) -> Result<Option<Entry>, StoreError> {
        self.index(project).await?.entry(project, seq).await
    }
    async fn between(
        &self,
        project: ProjectId,
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<Entry>, StoreError> {
        self.index(project).await?.between(project, after, upto).await
    }
    async fn count(&self, scope: &Scope) -> Result<u64, StoreError> {
        self.index(scope.project).await?.count(scope).await
    }
    async fn count_each(
        &self,
        scope: &Scope,
        bounds: &[Vec<Filter>],
    ) -> Result<Vec<u64>, StoreError> {
        self.index(scope.project).await?.count_each(scope, bounds).await
    }
    async fn extent(&self, scope: &Scope) -> Result<Option<Span>, StoreError> {
        self.index(scope.project).await?.extent(scope).await
    }
    async fn histogram(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
    ) -> Result<Vec<[u64; 3]>, StoreError> {
        self.index(scope.project).await?.histogram(scope, edges).await
    }
    async fn facet(
        &self,
        scope: &Scope,
        field: Field,
        top: usize,
        containing: Option<&str>,
    ) -> Result<FacetCounts, StoreError> {
        self.index(scope.project).await?.facet(scope, field, top, containing).await
    }
    async fn stack(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
        by: StackBy,
    ) -> Result<Stack, StoreError> {
        self.index(scope.project).await?.stack(scope, edges, by).await
    }
    async fn counts(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
        fields: &[Field],
        top: usize,
    ) -> Result<Option<Counts>, StoreError> {
        self.index(scope.project).await?.counts(scope, edges, fields, top).await
    }
}
