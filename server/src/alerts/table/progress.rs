//! How far a project's log was looked at, and what was found until then: both are kept in one transaction,
//! so that whoever begins again from there finds the same, once.

use std::{collections::HashMap, ops::RangeInclusive};

use daybook_model::{Seq, Timestamp};

use super::{AlertsError, KeptRule, Table, json, number};
use crate::database::{Connection, Row, query, scalar};
use crate::{
    alerts::{
        machine::{Episode, Limit},
        message, veil,
    },
    ledger::new_id,
    privacy::Masks,
    store::ProjectId,
};

/// What a look at the log came to.
pub(in crate::alerts) struct Progress {
    pub(in crate::alerts) project: ProjectId,
    pub(in crate::alerts) slug: String,
    pub(in crate::alerts) place: Seq,
    /// What rules have in mind now, where that is something else.
    pub(in crate::alerts) minds: Vec<Kept>,
    pub(in crate::alerts) found: Vec<Found>,
    /// Where this server is on the web.
    pub(in crate::alerts) site: Option<String>,
    /// What is masked for whoever is told.
    pub(in crate::alerts) masks: Masks,
}

/// What a rule has in mind.
pub(in crate::alerts) struct Kept {
    pub(in crate::alerts) rule: i64,
    pub(in crate::alerts) revision: i64,
    pub(in crate::alerts) mind: Vec<u8>,
    /// What was reached, and when.
    pub(in crate::alerts) limit: Option<(Limit, i64)>,
}

/// An episode of a rule.
pub(in crate::alerts) struct Found {
    pub(in crate::alerts) rule: KeptRule,
    pub(in crate::alerts) episode: Episode,
    /// The link to its entries.
    pub(in crate::alerts) query: String,
}

impl Table {
    /// What the rules of a project had in mind, by rule, with the revision that had it.
    pub(in crate::alerts) async fn minds(
        &self,
        project: ProjectId,
    ) -> Result<HashMap<i64, (i64, Vec<u8>)>, AlertsError> {
        let rows = query("SELECT rule, revision, state FROM alert_state WHERE project = $1")
            .bind(project.0)
            .fetch_all(self.log.readers())
            .await?;
        let mind = |row: &Row| {
            Ok((row.try_get("rule")?, (row.try_get("revision")?, row.try_get("state")?)))
        };
        rows.iter().map(mind).collect()
    }

    /// Where the entries between two places of a log came back from an archive.
    pub(in crate::alerts) async fn restored(
        &self,
        project: ProjectId,
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<RangeInclusive<Seq>>, AlertsError> {
        let rows = query(
            "SELECT first, last FROM restored WHERE project = $1 AND last > $2 AND first <= $3",
        )
        .bind(project.0)
        .bind(number(after))
        .bind(number(upto))
        .fetch_all(self.log.readers())
        .await?;
        let places = |row: &Row| {
            let (first, last): (i64, i64) = (row.try_get("first")?, row.try_get("last")?);
            Ok(first.unsigned_abs()..=last.unsigned_abs())
        };
        rows.iter().map(places).collect()
    }

    /// The episodes of a rule that people closed, of the latest ones.
    pub(in crate::alerts) async fn closed(
        &self,
        project: ProjectId,
    ) -> Result<Vec<(i64, i64, Seq)>, AlertsError> {
        let rows = query(
            "SELECT rule, grouping, cause FROM alert_firing WHERE project = $1 AND state = 'closed' \
             ORDER BY id DESC LIMIT 10000",
        )
        .bind(project.0)
        .fetch_all(self.log.readers())
        .await?;
        let key = |row: &Row| {
            let cause: i64 = row.try_get("cause")?;
            Ok((row.try_get("rule")?, row.try_get("grouping")?, cause.unsigned_abs()))
        };
        rows.iter().map(key).collect()
    }

    /// Keeps what a look came to. Says whether somebody is to be told.
    pub(in crate::alerts) async fn keep(
        &self,
        progress: &Progress,
        now: Timestamp,
    ) -> Result<bool, AlertsError> {
        let mut transaction = self.log.writer().begin().await?;
        let project = progress.project;
        query("UPDATE alert_place SET place = $2 WHERE project = $1")
            .bind(project.0)
            .bind(number(progress.place))
            .execute(&mut *transaction)
            .await?;
        for Kept { rule, revision, mind, limit } in &progress.minds {
            // A rule that was changed meanwhile begins anew.
            query(
                "INSERT INTO alert_state (project, rule, revision, state) SELECT project, id, revision, $3 \
                 FROM alert_rule WHERE id = $1 AND revision = $2 \
                 ON CONFLICT (project, rule) DO UPDATE SET revision = excluded.revision, state = excluded.state",
            )
            .bind(rule)
            .bind(revision)
            .bind(mind)
            .execute(&mut *transaction)
            .await?;
            query(
                "UPDATE alert_rule SET problem = $3, problem_at = $4 WHERE id = $1 AND revision = $2 \
                 AND problem IS DISTINCT FROM $3",
            )
            .bind(rule)
            .bind(revision)
            .bind(limit.map(|(limit, _)| limit.message()))
            .bind(limit.map(|(_, at)| at))
            .execute(&mut *transaction)
            .await?;
        }
        let mut told = false;
        for found in &progress.found {
            told |= fire(&mut transaction, progress, found, now).await?;
        }
        transaction.commit().await?;
        Ok(told)
    }
}

/// Keeps a firing; a new one is told to its rule's recipients.
async fn fire(
    log: &mut Connection,
    progress: &Progress,
    found: &Found,
    now: Timestamp,
) -> Result<bool, AlertsError> {
    let Found { rule, episode, query: link } = found;
    let seqs = json(&episode.seqs)?;
    let grown = query(
        "UPDATE alert_firing SET from_at = $5, last_at = $6, count = $7, seqs = $8, query = $9, \
         value_field = CASE WHEN $10 THEN value_field END, value = CASE WHEN $10 THEN value END, \
         value_label = CASE WHEN $10 THEN value_label END \
         WHERE project = $1 AND rule = $2 AND grouping = $3 AND cause = $4",
    )
    .bind(progress.project.0)
    .bind(rule.id)
    .bind(episode.grouping)
    .bind(number(episode.cause))
    .bind(episode.from)
    .bind(episode.last_at)
    .bind(number(episode.count))
    .bind(&seqs)
    .bind(link)
    .bind(episode.value.is_some())
    .execute(&mut *log)
    .await?;
    if grown.rows_affected() > 0 {
        return Ok(false);
    }
    let field = rule.rule.by.map(daybook_model::Field::key).filter(|_| episode.group.is_some());
    let value_field = episode.value.as_ref().and(found.value_field());
    let id: i64 = scalar(
        "INSERT INTO alert_firing (project, rule, grouping, cause, name, sentence, severity, state, group_field, \
         group_value, group_label, value_field, value, value_label, from_at, at, last_at, fired_at, count, seqs, query) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) \
         RETURNING id",
    )
    .bind(progress.project.0)
    .bind(rule.id)
    .bind(episode.grouping)
    .bind(number(episode.cause))
    .bind(&rule.rule.name)
    .bind(rule.sentence())
    .bind(rule.rule.severity as i64)
    .bind(field)
    .bind(episode.group.as_ref().map(|(value, _)| value))
    .bind(episode.group.as_ref().map(|(_, label)| label))
    .bind(value_field.map(daybook_model::Field::key))
    .bind(episode.value.as_ref().map(|(value, _)| value))
    .bind(episode.value.as_ref().map(|(_, label)| label))
    .bind(episode.from)
    .bind(episode.at)
    .bind(episode.last_at)
    .bind(now.millis())
    .bind(number(episode.count))
    .bind(&seqs)
    .bind(link)
    .fetch_one(&mut *log)
    .await?;
    if rule.rule.recipients.is_empty() {
        return Ok(false);
    }
    let mut firing = super::firings::one(&mut *log, progress.project, id).await?;
    veil(&progress.masks, &mut firing);
    let body = message::fired(&progress.slug, progress.site.as_deref(), &firing, now);
    let mut told = false;
    for recipient in &rule.rule.recipients {
        let made = query(
            "INSERT INTO alert_delivery (project, message, recipient, name, reason, firing, body, again_at, created_at) \
             SELECT project, $3, id, name, 'fired', $4, $5, $6, $6 FROM alert_recipient \
             WHERE project = $1 AND id = $2 AND NOT paused",
        )
        .bind(progress.project.0)
        .bind(recipient)
        .bind(format!("msg_{}", new_id()))
        .bind(id)
        .bind(&body)
        .bind(now.millis())
        .execute(&mut *log)
        .await?;
        told |= made.rows_affected() > 0;
    }
    Ok(told)
}

impl Found {
    /// The facet whose new value it may be about.
    fn value_field(&self) -> Option<daybook_model::Field> {
        match self.rule.rule.condition {
            daybook_model::alert::Condition::New { field } => Some(field),
            _ => None,
        }
    }
}
