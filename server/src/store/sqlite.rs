//! The embedded default: one file, SQLite.

mod append;
mod database;
mod facet;
mod insert;
mod lexicon;
mod read;
mod recent;
mod remove;
mod source;
mod spelled;
mod walk;
mod words;

use async_trait::async_trait;
use daybook_model::{
    Entry, Event, FacetCounts, Field, Seq, Sort, Span, Stack, StackBy, Timestamp, account::Project,
    page::Direction,
};
use sqlx::{Row as _, SqliteConnection, Transaction, sqlite::SqliteRow};
use tokio::sync::Mutex;

pub(crate) use database::one_writer;
pub use database::{Database, Layout, layout};

use super::{
    Appended, Key, Parts, Position, ProjectId, Removal, Rows, Scope, Steady, Store, StoreError,
    gate::Gate, sql,
};
use append::Writer;
use read::Reader;

/// A store in a file.
#[derive(Debug)]
pub struct Sqlite {
    database: Database,
    words: words::Words,
    recent: recent::Recent,
    writer: Mutex<Writer>,
    gate: Gate,
}

impl Sqlite {
    /// Opens the file that a `sqlite:` address names; makes it, and its folder, where missing.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Ok(Self::on(Database::open(url).await?))
    }

    /// A store on an opened database.
    pub fn on(database: Database) -> Self {
        Self {
            database,
            words: words::Words::default(),
            recent: recent::Recent::default(),
            writer: Mutex::default(),
            gate: Gate::default(),
        }
    }

    /// The database beneath, for what else is kept in the same file.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// What SQLite is asked for a count over the scope, values included: to be tried by hand.
    pub async fn count_sql(&self, scope: &Scope) -> Result<Option<String>, StoreError> {
        let found = self.reader().await?.resolve(scope, None).await?;
        Ok(found.map(|f| sql::count(&f).inlined()))
    }

    /// What SQLite is asked for a histogram, values included: to be tried by hand.
    pub async fn histogram_sql(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
    ) -> Result<Option<String>, StoreError> {
        let found = self.reader().await?.resolve(scope, None).await?;
        Ok(found.map(|f| sql::histogram(&f, edges).inlined()))
    }

    /// What SQLite is asked for a facet, values included: to be tried by hand.
    pub async fn facet_sql(
        &self,
        scope: &Scope,
        field: Field,
    ) -> Result<Option<String>, StoreError> {
        let found = self.reader().await?.resolve(scope, Some(field)).await?;
        Ok(found.map(|f| sql::facet(scope.project, &f, field).inlined()))
    }

    /// What SQLite is asked for a page's rows, values included: to be tried by hand.
    pub async fn list_sql(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        direction: Direction,
        limit: u16,
    ) -> Result<Option<String>, StoreError> {
        let found = self.reader().await?.resolve(scope, None).await?;
        found
            .map(|f| {
                let limit = limit.into();
                sql::keys(sql::narrow, scope.project, &f, sort, from, direction, limit)
                    .map(|s| s.inlined())
            })
            .transpose()
    }

    /// Whoever reads sees the log as it was at one moment, however many statements that takes.
    async fn reader(&self) -> Result<Reader<'_, Transaction<'static, sqlx::Sqlite>>, StoreError> {
        Ok(Reader { connection: self.database.readers().begin().await?, words: &self.words })
    }
}

fn project_of(row: &SqliteRow) -> Result<Project, sqlx::Error> {
    Ok(Project { number: row.try_get(0)?, slug: row.try_get(1)? })
}

/// The last place of a project's log.
async fn head(connection: &mut SqliteConnection, project: ProjectId) -> Result<i64, StoreError> {
    let head = sqlx::query_scalar("SELECT head FROM project WHERE number = ?")
        .bind(project.0)
        .fetch_optional(connection)
        .await?;
    head.ok_or_else(|| StoreError::Failed(format!("there is no project {}", project.0)))
}

#[async_trait]
impl Store for Sqlite {
    async fn create_project(&self, slug: &str, now: Timestamp) -> Result<Project, StoreError> {
        if !Project::is_slug(slug) {
            return Err(StoreError::Failed(format!(
                "{slug:?} cannot name a project: lower-case letters, digits and hyphens"
            )));
        }
        let mut connection = self.database.writer().acquire().await?;
        sqlx::query(
            "INSERT INTO project (slug, created_at) VALUES (?, ?) ON CONFLICT (slug) DO NOTHING",
        )
        .bind(slug)
        .bind(now.millis())
        .execute(&mut *connection)
        .await?;
        let row = sqlx::query("SELECT number, slug FROM project WHERE slug = ?")
            .bind(slug)
            .fetch_one(&mut *connection)
            .await?;
        Ok(project_of(&row)?)
    }

    async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        let rows = sqlx::query("SELECT number, slug FROM project ORDER BY number")
            .fetch_all(self.database.readers())
            .await?;
        Ok(rows.iter().map(project_of).collect::<Result<_, _>>()?)
    }

    async fn project(&self, slug_or_number: &str) -> Result<Option<Project>, StoreError> {
        let row = sqlx::query("SELECT number, slug FROM project WHERE slug = ? OR number = ?")
            .bind(slug_or_number)
            .bind(slug_or_number.parse::<i64>().ok())
            .fetch_optional(self.database.readers())
            .await?;
        Ok(row.as_ref().map(project_of).transpose()?)
    }

    async fn actors_with_email(
        &self,
        project: ProjectId,
        email: &str,
    ) -> Result<Vec<String>, StoreError> {
        let actors = sqlx::query_scalar(
            "SELECT DISTINCT value FROM word \
             WHERE project = ? AND email = ? COLLATE NOCASE AND kind = ?",
        )
        .bind(project.0)
        .bind(email)
        .bind(super::dictionary::Kind::Actor.code());
        Ok(actors.fetch_all(self.database.readers()).await?)
    }

    async fn append(
        &self,
        project: ProjectId,
        events: &[Event],
        received_at: Timestamp,
    ) -> Result<Vec<Appended>, StoreError> {
        let mut writer = self.writer.lock().await;
        let (outcomes, rows) =
            writer.append(&self.database, &self.words, project, events, received_at).await?;
        self.recent.put(project, rows);
        Ok(outcomes)
    }

    async fn remove(&self, removal: &Removal) -> Result<u64, StoreError> {
        let Some(last) = removal.keys.iter().map(|key| key.0).max() else { return Ok(0) };
        let before = Timestamp::saturating(last).plus_millis(1);
        let _shut = self.gate.shut(removal.project, before).await?;
        self.take_out(removal).await
    }

    async fn give_back(&self) -> Result<bool, StoreError> {
        remove::give_back(&self.database).await
    }

    async fn steady(&self, project: ProjectId, from: Timestamp) -> Steady {
        self.gate.enter(project, from).await
    }

    async fn writable(&self) -> Result<(), StoreError> {
        let same = sqlx::query(
            "UPDATE project SET head = head WHERE number = (SELECT min(number) FROM project)",
        );
        same.execute(self.database.writer()).await?;
        Ok(())
    }

    async fn head(&self, project: ProjectId) -> Result<Seq, StoreError> {
        let head = head(&mut *self.database.readers().acquire().await?, project).await?;
        Ok(head.unsigned_abs())
    }

    async fn list(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        direction: Direction,
        limit: u16,
    ) -> Result<Vec<Entry>, StoreError> {
        self.reader().await?.list(scope, sort, from, direction, limit).await
    }

    async fn entry(&self, project: ProjectId, seq: Seq) -> Result<Option<Entry>, StoreError> {
        let mut entries =
            self.reader().await?.entries(project, &[sql::place(seq)], Parts::Whole).await?;
        Ok(entries.pop())
    }

    async fn between(
        &self,
        project: ProjectId,
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<Entry>, StoreError> {
        // Places are given without gaps, so they need not be searched for.
        let head = self.head(project).await?;
        let places: Vec<_> = (after.saturating_add(1)..=upto.min(head)).map(sql::place).collect();
        self.reader().await?.entries(project, &places, Parts::Listed).await
    }

    async fn first_from(
        &self,
        project: ProjectId,
        place: Seq,
    ) -> Result<Option<(Seq, Timestamp)>, StoreError> {
        self.received_from(project, sql::place(place)).await
    }

    async fn walk(
        &self,
        scope: &Scope,
        newest_first: bool,
        from: Option<&Position>,
        limit: usize,
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        self.reader().await?.walk(scope, newest_first, from, limit, parts).await
    }

    async fn rows(
        &self,
        scope: &Scope,
        newest_first: bool,
        from: Option<Key>,
        limit: usize,
    ) -> Result<Option<Rows>, StoreError> {
        self.reader().await?.lines(scope, newest_first, from, limit).await.map(Some)
    }

    async fn keys(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        self.reader().await?.keys(scope, sort, from, limit).await
    }

    async fn at(
        &self,
        project: ProjectId,
        keys: &[Key],
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        let keys: Vec<_> = keys.iter().map(|&(time, seq)| (time, sql::place(seq))).collect();
        self.reader().await?.entries_at(project, &keys, parts).await
    }

    async fn count(&self, scope: &Scope) -> Result<u64, StoreError> {
        self.reader().await?.count(scope).await
    }

    async fn extent(&self, scope: &Scope) -> Result<Option<Span>, StoreError> {
        self.reader().await?.extent(scope).await
    }

    async fn histogram(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
    ) -> Result<Vec<[u64; 3]>, StoreError> {
        self.reader().await?.histogram(scope, edges).await
    }

    async fn facet(
        &self,
        scope: &Scope,
        field: Field,
        top: usize,
        containing: Option<&str>,
    ) -> Result<FacetCounts, StoreError> {
        self.reader().await?.facet(scope, field, top, containing).await
    }

    async fn stack(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
        by: StackBy,
    ) -> Result<Stack, StoreError> {
        self.reader().await?.stack(scope, edges, by).await
    }
}
