//! `daybook backup`: a copy of the log, also while a server writes to it.

use std::{
    fs::{self, OpenOptions, Permissions},
    io,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    str::FromStr as _,
};

use clap::Args;
use sqlx::{
    ConnectOptions as _, Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions,
};

use super::{CliError, LogOptions, log::log_file, print_line};

/// Copy the log to a file, also while a server has it open. The copy is of one moment, with people,
/// tokens, views and streams; who is signed in is not in it. To restore it, put it where the log is, in a
/// folder in which nothing of another log is left, and start the server
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The copy, which must not be there yet
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self, options: &LogOptions) -> Result<(), CliError> {
        if options.is_postgres() {
            return Err(CliError::say(
                "a log in PostgreSQL is copied by PostgreSQL: see pg_basebackup and pg_dump",
            ));
        }
        let log = log_file(options)?;
        if !log.exists() {
            return Err(CliError::say(format!("there is no log at {}", log.display())));
        }
        if self.file.exists() {
            let file = self.file.display();
            return Err(CliError::say(format!("{file} is there already: choose another name")));
        }
        let failed = |error| CliError::File { path: self.file.clone(), error };
        // Under another name until it is whole, and nobody else's business from the start.
        let draft = Draft::beside(&self.file).map_err(failed)?;
        let mut from = open(&options.database_url).await?;
        let copied = sqlx::query("VACUUM INTO $1")
            .bind(draft.0.to_string_lossy().into_owned())
            .execute(&mut from)
            .await;
        copied.map_err(|e| {
            CliError::say(format!("the copy {} cannot be written: {e}", draft.0.display()))
        })?;
        // Closing a connection that only reads changes nothing.
        let _ = from.close().await;
        let heads = checked(&draft.0).await?;
        draft.finish(&self.file).map_err(failed)?;
        for (project, head) in heads {
            print_line(format_args!("{project} {head}"))?;
        }
        Ok(())
    }
}

async fn open(url: &str) -> Result<SqliteConnection, CliError> {
    let options = SqliteConnectOptions::from_str(url).map_err(crate::store::StoreError::from)?;
    let connection = options.read_only(true).connect().await;
    Ok(connection.map_err(crate::store::StoreError::from)?)
}

/// Reads the copy through; the projects in it, and the last place of each.
async fn checked(copy: &Path) -> Result<Vec<(String, i64)>, CliError> {
    let said = |e: sqlx::Error| CliError::say(format!("the copy cannot be read: {e}"));
    let options = SqliteConnectOptions::new().filename(copy).read_only(true);
    let mut connection = options.connect().await.map_err(said)?;
    let sound: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(&mut connection)
        .await
        .map_err(said)?;
    if sound != "ok" {
        return Err(CliError::say(format!("the copy is not sound: {sound}")));
    }
    let rows = sqlx::query("SELECT slug, head FROM project ORDER BY number");
    let rows = rows.fetch_all(&mut connection).await.map_err(said)?;
    let _ = connection.close().await;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// A copy that is not whole yet; taken away where it does not become so.
struct Draft(PathBuf);

impl Draft {
    fn beside(file: &Path) -> io::Result<Self> {
        let mut name = file.as_os_str().to_owned();
        name.push(".part");
        let draft = Self(name.into());
        // An earlier one that did not become whole.
        let _ = fs::remove_file(&draft.0);
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft.0)?;
        Ok(draft)
    }

    /// On disk, and then under its name.
    fn finish(&self, file: &Path) -> io::Result<()> {
        fs::set_permissions(&self.0, Permissions::from_mode(0o600))?;
        fs::File::open(&self.0)?.sync_all()?;
        fs::rename(&self.0, file)?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // It may have its name by now.
        let _ = fs::remove_file(&self.0);
    }
}
