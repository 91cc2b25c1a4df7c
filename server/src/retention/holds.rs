//! Legal holds: what is kept, whatever the rules say. One that was lifted stays written down.

use daybook_model::{
    Filter, Timestamp,
    retention::{Hold, MAX_HOLDS, NewHold},
};

use super::{Keeping, RetentionError};
use crate::database::{Row, query};
use crate::store::ProjectId;

fn hold(row: &Row) -> Result<Hold, RetentionError> {
    let filter: String = row.try_get(2)?;
    let filter: Filter = filter.parse().map_err(|e| {
        // Better nothing is removed than what this one holds.
        sqlx::Error::Decode(format!("a hold's filter: {e}").into())
    })?;
    Ok(Hold {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        filter,
        reason: row.try_get(3)?,
        made_by: row.try_get(4)?,
        created_at: Timestamp::saturating(row.try_get(5)?),
    })
}

const COLUMNS: &str = "hold, name, filter, reason, made_by, created_at";

impl Keeping {
    /// Those that hold.
    pub async fn holds(&self, project: ProjectId) -> Result<Vec<Hold>, RetentionError> {
        let rows = query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM legal_hold WHERE project = $1 AND lifted_at IS NULL ORDER BY hold"
        )));
        // The connection that writes: one that was just made counts.
        rows.bind(project.0).fetch_all(self.log.writer()).await?.iter().map(hold).collect()
    }

    /// Makes one.
    pub async fn make_hold(
        &self,
        project: ProjectId,
        wanted: &NewHold,
        by: &str,
        now: Timestamp,
    ) -> Result<Hold, RetentionError> {
        // What is being removed at this moment goes; once this is answered, nothing more does.
        let _step = self.step().await?;
        let most = i64::try_from(MAX_HOLDS).unwrap_or(i64::MAX);
        let row = query(sqlx::AssertSqlSafe(format!(
            "INSERT INTO legal_hold (project, hold, name, filter, reason, made_by, created_at) \
             SELECT $1, (SELECT COALESCE(MAX(hold), 0) + 1 FROM legal_hold WHERE project = $1), \
             $2, $3, $4, $5, $6 WHERE $7 > \
             (SELECT COUNT(*) FROM legal_hold WHERE project = $1 AND lifted_at IS NULL) \
             RETURNING {COLUMNS}"
        )))
        .bind(project.0)
        .bind(&wanted.name)
        .bind(wanted.filter.to_string())
        .bind(&wanted.reason)
        .bind(by)
        .bind(now.millis())
        .bind(most)
        .fetch_optional(self.log.writer())
        .await?;
        row.as_ref().map_or(Err(RetentionError::TooMany(MAX_HOLDS)), hold)
    }

    /// Lifts one; what it was.
    pub async fn lift_hold(
        &self,
        project: ProjectId,
        id: i64,
        now: Timestamp,
    ) -> Result<Option<Hold>, RetentionError> {
        let _step = self.step().await?;
        let row = query(sqlx::AssertSqlSafe(format!(
            "UPDATE legal_hold SET lifted_at = $3 \
             WHERE project = $1 AND hold = $2 AND lifted_at IS NULL RETURNING {COLUMNS}"
        )));
        let row = row.bind(project.0).bind(id).bind(now.millis());
        row.fetch_optional(self.log.writer()).await?.as_ref().map(hold).transpose()
    }
}
