//! A log in PostgreSQL: that it is reached and can be written to, that what is acknowledged lasts there, that
//! servers find room.

mod demands;
mod replica;

use sqlx::{PgConnection, PgPool};

use super::{Findings, database::fits, reach::PATIENCE};
use crate::{
    clock::Clock,
    database::Pool,
    store::{StoreError, postgres, sqlite::Layout},
    words::counted,
};

/// What to do where it does not answer as it should.
pub(super) const BROKEN: &str = "see PostgreSQL's own log";

/// How far apart the clocks may be, in milliseconds.
const APART: i64 = 5_000;

/// Looks at it, and at the replica that is read, if one is. `None` where there is nothing more to ask.
pub(super) async fn open(
    findings: &mut Findings,
    url: &str,
    read_url: Option<&str>,
) -> Option<Pool> {
    let mut connection = match reached(url).await {
        Ok(connection) => connection,
        Err(error) => {
            let advice = "see whether PostgreSQL runs and lets this user in";
            findings.wrong("database", error.to_string(), advice);
            return None;
        }
    };
    if let Err(error) = look(findings, &mut connection, read_url).await {
        findings.wrong("database", error.to_string(), BROKEN);
    }
    let layout = postgres::layout(&mut connection).await;
    if matches!(layout, Ok(Layout::Foreign)) {
        findings.good("database", "it is empty: its tables are made when the server starts");
        return None;
    }
    if !fits(findings, layout, BROKEN) {
        return None;
    }
    incoming(findings, &mut connection).await;
    match PgPool::connect_lazy(url) {
        Ok(pool) => Some(Pool::Postgres { pool, in_turn: false }),
        Err(error) => {
            findings.wrong("database", error.to_string(), BROKEN);
            None
        }
    }
}

/// A connection to the database of an address, in time.
async fn reached(url: &str) -> Result<PgConnection, StoreError> {
    let late = |_| Err(StoreError::Unavailable(format!("no answer in {} s", PATIENCE.as_secs())));
    tokio::time::timeout(PATIENCE, postgres::connect(url)).await.unwrap_or_else(late)
}

async fn look(
    findings: &mut Findings,
    connection: &mut PgConnection,
    read_url: Option<&str>,
) -> Result<(), sqlx::Error> {
    demands::look(findings, connection).await?;
    let servers = "SELECT count(*) FROM server \
         WHERE until > CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)";
    let servers = sqlx::query_scalar::<_, i64>(servers).fetch_one(&mut *connection).await;
    // Before the first start there is no such table.
    let servers = servers.unwrap_or_default().max(1);
    connections(findings, "connections", connection, servers, postgres::TO_PRIMARY).await?;
    clock(findings, connection).await?;
    if let Some(url) = read_url {
        replica::look(findings, url, connection, servers).await;
    }
    Ok(())
}

/// Whether so many servers may open so many connections each.
async fn connections(
    findings: &mut Findings,
    about: &'static str,
    connection: &mut PgConnection,
    servers: i64,
    each: u32,
) -> Result<(), sqlx::Error> {
    let each = i64::from(each);
    let most = "SELECT LEAST(CAST(current_setting('max_connections') AS bigint) \
         - CAST(current_setting('superuser_reserved_connections') AS bigint) \
         - CAST(COALESCE(current_setting('reserved_connections', TRUE), '0') AS bigint), \
         (SELECT NULLIF(datconnlimit, -1) FROM pg_database WHERE datname = current_database()), \
         (SELECT NULLIF(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user))";
    let most: i64 = sqlx::query_scalar(most).fetch_one(connection).await?;
    let several = |servers: i64| counted(servers.unsigned_abs(), "server", "servers");
    if most < servers * each {
        findings.doubtful(
            about,
            format!("{most} may be open at once, and {} may want {each} each", several(servers)),
            "raise max_connections, or the limit of the database or the user: who finds none free waits, and is told to come again",
        );
    } else {
        let enough = several(most / each);
        findings
            .good(about, format!("{most} may be open at once: enough for {enough} of {each} each"));
    }
    Ok(())
}

/// Whether it is as late there as here.
async fn clock(findings: &mut Findings, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let now = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)";
    let before = Clock::System.now().millis();
    let there: i64 = sqlx::query_scalar(now).fetch_one(connection).await?;
    let after = Clock::System.now().millis();
    // What the question took is no difference.
    let apart = (before - there).max(there - after);
    if apart > APART {
        findings.doubtful(
            "clock",
            format!("this machine's and PostgreSQL's are {} s apart", apart / 1_000),
            "keep both by NTP: servers date what they receive, each by its own clock",
        );
    }
    Ok(())
}

/// Whether a log is being moved there.
async fn incoming(findings: &mut Findings, connection: &mut PgConnection) {
    let underway = "SELECT source FROM migration WHERE finished_at IS NULL";
    match sqlx::query_scalar::<_, String>(underway).fetch_optional(connection).await {
        Ok(None) => {}
        Ok(Some(file)) => findings.wrong(
            "migration",
            format!("the log of {file} is being moved there, and no server opens half of it"),
            "let daybook migrate finish, or start it again: it goes on where it was",
        ),
        // A layout from before a log could be moved.
        Err(error) => tracing::debug!(%error, "whether a log is being moved was not looked at"),
    }
}
