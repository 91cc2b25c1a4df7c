//! The database: that it opens, that its layout is this version's, that it is sound.

use std::path::Path;

use daybook_model::Timestamp;
use sqlx::{
    ConnectOptions as _, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use super::Findings;
use crate::{
    store::{
        postgres,
        sqlite::{Layout, layout},
    },
    words::counted,
};

const MINUTE: i64 = 60_000;

/// Opens it, to be read alone. `None` where there is nothing to look at.
pub(super) async fn open(findings: &mut Findings, log: &Path) -> Option<SqliteConnection> {
    if !log.exists() {
        findings.good("database", format!("{} is made when the server starts", log.display()));
        return None;
    }
    let options = SqliteConnectOptions::new().filename(log).read_only(true);
    match options.connect().await {
        Ok(connection) => Some(connection),
        Err(error) => {
            findings.wrong(
                "database",
                format!("{} cannot be opened: {error}", log.display()),
                "see whether this user may read it and write to its folder",
            );
            None
        }
    }
}

/// Looks at it.
pub(super) async fn look(
    findings: &mut Findings,
    connection: &mut SqliteConnection,
    now: Timestamp,
) {
    if !fits(findings, layout(connection).await) {
        return;
    }
    match sqlx::query_scalar("PRAGMA quick_check(3)").fetch_all(&mut *connection).await {
        Ok(said) if said == ["ok"] => {}
        Ok(said) => {
            let said: Vec<String> = said;
            findings.wrong("database", said.join("; "), BROKEN);
        }
        Err(error) => findings.wrong("database", error.to_string(), BROKEN),
    }
    match newest(connection).await {
        Ok(projects) => judge(findings, &projects, now),
        Err(error) => findings.wrong("database", error.to_string(), BROKEN),
    }
    streams(findings, connection).await;
}

/// Looks at a log in PostgreSQL.
pub(super) async fn postgres(findings: &mut Findings, url: &str) {
    let mut connection = match postgres::connect(url).await {
        Ok(connection) => connection,
        Err(error) => {
            let advice = "see whether the server runs and lets this user in";
            return findings.wrong("database", error.to_string(), advice);
        }
    };
    match postgres::layout(&mut connection).await {
        Ok(Layout::Foreign) => {
            findings.good("database", "it is empty: its tables are made when the server starts");
        }
        layout => {
            fits(findings, layout);
            let count = "SELECT count(*), CAST(COALESCE(sum(head), 0) AS bigint) FROM project";
            match sqlx::query_as::<_, (i64, i64)>(count).fetch_one(&mut connection).await {
                Ok((projects, entries)) => findings.good(
                    "database",
                    format!("reached; {projects} projects, {entries} entries were stored"),
                ),
                Err(error) => {
                    findings.wrong("database", error.to_string(), "see PostgreSQL's own log");
                }
            }
        }
    }
}

/// Whether the layout is one that can be looked at.
fn fits(findings: &mut Findings, layout: Result<Layout, sqlx::Error>) -> bool {
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
            findings.wrong("layout", error.to_string(), BROKEN);
            return false;
        }
    }
    true
}

const BROKEN: &str = "keep a copy of the file as it is, put a backup back, and look after the disk";

/// A project, its last place, and when its newest entry was received.
struct Newest {
    project: String,
    head: i64,
    received_at: Option<i64>,
}

async fn newest(connection: &mut SqliteConnection) -> Result<Vec<Newest>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT slug, head, (SELECT received_at FROM detail WHERE key = (number << 40) + head) \
         FROM project ORDER BY number",
    );
    let newest =
        |row: &SqliteRow| Newest { project: row.get(0), head: row.get(1), received_at: row.get(2) };
    Ok(rows.fetch_all(connection).await?.iter().map(newest).collect())
}

fn judge(findings: &mut Findings, projects: &[Newest], now: Timestamp) {
    let entries: i64 = projects.iter().map(|project| project.head).sum();
    findings.good(
        "database",
        format!(
            "sound; {} with {} stored in all",
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
async fn streams(findings: &mut Findings, connection: &mut SqliteConnection) {
    let failing = "SELECT project.slug || ': ' || name FROM stream \
         JOIN project ON project.number = stream.project WHERE error IS NOT NULL AND NOT paused";
    match sqlx::query_scalar::<_, String>(failing).fetch_all(connection).await {
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
