//! What other servers wrote, told by PostgreSQL (`LISTEN`, `NOTIFY`).

use std::time::Duration;

use daybook_model::Seq;
use sqlx::{PgPool, Row as _, postgres::PgListener};
use tokio::sync::mpsc;

use crate::store::{ProjectId, StoreError};

/// Where it is told.
const CHANNEL: &str = "daybook_log";
/// Tells it, once the transaction is committed: by whom, of which project, and up to which place.
pub(super) const TELL: &str = "SELECT pg_notify('daybook_log', $1)";
/// How long until it is listened again after a failure.
const REST: Duration = Duration::from_secs(1);

/// A project's log goes up to a place, says a server.
pub(super) fn said(server: u64, project: ProjectId, head: i64) -> String {
    format!("{server:x} {} {head}", project.0)
}

/// Listens until nobody wants to know any more. `server` is ours, of which nothing is told.
pub(super) async fn follow(pool: PgPool, server: u64, tell: mpsc::Sender<(ProjectId, Seq)>) {
    while !tell.is_closed() {
        if let Err(error) = listen(&pool, server, &tell).await {
            tracing::warn!(%error, "what other servers write is not heard of at the moment");
            tokio::time::sleep(REST).await;
        }
    }
}

async fn listen(
    pool: &PgPool,
    server: u64,
    tell: &mpsc::Sender<(ProjectId, Seq)>,
) -> Result<(), StoreError> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    all(pool, tell).await?;
    loop {
        let heard = tokio::select! {
            () = tell.closed() => return Ok(()),
            heard = listener.try_recv() => heard?,
        };
        match heard {
            Some(heard) => {
                if let Some(news) = understood(heard.payload(), server)
                    && tell.send(news).await.is_err()
                {
                    return Ok(());
                }
            }
            // The connection was lost, and is there again: something may have been missed.
            None => all(pool, tell).await?,
        }
    }
}

/// What was said, unless we said it.
fn understood(payload: &str, server: u64) -> Option<(ProjectId, Seq)> {
    let mut words = payload.split(' ');
    let by = u64::from_str_radix(words.next()?, 16).ok()?;
    let (project, head) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    (by != server).then_some((ProjectId(project), head))
}

/// Tells how far all logs go.
async fn all(pool: &PgPool, tell: &mpsc::Sender<(ProjectId, Seq)>) -> Result<(), StoreError> {
    for row in sqlx::query("SELECT number, head FROM project").fetch_all(pool).await? {
        let head: i64 = row.try_get(1)?;
        // Nobody may want to know any more.
        let _ = tell.send((ProjectId(row.try_get(0)?), head.unsigned_abs())).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_said_is_told() {
        let text = said(0xab, ProjectId(3), 17);
        assert_eq!(understood(&text, 0xcd), Some((ProjectId(3), 17)));
        assert_eq!(understood(&text, 0xab), None, "we said it");
        assert_eq!(understood("something else", 1), None);
    }
}
