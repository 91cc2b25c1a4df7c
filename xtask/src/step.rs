//! Doing things one after the other, and telling how far one is.

use std::io::{IsTerminal, Write, stdout};
use std::time::{Duration, Instant};

use crate::Result;
use crate::process::Job;

/// How many tests a step ran, where it runs any.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// Those among the passed ones that needed a second try.
    pub(crate) flaky: usize,
}

type Work = Box<dyn FnOnce(&mut Job) -> Result<Option<Tally>>>;

/// One thing to do.
pub(crate) struct Step {
    title: String,
    hint: &'static str,
    work: Work,
}

impl Step {
    /// A step that is said as `title` while it is done by `work`.
    pub(crate) fn new(
        title: impl Into<String>,
        work: impl FnOnce(&mut Job) -> Result + 'static,
    ) -> Self {
        Self::counted(title, |job| work(job).map(|()| None))
    }

    /// A step that counts the tests it ran.
    pub(crate) fn counted(
        title: impl Into<String>,
        work: impl FnOnce(&mut Job) -> Result<Option<Tally>> + 'static,
    ) -> Self {
        Self { title: title.into(), hint: "", work: Box::new(work) }
    }

    /// What to expect, such as "about 6 minutes, once per machine".
    pub(crate) fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }
}

/// How a step went.
pub(crate) struct Report {
    pub(crate) title: String,
    pub(crate) took: Duration,
    pub(crate) outcome: Result<Option<Tally>>,
}

/// Counts the steps of a command while they are done.
pub(crate) struct Counter {
    number: usize,
    total: usize,
}

impl Counter {
    /// A command of `total` steps.
    pub(crate) fn new(total: usize) -> Self {
        Self { number: 0, total }
    }

    /// Does the next step, and goes on after a failure, which is shown.
    pub(crate) fn check(&mut self, step: Step) -> Report {
        let report = self.next(step);
        if let Err(sentence) = &report.outcome {
            println!("\n{sentence}\n");
        }
        report
    }

    /// Does the next step.
    pub(crate) fn next(&mut self, step: Step) -> Report {
        self.number += 1;
        let hint = if step.hint.is_empty() { String::new() } else { format!(" ({})", step.hint) };
        let heading = format!("[{}/{}] {}", self.number, self.total, step.title);
        let mut job = Job::new(&heading, &step.title);
        if job.live() {
            job.show(&hint);
        } else {
            println!("{heading}{hint}…");
        }
        let started = Instant::now();
        let outcome = (step.work)(&mut job);
        let took = started.elapsed();
        let failed = match &outcome {
            Ok(tally) => tally.is_some_and(|tally| tally.failed > 0),
            Err(_) => true,
        };
        let mark = if failed { "failed" } else { "done" };
        if job.live() {
            job.show(&format!(": {mark}, {}", human(took)));
            println!();
        } else if took.as_secs() > 0 || failed {
            println!("      {mark}, {}", human(took));
        }
        Report { title: step.title, took, outcome }
    }
}

/// Does all steps, up to the first that fails.
pub(crate) fn all(steps: Vec<Step>) -> Result {
    let mut counter = Counter::new(steps.len());
    for step in steps {
        counter.next(step).outcome?;
    }
    Ok(())
}

/// Whether somebody is watching.
pub(crate) fn terminal() -> bool {
    stdout().is_terminal()
}

/// Sends out what was printed, before a program is started that prints as well.
pub(crate) fn flush() {
    // Nothing is lost for the reader when this fails: there is no reader.
    let _ = stdout().flush();
}

/// A duration as one would say it.
pub(crate) fn human(took: Duration) -> String {
    match took.as_secs() {
        0..10 => format!("{:.1} s", took.as_secs_f64()),
        seconds @ 10..90 => format!("{seconds} s"),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}
