//! `daybook query`: entries, newest first; or those since the last time, in the order of the log.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use clap::Args;
use daybook_model::{
    Entry, Page,
    export::{State, Trailer},
    paths,
};

use super::{
    Remote, Which, blocking, joined,
    output::{Output, Printer},
    place::Kept,
    reader, says, tell_left_out, value,
};
use crate::cli::{CliError, LogOptions};

/// How many entries are printed before their place is kept: so many may come twice where a run is killed.
const TOGETHER: usize = 500;

/// Ask a server for entries
#[derive(Debug, Args)]
pub(in crate::cli) struct Query {
    #[command(flatten)]
    remote: Remote,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    output: Output,
    /// At most how many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// Only those that came since the last run with this file, each once; all of them the first time.
    /// Needs a token that may export
    #[arg(long, value_name = "FILE", conflicts_with = "limit")]
    since_last: Option<PathBuf>,
}

impl Query {
    pub(in crate::cli) async fn run(self, _: &LogOptions) -> Result<(), CliError> {
        blocking(move || match self.since_last.clone() {
            Some(file) => self.since(&file),
            None => self.pages(),
        })
        .await
    }

    fn pages(&self) -> Result<(), CliError> {
        let query = self.which.query()?;
        let mut printer = self.output.printer()?;
        let (mut left, mut cursor) = (self.limit, String::new());
        loop {
            let limit = format!("limit={}", left.min(500));
            let query = joined(&[&query, &limit, &cursor]);
            let answer = self.remote.get(&paths::events(&self.remote.project), &query)?;
            if cursor.is_empty() {
                tell_left_out(&answer);
            }
            let page: Page = value(answer)?;
            printer.print(&page.entries)?;
            left = left.saturating_sub(page.entries.len() as u64);
            match page.next {
                Some(next) if left > 0 => cursor = format!("cursor={next}"),
                Some(_) => {
                    eprintln!("daybook: there are more; give --limit, or use daybook export");
                    return Ok(());
                }
                None => return Ok(()),
            }
        }
    }

    /// All that came since, part by part where the project allows no more at once.
    fn since(&self, file: &Path) -> Result<(), CliError> {
        let Remote { server, project, .. } = &self.remote;
        let query = self.which.query()?;
        let mut kept = Kept::read(file, server, project, &query)?;
        let mut printer = self.output.printer()?;
        while let Ended::There = self.part(&query, &mut kept, &mut printer)? {}
        Ok(())
    }

    /// One answer. What was printed is not printed again, whatever becomes of the rest.
    fn part(&self, query: &str, kept: &mut Kept, printer: &mut Printer) -> Result<Ended, CliError> {
        let range = if says(query, "range") || says(query, "from") { "" } else { "range=all" };
        let how = format!("format=ndjson&trailer=1&after={}", kept.place.after);
        let columns = if self.output.is_json() { "" } else { "columns=all" };
        let asked = joined(&[query, range, &how, columns]);
        let path = paths::export(&self.remote.project);
        let answer = self.remote.get(&path, &asked).map_err(|error| kept.explained(error))?;
        if kept.is_new() {
            tell_left_out(&answer);
        }
        let mut entries: Vec<Entry> = Vec::new();
        for line in BufReader::new(reader(answer)).lines() {
            let line =
                line.map_err(|e| CliError::Incomplete(format!("the answer broke off: {e}")))?;
            if let Ok(Trailer { daybook_export: end }) = serde_json::from_str(&line) {
                print(&mut entries, kept, printer)?;
                return match end.status {
                    State::Complete => kept.keep(end.as_of).map(|()| Ended::All),
                    State::Capped if end.rows > 0 => Ok(Ended::There),
                    status => Err(CliError::Incomplete(format!(
                        "the answer is {status} after {} entries; the next run goes on behind them",
                        end.rows
                    ))),
                };
            }
            let entry = serde_json::from_str(&line)
                .map_err(|e| CliError::Incomplete(format!("a line is no entry: {e}")))?;
            entries.push(entry);
            if entries.len() >= TOGETHER {
                print(&mut entries, kept, printer)?;
            }
        }
        Err(CliError::Incomplete("the answer ends before its last line".into()))
    }
}

/// How an answer ended.
enum Ended {
    /// With the last entry of the log.
    All,
    /// With the last one that the project allows at once.
    There,
}

/// Prints entries, which are in the order of the log, and keeps the place of the last one.
fn print(entries: &mut Vec<Entry>, kept: &mut Kept, printer: &mut Printer) -> Result<(), CliError> {
    printer.print(entries)?;
    let last = entries.last().map(|entry| entry.seq);
    entries.clear();
    last.map_or(Ok(()), |last| kept.keep(last))
}
