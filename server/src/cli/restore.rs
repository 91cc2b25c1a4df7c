//! `daybook restore`: entries come back from the archive.

use chrono::{NaiveDate, NaiveTime};
use clap::Args;
use daybook_model::{
    Timestamp, paths,
    retention::{ArchiveFile, Overview, Restored},
};

use super::{
    CliError, LogOptions, ProjectOption,
    outbound::ArchiveOptions,
    print_line,
    via::{Via, nothing},
};
use crate::{
    outbound::{Outbound, Place},
    retention::RetentionError,
};

/// Bring entries back from the archive
#[derive(Debug, Args)]
pub(super) struct Restore {
    #[command(flatten)]
    project: ProjectOption,
    #[command(flatten)]
    archive: ArchiveOptions,
    /// The first day, such as 2026-05-01, or an instant; in UTC
    #[arg(long, value_name = "DATE", value_parser = beginning)]
    from: Timestamp,
    /// The last day, or the instant before which it ends
    #[arg(long, value_name = "DATE", value_parser = end)]
    to: Timestamp,
}

fn day(text: &str) -> Option<Timestamp> {
    let day: NaiveDate = text.parse().ok()?;
    Timestamp::from_millis(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
}

fn beginning(text: &str) -> Result<Timestamp, String> {
    day(text).map_or_else(|| text.parse().map_err(|e| format!("{text:?} {e}")), Ok)
}

/// A day is meant whole.
fn end(text: &str) -> Result<Timestamp, String> {
    let behind = |day: Timestamp| day.plus_millis(daybook_model::retention::DAY);
    day(text).map(behind).map_or_else(|| beginning(text), Ok)
}

impl Restore {
    pub(super) async fn run(self, options: &LogOptions) -> Result<(), CliError> {
        let archive = self.archive.read()?;
        let via = Via::with(options, Outbound { archive: archive.clone(), ..Outbound::default() })
            .await?;
        let project = &self.project.project;
        look(&via, archive.as_ref(), project).await?;
        let time = format!("?from={}&to={}", self.from, self.to);
        let files: Vec<ArchiveFile> = via.get(&paths::archive(project, &time)).await?;
        let bar = super::progress(files.iter().map(|file| file.count).sum());
        let mut sum = Restored::default();
        let (mut read, mut left) = (0, Vec::new());
        for file in &files {
            let path = paths::archive_restore(project, &file.id, &time);
            match via.call::<Restored>("POST", &path, &nothing()).await {
                Ok(restored) => {
                    sum.stored += restored.stored;
                    sum.duplicates += restored.duplicates;
                    sum.refused += restored.refused;
                    read += 1;
                }
                // The others may be as they should be.
                Err(error) => left.push(named(file, &error.to_string())),
            }
            bar.inc(file.count);
        }
        bar.finish_and_clear();
        via.close().await;
        // What was stored is told in any case.
        let Restored { stored, duplicates, refused } = sum;
        print_line(format_args!(
            "stored {stored}, duplicates {duplicates}, refused {refused}, from {read} of {} files",
            files.len()
        ))?;
        if !left.is_empty() {
            return Err(CliError::Incomplete(left.join("\n")));
        }
        match refused {
            0 => Ok(()),
            _ => Err(CliError::Refused(format!(
                "{refused} entries were not taken; all others are in the log"
            ))),
        }
    }
}

/// Looks whether there is an archive at all, before each of its files is found to be missing.
async fn look(via: &Via, given: Option<&Place>, project: &str) -> Result<(), CliError> {
    let say = |sentence: String| Err(CliError::say(sentence));
    match (via, given) {
        (Via::There(_), _) => {
            let Overview { archive, .. } = via.get(&paths::retention(project)).await?;
            if archive.is_none() { say(RetentionError::NoArchive.to_string()) } else { Ok(()) }
        }
        (Via::Here { .. }, None) => {
            say("no server has this log open: give --archive-folder or --archive-bucket".into())
        }
        (Via::Here { .. }, Some(Place::Folder(folder))) if !folder.is_there() => {
            say(format!("the folder of the archive, {}, is not there", folder.shown()))
        }
        _ => Ok(()),
    }
}

/// What is wrong with a file, with its name, which most sentences have.
fn named(file: &ArchiveFile, problem: &str) -> String {
    let name = file.place.rsplit('/').next().unwrap_or_default();
    if problem.contains(name) { problem.into() } else { format!("{}: {problem}", file.place) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_meant_whole() {
        let [from, to] = [beginning("2026-05-01").unwrap(), end("2026-05-01").unwrap()];
        assert_eq!(from.to_string(), "2026-05-01T00:00:00.000Z");
        assert_eq!(to.to_string(), "2026-05-02T00:00:00.000Z");
        assert_eq!(end("2026-05-01T10:00:00Z").unwrap().to_string(), "2026-05-01T10:00:00.000Z");
        assert!(beginning("May").is_err());
    }
}
