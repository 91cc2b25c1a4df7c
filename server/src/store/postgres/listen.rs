//! Listening to PostgreSQL, and noticing where nobody is there any more to be heard.

use std::{io, time::Duration};

use sqlx::postgres::{PgListener, PgNotification};
use tokio::time::timeout;

/// After so long without a word it is asked whether somebody is there: who only listens does not notice that a
/// machine, or the way to it, is lost.
const QUIET: Duration = Duration::from_secs(5);
/// How long an answer to that may take.
const ANSWER: Duration = Duration::from_secs(2);

/// What is said next. `None` where the connection was lost and is there again: something may have been missed.
pub async fn heard(listener: &mut PgListener) -> Result<Option<PgNotification>, sqlx::Error> {
    loop {
        if let Ok(heard) = timeout(QUIET, listener.try_recv()).await {
            return heard;
        }
        let asked = timeout(ANSWER, sqlx::query("SELECT 1").execute(&mut *listener)).await;
        asked.map_err(|_| sqlx::Error::Io(io::ErrorKind::TimedOut.into()))??;
    }
}
