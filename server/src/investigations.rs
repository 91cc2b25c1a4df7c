//! Investigations: notes beside the log, kept in the log's database, so that they move and are backed up
//! with it. `pins` and `comments` have the statements of their tables, `findings` puts all of it together
//! as somebody may see it, `document` writes that down, and `record` tells the log of every change.

mod comments;
mod document;
mod findings;
mod pins;
mod record;
mod removed;

use daybook_model::{
    Timestamp,
    investigation::{
        Investigation, InvestigationChange, InvestigationStatus, MAX_COMMENTS, MAX_INVESTIGATIONS,
        MAX_PINS,
    },
};

use crate::database::{Database, Row, Transaction, query, scalar};
use crate::store::ProjectId;
pub use document::{Made, part, write};
pub use findings::{Reader, brief, findings};
pub use record::{Done, exported, record};

/// Why an investigation cannot be had, kept or changed.
#[derive(Debug, thiserror::Error)]
pub enum InvestigationsError {
    /// The database did not do it.
    #[error("the database of investigations failed: {0}")]
    Database(#[from] sqlx::Error),
    /// What is kept cannot be understood.
    #[error("what is kept of the investigation {0} cannot be read")]
    Unreadable(i64),
    /// There is none of this number that the asker sees.
    #[error("there is no such investigation")]
    Missing,
    /// The entry is not one of its.
    #[error("this entry is not pinned to this investigation")]
    NotPinned,
    /// There is no such comment of the asker's.
    #[error("there is no such comment of yours")]
    NotSaid,
    /// It is closed.
    #[error("this investigation is closed: open it again first")]
    Closed,
    /// There are too many.
    #[error("this project has {MAX_INVESTIGATIONS} investigations already, which is the most")]
    TooMany,
    /// There are too many.
    #[error("{MAX_PINS} entries are pinned to this investigation already: open another one")]
    TooManyPins,
    /// There are too many.
    #[error("this investigation has {MAX_COMMENTS} comments already, which is the most")]
    TooManyComments,
}

/// An investigation as it is kept, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Who opened it.
    pub person: i64,
    /// What lists have of it.
    pub investigation: Investigation,
}

/// Those of all projects.
#[derive(Debug, Clone)]
pub struct Investigations {
    log: Database,
}

const SELECT: &str = "SELECT i.number, i.title, i.status, p.email, i.opened_at, i.changed_at, \
     (SELECT count(*) FROM investigation_pin n WHERE n.project = i.project AND n.investigation = i.number), \
     (SELECT count(*) FROM investigation_comment c WHERE c.project = i.project AND c.investigation = i.number), \
     i.person FROM investigation i JOIN person p ON p.id = i.person WHERE i.project = $1";

impl Investigations {
    /// Those that are kept in this database.
    pub fn on(log: &Database) -> Self {
        Self { log: log.clone() }
    }

    /// Those of a project, the open ones first, then by when they were changed; with `seq`, those that this
    /// entry is pinned to.
    pub async fn of(
        &self,
        project: ProjectId,
        seq: Option<u64>,
    ) -> Result<Vec<Kept>, InvestigationsError> {
        let rows = query(sqlx::AssertSqlSafe(format!(
            "{SELECT} AND ($2 IS NULL OR i.number IN \
             (SELECT n.investigation FROM investigation_pin n WHERE n.project = $1 AND n.seq = $2)) \
             ORDER BY i.status = 'closed', i.changed_at DESC, i.number DESC"
        )))
        .bind(project.0)
        .bind(seq.map(place))
        .fetch_all(self.log.readers())
        .await?;
        rows.iter().map(kept).collect()
    }

    /// One of a project.
    pub async fn find(&self, project: ProjectId, number: i64) -> Result<Kept, InvestigationsError> {
        let row = query(sqlx::AssertSqlSafe(format!("{SELECT} AND i.number = $2")))
            .bind(project.0)
            .bind(number)
            .fetch_optional(self.log.readers())
            .await?;
        kept(&row.ok_or(InvestigationsError::Missing)?)
    }

    /// Opens one; its number.
    pub async fn create(
        &self,
        project: ProjectId,
        person: i64,
        title: &str,
        now: Timestamp,
    ) -> Result<i64, InvestigationsError> {
        // None is ever deleted, so the next number was never given.
        let number: Option<i64> = scalar(
            "INSERT INTO investigation (project, number, title, status, person, opened_at, changed_at) \
             SELECT $1, (SELECT COALESCE(MAX(number), 0) + 1 FROM investigation WHERE project = $1), \
             $2, 'open', $3, $4, $4 \
             WHERE (SELECT count(*) FROM investigation WHERE project = $1) < $5 RETURNING number",
        )
        .bind(project.0)
        .bind(title)
        .bind(person)
        .bind(now.millis())
        .bind(most(MAX_INVESTIGATIONS))
        .fetch_optional(self.log.writer())
        .await?;
        number.ok_or(InvestigationsError::TooMany)
    }

    /// Gives one another title, closes it, or opens it again.
    pub async fn change(
        &self,
        project: ProjectId,
        number: i64,
        change: &InvestigationChange,
        now: Timestamp,
    ) -> Result<(), InvestigationsError> {
        let mut transaction = self.log.writer().begin().await?;
        // What opens it again may give it another title at once.
        if change.status != Some(InvestigationStatus::Open) {
            is_open(&mut transaction, project, number).await?;
        }
        query(
            "UPDATE investigation SET title = COALESCE($3, title), status = COALESCE($4, status), \
             changed_at = $5 WHERE project = $1 AND number = $2",
        )
        .bind(project.0)
        .bind(number)
        .bind(&change.title)
        .bind(change.status.map(InvestigationStatus::as_str))
        .bind(now.millis())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Refuses what would change one that is closed.
async fn is_open(
    transaction: &mut Transaction,
    project: ProjectId,
    number: i64,
) -> Result<(), InvestigationsError> {
    let status: Option<String> =
        scalar("SELECT status FROM investigation WHERE project = $1 AND number = $2")
            .bind(project.0)
            .bind(number)
            .fetch_optional(&mut *transaction)
            .await?;
    match status.as_deref() {
        None => Err(InvestigationsError::Missing),
        Some("open") => Ok(()),
        Some(_) => Err(InvestigationsError::Closed),
    }
}

/// Something of it was changed now.
async fn touch(
    transaction: &mut Transaction,
    project: ProjectId,
    number: i64,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    query("UPDATE investigation SET changed_at = $3 WHERE project = $1 AND number = $2")
        .bind(project.0)
        .bind(number)
        .bind(now.millis())
        .execute(&mut *transaction)
        .await
        .map(drop)
}

fn kept(row: &Row) -> Result<Kept, InvestigationsError> {
    let number = row.try_get(0)?;
    let unreadable = || InvestigationsError::Unreadable(number);
    Ok(Kept {
        person: row.try_get(8)?,
        investigation: Investigation {
            number,
            title: row.try_get(1)?,
            status: row.try_get::<&str>(2)?.parse().map_err(|_| unreadable())?,
            opened_by: row.try_get(3)?,
            opened_at: Timestamp::saturating(row.try_get(4)?),
            changed_at: Timestamp::saturating(row.try_get(5)?),
            pins: row.try_get::<i64>(6)?.unsigned_abs(),
            comments: row.try_get::<i64>(7)?.unsigned_abs(),
        },
    })
}

fn place(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn most(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
