//! Pinned entries that retention took out of the log.

use std::collections::HashSet;

use daybook_model::{Seq, Timestamp, investigation::Removed};

use super::{Investigations, place};
use crate::{
    database::{query, scalar},
    store::{Key, ProjectId},
};

impl Investigations {
    /// Notes which pinned entries are among those that a run of retention takes out now. What stays after all
    /// is shown as ever, and noted again by the run that takes it.
    pub(crate) async fn removing(
        &self,
        project: ProjectId,
        run: i64,
        keys: &[Key],
    ) -> Result<(), sqlx::Error> {
        let seqs: HashSet<i64> = keys.iter().map(|(_, seq)| place(*seq)).collect();
        let (Some(first), Some(last)) = (seqs.iter().min(), seqs.iter().max()) else {
            return Ok(());
        };
        let pinned: Vec<i64> = scalar(
            "SELECT DISTINCT seq FROM investigation_pin \
             WHERE project = $1 AND seq BETWEEN $2 AND $3",
        )
        .bind(project.0)
        .bind(first)
        .bind(last)
        .fetch_all(self.log.readers())
        .await?;
        for seq in pinned.into_iter().filter(|seq| seqs.contains(seq)) {
            query(
                "INSERT INTO removed_pin (project, seq, run) VALUES ($1, $2, $3) \
                 ON CONFLICT (project, seq) DO UPDATE SET run = $3",
            )
            .bind(project.0)
            .bind(seq)
            .bind(run)
            .execute(self.log.writer())
            .await?;
        }
        Ok(())
    }

    /// The run that took out an entry, as far as that is certain: it was noted, or there is only one that
    /// took anything out around there.
    pub(super) async fn removed(
        &self,
        project: ProjectId,
        seq: Seq,
    ) -> Result<Option<Removed>, sqlx::Error> {
        let row = query(
            "SELECT run, COALESCE(ended_at, began_at) FROM retention_run WHERE project = $1 AND run = COALESCE(\
             (SELECT run FROM removed_pin WHERE project = $1 AND seq = $2), \
             (SELECT CASE WHEN COUNT(DISTINCT run) = 1 THEN MIN(run) END FROM removal \
             WHERE project = $1 AND first_seq <= $2 AND last_seq >= $2))",
        )
        .bind(project.0)
        .bind(place(seq))
        .fetch_optional(self.log.readers())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let run: i64 = row.try_get(0)?;
        let at = Timestamp::saturating(row.try_get(1)?);
        Ok(Some(Removed { run, at, entry: crate::retention::entry_id(project, run) }))
    }
}
