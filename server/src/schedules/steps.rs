//! The steps of a run, each of which is on disk before the next one is taken.

use daybook_model::{Seq, Timestamp};

use super::{
    Kept, KeptRun, Schedules, SchedulesError,
    kept::{Made, RUN, number, run},
};
use crate::database::{query, scalar};

/// How long a run that fails waits before it is tried again the first time, in milliseconds.
const WAIT: i64 = 60_000;
/// How long it waits at most.
const LONGEST_WAIT: i64 = 6 * 60 * 60_000;

impl Schedules {
    /// Those that there is something to do for.
    pub(super) async fn due(&self, now: Timestamp) -> Result<Vec<i64>, SchedulesError> {
        let due = scalar(
            "SELECT s.id FROM schedule s \
             LEFT JOIN schedule_run r ON r.schedule = s.id AND r.ended_at IS NULL \
             WHERE s.urged OR (NOT s.paused AND COALESCE(r.retry_at, s.next_at) <= $1) ORDER BY s.id",
        );
        Ok(due.bind(now.millis()).fetch_all(self.log.writer()).await?)
    }

    /// What was under way when the server stopped is tried again at once.
    pub(super) async fn resume(&self, now: Timestamp) -> Result<(), SchedulesError> {
        query("UPDATE schedule_run SET retry_at = CASE WHEN retry_at > $1 THEN $1 ELSE retry_at END WHERE ended_at IS NULL")
            .bind(now.millis())
            .execute(self.log.writer())
            .await?;
        Ok(())
    }

    /// The run that is not done yet, or else a new one up to a place of the log. From here on it is
    /// settled which entries it has. Each call is an attempt.
    pub(super) async fn begin(
        &self,
        kept: &Kept,
        head: Seq,
        (now, next_at): (Timestamp, Timestamp),
    ) -> Result<Option<KeptRun>, SchedulesError> {
        let mut transaction = self.log.writer().begin().await?;
        query(
            "INSERT INTO schedule_run (schedule, number, after, upto, from_at, to_at, before, before_at, retry_at) \
             SELECT id, 1 + (SELECT COALESCE(MAX(number), 0) FROM schedule_run WHERE schedule = $1), \
             covered, CASE WHEN covered > $2 THEN covered ELSE $2 END, \
             covered_at, CASE WHEN covered_at > $3 THEN covered_at ELSE $3 END, before, before_at, $3 \
             FROM schedule WHERE id = $1 AND NOT EXISTS \
             (SELECT 1 FROM schedule_run WHERE schedule = $1 AND ended_at IS NULL)",
        )
        .bind(kept.id)
        .bind(number(head))
        .bind(now.millis())
        .execute(&mut *transaction)
        .await?;
        let row = query(sqlx::AssertSqlSafe(format!(
            "UPDATE schedule_run SET attempts = attempts + 1 \
             WHERE schedule = $1 AND ended_at IS NULL RETURNING {RUN}"
        )));
        let begun = row.bind(kept.id).fetch_optional(&mut *transaction).await?;
        // Without one the schedule was taken away meanwhile.
        let Some(begun) = begun.as_ref().map(run).transpose()? else { return Ok(None) };
        let retry_at = now.plus_millis(wait(begun.attempts));
        query("UPDATE schedule_run SET retry_at = $2 WHERE schedule = $1 AND ended_at IS NULL")
            .bind(kept.id)
            .bind(retry_at.millis())
            .execute(&mut *transaction)
            .await?;
        query(
            "UPDATE schedule SET covered = $2, covered_at = $3, before = $4, before_at = $5, \
             next_at = $6, urged = FALSE, problem = NULL WHERE id = $1",
        )
        .bind(kept.id)
        .bind(number(begun.to.seq))
        .bind(begun.to.at.millis())
        .bind(number(begun.from.seq))
        .bind(begun.from.at.millis())
        .bind(next_at.millis())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Some(KeptRun { retry_at, ..begun }))
    }

    /// One more has their mail.
    pub(super) async fn delivered(&self, id: i64, run: &KeptRun) -> Result<(), SchedulesError> {
        query("UPDATE schedule_run SET delivered = $3 WHERE schedule = $1 AND number = $2")
            .bind(id)
            .bind(run.number)
            .bind(serde_json::to_string(&run.delivered)?)
            .execute(self.log.writer())
            .await?;
        Ok(())
    }

    /// A run is done.
    pub(super) async fn done(
        &self,
        id: i64,
        run: u32,
        made: &Made,
        now: Timestamp,
    ) -> Result<(), SchedulesError> {
        query(
            "UPDATE schedule_run SET row_count = $3, bytes = $4, sha256 = $5, place = $6, \
             problem = $7, ended_at = $8 WHERE schedule = $1 AND number = $2",
        )
        .bind(id)
        .bind(run)
        .bind(number(made.rows))
        .bind(made.bytes.map(number))
        .bind(&made.sha256)
        .bind(&made.place)
        .bind(&made.note)
        .bind(now.millis())
        .execute(self.log.writer())
        .await?;
        Ok(())
    }

    /// A run failed, and is tried again.
    pub(super) async fn failed(
        &self,
        id: i64,
        run: u32,
        problem: &str,
    ) -> Result<(), SchedulesError> {
        query("UPDATE schedule_run SET problem = $3 WHERE schedule = $1 AND number = $2")
            .bind(id)
            .bind(run)
            .bind(problem)
            .execute(self.log.writer())
            .await?;
        Ok(())
    }

    /// It may not run now: it is asked again at its next hour.
    pub(super) async fn held(
        &self,
        id: i64,
        problem: &str,
        next_at: Timestamp,
    ) -> Result<(), SchedulesError> {
        let mut transaction = self.log.writer().begin().await?;
        query("UPDATE schedule SET problem = $2, next_at = $3, urged = FALSE WHERE id = $1")
            .bind(id)
            .bind(problem)
            .bind(next_at.millis())
            .execute(&mut *transaction)
            .await?;
        query("UPDATE schedule_run SET retry_at = $2 WHERE schedule = $1 AND ended_at IS NULL")
            .bind(id)
            .bind(next_at.millis())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// How long a run waits after so many attempts, in milliseconds: twice as long each time.
fn wait(attempts: u32) -> i64 {
    WAIT.saturating_mul(1_i64 << attempts.saturating_sub(1).min(20)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_have_an_end() {
        let minutes: Vec<i64> = (1..12).map(|n| wait(n) / 60_000).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(wait(u32::MAX), LONGEST_WAIT);
    }
}
