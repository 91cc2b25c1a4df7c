//! Rules.

use daybook_model::{
    QueryError, Seq, Timestamp,
    alert::{AlertRule, BuiltIn, MAX_RULES, NewRule, RuleChange},
};

use super::{
    AlertsError, Table, json,
    kept::{KeptRule, SELECT, rule},
    number, taken,
};
use crate::{
    database::{Connection, On, query, scalar},
    store::ProjectId,
};

impl Table {
    /// The rules of a project, by name. A project that has none yet begins with those that are built in, which
    /// look at what comes behind this place.
    pub async fn rules(
        &self,
        project: ProjectId,
        head: Seq,
        now: Timestamp,
    ) -> Result<Vec<KeptRule>, AlertsError> {
        self.begin(project, head, now).await?;
        let rows = query(sqlx::AssertSqlSafe(format!(
            "{SELECT} WHERE project = $1 ORDER BY lower(name), id"
        )))
        .bind(project.0)
        .fetch_all(self.log.readers())
        .await?;
        Ok(rows.iter().map(rule).collect::<Result<_, _>>()?)
    }

    /// Gives a project the rules that are built in, unless it had them already.
    pub(in crate::alerts) async fn begin(
        &self,
        project: ProjectId,
        place: Seq,
        now: Timestamp,
    ) -> Result<(), AlertsError> {
        if self.place(project).await?.is_some() {
            return Ok(());
        }
        let mut transaction = self.log.writer().begin().await?;
        let begun = query(
            "INSERT INTO alert_place (project, place) VALUES ($1, $2) ON CONFLICT (project) DO NOTHING",
        )
        .bind(project.0)
        .bind(number(place))
        .execute(&mut *transaction)
        .await?;
        if begun.rows_affected() > 0 {
            for built_in in BuiltIn::ALL {
                let new = built_in.rule();
                insert(&mut *transaction, project, &new, Some(*built_in), place, now).await?;
            }
        }
        Ok(transaction.commit().await?)
    }

    /// Up to where a project's log was looked at.
    pub(in crate::alerts) async fn place(
        &self,
        project: ProjectId,
    ) -> Result<Option<Seq>, AlertsError> {
        let place = scalar("SELECT place FROM alert_place WHERE project = $1");
        let place: Option<i64> = place.bind(project.0).fetch_optional(self.log.readers()).await?;
        Ok(place.map(i64::unsigned_abs))
    }

    /// A rule of a project.
    pub async fn rule(&self, project: ProjectId, id: i64) -> Result<KeptRule, AlertsError> {
        one(self.log.readers(), project, id).await
    }

    /// Makes one that was checked, which looks at what comes behind this place.
    pub async fn make_rule(
        &self,
        project: ProjectId,
        new: &NewRule,
        upto: Seq,
        now: Timestamp,
    ) -> Result<KeptRule, AlertsError> {
        self.begin(project, upto, now).await?;
        let mut transaction = self.log.writer().begin().await?;
        known(&mut transaction, project, &new.recipients).await?;
        let id = insert(&mut *transaction, project, new, None, upto, now).await?;
        let made = one(&mut *transaction, project, id.ok_or(AlertsError::TooManyRules)?).await?;
        transaction.commit().await?;
        Ok(made)
    }

    /// Changes one: as it was, and as it is. Where it watches for something else then, it begins anew behind
    /// this place.
    pub async fn change_rule(
        &self,
        project: ProjectId,
        id: i64,
        change: &RuleChange,
        upto: Seq,
    ) -> Result<(KeptRule, KeptRule), AlertsError> {
        let mut transaction = self.log.writer().begin().await?;
        let before = one(&mut *transaction, project, id).await?;
        if !before.legible && (change.filter.is_none() || change.condition.is_none()) {
            let problem = "is missing: what was kept of this rule cannot be read. Give its filter and its \
                condition anew, or delete it";
            return Err(QueryError::new("filter", problem).into());
        }
        let after = before.rule.with(change)?;
        if change.recipients.is_some() {
            known(&mut transaction, project, &after.recipients).await?;
        }
        let resumed = after.enabled && !before.rule.enabled;
        let anew = resumed || !before.legible || !after.watches_as(&before.rule);
        query(
            "UPDATE alert_rule SET name = $3, filter = $4, condition = $5, by_field = $6, severity = $7, quiet = $8, \
             recipients = $9, enabled = $10, revision = revision + $11, \
             upto = CASE WHEN $11 = 1 THEN $12 ELSE upto END, \
             problem = CASE WHEN $11 = 1 THEN NULL ELSE problem END WHERE project = $1 AND id = $2",
        )
        .bind(project.0)
        .bind(id)
        .bind(&after.name)
        .bind(after.filter.to_string())
        .bind(json(&after.condition)?)
        .bind(after.by.map(daybook_model::Field::key))
        .bind(after.severity.as_str())
        .bind(i64::from(after.quiet))
        .bind(json(&after.recipients)?)
        .bind(after.enabled)
        .bind(i64::from(anew))
        .bind(number(upto))
        .execute(&mut *transaction)
        .await
        .map_err(taken)?;
        let after = one(&mut *transaction, project, id).await?;
        transaction.commit().await?;
        Ok((before, after))
    }

    /// Deletes one; what it found stays. As it was.
    pub async fn delete_rule(&self, project: ProjectId, id: i64) -> Result<KeptRule, AlertsError> {
        let before = self.rule(project, id).await?;
        let gone = query("DELETE FROM alert_rule WHERE project = $1 AND id = $2");
        let gone = gone.bind(project.0).bind(id).execute(self.log.writer()).await?;
        if gone.rows_affected() > 0 { Ok(before) } else { Err(AlertsError::NoRule) }
    }

    /// What admins and auditors see of rules.
    pub async fn shown(
        &self,
        project: ProjectId,
        rules: Vec<KeptRule>,
    ) -> Result<Vec<AlertRule>, AlertsError> {
        let place = self.place(project).await?.unwrap_or_default();
        let rows = query(
            "SELECT rule, count(*) FILTER (WHERE state = 'open') AS open, max(fired_at) AS fired_at FROM alert_firing \
             WHERE project = $1 GROUP BY rule",
        )
        .bind(project.0)
        .fetch_all(self.log.readers())
        .await?;
        let mut fired = std::collections::HashMap::new();
        for row in &rows {
            let (open, at): (i64, i64) = (row.try_get("open")?, row.try_get("fired_at")?);
            fired.insert(row.try_get::<i64>("rule")?, (open, at));
        }
        let shown = rules.into_iter().map(|kept| {
            let fired = fired.get(&kept.id);
            AlertRule {
                id: kept.id,
                sentence: kept.sentence(),
                built_in: kept.built_in,
                created_at: kept.created_at,
                upto: place.max(kept.upto),
                open: fired.map_or(0, |(open, _)| open.unsigned_abs()),
                fired_at: fired.map(|(_, at)| Timestamp::saturating(*at)),
                problem: kept.problem,
                rule: kept.rule,
            }
        });
        Ok(shown.collect())
    }
}

async fn one(from: impl On, project: ProjectId, id: i64) -> Result<KeptRule, AlertsError> {
    let select = sqlx::AssertSqlSafe(format!("{SELECT} WHERE project = $1 AND id = $2"));
    let row = query(select).bind(project.0).bind(id).fetch_optional(from).await?;
    Ok(rule(&row.ok_or(AlertsError::NoRule)?)?)
}

async fn insert(
    into: impl On,
    project: ProjectId,
    new: &NewRule,
    built_in: Option<BuiltIn>,
    upto: Seq,
    now: Timestamp,
) -> Result<Option<i64>, AlertsError> {
    let id = scalar(
        "INSERT INTO alert_rule (project, name, filter, condition, by_field, severity, quiet, recipients, enabled, \
         built_in, upto, created_at) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 \
         WHERE (SELECT count(*) FROM alert_rule WHERE project = $1) < $13 RETURNING id",
    )
    .bind(project.0)
    .bind(&new.name)
    .bind(new.filter.to_string())
    .bind(json(&new.condition)?)
    .bind(new.by.map(daybook_model::Field::key))
    .bind(new.severity.as_str())
    .bind(i64::from(new.quiet))
    .bind(json(&new.recipients)?)
    .bind(new.enabled)
    .bind(built_in.map(BuiltIn::as_str))
    .bind(number(upto))
    .bind(now.millis())
    .bind(number(MAX_RULES as u64));
    id.fetch_optional(into).await.map_err(taken)
}

/// Refuses recipients that the project does not have.
async fn known(
    from: &mut Connection,
    project: ProjectId,
    recipients: &[i64],
) -> Result<(), AlertsError> {
    for id in recipients {
        let found = query("SELECT 1 FROM alert_recipient WHERE project = $1 AND id = $2");
        let found = found.bind(project.0).bind(id).fetch_optional(&mut *from).await?;
        if found.is_none() {
            let problem = format!("{id} is not a recipient of this project");
            return Err(QueryError::new("recipients", problem).into());
        }
    }
    Ok(())
}
