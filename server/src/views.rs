//! Saved views: kept in the log's database, so that they move and are backed up with it.

use daybook_model::{
    Timestamp,
    saved::{NewView, SavedView, ViewChange},
};

use crate::database::{Connection, Database, Row, query, scalar};
use crate::store::ProjectId;

/// How many views a person may save in a project.
const MOST: i64 = 200;

/// Why a saved view cannot be had, kept or changed.
#[derive(Debug, thiserror::Error)]
pub enum ViewsError {
    /// The database did not do it.
    #[error("the database of saved views failed: {0}")]
    Database(#[from] sqlx::Error),
    /// There is none of this number for this person.
    #[error("there is no such saved view")]
    Missing,
    /// Somebody else saved it.
    #[error("this view was saved by somebody else: save one of your own")]
    NotYours,
    /// There are too many.
    #[error("you have saved {MOST} views here already: delete one first")]
    TooMany,
}

/// The saved views of all projects.
#[derive(Debug, Clone)]
pub struct Views {
    log: Database,
}

impl Views {
    /// Those that are kept in this database.
    pub fn on(log: &Database) -> Self {
        Self { log: log.clone() }
    }

    /// What a person sees in a project: their own and the shared ones, the starred first, then by
    /// name.
    pub async fn list(
        &self,
        project: ProjectId,
        person: i64,
    ) -> Result<Vec<SavedView>, ViewsError> {
        let rows = query(
            "SELECT v.id, v.name, v.query, v.columns, v.shared, v.person = $2 AS own, \
             COALESCE(m.starred, FALSE) AS starred, COALESCE(m.is_default, FALSE) \
             FROM saved_view v LEFT JOIN view_mark m ON m.view = v.id AND m.person = $2 \
             WHERE v.project = $1 AND (v.shared OR v.person = $2) \
             ORDER BY starred DESC, lower(v.name), v.id",
        )
        .bind(project.0)
        .bind(person)
        .fetch_all(self.log.readers())
        .await?;
        Ok(rows.iter().map(view).collect::<Result<_, _>>()?)
    }

    /// Saves a view that was checked.
    pub async fn create(
        &self,
        project: ProjectId,
        person: i64,
        new: NewView,
        now: Timestamp,
    ) -> Result<SavedView, ViewsError> {
        // One statement, so that two at once cannot both be the last one allowed.
        let id = scalar::<i64>(
            "INSERT INTO saved_view (project, person, shared, name, query, columns, created_at) \
             SELECT $1, $2, $3, $4, $5, $6, $7 WHERE $8 > \
             (SELECT COUNT(*) FROM saved_view WHERE project = $1 AND person = $2) RETURNING id",
        )
        .bind(project.0)
        .bind(person)
        .bind(new.shared)
        .bind(&new.name)
        .bind(&new.query)
        .bind(&new.columns)
        .bind(now.millis())
        .bind(MOST)
        .fetch_optional(self.log.writer())
        .await?
        .ok_or(ViewsError::TooMany)?;
        let NewView { name, query, columns, shared } = new;
        Ok(SavedView {
            id,
            name,
            query,
            columns,
            shared,
            own: true,
            starred: false,
            default: false,
        })
    }

    /// Changes what the person may: a name only of what they saved, their own marks on anything.
    pub async fn change(
        &self,
        project: ProjectId,
        person: i64,
        id: i64,
        change: &ViewChange,
    ) -> Result<(), ViewsError> {
        let mut transaction = self.log.writer().begin().await?;
        let own = own(&mut transaction, project, person, id).await?;
        if let Some(name) = &change.name {
            if !own {
                return Err(ViewsError::NotYours);
            }
            query("UPDATE saved_view SET name = $1 WHERE id = $2")
                .bind(name)
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        }
        query("INSERT INTO view_mark (person, view) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(person)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        if let Some(starred) = change.starred {
            query("UPDATE view_mark SET starred = $1 WHERE person = $2 AND view = $3")
                .bind(starred)
                .bind(person)
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        }
        if let Some(default) = change.default {
            // One at most in a project.
            query(
                "UPDATE view_mark SET is_default = ($1 AND view = $3) WHERE person = $2 AND \
                 (view = $3 OR $1 AND view IN (SELECT id FROM saved_view WHERE project = $4))",
            )
            .bind(default)
            .bind(person)
            .bind(id)
            .bind(project.0)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Deletes a view that the person saved.
    pub async fn delete(&self, project: ProjectId, person: i64, id: i64) -> Result<(), ViewsError> {
        let mut transaction = self.log.writer().begin().await?;
        if !own(&mut transaction, project, person, id).await? {
            return Err(ViewsError::NotYours);
        }
        query("DELETE FROM saved_view WHERE id = $1").bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Whether the person saved it; an error where they cannot even see it.
async fn own(
    connection: &mut Connection,
    project: ProjectId,
    person: i64,
    id: i64,
) -> Result<bool, ViewsError> {
    scalar(
        "SELECT person = $2 FROM saved_view \
         WHERE id = $3 AND project = $1 AND (shared OR person = $2)",
    )
    .bind(project.0)
    .bind(person)
    .bind(id)
    .fetch_optional(connection)
    .await?
    .ok_or(ViewsError::Missing)
}

fn view(row: &Row) -> Result<SavedView, sqlx::Error> {
    Ok(SavedView {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        query: row.try_get(2)?,
        columns: row.try_get(3)?,
        shared: row.try_get(4)?,
        own: row.try_get(5)?,
        starred: row.try_get(6)?,
        default: row.try_get(7)?,
    })
}
