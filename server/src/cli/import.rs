//! `daybook import`: events from files, each line judged by itself.

use std::{
    fs::File,
    io::{self, BufReader, Seek, Write as _},
    path::PathBuf,
};

use clap::Args;
use daybook_model::{Event, Timestamp, account::Project, ingest::Refusal};
use indicatif::ProgressBar;

use super::{CliError, LogOptions, ProjectOption, log::Log};
use crate::{
    clock::Clock,
    import::{self, Format, Importer},
};

/// How many events are sent at once.
const BATCH: usize = 5_000;
/// And how many bytes of the file at most.
const BATCH_BYTES: u64 = 16 * 1024 * 1024;

/// Read events from files into the log
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    project: ProjectOption,
    /// What the files hold
    #[arg(long, value_enum)]
    format: Format,
    /// Move all files together in time, so that their latest event is now
    #[arg(long)]
    shift_to_now: bool,
    /// The files, plain or gzip; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// What became of the lines so far.
#[derive(Default)]
struct Totals {
    stored: u64,
    duplicates: u64,
    refused: u64,
}

/// A file that can be read from its beginning again.
struct Source {
    name: PathBuf,
    file: File,
}

impl Source {
    /// Opens a file; standard input is kept in a temporary one when it must be read twice.
    fn open(name: PathBuf, twice: bool) -> Result<Self, CliError> {
        let failed = |error| CliError::File { path: name.clone(), error };
        let file = if name.as_os_str() == "-" {
            if twice {
                let mut spool = tempfile::tempfile().map_err(failed)?;
                io::copy(&mut io::stdin().lock(), &mut spool).map_err(failed)?;
                spool
            } else {
                File::open("/dev/stdin").map_err(failed)?
            }
        } else {
            File::open(&name).map_err(failed)?
        };
        Ok(Self { name, file })
    }

    fn length(&self) -> u64 {
        self.file.metadata().map_or(0, |m| m.len())
    }

    /// A reader from the beginning, watched by the progress bar.
    fn reader(&self, bar: &ProgressBar) -> Result<impl io::BufRead + use<>, CliError> {
        let failed = |error| CliError::File { path: self.name.clone(), error };
        let mut file = self.file.try_clone().map_err(failed)?;
        // Not every input can go back (a pipe); one that is read once need not.
        let _ = file.rewind();
        Ok(BufReader::with_capacity(256 * 1024, bar.wrap_read(file)))
    }
}

impl Import {
    pub(super) async fn run(self, options: &LogOptions) -> Result<(), CliError> {
        let sources: Result<Vec<Source>, CliError> =
            self.files.iter().map(|f| Source::open(f.clone(), self.shift_to_now)).collect();
        let sources = sources?;
        let shift = if self.shift_to_now { Some(self.shift(&sources)?) } else { None };
        let log = Log::find(options).await?;
        let project = log.ensure_project(&self.project.project).await?;
        let bar = super::progress(sources.iter().map(Source::length).sum());
        bar.set_style(
            bar.style()
                .template("{bar:32} {bytes} of {total_bytes}, {msg}")
                .unwrap_or_else(|_| bar.style()),
        );
        let mut totals = Totals::default();
        for source in &sources {
            self.read(source, shift, &log, &project, &bar, &mut totals).await?;
        }
        bar.finish_and_clear();
        log.close().await;
        let Totals { stored, duplicates, refused } = totals;
        println!("stored {stored}, duplicates {duplicates}, refused {refused}");
        Ok(())
    }

    /// How far everything moves so that the latest event is now.
    fn shift(&self, sources: &[Source]) -> Result<i64, CliError> {
        let mut latest = None::<Timestamp>;
        for source in sources {
            let found = import::latest(self.format, source.reader(&ProgressBar::hidden())?);
            latest = latest.max(found);
        }
        Ok(latest.map_or(0, |at| Clock::System.now().millis() - at.millis()))
    }

    async fn read(
        &self,
        source: &Source,
        shift: Option<i64>,
        log: &Log,
        project: &Project,
        bar: &ProgressBar,
        totals: &mut Totals,
    ) -> Result<(), CliError> {
        let now = Clock::System.now();
        let mut batch: Vec<(u64, Event)> = Vec::with_capacity(BATCH);
        let mut sent_at = 0;
        for line in Importer::new(self.format, source.reader(bar)?, now) {
            match line.result {
                Ok(mut event) => {
                    if let Some(millis) = shift {
                        import::shift(&mut event, millis);
                    }
                    batch.push((line.number, event));
                }
                Err(refusal) => totals.refuse(source, line.number, &refusal, bar),
            }
            if batch.len() >= BATCH || bar.position() > sent_at + BATCH_BYTES {
                sent_at = bar.position();
                totals.send(source, std::mem::take(&mut batch), log, project, bar).await?;
            }
        }
        totals.send(source, batch, log, project, bar).await
    }
}

impl Totals {
    async fn send(
        &mut self,
        source: &Source,
        batch: Vec<(u64, Event)>,
        log: &Log,
        project: &Project,
        bar: &ProgressBar,
    ) -> Result<(), CliError> {
        if batch.is_empty() {
            return Ok(());
        }
        let report = log.send(project, batch).await?;
        self.stored += report.stored;
        self.duplicates += report.duplicates;
        for refusal in &report.refused {
            self.refuse(source, refusal.index, refusal, bar);
        }
        let seen = self.stored + self.duplicates + self.refused;
        let seconds = bar.elapsed().as_secs_f64().max(0.001);
        bar.set_message(format!("{seen} events, {:.0} a second", seen as f64 / seconds));
        Ok(())
    }

    fn refuse(&mut self, source: &Source, line: u64, refusal: &Refusal, bar: &ProgressBar) {
        self.refused += 1;
        let field =
            if refusal.field.is_empty() { String::new() } else { format!("{}: ", refusal.field) };
        bar.suspend(|| {
            // Nobody may be listening.
            let _ = writeln!(
                io::stderr(),
                "{}:{line}: {field}{}",
                source.name.display(),
                refusal.message
            );
        });
    }
}
