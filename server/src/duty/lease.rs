//! Which servers there are, and which one is on duty: a row for each.

use std::time::Duration;

use sqlx::{PgPool, postgres::PgPoolOptions};

/// How often a server says that it is there.
pub(super) const BEAT: Duration = Duration::from_millis(1_500);
/// For so long it is sure to be on duty after it said so.
pub(super) const SURE: Duration = Duration::from_secs(4);
/// After so many milliseconds another may take over: later than this server stops to be sure.
const LIFE: i64 = 7_000;
/// Servers say so one after the other.
const TURN: i64 = 0x0da7_b00c_0003;

const NOW: &str = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)";

/// A connection for this alone, that waits for nobody.
pub(super) fn pool(log: &PgPool) -> PgPool {
    let options = (*log.connect_options()).clone();
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(SURE / 2);
    pool.connect_lazy_with(options)
}

/// Says that this server is there; whether it is on duty.
pub(super) async fn renew(pool: PgPool, server: i64) -> Result<bool, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let turn = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(TURN);
    turn.execute(&mut *transaction).await?;
    // What is far ahead was said by a clock that was put back since. Safe: a constant.
    let gone = sqlx::AssertSqlSafe(format!(
        "DELETE FROM server WHERE until < {NOW} OR until > {NOW} + $1"
    ));
    sqlx::query(gone).bind(2 * LIFE).execute(&mut *transaction).await?;
    let here = sqlx::AssertSqlSafe(format!(
        "INSERT INTO server (id, until, on_duty) VALUES ($1, {NOW} + $2, FALSE) \
         ON CONFLICT (id) DO UPDATE SET until = {NOW} + $2"
    ));
    sqlx::query(here).bind(server).bind(LIFE).execute(&mut *transaction).await?;
    let take = "UPDATE server SET on_duty = TRUE WHERE id = $1 \
         AND NOT EXISTS (SELECT 1 FROM server WHERE on_duty)";
    sqlx::query(take).bind(server).execute(&mut *transaction).await?;
    let mine = "SELECT on_duty FROM server WHERE id = $1";
    let mine = sqlx::query_scalar(mine).bind(server).fetch_one(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(mine)
}

/// Lets another take over at once. Where that fails, it waits.
pub(super) async fn leave(pool: &PgPool, server: i64) {
    let left = sqlx::query("DELETE FROM server WHERE id = $1").bind(server).execute(pool).await;
    if let Err(error) = left {
        tracing::warn!(%error, "other servers take over a little later");
    }
}
