//! A log in a file: that it opens, that its layout is this version's, that it is sound.

use std::path::Path;

use sqlx::{ConnectOptions as _, SqlitePool, sqlite::SqliteConnectOptions};

use super::{Findings, database::fits};
use crate::{
    database::Pool,
    store::sqlite::{Layout, layout},
};

/// What to do where it cannot be read.
pub(super) const BROKEN: &str =
    "keep a copy of the file as it is, put a backup back, and look after the disk";

/// Opens it, to be read alone, and looks at it page by page. `None` where there is nothing to ask.
pub(super) async fn open(findings: &mut Findings, log: &Path) -> Option<Pool> {
    if !log.exists() {
        findings.good("database", format!("{} is made when the server starts", log.display()));
        return None;
    }
    let options = SqliteConnectOptions::new().filename(log).read_only(true);
    // A large log takes a while to be read.
    let pool = match SqlitePool::connect_with(options.disable_statement_logging()).await {
        Ok(pool) => pool,
        Err(error) => {
            findings.wrong(
                "database",
                format!("{} cannot be opened: {error}", log.display()),
                "see whether this user may read it and write to its folder",
            );
            return None;
        }
    };
    if !fits(findings, standing(&pool).await, BROKEN) {
        return None;
    }
    match sqlx::query_scalar("PRAGMA quick_check(3)").fetch_all(&pool).await {
        Ok(said) if said == ["ok"] => findings.good("database", "sound: every page was read"),
        Ok(said) => {
            let said: Vec<String> = said;
            findings.wrong("database", said.join("; "), BROKEN);
        }
        Err(error) => findings.wrong("database", error.to_string(), BROKEN),
    }
    Some(Pool::Sqlite(pool))
}

async fn standing(pool: &SqlitePool) -> Result<Layout, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    layout(&mut connection).await
}
