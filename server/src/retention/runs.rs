//! When a project's rules are applied, what is under way, and what was taken out.

use daybook_model::{
    Seq, Timestamp,
    retention::{DAY, PurgeRun, Taken, Trouble},
};

use super::{Keeping, RetentionError, plan::Plan};
use crate::database::{Row, query, scalar};
use crate::store::ProjectId;

/// How long after Daybook first sees a project nothing of it is removed, in milliseconds: time to say
/// otherwise.
pub(super) const GRACE: i64 = 7 * DAY;
/// How many runs are shown.
const SHOWN: i64 = 30;

/// When a project's rules are applied next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Not before this moment.
    pub next_at: Timestamp,
    /// What was in the way the last time.
    pub trouble: Option<Trouble>,
}

/// A run that is not over, or of which the log does not tell yet.
#[derive(Debug, Clone)]
pub(super) struct Open {
    pub(super) run: i64,
    pub(super) plan: Plan,
    pub(super) stopped: bool,
    pub(super) ended_at: Option<Timestamp>,
}

fn taken(row: &Row) -> Result<Taken, sqlx::Error> {
    Ok(Taken {
        rule: Some(row.try_get("rule")?),
        count: Some(row.try_get::<i64>("row_count")?.unsigned_abs()),
        first: Timestamp::saturating(row.try_get("first_at")?),
        last: Timestamp::saturating(row.try_get("last_at")?),
    })
}

impl Keeping {
    /// A project's turn; that of a new one is in a week. None is later than that: one that is was settled
    /// by a clock that was ahead.
    pub async fn turn(&self, project: ProjectId, now: Timestamp) -> Result<Turn, RetentionError> {
        let select =
            "SELECT next_at, problem, problem_since FROM retention_turn WHERE project = $1";
        let found = query(select).bind(project.0).fetch_optional(self.log.writer()).await?;
        let Some(row) = found else {
            let next_at = now.plus_millis(GRACE);
            self.put_off(project, next_at, None).await?;
            return Ok(Turn { next_at, trouble: None });
        };
        let problem: Option<String> = row.try_get(1)?;
        let since: Option<i64> = row.try_get(2)?;
        let trouble = problem
            .zip(since)
            .map(|(problem, since)| Trouble { problem, since: Timestamp::saturating(since) });
        let (settled, latest) = (Timestamp::saturating(row.try_get(0)?), now.plus_millis(GRACE));
        let next_at = settled.min(latest);
        if next_at < settled {
            self.put_off(project, next_at, trouble.as_ref()).await?;
        }
        Ok(Turn { next_at, trouble })
    }

    /// Applies a project's rules as soon as possible.
    pub async fn urge(&self, project: ProjectId, now: Timestamp) -> Result<(), RetentionError> {
        let turn = self.turn(project, now).await?;
        self.put_off(project, now.min(turn.next_at), turn.trouble.as_ref()).await?;
        self.ring();
        Ok(())
    }

    /// Says when a project's turn is next, and what is in the way.
    pub(super) async fn put_off(
        &self,
        project: ProjectId,
        next_at: Timestamp,
        trouble: Option<&Trouble>,
    ) -> Result<(), RetentionError> {
        query(
            "INSERT INTO retention_turn (project, next_at, problem, problem_since) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (project) \
             DO UPDATE SET next_at = $2, problem = $3, problem_since = $4",
        )
        .bind(project.0)
        .bind(next_at.millis())
        .bind(trouble.map(|trouble| &trouble.problem))
        .bind(trouble.map(|trouble| trouble.since.millis()))
        .execute(self.log.writer())
        .await?;
        Ok(())
    }

    /// The run that is to be gone on with: not over, or not told of.
    pub(super) async fn open(&self, project: ProjectId) -> Result<Option<Open>, RetentionError> {
        let row = query(
            "SELECT run, plan, stopped, ended_at FROM retention_run \
             WHERE project = $1 AND told = 0 ORDER BY run LIMIT 1",
        );
        let row = row.bind(project.0).fetch_optional(self.log.writer()).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Open {
            run: row.try_get(0)?,
            plan: serde_json::from_str(row.try_get(1)?)?,
            stopped: row.try_get(2)?,
            ended_at: row.try_get::<Option<i64>>(3)?.map(Timestamp::saturating),
        }))
    }

    /// Settles what a run goes by.
    pub(super) async fn begin(
        &self,
        project: ProjectId,
        plan: Plan,
        now: Timestamp,
    ) -> Result<Open, RetentionError> {
        let run: i64 = scalar(
            "INSERT INTO retention_run (project, run, plan, began_at) SELECT $1, \
             (SELECT COALESCE(MAX(run), 0) + 1 FROM retention_run WHERE project = $1), $2, $3 \
             RETURNING run",
        )
        .bind(project.0)
        .bind(serde_json::to_string(&plan)?)
        .bind(now.millis())
        .fetch_one(self.log.writer())
        .await?;
        Ok(Open { run, plan, stopped: false, ended_at: None })
    }

    /// Whether the rules were changed since a run began.
    pub(super) async fn is_stopped(
        &self,
        project: ProjectId,
        run: i64,
    ) -> Result<bool, RetentionError> {
        let stopped = scalar("SELECT stopped FROM retention_run WHERE project = $1 AND run = $2");
        Ok(stopped.bind(project.0).bind(run).fetch_one(self.log.writer()).await?)
    }

    /// A run is over.
    pub(super) async fn end(
        &self,
        project: ProjectId,
        run: i64,
        now: Timestamp,
    ) -> Result<(), RetentionError> {
        query("UPDATE retention_run SET ended_at = $3 WHERE project = $1 AND run = $2")
            .bind(project.0)
            .bind(run)
            .bind(now.millis())
            .execute(self.log.writer())
            .await?;
        Ok(())
    }

    /// The log tells of a run.
    pub(super) async fn told(&self, project: ProjectId, run: i64) -> Result<(), RetentionError> {
        query("UPDATE retention_run SET told = 1 WHERE project = $1 AND run = $2")
            .bind(project.0)
            .bind(run)
            .execute(self.log.writer())
            .await?;
        Ok(())
    }

    /// What a run took out, by rule.
    pub async fn taken(&self, project: ProjectId, run: i64) -> Result<Vec<Taken>, RetentionError> {
        let rows = query(
            "SELECT rule, row_count, first_at, last_at FROM removal \
             WHERE project = $1 AND run = $2 ORDER BY rule",
        );
        let rows = rows.bind(project.0).bind(run).fetch_all(self.log.writer()).await?;
        Ok(rows.iter().map(taken).collect::<Result<_, _>>()?)
    }

    /// What was taken out of a time so far, by rule.
    pub async fn taken_of(
        &self,
        project: ProjectId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Taken>, RetentionError> {
        let rows = query(
            "SELECT rule, CAST(SUM(row_count) AS bigint) AS row_count, MIN(first_at) AS first_at, \
             MAX(last_at) AS last_at FROM removal \
             WHERE project = $1 AND first_at < $3 AND last_at >= $2 GROUP BY rule ORDER BY rule",
        );
        let rows = rows.bind(project.0).bind(from.millis()).bind(to.millis());
        let rows = rows.fetch_all(self.log.readers()).await?;
        Ok(rows.iter().map(taken).collect::<Result<_, _>>()?)
    }

    /// How many entries of a time came back from the archive.
    pub async fn restored_of(
        &self,
        project: ProjectId,
        first: Timestamp,
        last: Timestamp,
    ) -> Result<u64, RetentionError> {
        let count: i64 = scalar(
            "SELECT CAST(COALESCE(SUM(row_count), 0) AS bigint) FROM restored \
             WHERE project = $1 AND first_at <= $3 AND last_at >= $2",
        )
        .bind(project.0)
        .bind(first.millis())
        .bind(last.millis())
        .fetch_one(self.log.readers())
        .await?;
        Ok(count.unsigned_abs())
    }

    /// The last runs that took anything out, newest first, and the one that goes on.
    pub async fn runs(&self, project: ProjectId) -> Result<Vec<PurgeRun>, RetentionError> {
        let rows = query(
            "SELECT r.run, r.began_at, r.ended_at, r.stopped FROM retention_run r WHERE r.project = $1 \
             AND (r.ended_at IS NULL OR EXISTS \
             (SELECT 1 FROM removal m WHERE m.project = r.project AND m.run = r.run)) \
             ORDER BY r.run DESC LIMIT $2",
        );
        let rows = rows.bind(project.0).bind(SHOWN).fetch_all(self.log.readers()).await?;
        let mut runs = Vec::new();
        for row in rows {
            let run = row.try_get(0)?;
            runs.push(PurgeRun {
                run,
                began_at: Timestamp::saturating(row.try_get(1)?),
                ended_at: row.try_get::<Option<i64>>(2)?.map(Timestamp::saturating),
                stopped: row.try_get(3)?,
                taken: self.taken(project, run).await?,
            });
        }
        Ok(runs)
    }

    /// The place in the log behind which a scheduled run that is not done yet begins: what it has must
    /// stay.
    pub(crate) async fn floor(&self, project: ProjectId) -> Result<Seq, RetentionError> {
        let after: Option<i64> = scalar(
            "SELECT MIN(after) FROM schedule_run JOIN schedule ON schedule.id = schedule_run.schedule \
             WHERE schedule.project = $1 AND schedule_run.ended_at IS NULL",
        )
        .bind(project.0)
        .fetch_one(self.log.writer())
        .await?;
        Ok(after.map_or(Seq::MAX, i64::unsigned_abs))
    }
}
