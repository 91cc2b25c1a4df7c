//! `daybook import`: events from files, each line judged by itself.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    pin::pin,
    sync::Arc,
};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser as _},
};
use daybook_model::{
    Event,
    account::Project,
    ingest::{IngestReport, Refusal},
};
use futures_util::{StreamExt as _, stream};
use indicatif::ProgressBar;
use tokio::sync::mpsc;

use self::source::Source;
use super::{CliError, LogOptions, ProjectOption, log::Log, print_line};
use crate::{
    clock::Clock,
    export::columns::FileColumn,
    import::{self, Format, Importer, Lack, ReadError},
    intake::Redactor,
};

mod source;

/// How many events are sent at once.
const BATCH: usize = 2_000;
/// And how many bytes of the file at most.
const BATCH_BYTES: u64 = 8 * 1024 * 1024;
/// How many batches are read ahead of those that are being written.
const AHEAD: usize = 1;
/// How many batches are being written. Those that wait share the next transaction, and the larger it
/// is, the more events share each page of the indexes that is written down.
const IN_FLIGHT: usize = 8;

/// Read events from files into the log
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    project: ProjectOption,
    /// What the files hold
    #[arg(long, value_parser = PossibleValuesParser::new(Format::ALL.map(Format::as_str)).try_map(|word| word.parse::<Format>()))]
    format: Format,
    #[command(flatten)]
    redaction: super::Redaction,
    /// A column of a CSV or Parquet file that is called otherwise here, such as `Time=occurred_at`
    #[arg(long, value_name = "THEIRS=OURS", value_parser = renamed)]
    map: Vec<(String, String)>,
    /// Move all files together in time, so that their latest event is now
    #[arg(long)]
    shift_to_now: bool,
    /// The files, plain or gzip; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

impl Import {
    pub(super) async fn run(self, options: &LogOptions) -> Result<(), CliError> {
        let open = |name: &PathBuf| Source::open(name, self.shift_to_now).map(Arc::new);
        let sources = self.files.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        let shift = if self.shift_to_now { Some(self.shift(&sources)?) } else { None };
        let redactor = self.redaction.redactor()?;
        let log = Log::find(options).await?;
        let project = log.ensure_project(&self.project.project).await?;
        let bar = super::progress(sources.iter().map(|s| s.length()).sum());
        if let Ok(style) = bar.style().template("{bar:32} {bytes} of {total_bytes}, {msg}") {
            bar.set_style(style);
        }
        let mut totals = Totals { stored: 0, duplicates: 0, refused: 0, partial: 0, bar };
        let mut outcome = Ok(());
        for source in &sources {
            outcome = self.read(source, shift, &redactor, &log, &project, &mut totals).await;
            if outcome.is_err() {
                break;
            }
        }
        totals.bar.finish_and_clear();
        log.close().await;
        // What was stored is told in any case.
        let Totals { stored, duplicates, refused, partial, .. } = totals;
        let told =
            print_line(format_args!("stored {stored}, duplicates {duplicates}, refused {refused}"));
        outcome?;
        told?;
        if partial > 0 {
            return Err(CliError::Incomplete(
                "what was read is not all of it: what there is is in the log, but for what was refused".into(),
            ));
        }
        match refused {
            0 => Ok(()),
            1 => Err(CliError::Refused("one entry was refused; all others are in the log".into())),
            _ => Err(CliError::Refused(format!(
                "{refused} entries were refused; all others are in the log"
            ))),
        }
    }

    /// How far everything moves so that the latest event is now, in milliseconds.
    fn shift(&self, sources: &[Arc<Source>]) -> Result<i64, CliError> {
        let mut latest = None;
        for source in sources {
            let reader = source.reader(&ProgressBar::hidden())?;
            latest = latest
                .max(import::latest(self.format, reader).map_err(|e| source.failed(e.error))?);
        }
        Ok(latest.map_or(0, |at| Clock::System.now().millis() - at.millis()))
    }

    /// Reads on one thread while the log is written on another.
    async fn read(
        &self,
        source: &Arc<Source>,
        shift: Option<i64>,
        redactor: &Redactor,
        log: &Log,
        project: &Project,
        totals: &mut Totals,
    ) -> Result<(), CliError> {
        let mut importer = Importer::new(self.format, source.reader(&totals.bar)?)
            .with_redactor(redactor.clone())
            .with_mapping(self.map.clone());
        if shift.is_none() {
            importer = importer.with_clock(Clock::System.now());
        }
        let (batches, mut ready) = mpsc::channel(AHEAD);
        let bar = totals.bar.clone();
        let reading =
            tokio::task::spawn_blocking(move || read_batches(importer, shift, &bar, &batches));
        // The next batches wait in the ledger while one is written, and share its next transaction.
        let batches = stream::poll_fn(|context| ready.poll_recv(context));
        let mut sent = pin!(batches.map(|batch| send(log, project, batch)).buffered(IN_FLIGHT));
        while let Some(report) = sent.next().await {
            let report = report?;
            totals.stored += report.stored;
            totals.duplicates += report.duplicates;
            totals.refuse(source, &report.refused);
            totals.tell();
        }
        match reading.await {
            Ok(Ok(None)) => Ok(()),
            Ok(Ok(Some(lack))) => {
                totals.partial += 1;
                totals.say(&format!("{}: {lack}", source.name()));
                Ok(())
            }
            Ok(Err(ReadError { error, .. })) => Err(source.failed(error)),
            Err(e) => Err(CliError::say(format!("reading {} broke off: {e}", source.name()))),
        }
    }
}

/// Reads `THEIRS=OURS`.
fn renamed(text: &str) -> Result<(String, String), String> {
    let (theirs, ours) = text.rsplit_once('=').ok_or("is not of the form THEIRS=OURS")?;
    match FileColumn::named(ours) {
        Some(_) => Ok((theirs.to_owned(), ours.to_owned())),
        None => Err(format!("{ours:?} is not a column of an export")),
    }
}

/// What is sent at once: events with their lines, and lines that are none.
#[derive(Default)]
struct Batch {
    events: Vec<(u64, Event)>,
    refused: Vec<Refusal>,
}

/// Stores a batch; the report names the lines that were none as well.
async fn send(log: &Log, project: &Project, batch: Batch) -> Result<IngestReport, CliError> {
    let mut report = if batch.events.is_empty() {
        IngestReport::default()
    } else {
        log.send(project, batch.events).await?
    };
    report.refused.splice(0..0, batch.refused);
    Ok(report)
}

/// Hands batches over until the log ends, cannot be read on, or nobody takes them any more. What was
/// read before a file breaks off is handed over too. Says why the file is not all of an export, where it is not.
fn read_batches(
    mut importer: Importer<'_>,
    shift: Option<i64>,
    bar: &ProgressBar,
    batches: &mpsc::Sender<Batch>,
) -> Result<Option<Lack>, ReadError> {
    let mut batch = Batch::default();
    let mut begun_at = 0;
    let mut outcome = Ok(());
    for line in importer.by_ref() {
        match line {
            Ok(line) => match line.result {
                Ok(mut event) => {
                    if let Some(millis) = shift {
                        import::shift(&mut event, millis);
                    }
                    batch.events.push((line.number, event));
                }
                Err(fault) => batch.refused.push(fault.at(line.number)),
            },
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
        if batch.events.len() + batch.refused.len() >= BATCH
            || bar.position() > begun_at + BATCH_BYTES
        {
            begun_at = bar.position();
            if batches.blocking_send(std::mem::take(&mut batch)).is_err() {
                return outcome.map(|()| None);
            }
        }
    }
    // An error means that nobody takes it: the other side has failed and says so.
    let _ = batches.blocking_send(batch);
    outcome.map(|()| importer.lack())
}

/// What became of the lines so far.
struct Totals {
    stored: u64,
    duplicates: u64,
    refused: u64,
    /// How many files are not all of an export.
    partial: u64,
    bar: ProgressBar,
}

impl Totals {
    fn tell(&self) {
        let seen = self.stored + self.duplicates + self.refused;
        let seconds = self.bar.elapsed().as_secs_f64().max(0.001);
        self.bar.set_message(format!("{seen} events, {:.0} a second", seen as f64 / seconds));
    }

    fn refuse(&mut self, source: &Source, refused: &[Refusal]) {
        self.refused += refused.len() as u64;
        for refusal in refused {
            let field = if refusal.field.is_empty() {
                String::new()
            } else {
                format!("{} ", refusal.field)
            };
            let Refusal { index, message, .. } = refusal;
            self.say(&format!("{}:{index}: {field}{message}", source.name()));
        }
    }

    fn say(&self, line: &str) {
        // Nobody may be listening.
        self.bar.suspend(|| drop(writeln!(io::stderr(), "{line}")));
    }
}
