//! `daybook demo`: a made-up platform's activity.

use std::time::Duration;

use clap::Args;
use daybook_model::{Event, Timestamp};

use super::{CliError, LogOptions, ProjectOption, log::Log};
use crate::{clock::Clock, demo::Demo, ledger::Ledger, store::ProjectId};

/// How many events are sent at once.
const BATCH: usize = 5_000;
/// The seed unless another is given: the same seed makes the same world.
const SEED: u64 = 7;

/// Fill a project with the activity of a made-up platform
#[derive(Debug, Args)]
pub(super) struct MakeDemo {
    #[command(flatten)]
    project: ProjectOption,
    /// How many events
    #[arg(long, default_value_t = 100_000)]
    events: u64,
    /// How many days, ending now
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// The same seed makes the same activity
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// Leave the states before and after out
    #[arg(long)]
    no_snapshots: bool,
    /// When it ends, such as 2026-11-20T12:00:00Z; now unless given
    #[arg(long)]
    end: Option<Timestamp>,
}

/// What activity to make up.
pub(super) struct Plan {
    events: u64,
    days: u32,
    seed: u64,
    snapshots: bool,
    end: Timestamp,
}

impl Plan {
    /// So many events over the last thirty days.
    pub(super) fn new(end: Timestamp, events: u64) -> Self {
        Self { events, days: 30, seed: SEED, snapshots: true, end }
    }

    fn events(&self) -> impl Iterator<Item = Event> + use<> {
        let demo = Demo::new(self.seed, self.end, self.days, self.events);
        if self.snapshots { demo } else { demo.without_snapshots() }
    }

    fn tell(&self) {
        let Self { events, days, .. } = self;
        eprintln!("Making up the activity of a platform: {events} events over {days} days");
    }
}

impl MakeDemo {
    pub(super) async fn run(self, options: &LogOptions) -> Result<(), CliError> {
        let log = Log::find(options).await?;
        let project = log.ensure_project(&self.project.project).await?;
        let end = self.end.unwrap_or_else(|| Clock::System.now());
        let plan = Plan {
            events: self.events,
            days: self.days,
            seed: self.seed,
            snapshots: !self.no_snapshots,
            end,
        };
        plan.tell();
        let progress = super::progress(plan.events);
        let mut events = (0..).zip(plan.events());
        loop {
            let batch: Vec<(u64, Event)> = events.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                break;
            }
            progress.inc(batch.len() as u64);
            log.send(&project, batch).await?;
        }
        progress.finish();
        log.close().await;
        eprintln!("They are in the project {}", self.project.project);
        Ok(())
    }
}

/// Fills a project before it is served.
pub(super) async fn fill(ledger: &Ledger, project: ProjectId, plan: &Plan) -> Result<(), CliError> {
    plan.tell();
    let progress = super::progress(plan.events);
    let mut events = plan.events();
    loop {
        let batch: Vec<Event> = events.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        progress.inc(batch.len() as u64);
        ledger.submit_in_turn(project, batch).await?;
    }
    progress.finish();
    Ok(())
}

/// Adds a little now and then while the server runs.
pub(super) async fn keep_adding(ledger: Ledger, project: ProjectId, clock: Clock) {
    let begin = clock.now();
    let mut demo = Demo::live(begin.millis().unsigned_abs(), begin);
    loop {
        tokio::time::sleep(Duration::from_secs(4)).await;
        let events = demo.next_live(clock.now());
        if events.is_empty() {
            continue;
        }
        if let Err(error) = ledger.submit_in_turn(project, events).await {
            tracing::warn!(%error, "no made-up activity is added any more");
            return;
        }
    }
}
