//! Firings, and what people made of them.

use std::collections::HashMap;

use daybook_model::{
    Field, Seq, Timestamp,
    alert::{
        AlertCounts, AlertSeverity, Firing, FiringChange, FiringNote, FiringState, Firings, Group,
    },
};

use super::{AlertsError, Table, unreadable};
use crate::database::{Connection, Row, query, scalar};
use crate::store::ProjectId;

/// Which firings are asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of one of these states; of any where there are none.
    pub states: Vec<FiringState>,
    /// Of one of these severities.
    pub severities: Vec<AlertSeverity>,
    /// Of this rule.
    pub rule: Option<i64>,
    /// Before this one.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

const SELECT: &str = "SELECT f.id, f.rule, r.id AS kept, f.name, f.sentence, f.severity, f.state, f.group_field, \
     f.group_value, f.group_label, f.value_field, f.value, f.value_label, f.from_at, f.at, f.last_at, f.fired_at, \
     f.count, f.seqs, f.query, f.grouping, f.cause FROM alert_firing f \
     LEFT JOIN alert_rule r ON r.id = f.rule";

/// Lists go in as JSON; an empty one means any.
const WANTED: &str = "f.project = $1 \
     AND ($2 = '[]' OR f.state IN (SELECT value FROM json_each($2))) \
     AND ($3 = '[]' OR f.severity IN (SELECT CAST(value AS bigint) FROM json_each($3))) \
     AND ($4 IS NULL OR f.rule = $4)";

fn group(row: &Row, columns: [&str; 3]) -> Result<Option<Group>, sqlx::Error> {
    let [field, value, label] = columns;
    let field = row.try_get::<Option<&str>>(field)?.and_then(Field::from_key);
    let value: Option<String> = row.try_get(value)?;
    let label: Option<String> = row.try_get(label)?;
    Ok(field.zip(value).map(|(field, value)| {
        let label = label.unwrap_or_else(|| value.clone());
        Group { field, value, label }
    }))
}

fn firing(row: &Row) -> Result<Firing, AlertsError> {
    let id: i64 = row.try_get("id")?;
    let bad = || unreadable("alert", id);
    let time = |column: &str| row.try_get(column).map(Timestamp::saturating);
    let severity: i64 = row.try_get("severity")?;
    let severity = usize::try_from(severity).ok().and_then(|n| AlertSeverity::ALL.get(n).copied());
    let count: i64 = row.try_get("count")?;
    Ok(Firing {
        id,
        rule: row.try_get("kept")?,
        name: row.try_get("name")?,
        sentence: row.try_get("sentence")?,
        severity: severity.ok_or_else(bad)?,
        state: row.try_get::<&str>("state")?.parse().map_err(|_| bad())?,
        group: group(row, ["group_field", "group_value", "group_label"])?,
        value: group(row, ["value_field", "value", "value_label"])?,
        from: time("from_at")?,
        at: time("at")?,
        last_at: time("last_at")?,
        fired_at: time("fired_at")?,
        count: count.unsigned_abs(),
        seqs: serde_json::from_str(row.try_get("seqs")?).map_err(|_| bad())?,
        query: row.try_get("query")?,
        notes: Vec::new(),
    })
}

/// One of a project, without its notes.
pub(super) async fn one(
    from: &mut Connection,
    project: ProjectId,
    id: i64,
) -> Result<Firing, AlertsError> {
    let select = sqlx::AssertSqlSafe(format!("{SELECT} WHERE f.project = $1 AND f.id = $2"));
    let row = query(select).bind(project.0).bind(id).fetch_optional(from).await?;
    firing(&row.ok_or(AlertsError::NoFiring)?)
}

async fn notes(from: &mut Connection, id: i64) -> Result<Vec<FiringNote>, AlertsError> {
    let rows =
        query("SELECT at, author, state, note FROM alert_note WHERE firing = $1 ORDER BY id")
            .bind(id)
            .fetch_all(&mut *from)
            .await?;
    let note = |row: &Row| {
        let state: Option<&str> = row.try_get("state")?;
        Ok(FiringNote {
            at: Timestamp::saturating(row.try_get("at")?),
            by: row.try_get("author")?,
            state: state.and_then(|word| word.parse().ok()),
            note: row.try_get("note")?,
        })
    };
    rows.iter().map(note).collect()
}

impl Table {
    /// Firings of a project, newest first.
    pub async fn firings(
        &self,
        project: ProjectId,
        wanted: &Wanted,
    ) -> Result<Firings, AlertsError> {
        let mut from = self.log.readers().acquire().await?;
        let states = super::json(&wanted.states)?;
        let severities: Vec<_> = wanted.severities.iter().map(|s| *s as i64).collect();
        let severities = super::json(&severities)?;
        let total: i64 = scalar(sqlx::AssertSqlSafe(format!(
            "SELECT count(*) FROM alert_firing f WHERE {WANTED}"
        )))
        .bind(project.0)
        .bind(&states)
        .bind(&severities)
        .bind(wanted.rule)
        .fetch_one(&mut from)
        .await?;
        let rows = query(sqlx::AssertSqlSafe(format!(
            "{SELECT} WHERE {WANTED} AND ($5 IS NULL OR f.id < $5) ORDER BY f.id DESC LIMIT $6"
        )))
        .bind(project.0)
        .bind(&states)
        .bind(&severities)
        .bind(wanted.rule)
        .bind(wanted.before)
        .bind(wanted.limit + 1)
        .fetch_all(&mut from)
        .await?;
        let mut firings = rows.iter().map(firing).collect::<Result<Vec<_>, _>>()?;
        let limit = usize::try_from(wanted.limit).unwrap_or_default();
        let more = firings.len() > limit;
        firings.truncate(limit);
        for firing in &mut firings {
            firing.notes = notes(&mut from, firing.id).await?;
        }
        let next = firings.last().map(|firing| firing.id).filter(|_| more);
        drop(from);
        Ok(Firings {
            firings,
            next,
            total: total.unsigned_abs(),
            counts: self.counts(project).await?,
        })
    }

    /// One of a project, whole.
    pub async fn firing(&self, project: ProjectId, id: i64) -> Result<Firing, AlertsError> {
        let mut from = self.log.readers().acquire().await?;
        let firing = one(&mut from, project, id).await?;
        Ok(Firing { notes: notes(&mut from, id).await?, ..firing })
    }

    /// Those of a project that have one of these numbers, without their notes.
    pub(in crate::alerts) async fn some(
        &self,
        project: ProjectId,
        ids: &[i64],
    ) -> Result<HashMap<i64, Firing>, AlertsError> {
        let rows = query(sqlx::AssertSqlSafe(format!(
            "{SELECT} WHERE f.project = $1 AND f.id IN (SELECT CAST(value AS bigint) FROM json_each($2))"
        )))
        .bind(project.0)
        .bind(super::json(&ids)?)
        .fetch_all(self.log.readers())
        .await?;
        rows.iter().map(|row| firing(row).map(|firing| (firing.id, firing))).collect()
    }

    /// How many there are of each state.
    pub async fn counts(&self, project: ProjectId) -> Result<AlertCounts, AlertsError> {
        let rows = query(
            "SELECT state, count(*) AS number, max(severity) AS worst, max(id) AS latest FROM alert_firing \
             WHERE project = $1 GROUP BY state",
        )
        .bind(project.0)
        .fetch_all(self.log.readers())
        .await?;
        let mut counts = AlertCounts::default();
        for row in &rows {
            let number = row.try_get::<i64>("number")?.unsigned_abs();
            counts.latest = counts.latest.max(row.try_get("latest")?);
            match row.try_get::<&str>("state")?.parse() {
                Ok(FiringState::Open) => {
                    counts.open = number;
                    let worst: i64 = row.try_get("worst")?;
                    let worst = usize::try_from(worst).ok();
                    counts.worst = worst.and_then(|n| AlertSeverity::ALL.get(n).copied());
                }
                Ok(FiringState::Acknowledged) => counts.acknowledged = number,
                Ok(FiringState::Closed) => counts.closed = number,
                Err(_) => return Err(AlertsError::Unreadable("the states of alerts".into())),
            }
        }
        Ok(counts)
    }

    /// Changes a firing's state, or says something about it: as it was and as it is, and what tells it from
    /// others of its rule.
    pub async fn change_firing(
        &self,
        project: ProjectId,
        id: i64,
        change: &FiringChange,
        by: &str,
        now: Timestamp,
    ) -> Result<(Firing, Firing, (i64, i64, Seq)), AlertsError> {
        let mut transaction = self.log.writer().begin().await?;
        let before = one(&mut transaction, project, id).await?;
        let state = change.state.filter(|state| *state != before.state);
        if let Some(state) = state {
            query("UPDATE alert_firing SET state = $3 WHERE project = $1 AND id = $2")
                .bind(project.0)
                .bind(id)
                .bind(state.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        if state.is_some() || change.note.is_some() {
            query(
                "INSERT INTO alert_note (project, firing, at, author, state, note) VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(project.0)
            .bind(id)
            .bind(now.millis())
            .bind(by)
            .bind(state.map(FiringState::as_str))
            .bind(&change.note)
            .execute(&mut *transaction)
            .await?;
        }
        let key = query("SELECT rule, grouping, cause FROM alert_firing WHERE id = $1")
            .bind(id)
            .fetch_one(&mut *transaction)
            .await?;
        let cause: i64 = key.try_get("cause")?;
        let key = (key.try_get("rule")?, key.try_get("grouping")?, cause.unsigned_abs());
        let after = one(&mut transaction, project, id).await?;
        let after = Firing { notes: notes(&mut transaction, id).await?, ..after };
        transaction.commit().await?;
        Ok((before, after, key))
    }

    /// Firings of which the log does not tell yet, with their projects.
    pub(in crate::alerts) async fn untold(&self) -> Result<Vec<(ProjectId, Firing)>, AlertsError> {
        let rows =
            query("SELECT project, id FROM alert_firing WHERE told = 0 ORDER BY id LIMIT 500")
                .fetch_all(self.log.readers())
                .await?;
        let mut from = self.log.readers().acquire().await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in &rows {
            let project = ProjectId(row.try_get("project")?);
            all.push((project, one(&mut from, project, row.try_get("id")?).await?));
        }
        Ok(all)
    }

    /// The log tells of it now.
    pub(in crate::alerts) async fn told(&self, id: i64) -> Result<(), AlertsError> {
        let told = query("UPDATE alert_firing SET told = 1 WHERE id = $1").bind(id);
        told.execute(self.log.writer()).await?;
        Ok(())
    }
}
