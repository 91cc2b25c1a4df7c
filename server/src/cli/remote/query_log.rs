//! `daybook query`: entries, newest first; or those since the last time, in the order of the log.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
};

use clap::Args;
use daybook_model::{Entry, Page, export::Trailer, paths};

use super::{Remote, Which, blocking, joined, output::Output, place::Kept, reader, says};
use crate::cli::{CliError, LogOptions};

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
            let page: Page = self.remote.json(&paths::events(&self.remote.project), &query)?;
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

    fn since(&self, file: &std::path::Path) -> Result<(), CliError> {
        let Remote { server, project, .. } = &self.remote;
        let query = self.which.query()?;
        let kept = Kept::read(file, server, project, &query)?;
        let range = if says(&query, "range") || says(&query, "from") { "" } else { "range=all" };
        let how = format!("format=ndjson&trailer=1&after={}", kept.place.after);
        let columns = if self.output.is_json() { "" } else { "columns=all" };
        let query = joined(&[&query, range, &how, columns]);
        let answer = self.remote.get(&paths::export(project), &query)?;
        let mut printer = self.output.printer()?;
        let mut entries: Vec<Entry> = Vec::new();
        for line in BufReader::new(reader(answer)).lines() {
            let line =
                line.map_err(|e| CliError::Incomplete(format!("the answer broke off: {e}")))?;
            if let Ok(Trailer { daybook_export: end }) = serde_json::from_str(&line) {
                printer.print(&entries)?;
                if end.status != daybook_model::export::State::Complete {
                    let what = format!(
                        "the answer is {} after {} entries; the next run begins where this one did",
                        end.status, end.rows
                    );
                    return Err(CliError::Incomplete(what));
                }
                return kept.keep(end.as_of);
            }
            let entry = serde_json::from_str(&line)
                .map_err(|e| CliError::Incomplete(format!("a line is no entry: {e}")))?;
            entries.push(entry);
            if entries.len() >= 500 {
                printer.print(&entries)?;
                entries.clear();
            }
        }
        Err(CliError::Incomplete("the answer ends before its last line".into()))
    }
}
