//! What other servers did to the log, told by PostgreSQL (`LISTEN`, `NOTIFY`).

use std::{collections::HashMap, time::Duration};

use daybook_model::Seq;
use sqlx::{PgPool, Row as _, postgres::PgListener};
use tokio::sync::mpsc;

use super::listen;
use crate::store::{News, ProjectId, StoreError};

/// Where it is told.
const CHANNEL: &str = "daybook_log";
/// Tells it, once the transaction is committed: by whom, of which project, and what.
pub(super) const TELL: &str = "SELECT pg_notify('daybook_log', $1)";
/// How long until it is listened again after a failure.
const REST: Duration = Duration::from_secs(1);

/// A project's log goes up to a place, says a server.
pub(super) fn said(server: i64, project: ProjectId, head: i64) -> String {
    format!("{server} {} {head}", project.0)
}

/// Entries of a project were taken out, says a server.
pub(super) fn said_of_removal(server: i64, project: ProjectId) -> String {
    format!("{server} {} gone", project.0)
}

/// Tells what is heard until nobody wants to know any more. `server` is ours, of which nothing is told; so many
/// entries were taken out of each project before.
pub(super) async fn follow(
    pool: PgPool,
    server: i64,
    removed: HashMap<i64, i64>,
    tell: mpsc::Sender<(ProjectId, News)>,
) {
    let mut ear = Ear { pool, server, tell, removed };
    while !ear.tell.is_closed() {
        if let Err(error) = ear.listen().await {
            tracing::warn!(%error, "what other servers write is not heard of at the moment");
            tokio::time::sleep(REST).await;
        }
    }
}

struct Ear {
    pool: PgPool,
    server: i64,
    tell: mpsc::Sender<(ProjectId, News)>,
    /// How many entries were taken out of each project, when it was last looked up.
    removed: HashMap<i64, i64>,
}

impl Ear {
    async fn listen(&mut self) -> Result<(), StoreError> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(CHANNEL).await?;
        self.look().await?;
        loop {
            let heard = tokio::select! {
                () = self.tell.closed() => return Ok(()),
                heard = listen::heard(&mut listener) => heard?,
            };
            match heard {
                Some(heard) => {
                    if let Some(news) = understood(heard.payload(), self.server)
                        && self.tell.send(news).await.is_err()
                    {
                        return Ok(());
                    }
                }
                // The connection was lost, and is there again: something may have been missed.
                None => self.look().await?,
            }
        }
    }

    /// Tells how all logs are.
    async fn look(&mut self) -> Result<(), StoreError> {
        let logs = sqlx::query("SELECT number, head, removed FROM project");
        for row in logs.fetch_all(&self.pool).await? {
            let (number, head, removed): (i64, i64, i64) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let before = self.removed.insert(number, removed);
            // Nobody may want to know any more.
            if before.is_some_and(|before| before != removed) {
                let _ = self.tell.send((ProjectId(number), News::Shrunk)).await;
            }
            let grown = News::Grown(head.unsigned_abs());
            let _ = self.tell.send((ProjectId(number), grown)).await;
        }
        Ok(())
    }
}

/// What was said, unless we said it.
fn understood(payload: &str, server: i64) -> Option<(ProjectId, News)> {
    let mut words = payload.split(' ');
    let by: i64 = words.next()?.parse().ok()?;
    let project = ProjectId(words.next()?.parse().ok()?);
    let news = match words.next()? {
        "gone" => News::Shrunk,
        head => News::Grown(head.parse::<Seq>().ok()?),
    };
    (by != server).then_some((project, news))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_said_is_told() {
        let text = said(0xab, ProjectId(3), 17);
        assert_eq!(understood(&text, 0xcd), Some((ProjectId(3), News::Grown(17))));
        assert_eq!(understood(&text, 0xab), None, "we said it");
        let text = said_of_removal(0xab, ProjectId(3));
        assert_eq!(understood(&text, 0xcd), Some((ProjectId(3), News::Shrunk)));
        assert_eq!(understood("something else", 1), None);
    }
}
