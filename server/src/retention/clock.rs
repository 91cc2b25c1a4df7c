//! Whether the clock can be believed. It is looked at every minute; where it is days ahead of the last
//! time, either the server stood still for as long, or somebody set it wrongly: nothing is removed then
//! until a person says which.

use daybook_model::{
    Timestamp,
    retention::{DAY, Doubt},
};

use super::{Keeping, RetentionError};
use crate::database::query;

/// How far the clock may be ahead of where it was last seen, in milliseconds.
const AHEAD: i64 = 3 * DAY;

impl Keeping {
    /// Looks at the clock: whether it is in doubt.
    pub async fn look_at_clock(&self, now: Timestamp) -> Result<Option<Doubt>, RetentionError> {
        let row = query("SELECT seen_at FROM retention_clock WHERE id = 1")
            .fetch_optional(self.log.readers())
            .await?;
        let seen = row.map(|row| row.try_get::<i64>(0)).transpose()?;
        let jumped = seen.filter(|&seen| now.millis().saturating_sub(seen) > AHEAD);
        let Some(seen) = jumped else {
            self.see(now, None).await?;
            return Ok(None);
        };
        // It was seen when it was last believed.
        self.see(Timestamp::saturating(seen), Some(now)).await?;
        Ok(Some(Doubt { before: Timestamp::saturating(seen), after: now }))
    }

    /// Whether the clock was in doubt when it was last looked at.
    pub async fn doubt(&self) -> Result<Option<Doubt>, RetentionError> {
        let row = query("SELECT seen_at, doubted FROM retention_clock WHERE id = 1")
            .fetch_optional(self.log.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let (before, after): (i64, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
        let doubt = |after| Doubt {
            before: Timestamp::saturating(before),
            after: Timestamp::saturating(after),
        };
        Ok(after.map(doubt))
    }

    /// Believes the clock.
    pub async fn believe(&self, now: Timestamp) -> Result<(), RetentionError> {
        self.see(now, None).await?;
        self.ring();
        Ok(())
    }

    async fn see(&self, at: Timestamp, doubted: Option<Timestamp>) -> Result<(), RetentionError> {
        query(
            "INSERT INTO retention_clock (id, seen_at, doubted) VALUES (1, $1, $2) \
             ON CONFLICT (id) DO UPDATE SET seen_at = $1, doubted = $2",
        )
        .bind(at.millis())
        .bind(doubted.map(Timestamp::millis))
        .execute(self.log.writer())
        .await?;
        Ok(())
    }
}
