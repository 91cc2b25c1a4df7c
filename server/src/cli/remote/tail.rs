//! `daybook tail`: entries as they arrive, without a gap, also over broken connections.

use std::{io::Read as _, time::Duration};

use clap::Args;
use daybook_model::{
    Page, Seq,
    live::{Message, Reader},
    paths,
};

use super::{Remote, Which, blocking, joined, output::Output, reader, tell_left_out, value};
use crate::cli::{CliError, LogOptions};

/// Show entries as they arrive
#[derive(Debug, Args)]
pub(in crate::cli) struct Tail {
    #[command(flatten)]
    remote: Remote,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    output: Output,
    /// How many entries to begin with
    #[arg(short = 'n', long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=500))]
    lines: u64,
}

/// How long to wait for a server that went away, at first and at most.
const WAITS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

impl Tail {
    pub(in crate::cli) async fn run(self, _: &LogOptions) -> Result<(), CliError> {
        blocking(move || self.follow()).await
    }

    fn follow(&self) -> Result<(), CliError> {
        let query = self.which.query()?;
        let mut printer = self.output.printer()?;
        let limit = format!("limit={}", self.lines.max(1));
        let events = paths::events(&self.remote.project);
        let answer = self.remote.get(&events, &joined(&[&query, &limit]))?;
        tell_left_out(&answer);
        let mut page: Page = value(answer)?;
        page.entries.truncate(usize::try_from(self.lines).unwrap_or(usize::MAX));
        page.entries.reverse();
        printer.print(&page.entries)?;
        let mut after = page.as_of;
        let mut wait = WAITS.0;
        loop {
            let begun = after;
            let outcome = self.listen(&query, &mut after, &mut |entry| printer.print(&[entry]));
            match outcome {
                Err(error @ CliError::Say(_)) if begun == page.as_of && after == begun => {
                    return Err(error);
                }
                Err(CliError::Say(why) | CliError::Incomplete(why)) => {
                    eprintln!("daybook: {why}; asking again");
                }
                Err(error) => return Err(error),
                Ok(()) => {}
            }
            if after > begun {
                wait = WAITS.0;
            }
            std::thread::sleep(wait);
            wait = (wait * 2).min(WAITS.1);
        }
    }

    /// Until the connection ends.
    fn listen(
        &self,
        query: &str,
        after: &mut Seq,
        print: &mut dyn FnMut(daybook_model::Entry) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let place = format!("after={after}");
        let answer =
            self.remote.get(&paths::live(&self.remote.project), &joined(&[query, &place]))?;
        let (mut stream, mut messages) = (reader(answer), Reader::default());
        let mut piece = vec![0; 64 * 1024];
        loop {
            let broken = |e: &dyn std::fmt::Display| {
                CliError::Incomplete(format!("the connection broke off ({e})"))
            };
            let length = stream.read(&mut piece).map_err(|e| broken(&e))?;
            if length == 0 {
                return Ok(());
            }
            for message in messages.read(&piece[..length]).map_err(|e| broken(&e))? {
                let place = message.id();
                match message {
                    Message::Entry(entry) => print(*entry)?,
                    Message::Missed(missed) if missed.missed == 0 => eprintln!(
                        "daybook: this log ends at {}, before what was shown: it was restored from an older copy, or is another log",
                        missed.head
                    ),
                    Message::Missed(missed) => eprintln!(
                        "daybook: {} entries came too quickly to be shown one by one; query has them",
                        missed.missed
                    ),
                    Message::Head(_) => {}
                }
                *after = place;
            }
        }
    }
}
