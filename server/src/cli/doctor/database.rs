//! What is asked alike of a log in a file and of one in PostgreSQL: its layout, its projects, the time of their
//! newest entries, its streams.

use daybook_model::Timestamp;

use super::{Findings, postgres, sqlite};
use crate::{
    database::{Pool, query, scalar},
    store::sqlite::Layout,
    words::counted,
};

/// How far an entry may seem to be ahead, in milliseconds.
const MINUTE: i64 = 60_000;

/// Whether the layout is one that can be looked at; `broken` says what to do where it cannot be read.
pub(super) fn fits(
    findings: &mut Findings,
    layout: Result<Layout, sqlx::Error>,
    broken: &str,
) -> bool {
    match layout {
        Ok(Layout::Same) => {}
        Ok(Layout::Older(steps)) => findings.doubtful(
            "layout",
            format!("of an earlier version: {steps} steps are taken at the next start"),
            "make a backup first: an earlier version cannot open it afterwards",
        ),
        Ok(Layout::Newer) => findings.wrong(
            "layout",
            "of a later version than this one",
            "start that version, or put back a backup from before it",
        ),
        Ok(Layout::Foreign) => {
            findings.wrong("layout", "this is no log of Daybook", "give another --database-url");
            return false;
        }
        Err(error) => {
            findings.wrong("layout", error.to_string(), broken);
            return false;
        }
    }
    true
}

/// Looks at what is in it.
pub(super) async fn look(findings: &mut Findings, database: &Pool, now: Timestamp) {
    match newest(database).await {
        Ok(projects) => judge(findings, &projects, now),
        Err(error) => {
            let advice = match database {
                Pool::Sqlite(_) => sqlite::BROKEN,
                Pool::Postgres { .. } => postgres::BROKEN,
            };
            findings.wrong("database", error.to_string(), advice);
        }
    }
    streams(findings, database).await;
}

/// A project, its last place, and when its newest entry was received.
struct Newest {
    project: String,
    head: i64,
    received_at: Option<i64>,
}

async fn newest(database: &Pool) -> Result<Vec<Newest>, sqlx::Error> {
    let text = match database {
        Pool::Sqlite(_) => {
            "SELECT slug, head, (SELECT received_at FROM detail WHERE key = (number << 40) + head) \
             FROM project ORDER BY number"
        }
        Pool::Postgres { .. } => {
            "SELECT slug, head, (SELECT received_at FROM place \
             WHERE place.project = project.number AND place.seq = project.head) \
             FROM project ORDER BY number"
        }
    };
    let rows = query(text).fetch_all(database).await?;
    let newest = rows.iter().map(|row| {
        let (project, head) = (row.try_get(0)?, row.try_get(1)?);
        Ok(Newest { project, head, received_at: row.try_get(2)? })
    });
    newest.collect()
}

fn judge(findings: &mut Findings, projects: &[Newest], now: Timestamp) {
    let entries: i64 = projects.iter().map(|project| project.head).sum();
    findings.good(
        "database",
        format!(
            "{} with {} stored in all",
            counted(projects.len() as u64, "project", "projects"),
            counted(entries.unsigned_abs(), "entry", "entries")
        ),
    );
    let ahead = |newest: &&Newest| newest.received_at.is_some_and(|at| at > now.millis() + MINUTE);
    match projects.iter().find(ahead) {
        Some(newest) => {
            let at = Timestamp::saturating(newest.received_at.unwrap_or_default());
            findings.wrong(
                "clock",
                format!("it is {now} here, and {} received an entry at {at}", newest.project),
                "set this machine's clock, and keep it by NTP: events are refused that seem to be of tomorrow",
            );
        }
        None => findings.good("clock", format!("{now}, and no entry was received later")),
    }
}

/// Streams that do not get on.
async fn streams(findings: &mut Findings, database: &Pool) {
    let failing = "SELECT project.slug || ': ' || name FROM stream \
         JOIN project ON project.number = stream.project WHERE error IS NOT NULL AND NOT paused";
    match scalar::<String>(failing).fetch_all(database).await {
        Ok(names) if names.is_empty() => {}
        Ok(names) => findings.doubtful(
            "streams",
            format!("not taken at the moment: {}", names.join(", ")),
            "Settings, Streams says what the target answered",
        ),
        // A layout from before streams.
        Err(error) => tracing::debug!(%error, "streams were not looked at"),
    }
}
