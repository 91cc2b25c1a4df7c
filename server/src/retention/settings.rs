//! How long each project's entries are kept.

use daybook_model::retention::Retention;

use super::{Keeping, RetentionError};
use crate::database::{query, scalar};
use crate::store::ProjectId;

impl Keeping {
    /// The project's rules, where somebody said so; else the usual ones hold.
    pub async fn rules(&self, project: ProjectId) -> Result<Option<Retention>, RetentionError> {
        let wanted: Option<String> = scalar("SELECT wanted FROM retention WHERE project = $1")
            .bind(project.0)
            .fetch_optional(self.log.readers())
            .await?;
        Ok(wanted.map(|wanted| serde_json::from_str(&wanted)).transpose()?)
    }

    /// Changes them, and stops what was begun under the old ones.
    pub async fn set_rules(
        &self,
        project: ProjectId,
        rules: &Retention,
    ) -> Result<(), RetentionError> {
        let wanted = serde_json::to_string(rules)?;
        let _step = self.step().await?;
        let mut transaction = self.log.writer().begin().await?;
        query(
            "INSERT INTO retention (project, wanted) VALUES ($1, $2) \
             ON CONFLICT (project) DO UPDATE SET wanted = $2",
        )
        .bind(project.0)
        .bind(wanted)
        .execute(&mut *transaction)
        .await?;
        query("UPDATE retention_run SET stopped = 1 WHERE project = $1 AND ended_at IS NULL")
            .bind(project.0)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}
