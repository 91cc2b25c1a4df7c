//! Which roles see masks in a project.

use daybook_model::{
    account::Role,
    privacy::{Masking, Privacy},
};

use super::{Masks, Pseudonyms};
use crate::database::{Database, query};
use crate::store::{ProjectId, StoreError};

/// The settings of all projects, with their keys.
#[derive(Debug, Clone)]
pub struct Settings {
    log: Database,
    pseudonyms: Pseudonyms,
}

impl Settings {
    /// Those that are kept in this database.
    pub fn on(log: &Database) -> Self {
        Self { log: log.clone(), pseudonyms: Pseudonyms::of(log) }
    }

    /// What pseudonyms stand for.
    pub fn pseudonyms(&self) -> Pseudonyms {
        self.pseudonyms.clone()
    }

    /// Which roles see masks.
    pub async fn of(&self, project: ProjectId) -> Result<Privacy, StoreError> {
        Ok(self.read(project).await?.map(|(_, privacy)| privacy).unwrap_or_default())
    }

    /// What is masked for a role.
    pub async fn masks(&self, project: ProjectId, role: Role) -> Result<Masks, StoreError> {
        let Some((key, privacy)) = self.read(project).await? else { return Ok(Masks::NONE) };
        let Masking { emails, ips, .. } = privacy.of(role);
        Ok(if emails || ips { Masks::new(key, emails, ips) } else { Masks::NONE })
    }

    async fn read(&self, project: ProjectId) -> Result<Option<([u8; 32], Privacy)>, StoreError> {
        let row = query("SELECT key, masked FROM privacy WHERE project = $1")
            .bind(project.0)
            .fetch_optional(self.log.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let broken = || StoreError::Failed("the privacy of a project cannot be read".into());
        let key = row.try_get::<Vec<u8>>(0)?.try_into().map_err(|_| broken())?;
        let privacy = serde_json::from_str(row.try_get(1)?).map_err(|_| broken())?;
        Ok(Some((key, privacy)))
    }

    /// Sets which roles see masks; a project's first time makes its key.
    pub async fn set(&self, project: ProjectId, privacy: &Privacy) -> Result<(), StoreError> {
        let masked = serde_json::to_string(privacy)
            .map_err(|e| StoreError::Failed(format!("settings cannot be written: {e}")))?;
        query(
            "INSERT INTO privacy (project, key, masked) VALUES ($1, $2, $3) \
             ON CONFLICT (project) DO UPDATE SET masked = excluded.masked",
        )
        .bind(project.0)
        .bind(rand::random::<[u8; 32]>().to_vec())
        .bind(masked)
        .execute(self.log.writer())
        .await?;
        Ok(())
    }
}
