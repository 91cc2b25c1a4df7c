//! Deliveries: the log of them, and which are due.

use daybook_model::{
    Timestamp,
    alert::{Deliveries, Delivery, DeliveryState},
};

use super::{AlertsError, Table, json, unreadable};
use crate::database::{Row, query, scalar};
use crate::{ledger::new_id, store::ProjectId};

/// A project's log of deliveries has so many; the oldest that are settled go.
const KEPT: i64 = 10_000;

/// A delivery that is due.
#[derive(Debug, Clone)]
pub(in crate::alerts) struct Due {
    pub(in crate::alerts) id: i64,
    pub(in crate::alerts) project: ProjectId,
    pub(in crate::alerts) recipient: i64,
    pub(in crate::alerts) message: String,
    pub(in crate::alerts) body: String,
    /// The addresses of mail that took it.
    pub(in crate::alerts) taken: Vec<String>,
    /// How often it was tried since it was to be tried anew.
    pub(in crate::alerts) tries: u32,
}

const SELECT: &str = "SELECT d.id, d.message, p.id AS kept, d.name, d.reason, d.firing, d.state, d.created_at, \
     d.attempts, d.tried_at, d.again_at, d.status, d.error FROM alert_delivery d \
     LEFT JOIN alert_recipient p ON p.id = d.recipient";

fn delivery(row: &Row) -> Result<Delivery, AlertsError> {
    let id: i64 = row.try_get("id")?;
    let bad = || unreadable("delivery", id);
    let time = |column: &str| row.try_get::<Option<i64>>(column);
    let attempts: i64 = row.try_get("attempts")?;
    let status: Option<i64> = row.try_get("status")?;
    Ok(Delivery {
        id,
        message: row.try_get("message")?,
        recipient: row.try_get("kept")?,
        name: row.try_get("name")?,
        reason: row.try_get::<&str>("reason")?.parse().map_err(|_| bad())?,
        firing: row.try_get("firing")?,
        state: row.try_get::<&str>("state")?.parse().map_err(|_| bad())?,
        created_at: Timestamp::saturating(row.try_get("created_at")?),
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        tried_at: time("tried_at")?.map(Timestamp::saturating),
        again_at: time("again_at")?.map(Timestamp::saturating),
        status: status.and_then(|status| u16::try_from(status).ok()),
        error: row.try_get("error")?,
    })
}

impl Table {
    /// Deliveries of a project, newest first.
    pub async fn deliveries(
        &self,
        project: ProjectId,
        (firing, recipient): (Option<i64>, Option<i64>),
        before: Option<i64>,
        limit: i64,
    ) -> Result<Deliveries, AlertsError> {
        let rows = query(sqlx::AssertSqlSafe(format!(
            "{SELECT} WHERE d.project = $1 AND ($2 IS NULL OR d.firing = $2) \
             AND ($3 IS NULL OR d.recipient = $3) AND ($4 IS NULL OR d.id < $4) ORDER BY d.id DESC LIMIT $5"
        )))
        .bind(project.0)
        .bind(firing)
        .bind(recipient)
        .bind(before)
        .bind(limit + 1)
        .fetch_all(self.log.readers())
        .await?;
        let mut deliveries = rows.iter().map(delivery).collect::<Result<Vec<_>, _>>()?;
        let limit = usize::try_from(limit).unwrap_or_default();
        let more = deliveries.len() > limit;
        deliveries.truncate(limit);
        let next = deliveries.last().map(|delivery| delivery.id).filter(|_| more);
        Ok(Deliveries { deliveries, next })
    }

    /// One of a project.
    pub async fn delivery(&self, project: ProjectId, id: i64) -> Result<Delivery, AlertsError> {
        let row =
            query(sqlx::AssertSqlSafe(format!("{SELECT} WHERE d.project = $1 AND d.id = $2")))
                .bind(project.0)
                .bind(id)
                .fetch_optional(self.log.readers())
                .await?;
        delivery(&row.ok_or(AlertsError::NoDelivery)?)
    }

    /// Has something told to a recipient that is no firing.
    pub async fn try_out(
        &self,
        project: ProjectId,
        recipient: i64,
        body: &str,
        now: Timestamp,
    ) -> Result<Delivery, AlertsError> {
        let id: Option<i64> = scalar(
            "INSERT INTO alert_delivery (project, message, recipient, name, reason, body, again_at, created_at) \
             SELECT project, $3, id, name, 'test', $4, $5, $5 FROM alert_recipient \
             WHERE project = $1 AND id = $2 RETURNING id",
        )
        .bind(project.0)
        .bind(recipient)
        .bind(format!("msg_{}", new_id()))
        .bind(body)
        .bind(now.millis())
        .fetch_optional(self.log.writer())
        .await?;
        self.delivery(project, id.ok_or(AlertsError::NoRecipient)?).await
    }

    /// Has one delivered again, whatever became of it: to those who did not take it, or to all where all did.
    pub async fn deliver_again(
        &self,
        project: ProjectId,
        id: i64,
        now: Timestamp,
    ) -> Result<Delivery, AlertsError> {
        let again = query(
            "UPDATE alert_delivery SET state = 'waiting', since = attempts, again_at = $3, \
             taken = CASE WHEN state = 'delivered' THEN '[]' ELSE taken END \
             WHERE project = $1 AND id = $2 \
             AND EXISTS (SELECT 1 FROM alert_recipient p WHERE p.id = alert_delivery.recipient)",
        )
        .bind(project.0)
        .bind(id)
        .bind(now.millis())
        .execute(self.log.writer())
        .await?;
        let found = self.delivery(project, id).await?;
        if again.rows_affected() == 0 { Err(AlertsError::NoRecipient) } else { Ok(found) }
    }

    /// Those that are due, the one that waits longest of each recipient; and when the next is.
    pub(in crate::alerts) async fn due(
        &self,
        now: Timestamp,
    ) -> Result<(Vec<Due>, Option<Timestamp>), AlertsError> {
        let rows = query(
            "SELECT d.id, d.project, d.recipient, d.message, d.body, d.taken, d.attempts - d.since AS tries \
             FROM alert_delivery d JOIN alert_recipient p ON p.id = d.recipient AND NOT p.paused \
             WHERE d.state = 'waiting' AND d.again_at <= $1 AND d.id = (SELECT min(o.id) FROM alert_delivery o \
             WHERE o.recipient = d.recipient AND o.state = 'waiting' AND o.again_at <= $1) \
             ORDER BY d.again_at, d.id LIMIT 50",
        )
        .bind(now.millis())
        .fetch_all(self.log.readers())
        .await?;
        let due = |row: &Row| {
            let (id, tries): (i64, i64) = (row.try_get("id")?, row.try_get("tries")?);
            let taken = serde_json::from_str(row.try_get("taken")?);
            Ok::<_, AlertsError>(Due {
                id,
                taken: taken.map_err(|_| unreadable("delivery", id))?,
                project: ProjectId(row.try_get("project")?),
                recipient: row.try_get("recipient")?,
                message: row.try_get("message")?,
                body: row.try_get("body")?,
                tries: u32::try_from(tries).unwrap_or_default(),
            })
        };
        let all = rows.iter().map(due).collect::<Result<Vec<_>, _>>()?;
        let next: Option<i64> = scalar(
            "SELECT min(d.again_at) FROM alert_delivery d \
             JOIN alert_recipient p ON p.id = d.recipient AND NOT p.paused WHERE d.state = 'waiting'",
        )
        .fetch_one(self.log.readers())
        .await?;
        Ok((all, next.map(Timestamp::saturating)))
    }

    /// What became of an attempt: it is tried again at a time, if there is one and it did not go well.
    pub(in crate::alerts) async fn tried(
        &self,
        due: &Due,
        (status, error): (Option<u16>, Option<&str>),
        again: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), AlertsError> {
        let state = match (error, again) {
            (None, _) => DeliveryState::Delivered,
            (Some(_), Some(_)) => DeliveryState::Waiting,
            (Some(_), None) => DeliveryState::Failed,
        };
        let mut transaction = self.log.writer().begin().await?;
        query(
            "UPDATE alert_delivery SET state = $2, attempts = attempts + 1, tried_at = $3, again_at = $4, \
             status = $5, error = $6, taken = $7 WHERE id = $1",
        )
        .bind(due.id)
        .bind(state.as_str())
        .bind(now.millis())
        .bind(again.map(Timestamp::millis))
        .bind(status.map(i64::from))
        .bind(error)
        .bind(json(&due.taken)?)
        .execute(&mut *transaction)
        .await?;
        query(
            "UPDATE alert_recipient SET error = $2, \
             delivered_at = CASE WHEN $2 IS NULL THEN $3 ELSE delivered_at END WHERE id = $1",
        )
        .bind(due.recipient)
        .bind(error)
        .bind(now.millis())
        .execute(&mut *transaction)
        .await?;
        query(
            "DELETE FROM alert_delivery WHERE project = $1 AND state <> 'waiting' AND id <= \
             (SELECT id FROM alert_delivery WHERE project = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
        )
        .bind(due.project.0)
        .bind(KEPT)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }
}
