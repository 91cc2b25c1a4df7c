//! What people prefer: kept in the log's database, so that it moves and is backed up with it.

use crate::database::{Database, query, scalar};
use daybook_model::settings::{MOST, Settings, SettingsChange};

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
        let rows = query("SELECT key, value FROM setting WHERE person = $1")
            .bind(person)
            .fetch_all(self.log.readers())
            .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// Keeps and forgets what a checked change says, all of it or nothing.
    pub async fn change(
        &self,
        person: i64,
        change: &SettingsChange,
    ) -> Result<(), PreferencesError> {
        let mut transaction = self.log.writer().begin().await?;
        for (key, value) in &change.0 {
            let sql = match value {
                Some(_) => {
                    "INSERT INTO setting (person, key, value) VALUES ($1, $2, $3) \
                     ON CONFLICT (person, key) DO UPDATE SET value = excluded.value"
                }
                None => "DELETE FROM setting WHERE person = $1 AND key = $2",
            };
            let query = query(sql).bind(person).bind(key);
            match value {
                Some(value) => query.bind(value),
                None => query,
            }
            .execute(&mut *transaction)
            .await?;
        }
        let kept: i64 = scalar("SELECT COUNT(*) FROM setting WHERE person = $1")
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
