//! What people prefer: kept in the log's database, so that it moves and is backed up with it.

use daybook_model::settings::{MOST, Settings, SettingsChange};

use crate::store::sqlite::Database;

/// Why settings cannot be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum PreferencesError {
    /// The database did not do it.
    #[error("the database of settings failed: {0}")]
    Database(#[from] sqlx::Error),
    /// There are too many.
    #[error("there would be more than {MOST} settings: reset some columns first")]
    TooMany,
}

/// The settings of everybody.
#[derive(Debug, Clone)]
pub struct Preferences {
    log: Database,
}

impl Preferences {
    /// Those that are kept in this database.
    pub fn on(log: &Database) -> Self {
        Self { log: log.clone() }
    }

    /// All of a person's.
    pub async fn of(&self, person: i64) -> Result<Settings, PreferencesError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT key, value FROM setting WHERE person = $1")
                .bind(person)
                .fetch_all(self.log.readers())
                .await?;
        Ok(rows.into_iter().collect())
    }

    /// Keeps and forgets what a checked change says, all of it or nothing.
    pub async fn change(
        &self,
        person: i64,
        change: &SettingsChange,
    ) -> Result<(), PreferencesError> {
        let mut transaction = self.log.writer().begin_with("BEGIN IMMEDIATE").await?;
        for (key, value) in &change.0 {
            let sql = match value {
                Some(_) => {
                    "INSERT INTO setting (person, key, value) VALUES ($1, $2, $3) \
                     ON CONFLICT DO UPDATE SET value = excluded.value"
                }
                None => "DELETE FROM setting WHERE person = $1 AND key = $2",
            };
            let query = sqlx::query(sql).bind(person).bind(key);
            match value {
                Some(value) => query.bind(value),
                None => query,
            }
            .execute(&mut *transaction)
            .await?;
        }
        let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM setting WHERE person = $1")
            .bind(person)
            .fetch_one(&mut *transaction)
            .await?;
        if usize::try_from(kept).is_ok_and(|kept| kept > MOST) {
            return Err(PreferencesError::TooMany);
        }
        transaction.commit().await?;
        Ok(())
    }
}
