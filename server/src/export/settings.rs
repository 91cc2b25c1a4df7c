//! What a project allows of exports.

use daybook_model::export::ExportSettings;

use super::ExportsError;
use crate::database::{Database, query};
use crate::store::ProjectId;

/// The project's settings.
pub async fn of(log: &Database, project: ProjectId) -> Result<ExportSettings, ExportsError> {
    let row = query("SELECT enabled, max_rows FROM export_settings WHERE project = $1")
        .bind(project.0)
        .fetch_optional(log.readers())
        .await?;
    Ok(match row {
        None => ExportSettings::default(),
        Some(row) => ExportSettings {
            enabled: row.try_get(0)?,
            max_rows: row.try_get::<Option<i64>>(1)?.map(i64::unsigned_abs),
        },
    })
}

/// Changes them; what they were before.
pub async fn set(
    log: &Database,
    project: ProjectId,
    settings: ExportSettings,
) -> Result<ExportSettings, ExportsError> {
    let before = of(log, project).await?;
    let max_rows = settings.max_rows.map(|rows| i64::try_from(rows).unwrap_or(i64::MAX));
    query(
        "INSERT INTO export_settings (project, enabled, max_rows) VALUES ($1, $2, $3) \
         ON CONFLICT (project) DO UPDATE SET enabled = $2, max_rows = $3",
    )
    .bind(project.0)
    .bind(settings.enabled)
    .bind(max_rows)
    .execute(log.writer())
    .await?;
    Ok(before)
}
