//! The replica that is read in place of the primary.

use sqlx::PgConnection;

use super::{Findings, connections, reached};
use crate::{
    store::postgres::TO_REPLICA,
    words::{counted, seconds},
};

/// After so many seconds in which nothing came, something is in its way.
const LATE: i64 = 60;

/// Looks at it, beside its primary.
pub(super) async fn look(
    findings: &mut Findings,
    url: &str,
    primary: &mut PgConnection,
    servers: i64,
) {
    let mut replica = match reached(url).await {
        Ok(replica) => replica,
        Err(error) => {
            let advice = "see whether it runs and lets this user in; until then the primary is read, a little later";
            return findings.wrong("replica", error.to_string(), advice);
        }
    };
    if let Err(error) = judge(findings, primary, &mut replica, servers).await {
        findings.wrong("replica", error.to_string(), "see its own log");
    }
}

async fn judge(
    findings: &mut Findings,
    primary: &mut PgConnection,
    replica: &mut PgConnection,
    servers: i64,
) -> Result<(), sqlx::Error> {
    let follows = "SELECT pg_is_in_recovery()";
    if !sqlx::query_scalar::<_, bool>(follows).fetch_one(&mut *replica).await? {
        findings.wrong(
            "replica",
            "what --read-url names is no replica: it follows nobody",
            "give the address of a streaming replica of the primary, or none",
        );
        return Ok(());
    }
    if let (Some(one), Some(other)) = (name(primary).await, name(replica).await)
        && one != other
    {
        findings.wrong(
            "replica",
            "what --read-url names has another database than --database-url",
            "give the address of a replica of that one, with the same name of the database",
        );
        return Ok(());
    }
    // Where there is no log yet, nothing can be behind.
    if let Ok(there) = places(primary).await {
        let here = places(replica).await?;
        let behind = there.saturating_sub(here).max(0);
        lag(findings, replica, behind.unsigned_abs()).await?;
    }
    let feedback = "SELECT current_setting('hot_standby_feedback') = 'on'";
    if !sqlx::query_scalar::<_, bool>(feedback).fetch_one(&mut *replica).await? {
        findings.doubtful(
            "replica",
            "hot_standby_feedback is off there: long questions are cancelled",
            "set hot_standby_feedback = on at the replica, and have it read again: SELECT pg_reload_conf()",
        );
    }
    connections(findings, "replica", replica, servers, TO_REPLICA).await
}

/// Which database of which PostgreSQL it is, a replica being the same; `None` where this user may not know.
async fn name(connection: &mut PgConnection) -> Option<(i64, String)> {
    let name =
        "SELECT system_identifier, CAST(current_database() AS text) FROM pg_control_system()";
    sqlx::query_as(name).fetch_one(connection).await.ok()
}

/// How many places were given, in all projects.
async fn places(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let places = "SELECT CAST(COALESCE(sum(head), 0) AS bigint) FROM project";
    sqlx::query_scalar(places).fetch_one(connection).await
}

/// It lacks so many entries.
async fn lag(
    findings: &mut Findings,
    replica: &mut PgConnection,
    behind: u64,
) -> Result<(), sqlx::Error> {
    if behind == 0 {
        findings.good("replica", "it has what the primary has");
        return Ok(());
    }
    let age = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp()) AS bigint)";
    let age: Option<i64> = sqlx::query_scalar(age).fetch_one(replica).await?;
    let behind = format!("{} behind the primary", counted(behind, "entry", "entries"));
    match age.map(|age| age.max(0)) {
        Some(0..=LATE) => findings.good("replica", behind),
        age => {
            let since = age.map_or_else(
                || "since it was started".to_owned(),
                |age| format!("for {}", seconds(age.unsigned_abs())),
            );
            findings.doubtful(
                "replica",
                format!("{behind}, and nothing came {since}"),
                "see whether it still follows (pg_stat_wal_receiver there, pg_stat_replication at the primary)",
            );
        }
    }
    Ok(())
}
