//! `daybook migrate`: a log in a file moves to PostgreSQL.
//!
//! Entries are copied while a server goes on writing them, in the order of the log, so that what is there of a
//! project says where to go on after whatever broke it off. Once nobody writes to the file any more, what is
//! left is copied, both logs are compared entry by entry, and what is kept beside the log follows.

mod beside;
mod compare;
mod progress;

use std::{path::Path, time::Duration};

use clap::Args;
use daybook_model::account::Project;
use sqlx::{ConnectOptions as _, sqlite::SqliteConnectOptions};
use tokio::time::sleep;

use self::progress::Progress;
use super::{CliError, LogOptions, log::log_file, print_line};
use crate::{
    clock::Clock,
    presence::{Found, Presence, PresenceError},
    store::{
        ProjectId, Store as _,
        postgres::{Postgres, reach},
        sqlite::{self, Layout, Sqlite},
    },
    words::counted,
};

/// How many places are copied at once.
const TOGETHER: u64 = 200;
/// How long the file is left alone when all of it is copied.
const REST: Duration = Duration::from_millis(500);

/// Move the log from its file to PostgreSQL, also while a server writes to it. Broken off, it goes on where it
/// was; the last step waits until the server is stopped. Who is signed in signs in again
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// The database, which has to be there and empty: `postgres://daybook@db.example.com/daybook`
    #[arg(long, value_name = "URL")]
    to: String,
}

/// The two logs.
struct Move {
    from: Sqlite,
    to: Postgres,
}

impl Migrate {
    pub(super) async fn run(self, options: &LogOptions) -> Result<(), CliError> {
        if options.is_postgres() {
            return Err(CliError::say(
                "the log is in PostgreSQL already: give the file that is to be moved, --database-url sqlite://…",
            ));
        }
        let log = log_file(options)?;
        is_ours(&log).await?;
        reach(&self.to).await?;
        let both = Move {
            from: Sqlite::open(&options.database_url).await?,
            to: Postgres::open(&self.to).await?,
        };
        both.begin(&log).await?;
        let mut waits = false;
        let presence = loop {
            let copied = both.copy().await?;
            match Presence::take(&log) {
                Ok(Found::Free(presence)) => break presence,
                Ok(Found::Server(_)) | Err(PresenceError::Busy) => {}
                Err(error) => return Err(error.into()),
            }
            if !waits {
                eprintln!(
                    "Everything is copied, and what arrives is. Stop the server that writes to {} to finish.",
                    log.display()
                );
                waits = true;
            }
            if copied == 0 {
                sleep(REST).await;
            }
        };
        // Nobody writes to it from here on.
        both.copy().await?;
        let mut entries = 0;
        for project in both.from.projects().await? {
            let (count, hash) = both.compare(&project).await?;
            let told = counted(count, "entry", "entries");
            print_line(format_args!("{}: {told}, {hash}", project.slug))?;
            entries += count;
        }
        both.beside().await?;
        both.finish().await?;
        drop(presence);
        let entries = counted(entries, "entry is", "entries are");
        print_line(format_args!(
            "{entries} moved: start servers with --database-url and this address"
        ))
    }
}

/// The file is there, with the layout of this version.
async fn is_ours(log: &Path) -> Result<(), CliError> {
    let refused = |why: String| CliError::say(format!("{}: {why}", log.display()));
    let options = SqliteConnectOptions::new().filename(log).read_only(true);
    let mut file = options.connect().await.map_err(|e| refused(e.to_string()))?;
    match sqlite::layout(&mut file).await.map_err(|e| refused(e.to_string()))? {
        Layout::Same => Ok(()),
        Layout::Older(_) => {
            Err(refused("is of an older version: start this version's server once".into()))
        }
        Layout::Newer => Err(refused("is of a newer version: use that one to move it".into())),
        Layout::Foreign => Err(refused("is no log of Daybook's".into())),
    }
}

impl Move {
    /// Notes that the log of this file is being moved here.
    async fn begin(&self, log: &Path) -> Result<(), CliError> {
        let source = log.canonicalize().unwrap_or_else(|_| log.to_owned()).display().to_string();
        let pool = self.to.database().writer();
        let there = "SELECT source FROM migration WHERE finished_at IS NULL";
        let there: Option<String> = sqlx::query_scalar(there).fetch_optional(pool).await?;
        match there {
            Some(there) if there == source => return Ok(()),
            Some(there) => {
                return Err(CliError::say(format!(
                    "{there} is being moved there: choose another database"
                )));
            }
            None => {}
        }
        if !self.to.projects().await?.is_empty() {
            return Err(CliError::say(
                "there is a log in this database already: choose an empty one",
            ));
        }
        let noted = "INSERT INTO migration (source) VALUES ($1) ON CONFLICT (source) DO UPDATE SET finished_at = NULL";
        sqlx::query(noted).bind(source).execute(pool).await?;
        Ok(())
    }

    async fn finish(&self) -> Result<(), CliError> {
        let done = "UPDATE migration SET finished_at = $1 WHERE finished_at IS NULL";
        let done = sqlx::query(done).bind(Clock::System.now().millis());
        done.execute(self.to.database().writer()).await?;
        Ok(())
    }

    /// Copies what is not copied yet; how many places that were.
    async fn copy(&self) -> Result<u64, CliError> {
        let mut logs = Vec::new();
        for project in self.from.projects().await? {
            self.project(&project).await?;
            let id = ProjectId(project.number);
            let (there, head) = (self.to.head(id).await?, self.from.head(id).await?);
            if there > head {
                return Err(CliError::say(format!(
                    "PostgreSQL has more of {} than the file, which is an earlier one: empty the database and begin again",
                    project.slug
                )));
            }
            logs.push((id, there, head));
        }
        let all = logs.iter().map(|(_, there, head)| head - there).sum();
        if all == 0 {
            return Ok(0);
        }
        let mut progress = Progress::of("copied", all);
        for (id, mut there, head) in logs {
            while there < head {
                let upto = head.min(there + TOGETHER);
                let entries = self.from.between_whole(id, there, upto).await?;
                self.to.copy(id, &entries, upto).await?;
                progress.more(upto - there);
                there = upto;
            }
        }
        progress.end();
        Ok(all)
    }

    /// The project is there, under the same number.
    async fn project(&self, project: &Project) -> Result<(), CliError> {
        let made = "INSERT INTO project (number, slug, created_at) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING";
        let made = sqlx::query(made).bind(project.number).bind(&project.slug);
        made.execute(self.to.database().writer()).await?;
        Ok(())
    }
}

impl From<sqlx::Error> for CliError {
    fn from(error: sqlx::Error) -> Self {
        Self::say(error.to_string())
    }
}
