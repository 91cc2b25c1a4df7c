//! The log in the tables of a database, whichever it is.

mod append;
mod facet;
mod ids;
mod lexicon;
mod read;
mod recent;
mod remove;
mod source;
mod spelled;
mod walk;
mod words;

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use daybook_model::{
    Entry, Event, FacetCounts, Field, Seq, Sort, Span, Stack, StackBy, Timestamp, account::Project,
    page::Direction,
};
use sqlx::Transaction;
use tokio::sync::{Mutex, mpsc};

use super::{
    Appended, Key, News, Parts, Position, ProjectId, Removal, Rows, Scope, Steady, Store,
    StoreError,
    dictionary::Kind,
    engine::{Ask, Columns, Engine, head},
    gate::Gate,
    sql,
};
use append::Writer;
use read::Reader;

/// A log in a database.
#[derive(Debug)]
pub struct Tables<E> {
    engine: E,
    words: words::Words,
    recent: Arc<recent::Recent>,
    writer: Mutex<Writer>,
    gate: Gate,
}

impl<E: Engine> Tables<E> {
    /// A store on an opened database.
    pub fn on(database: E) -> Self {
        Self {
            engine: database,
            words: words::Words::default(),
            recent: Arc::default(),
            writer: Mutex::default(),
            gate: Gate::default(),
        }
    }

    /// The database beneath, for what else is kept in it.
    pub fn database(&self) -> &E {
        &self.engine
    }

    /// Makes room for entries of these times, before they are written by another way.
    pub async fn make_room(&self, times: &[i64]) -> Result<(), StoreError> {
        self.engine.make_room(times).await
    }

    /// Writes entries of another log down as they are, behind those that are there, up to a place of that log.
    pub async fn copy(
        &self,
        project: ProjectId,
        entries: &[Entry],
        upto: Seq,
    ) -> Result<(), StoreError> {
        self.writer.lock().await.copy(&self.engine, project, entries, upto).await
    }

    async fn write(
        &self,
        project: ProjectId,
        events: &[Event],
        came: (Timestamp, bool),
    ) -> Result<Vec<Appended>, StoreError> {
        let mut writer = self.writer.lock().await;
        let (outcomes, rows) =
            writer.append(&self.engine, &self.words, project, events, came).await?;
        self.recent.put(project, rows);
        Ok(outcomes)
    }

    /// The whole entries behind a place of the log, up to another.
    pub async fn between_whole(
        &self,
        project: ProjectId,
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<Entry>, StoreError> {
        let places: Vec<_> = (after.saturating_add(1)..=upto).map(sql::place).collect();
        self.reader(project, upto).await?.entries(project, &places, Parts::Whole).await
    }

    /// What the database is asked for a count over the scope, values included: to be tried by hand.
    pub async fn count_sql(&self, scope: &Scope) -> Result<Option<String>, StoreError> {
        let found = self.reader(scope.project, scope.as_of).await?.resolve(scope, None).await?;
        Ok(found.map(|f| sql::count(&f).inlined(<E::Connection as Ask>::DIALECT)))
    }

    /// What the database is asked for a histogram, values included: to be tried by hand.
    pub async fn histogram_sql(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
    ) -> Result<Option<String>, StoreError> {
        let found = self.reader(scope.project, scope.as_of).await?.resolve(scope, None).await?;
        Ok(found.map(|f| sql::histogram(&f, edges).inlined(<E::Connection as Ask>::DIALECT)))
    }

    /// What the database is asked for a facet, values included: to be tried by hand.
    pub async fn facet_sql(
        &self,
        scope: &Scope,
        field: Field,
    ) -> Result<Option<String>, StoreError> {
        let found =
            self.reader(scope.project, scope.as_of).await?.resolve(scope, Some(field)).await?;
        Ok(found
            .map(|f| sql::facet(scope.project, &f, field).inlined(<E::Connection as Ask>::DIALECT)))
    }

    /// What the database is asked for a page's rows, values included: to be tried by hand.
    pub async fn list_sql(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        direction: Direction,
        limit: u16,
    ) -> Result<Option<String>, StoreError> {
        let found = self.reader(scope.project, scope.as_of).await?.resolve(scope, None).await?;
        found
            .map(|f| {
                let limit = limit.into();
                sql::keys(sql::narrow, scope.project, &f, sort, from, direction, limit)
                    .map(|s| s.inlined(<E::Connection as Ask>::DIALECT))
            })
            .transpose()
    }

    /// Whoever reads sees the log as it was at one moment, however many statements that takes, and up to a
    /// place at the least: where a replica is not as far yet, or does not answer, the primary is read.
    async fn reader(
        &self,
        project: ProjectId,
        place: Seq,
    ) -> Result<Reader<'_, Transaction<'static, E::Db>>, StoreError> {
        if self.engine.may_lag()
            && let Some(connection) = self.begin_on_replica(project, place).await
        {
            return Ok(Reader { connection, words: &self.words });
        }
        Ok(Reader { connection: self.begin().await?, words: &self.words })
    }

    async fn begin(&self) -> Result<Transaction<'static, E::Db>, StoreError> {
        Ok(self.engine.primary().begin_with(E::READ).await?)
    }

    async fn begin_on_replica(
        &self,
        project: ProjectId,
        place: Seq,
    ) -> Option<Transaction<'static, E::Db>> {
        if self.engine.is_resting() {
            return None;
        }
        // Looked at first: it has to lack what has been taken out by now.
        let gone = self.taken_out(project).await.ok()?;
        let begun = async {
            let mut begun = self.engine.readers().begin_with(E::READ).await?;
            let upto = "SELECT head, removed FROM project WHERE number = $1";
            let rows = begun.ask(upto.into(), vec![project.0.into()]).await?;
            let row = rows.first();
            let (head, removed) = match row {
                Some(row) => (row.count(0)?, row.count(1)?),
                None => (0, 0),
            };
            Ok::<_, StoreError>((begun, head >= place && removed >= gone))
        };
        match begun.await {
            Ok((begun, is_current)) => is_current.then_some(begun),
            Err(error) => {
                tracing::warn!(%error, "the replica does not answer: the primary is read");
                self.engine.rest();
                None
            }
        }
    }

    /// Rows of a few values, from a statement that needs no moment of its own.
    async fn ask(
        &self,
        text: &'static str,
        values: Vec<sea_query::Value>,
    ) -> Result<Vec<<E::Connection as Ask>::Row>, StoreError> {
        self.engine.primary().acquire().await?.ask(text.into(), values).await
    }
}

/// The next news, unless nobody wants to know any more.
pub(super) async fn next(
    news: &mut mpsc::Receiver<(ProjectId, News)>,
    tell: &mpsc::Sender<(ProjectId, News)>,
) -> Option<(ProjectId, News)> {
    tokio::select! {
        () = tell.closed() => None,
        told = news.recv() => told,
    }
}

/// How many news of other servers may wait.
const NEWS: usize = 1_024;
/// The last place of a project's log.
const PLACE: &str = "SELECT head FROM project WHERE number = $1";

fn project_of(row: &impl Columns) -> Result<Project, StoreError> {
    Ok(Project { number: row.int(0)?, slug: row.text(1)? })
}

#[async_trait]
impl<E: Engine> Store for Tables<E> {
    async fn create_project(&self, slug: &str, now: Timestamp) -> Result<Project, StoreError> {
        if !Project::is_slug(slug) {
            return Err(StoreError::Failed(format!(
                "{slug:?} cannot name a project: lower-case letters, digits and hyphens"
            )));
        }
        let mut connection = self.engine.writer().acquire().await?;
        let made =
            "INSERT INTO project (slug, created_at) VALUES ($1, $2) ON CONFLICT (slug) DO NOTHING";
        connection.change(made, vec![slug.into(), now.millis().into()]).await?;
        let found = "SELECT number, slug FROM project WHERE slug = $1";
        let rows = connection.ask(found.into(), vec![slug.into()]).await?;
        rows.first().map(project_of).ok_or_else(StoreError::incomplete)?
    }

    async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        let rows = self.ask("SELECT number, slug FROM project ORDER BY number", Vec::new()).await?;
        rows.iter().map(project_of).collect()
    }

    async fn project(&self, slug_or_number: &str) -> Result<Option<Project>, StoreError> {
        if slug_or_number.contains('\0') {
            // Nothing is called so, and for PostgreSQL it is no text.
            return Ok(None);
        }
        let values = vec![slug_or_number.into(), slug_or_number.parse::<i64>().ok().into()];
        let found = "SELECT number, slug FROM project WHERE slug = $1 OR number = $2";
        self.ask(found, values).await?.first().map(project_of).transpose()
    }

    async fn actors_with_email(
        &self,
        project: ProjectId,
        email: &str,
    ) -> Result<Vec<String>, StoreError> {
        let values = vec![project.0.into(), Kind::Actor.code().into(), email.into()];
        self.ask(E::ACTORS, values).await?.iter().map(|row| row.text(0)).collect()
    }

    async fn append(
        &self,
        project: ProjectId,
        events: &[Event],
        received_at: Timestamp,
    ) -> Result<Vec<Appended>, StoreError> {
        self.write(project, events, (received_at, false)).await
    }

    async fn restore(
        &self,
        project: ProjectId,
        events: &[Event],
        received_at: Timestamp,
    ) -> Result<Vec<Appended>, StoreError> {
        self.write(project, events, (received_at, true)).await
    }

    async fn remove(&self, removal: &Removal) -> Result<u64, StoreError> {
        let Some(last) = removal.keys.iter().map(|key| key.0).max() else { return Ok(0) };
        let before = Timestamp::saturating(last).plus_millis(1);
        let _shut = self.gate.shut(removal.project, before).await?;
        self.take_out(removal).await
    }

    async fn give_back(&self) -> Result<bool, StoreError> {
        self.engine.give_back().await
    }

    fn news(&self) -> Option<mpsc::Receiver<(ProjectId, News)>> {
        let mut news = self.engine.news()?;
        let (tell, told) = mpsc::channel(NEWS);
        let recent = Arc::clone(&self.recent);
        tokio::spawn(async move {
            while let Some((project, what)) = next(&mut news, &tell).await {
                if what == News::Shrunk {
                    recent.forget(project);
                }
                // Nobody may be left that listens.
                if tell.send((project, what)).await.is_err() {
                    return;
                }
            }
        });
        Some(told)
    }

    async fn steady(&self, project: ProjectId, from: Timestamp) -> Steady {
        self.gate.enter(project, from).await
    }

    async fn behind(&self) -> Result<Option<u64>, StoreError> {
        if !self.engine.may_lag() {
            return Ok(None);
        }
        let heads = "SELECT number, head FROM project";
        let replica = self.engine.readers().acquire().await?.ask(heads.into(), Vec::new()).await?;
        let replica = replica.iter().map(|row| Ok((row.int(0)?, row.int(1)?)));
        let replica = replica.collect::<Result<HashMap<_, _>, StoreError>>()?;
        let mut most = 0;
        for row in self.ask(heads, Vec::new()).await? {
            let has = replica.get(&row.int(0)?).copied().unwrap_or(0);
            most = most.max(row.int(1)? - has);
        }
        Ok(Some(most.unsigned_abs()))
    }

    async fn writable(&self) -> Result<(), StoreError> {
        let same =
            "UPDATE project SET head = head WHERE number = (SELECT min(number) FROM project)";
        self.engine.writer().acquire().await?.change(same, Vec::new()).await?;
        Ok(())
    }

    async fn head(&self, project: ProjectId) -> Result<Seq, StoreError> {
        let mut primary = self.engine.primary().acquire().await?;
        Ok(head(&mut *primary, PLACE, project).await?.unsigned_abs())
    }

    async fn moment(&self, project: ProjectId) -> Result<Seq, StoreError> {
        let mut reader = self.reader(project, 0).await?;
        Ok(head(&mut *reader.connection, PLACE, project).await?.unsigned_abs())
    }

    async fn list(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        direction: Direction,
        limit: u16,
    ) -> Result<Vec<Entry>, StoreError> {
        self.reader(scope.project, scope.as_of)
            .await?
            .list(scope, sort, from, direction, limit)
            .await
    }

    async fn entry(&self, project: ProjectId, seq: Seq) -> Result<Option<Entry>, StoreError> {
        let mut entries = self
            .reader(project, seq)
            .await?
            .entries(project, &[sql::place(seq)], Parts::Whole)
            .await?;
        Ok(entries.pop())
    }

    async fn between(
        &self,
        project: ProjectId,
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut reader = self.reader(project, upto).await?;
        // Places are given without gaps, so they need not be searched for.
        let head = head(&mut *reader.connection, PLACE, project).await?.unsigned_abs();
        let places: Vec<_> = (after.saturating_add(1)..=upto.min(head)).map(sql::place).collect();
        reader.entries(project, &places, Parts::Listed).await
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
        self.reader(scope.project, scope.as_of)
            .await?
            .walk(scope, newest_first, from, limit, parts)
            .await
    }

    async fn rows(
        &self,
        scope: &Scope,
        newest_first: bool,
        from: Option<Key>,
        limit: usize,
        _fields: Option<&[Field]>,
    ) -> Result<Option<Rows>, StoreError> {
        self.reader(scope.project, scope.as_of)
            .await?
            .lines(scope, newest_first, from, limit)
            .await
            .map(Some)
    }

    async fn keys(
        &self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        self.reader(scope.project, scope.as_of).await?.keys(scope, sort, from, limit).await
    }

    async fn at(
        &self,
        project: ProjectId,
        keys: &[Key],
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        let last = keys.iter().map(|key| key.1).max().unwrap_or(0);
        let keys: Vec<_> = keys.iter().map(|&(time, seq)| (time, sql::place(seq))).collect();
        self.reader(project, last).await?.entries_at(project, &keys, parts).await
    }

    async fn count(&self, scope: &Scope) -> Result<u64, StoreError> {
        self.reader(scope.project, scope.as_of).await?.count(scope).await
    }

    async fn extent(&self, scope: &Scope) -> Result<Option<Span>, StoreError> {
        self.reader(scope.project, scope.as_of).await?.extent(scope).await
    }

    async fn histogram(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
    ) -> Result<Vec<[u64; 3]>, StoreError> {
        self.reader(scope.project, scope.as_of).await?.histogram(scope, edges).await
    }

    async fn facet(
        &self,
        scope: &Scope,
        field: Field,
        top: usize,
        containing: Option<&str>,
    ) -> Result<FacetCounts, StoreError> {
        self.reader(scope.project, scope.as_of).await?.facet(scope, field, top, containing).await
    }

    async fn stack(
        &self,
        scope: &Scope,
        edges: &[Timestamp],
        by: StackBy,
    ) -> Result<Stack, StoreError> {
        self.reader(scope.project, scope.as_of).await?.stack(scope, edges, by).await
    }
}
