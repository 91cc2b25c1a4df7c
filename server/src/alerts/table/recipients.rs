//! Recipients.

use daybook_model::{
    QueryError, Timestamp,
    alert::{Channel, MAX_RECIPIENTS, NewRecipient, Recipient, RecipientChange, RecipientState},
};

use super::{AlertsError, Table, json, number, taken, unreadable};
use crate::database::{On, Row, query, scalar};
use crate::store::ProjectId;

/// A recipient as it is kept.
#[derive(Clone)]
pub struct KeptRecipient {
    /// What admins and auditors see of it.
    pub shown: Recipient,
    /// Whose it is.
    pub project: ProjectId,
    /// The way there.
    pub channel: Channel,
    /// What is signed with.
    pub(in crate::alerts) secret: Option<String>,
}

const SELECT: &str = "SELECT id, project, name, channel, secret, paused, delivered_at, error, created_at, \
     (SELECT count(*) FROM alert_rule r WHERE r.project = p.project \
      AND EXISTS (SELECT 1 FROM json_each(r.recipients) WHERE CAST(value AS bigint) = p.id)) AS rules, \
     (SELECT count(*) FROM alert_delivery d WHERE d.recipient = p.id AND d.state = 'waiting') AS waiting \
     FROM alert_recipient p";

fn recipient(row: &Row) -> Result<KeptRecipient, AlertsError> {
    let id: i64 = row.try_get("id")?;
    let channel: Channel =
        serde_json::from_str(row.try_get("channel")?).map_err(|_| unreadable("recipient", id))?;
    let count = |column: &str| row.try_get(column).map(i64::unsigned_abs);
    let delivered: Option<i64> = row.try_get("delivered_at")?;
    let paused: bool = row.try_get("paused")?;
    let shown = Recipient {
        id,
        name: row.try_get("name")?,
        kind: channel.kind().to_owned(),
        place: channel.shown(),
        state: if paused { RecipientState::Paused } else { RecipientState::Active },
        created_at: Timestamp::saturating(row.try_get("created_at")?),
        rules: count("rules")?,
        waiting: count("waiting")?,
        delivered_at: delivered.map(Timestamp::saturating),
        error: row.try_get("error")?,
    };
    let (project, secret) = (ProjectId(row.try_get("project")?), row.try_get("secret")?);
    Ok(KeptRecipient { shown, project, channel, secret })
}

impl Table {
    /// The recipients of a project, by name.
    pub async fn recipients(&self, project: ProjectId) -> Result<Vec<KeptRecipient>, AlertsError> {
        let rows = query(sqlx::AssertSqlSafe(format!(
            "{SELECT} WHERE p.project = $1 ORDER BY lower(name), id"
        )))
        .bind(project.0)
        .fetch_all(self.log.readers())
        .await?;
        rows.iter().map(recipient).collect()
    }

    /// One of a project.
    pub async fn recipient(
        &self,
        project: ProjectId,
        id: i64,
    ) -> Result<KeptRecipient, AlertsError> {
        one(self.log.readers(), project, id).await
    }

    /// Makes one that was checked, with a secret if it has one.
    pub async fn make_recipient(
        &self,
        project: ProjectId,
        new: &NewRecipient,
        secret: Option<&str>,
        now: Timestamp,
    ) -> Result<KeptRecipient, AlertsError> {
        let id: Option<i64> = scalar(
            "INSERT INTO alert_recipient (project, name, channel, secret, created_at) SELECT $1, $2, $3, $4, $5 \
             WHERE (SELECT count(*) FROM alert_recipient WHERE project = $1) < $6 RETURNING id",
        )
        .bind(project.0)
        .bind(&new.name)
        .bind(json(&new.channel)?)
        .bind(secret)
        .bind(now.millis())
        .bind(number(MAX_RECIPIENTS as u64))
        .fetch_optional(self.log.writer())
        .await
        .map_err(taken)?;
        self.recipient(project, id.ok_or(AlertsError::TooManyRecipients)?).await
    }

    /// Changes one: as it was, and as it is.
    pub async fn change_recipient(
        &self,
        project: ProjectId,
        id: i64,
        change: &RecipientChange,
    ) -> Result<(KeptRecipient, KeptRecipient), AlertsError> {
        let mut transaction = self.log.writer().begin().await?;
        let before = one(&mut *transaction, project, id).await?;
        let RecipientChange { name, channel, state } = change.clone();
        let channel = channel.unwrap_or_else(|| before.channel.clone());
        if channel.kind() != before.channel.kind() {
            let problem =
                format!("is another kind than {}: make another recipient", before.shown.kind);
            return Err(QueryError::new("channel.to", problem).into());
        }
        query(
            "UPDATE alert_recipient SET name = $3, channel = $4, paused = $5 WHERE project = $1 AND id = $2",
        )
        .bind(project.0)
        .bind(id)
        .bind(name.as_ref().unwrap_or(&before.shown.name))
        .bind(json(&channel)?)
        .bind(state.unwrap_or(before.shown.state) == RecipientState::Paused)
        .execute(&mut *transaction)
        .await
        .map_err(taken)?;
        let after = one(&mut *transaction, project, id).await?;
        transaction.commit().await?;
        Ok((before, after))
    }

    /// Gives one another secret.
    pub async fn renew_secret(
        &self,
        project: ProjectId,
        id: i64,
        secret: &str,
    ) -> Result<KeptRecipient, AlertsError> {
        let renewed =
            query("UPDATE alert_recipient SET secret = $3 WHERE project = $1 AND id = $2");
        renewed.bind(project.0).bind(id).bind(secret).execute(self.log.writer()).await?;
        self.recipient(project, id).await
    }

    /// Deletes one: rules tell it no more, and what waits for it is given up. As it was.
    pub async fn delete_recipient(
        &self,
        project: ProjectId,
        id: i64,
    ) -> Result<KeptRecipient, AlertsError> {
        let mut transaction = self.log.writer().begin().await?;
        let before = one(&mut *transaction, project, id).await?;
        for statement in [
            "DELETE FROM alert_recipient WHERE project = $1 AND id = $2",
            "UPDATE alert_delivery SET state = 'failed', again_at = NULL, error = 'the recipient was deleted' \
             WHERE project = $1 AND recipient = $2 AND state = 'waiting'",
            "UPDATE alert_rule SET recipients = (SELECT '[' || COALESCE(string_agg(CAST(value AS text), ','), '') || ']' \
             FROM json_each(recipients) WHERE CAST(value AS bigint) <> $2) WHERE project = $1",
        ] {
            query(statement).bind(project.0).bind(id).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(before)
    }
}

async fn one(from: impl On, project: ProjectId, id: i64) -> Result<KeptRecipient, AlertsError> {
    let select = sqlx::AssertSqlSafe(format!("{SELECT} WHERE p.project = $1 AND p.id = $2"));
    let row = query(select).bind(project.0).bind(id).fetch_optional(from).await?;
    recipient(&row.ok_or(AlertsError::NoRecipient)?)
}
