//! What is kept of streams, in the log's database: how they are; `progress` has how far they are, and
//! `letters` what was refused.

mod letters;
mod progress;

use daybook_model::{
    Filter, Seq, Timestamp,
    stream::{
        MAX_STREAMS, NewStream, StreamChange, StreamFormat, StreamHeader, StreamState, Target,
        Trouble, check_together,
    },
};

use crate::database::{Database, On, Row, query, scalar};
use crate::store::ProjectId;

/// Why a stream cannot be had, kept or changed.
#[derive(Debug, thiserror::Error)]
pub enum StreamsError {
    /// The database did not do it.
    #[error("the database of streams failed: {0}")]
    Database(#[from] sqlx::Error),
    /// What is kept cannot be understood; nothing is sent by it.
    #[error("what is kept of the stream {0} cannot be read")]
    Unreadable(i64),
    /// There is none of this number in the project.
    #[error("this project has no such stream")]
    Missing,
    /// Another one is called so.
    #[error("there is a stream of this name already: choose another one")]
    Taken,
    /// There are too many.
    #[error("this project has {MAX_STREAMS} streams already: delete one first")]
    TooMany,
    /// What was given does not go together.
    #[error(transparent)]
    Given(#[from] daybook_model::QueryError),
}

/// A stream as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Ours.
    pub id: i64,
    /// Whose entries.
    pub project: ProjectId,
    /// What it is called.
    pub name: String,
    /// Where to.
    pub target: Target,
    /// What entries are written as.
    pub format: StreamFormat,
    /// Which entries.
    pub filter: Filter,
    /// What says to the target who sends.
    pub header: Option<StreamHeader>,
    /// Whether it is meant to send.
    pub state: StreamState,
    /// Up to this place everything is settled.
    pub upto: Seq,
    /// How many entries were taken.
    pub sent: u64,
    /// When some were taken last.
    pub sent_at: Option<Timestamp>,
    /// Why it does not get on.
    pub trouble: Option<Trouble>,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many entries were refused for good.
    pub dead_letters: u64,
    /// The first of these that waits to be sent again.
    pub again: Option<Seq>,
}

const SELECT: &str = "SELECT id, project, name, target, format, filter, header_name, header_value, paused, upto, \
     sent, sent_at, error, failing_since, again_at, created_at, \
     (SELECT count(*) FROM dead_letter WHERE stream = id), \
     (SELECT min(seq) FROM dead_letter WHERE stream = id AND again) FROM stream";

fn stream(row: &Row) -> Result<Stream, StreamsError> {
    let id = row.try_get(0)?;
    let unreadable = || StreamsError::Unreadable(id);
    let time = |millis: i64| Timestamp::saturating(millis);
    let seq = |number: i64| number.unsigned_abs();
    let text = |column: usize| row.try_get::<&str>(column);
    let header = row.try_get::<Option<String>>(6)?.zip(row.try_get::<Option<String>>(7)?);
    let trouble = row.try_get::<Option<String>>(12)?.map(|error| {
        let since = row.try_get::<Option<i64>>(13)?.unwrap_or_default();
        let again = row.try_get::<Option<i64>>(14)?.unwrap_or_default();
        Ok::<_, sqlx::Error>(Trouble { error, since: time(since), again_at: time(again) })
    });
    Ok(Stream {
        id,
        project: ProjectId(row.try_get(1)?),
        name: row.try_get(2)?,
        target: text(3)?.parse().map_err(|_| unreadable())?,
        format: text(4)?.parse().map_err(|_| unreadable())?,
        // One that cannot be read must not widen what is sent.
        filter: text(5)?.parse().map_err(|_| unreadable())?,
        header: header.map(|(name, value)| StreamHeader { name, value }),
        state: if row.try_get(8)? { StreamState::Paused } else { StreamState::Running },
        upto: seq(row.try_get(9)?),
        sent: seq(row.try_get(10)?),
        sent_at: row.try_get::<Option<i64>>(11)?.map(time),
        trouble: trouble.transpose()?,
        created_at: time(row.try_get(15)?),
        dead_letters: seq(row.try_get(16)?),
        again: row.try_get::<Option<i64>>(17)?.map(seq),
    })
}

fn place(seq: Seq) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn taken(error: sqlx::Error) -> StreamsError {
    let unique =
        error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation);
    if unique { StreamsError::Taken } else { error.into() }
}

/// The streams of all projects, and what their targets refused.
#[derive(Debug, Clone)]
pub struct Table {
    pub(super) log: Database,
}

impl Table {
    /// Those that are kept in this database.
    pub(super) fn on(log: &Database) -> Self {
        Self { log: log.clone() }
    }

    /// Every stream there is.
    pub(crate) async fn ids(&self) -> Result<Vec<i64>, StreamsError> {
        let all = scalar("SELECT id FROM stream ORDER BY id");
        Ok(all.fetch_all(self.log.readers()).await?)
    }

    /// The streams of a project, by name.
    pub async fn of(&self, project: ProjectId) -> Result<Vec<Stream>, StreamsError> {
        let rows = query(sqlx::AssertSqlSafe(format!(
            "{SELECT} WHERE project = $1 ORDER BY lower(name), id"
        )))
        .bind(project.0)
        .fetch_all(self.log.readers())
        .await?;
        rows.iter().map(stream).collect()
    }

    /// A stream, wherever it belongs to.
    pub(super) async fn get(&self, id: i64) -> Result<Option<Stream>, StreamsError> {
        let row = one(self.log.readers(), id).await?;
        row.as_ref().map(stream).transpose()
    }

    /// A stream of a project.
    pub async fn find(&self, project: ProjectId, id: i64) -> Result<Stream, StreamsError> {
        let found = self.get(id).await?.filter(|stream| stream.project == project);
        found.ok_or(StreamsError::Missing)
    }

    /// Makes one that was checked, which begins behind this place.
    pub async fn create(
        &self,
        project: ProjectId,
        new: &NewStream,
        upto: Seq,
        now: Timestamp,
    ) -> Result<Stream, StreamsError> {
        let id: Option<i64> = scalar(
            "INSERT INTO stream (project, name, target, format, filter, header_name, header_value, upto, created_at) \
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 \
             WHERE (SELECT count(*) FROM stream WHERE project = $1) < $10 RETURNING id",
        )
        .bind(project.0)
        .bind(&new.name)
        .bind(new.target.to_string())
        .bind(new.format.as_str())
        .bind(new.filter.to_string())
        .bind(new.header.as_ref().map(|header| &header.name))
        .bind(new.header.as_ref().map(|header| &header.value))
        .bind(place(upto))
        .bind(now.millis())
        .bind(i64::try_from(MAX_STREAMS).unwrap_or(i64::MAX))
        .fetch_optional(self.log.writer())
        .await
        .map_err(taken)?;
        self.find(project, id.ok_or(StreamsError::TooMany)?).await
    }

    /// Changes one: as it was, and as it is. `passed` is the place up to which nothing was left to be
    /// sent: what is changed holds for what comes behind it.
    pub async fn change(
        &self,
        project: ProjectId,
        id: i64,
        change: &StreamChange,
        passed: impl FnOnce(&Stream) -> Seq,
    ) -> Result<(Stream, Stream), StreamsError> {
        let mut transaction = self.log.writer().begin().await?;
        let row = one(&mut *transaction, id).await?.ok_or(StreamsError::Missing)?;
        let before = stream(&row)?;
        if before.project != project {
            return Err(StreamsError::Missing);
        }
        let after = changed(&before, change, passed(&before))?;
        query(
            "UPDATE stream SET name = $2, target = $3, format = $4, filter = $5, header_name = $6, header_value = $7, \
             paused = $8, upto = $9, error = NULL, failing_since = NULL, again_at = NULL WHERE id = $1",
        )
        .bind(id)
        .bind(&after.name)
        .bind(after.target.to_string())
        .bind(after.format.as_str())
        .bind(after.filter.to_string())
        .bind(after.header.as_ref().map(|header| &header.name))
        .bind(after.header.as_ref().map(|header| &header.value))
        .bind(after.state == StreamState::Paused)
        .bind(place(after.upto))
        .execute(&mut *transaction)
        .await
        .map_err(taken)?;
        transaction.commit().await?;
        Ok((before, after))
    }

    /// Deletes one, with its dead letters; as it was.
    pub async fn delete(&self, project: ProjectId, id: i64) -> Result<Stream, StreamsError> {
        let before = self.find(project, id).await?;
        let gone = query("DELETE FROM stream WHERE id = $1").bind(id);
        let gone = gone.execute(self.log.writer()).await?.rows_affected() > 0;
        if gone { Ok(before) } else { Err(StreamsError::Missing) }
    }
}

async fn one(from: impl On, id: i64) -> Result<Option<Row>, sqlx::Error> {
    let select = sqlx::AssertSqlSafe(format!("{SELECT} WHERE id = $1"));
    query(select).bind(id).fetch_optional(from).await
}

/// A stream with a change, if that goes together.
fn changed(before: &Stream, change: &StreamChange, passed: Seq) -> Result<Stream, StreamsError> {
    let StreamChange { name, target, format, filter, header, state, after } = change.clone();
    let target = target.unwrap_or_else(|| before.target.clone());
    let refiltered = filter.as_ref().is_some_and(|filter| *filter != before.filter);
    if header.is_none() && before.header.is_some() && !target.same_server(&before.target) {
        // Else whoever may change the target could read what is never shown.
        let problem = "is kept for another server: give it again, or null to send none";
        return Err(daybook_model::QueryError::new("header", problem).into());
    }
    let stream = Stream {
        name: name.unwrap_or_else(|| before.name.clone()),
        format: format.unwrap_or(before.format),
        filter: filter.unwrap_or_else(|| before.filter.clone()),
        header: header.unwrap_or_else(|| before.header.clone()),
        state: state.unwrap_or(before.state),
        // A new filter holds for what comes; all else goes on where it is.
        upto: after.unwrap_or(if refiltered { passed } else { before.upto }),
        trouble: None,
        target,
        ..before.clone()
    };
    check_together(stream.target.scheme, stream.format, stream.header.as_ref())?;
    Ok(stream)
}
