//! What is kept of schedules and their runs, in the log's database, so that it moves and is backed up with
//! it.

use daybook_model::{
    Seq, Timestamp,
    schedule::{NewSchedule, Run, RunState, Schedule},
};

use super::{Schedules, SchedulesError, calendar::Calendar};
use crate::{
    database::{Row, query, scalar},
    duty::Order,
    store::ProjectId,
};

/// How many schedules a project may have.
const MOST: i64 = 100;
/// How many runs are told of.
const TOLD: i64 = 60;

/// A place in the log, and when it was the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The place.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
}

/// A schedule as it is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Ours.
    pub id: i64,
    /// Whose log.
    pub project: ProjectId,
    /// With whose rights.
    pub person: i64,
    /// Their address.
    pub owner: String,
    /// What is wanted.
    pub wanted: NewSchedule,
    /// Whether no runs are made.
    pub paused: bool,
    /// Whether it is to be run now.
    pub urged: bool,
    /// When it is due.
    pub next_at: Timestamp,
    /// Up to where runs have the log.
    pub covered: Mark,
    /// Where the time begins that the next run is compared with.
    pub before: Mark,
    /// Why it does not run.
    pub problem: Option<String>,
}

/// A run as it is kept.
#[derive(Debug, Clone)]
pub struct KeptRun {
    /// The first is 1.
    pub number: u32,
    /// Its entries are behind this place.
    pub from: Mark,
    /// And up to this one.
    pub to: Mark,
    /// What it is compared with is behind this place.
    pub before: Mark,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried again.
    pub retry_at: Timestamp,
    /// Who has their mail.
    pub delivered: Vec<String>,
    /// Why it failed.
    pub problem: Option<String>,
    /// What came of it.
    pub made: Option<Made>,
    /// When it was done.
    pub ended_at: Option<Timestamp>,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// How many entries it has.
    pub rows: u64,
    /// How large its file is.
    pub bytes: Option<u64>,
    /// The SHA-256 of its file.
    pub sha256: Option<String>,
    /// Where it is.
    pub place: String,
    /// Who got nothing of it, and why.
    pub note: Option<String>,
}

const COLUMNS: &str = "s.id, s.project, s.person, p.email, s.wanted, s.paused, s.urged, s.next_at, \
     s.covered, s.covered_at, s.before, s.before_at, s.problem";
pub(super) const RUN: &str = "number, after, upto, from_at, to_at, before, before_at, attempts, retry_at, \
     delivered, problem, row_count, bytes, sha256, place, ended_at";

fn seq(value: i64) -> Seq {
    value.unsigned_abs()
}

pub(super) fn number(seq: Seq) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn kept(row: &Row) -> Result<Kept, SchedulesError> {
    let time = |at: i64| Timestamp::saturating(at);
    Ok(Kept {
        id: row.try_get(0)?,
        project: ProjectId(row.try_get(1)?),
        person: row.try_get(2)?,
        owner: row.try_get(3)?,
        wanted: serde_json::from_str(row.try_get(4)?)?,
        paused: row.try_get(5)?,
        urged: row.try_get(6)?,
        next_at: time(row.try_get(7)?),
        covered: Mark { seq: seq(row.try_get(8)?), at: time(row.try_get(9)?) },
        before: Mark { seq: seq(row.try_get(10)?), at: time(row.try_get(11)?) },
        problem: row.try_get(12)?,
    })
}

pub(super) fn run(row: &Row) -> Result<KeptRun, SchedulesError> {
    let time = |at: i64| Timestamp::saturating(at);
    let rows: Option<i64> = row.try_get(11)?;
    let ended_at: Option<i64> = row.try_get(15)?;
    let problem: Option<String> = row.try_get(10)?;
    let made = match (rows, row.try_get::<Option<String>>(14)?) {
        (Some(rows), Some(place)) => Some(Made {
            rows: rows.unsigned_abs(),
            bytes: row.try_get::<Option<i64>>(12)?.map(i64::unsigned_abs),
            sha256: row.try_get(13)?,
            place,
            note: problem.clone(),
        }),
        _ => None,
    };
    Ok(KeptRun {
        number: row.try_get::<u32>(0)?,
        from: Mark { seq: seq(row.try_get(1)?), at: time(row.try_get(3)?) },
        to: Mark { seq: seq(row.try_get(2)?), at: time(row.try_get(4)?) },
        before: Mark { seq: seq(row.try_get(5)?), at: time(row.try_get(6)?) },
        attempts: row.try_get::<u32>(7)?,
        retry_at: time(row.try_get(8)?),
        delivered: serde_json::from_str(row.try_get(9)?)?,
        problem,
        made,
        ended_at: ended_at.map(time),
    })
}

impl KeptRun {
    /// As its viewers see it.
    pub fn shown(self, busy: bool) -> Run {
        let state = match (self.ended_at, busy) {
            (Some(_), _) => RunState::Done,
            (None, true) => RunState::Running,
            (None, false) => RunState::Retrying,
        };
        let made = self.made;
        Run {
            number: self.number,
            state,
            from: self.from.at,
            to: self.to.at,
            after: self.from.seq,
            as_of: self.to.seq,
            attempts: self.attempts,
            retry_at: (state == RunState::Retrying).then_some(self.retry_at),
            problem: self.problem,
            rows: made.as_ref().map(|made| made.rows),
            bytes: made.as_ref().and_then(|made| made.bytes),
            sha256: made.as_ref().and_then(|made| made.sha256.clone()),
            place: made.map(|made| made.place),
            ended_at: self.ended_at,
        }
    }
}

impl Schedules {
    /// All of a project, by name.
    pub async fn of(&self, project: ProjectId) -> Result<Vec<Kept>, SchedulesError> {
        let rows = query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM schedule s JOIN person p ON p.id = s.person WHERE s.project = $1 \
             ORDER BY s.id"
        )));
        let rows = rows.bind(project.0).fetch_all(self.log.readers()).await?;
        rows.iter().map(kept).collect()
    }

    /// One by its number.
    pub async fn find(&self, id: i64) -> Result<Option<Kept>, SchedulesError> {
        let row = query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM schedule s JOIN person p ON p.id = s.person WHERE s.id = $1"
        )));
        row.bind(id).fetch_optional(self.log.writer()).await?.as_ref().map(kept).transpose()
    }

    /// Its runs, the last ones first.
    pub async fn runs(&self, id: i64) -> Result<Vec<KeptRun>, SchedulesError> {
        let rows = query(sqlx::AssertSqlSafe(format!(
            "SELECT {RUN} FROM schedule_run WHERE schedule = $1 ORDER BY number DESC LIMIT {TOLD}"
        )));
        rows.bind(id).fetch_all(self.log.readers()).await?.iter().map(run).collect()
    }

    /// One of its runs.
    pub async fn run(&self, id: i64, number: u32) -> Result<Option<KeptRun>, SchedulesError> {
        let row = query(sqlx::AssertSqlSafe(format!(
            "SELECT {RUN} FROM schedule_run WHERE schedule = $1 AND number = $2"
        )));
        let row = row.bind(id).bind(number).fetch_optional(self.log.readers()).await?;
        row.as_ref().map(run).transpose()
    }

    /// As its viewers see it.
    pub async fn shown(&self, kept: Kept, yours: bool) -> Result<Schedule, SchedulesError> {
        let row = query(sqlx::AssertSqlSafe(format!(
            "SELECT {RUN} FROM schedule_run WHERE schedule = $1 ORDER BY number DESC LIMIT 1"
        )));
        let row = row.bind(kept.id).fetch_optional(self.log.readers()).await?;
        let busy = self.is_busy(kept.id);
        let last = row.as_ref().map(run).transpose()?.map(|run| run.shown(busy));
        let NewSchedule { name, query, product, when, destination } = kept.wanted;
        Ok(Schedule {
            id: kept.id,
            name,
            query,
            product,
            when,
            destination,
            owner: kept.owner,
            yours,
            paused: kept.paused,
            since: kept.covered.at,
            next_at: kept.next_at,
            problem: kept.problem,
            last,
        })
    }

    /// Keeps a schedule that was checked; its number.
    pub(crate) async fn create(
        &self,
        project: ProjectId,
        person: i64,
        wanted: &NewSchedule,
        (before, covered): (Mark, Mark),
        (now, next_at): (Timestamp, Timestamp),
    ) -> Result<i64, SchedulesError> {
        // One statement, so that two at once cannot both be the last one allowed.
        let id = scalar::<i64>(
            "INSERT INTO schedule (project, person, wanted, next_at, covered, covered_at, before, \
             before_at, created_at) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 \
             WHERE $10 > (SELECT COUNT(*) FROM schedule WHERE project = $1) RETURNING id",
        )
        .bind(project.0)
        .bind(person)
        .bind(serde_json::to_string(wanted)?)
        .bind(next_at.millis())
        .bind(number(covered.seq))
        .bind(covered.at.millis())
        .bind(number(before.seq))
        .bind(before.at.millis())
        .bind(now.millis())
        .bind(MOST)
        .fetch_optional(self.log.writer())
        .await?;
        id.ok_or(SchedulesError::TooMany(MOST))
    }

    /// Pauses it or goes on; what was missed meanwhile is due at its next hour.
    pub async fn pause(
        &self,
        kept: &Kept,
        paused: bool,
        now: Timestamp,
    ) -> Result<(), SchedulesError> {
        let next_at = Calendar::of(&kept.wanted.when).map_or(kept.next_at, |hours| hours.next(now));
        query("UPDATE schedule SET paused = $2, next_at = $3, problem = NULL WHERE id = $1")
            .bind(kept.id)
            .bind(paused)
            .bind(next_at.millis())
            .execute(self.log.writer())
            .await?;
        self.ring();
        Ok(())
    }

    /// Runs it as soon as possible, whenever it is due.
    pub async fn urge(&self, id: i64) -> Result<(), SchedulesError> {
        query("UPDATE schedule SET urged = TRUE WHERE id = $1")
            .bind(id)
            .execute(self.log.writer())
            .await?;
        self.ring();
        Ok(())
    }

    /// Takes it away, with what is kept of its runs; what they made stays where it is.
    pub async fn delete(&self, id: i64) -> Result<(), SchedulesError> {
        let done = query("DELETE FROM schedule WHERE id = $1").bind(id);
        done.execute(self.log.writer()).await?;
        Ok(())
    }

    fn ring(&self) {
        Order::Schedules.tell(&self.log);
        self.look();
    }

    /// Somebody is in a hurry, here or at another server.
    pub(crate) fn look(&self) {
        self.bell.notify_one();
    }

    /// Waits until somebody is in a hurry.
    pub(super) async fn rung(&self) {
        self.bell.notified().await;
    }

    /// A place to make a run in.
    pub(super) async fn place(&self) -> Option<tokio::sync::OwnedSemaphorePermit> {
        std::sync::Arc::clone(&self.places).acquire_owned().await.ok()
    }
}
