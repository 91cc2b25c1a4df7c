//! The log of the log: what is done with Daybook itself becomes entries like any other.
//!
//! Every authenticated call passes through a recorder (the crate `daybook-recorder`), whose sink is
//! the ledger. What changes something of an account is written by [`Journal::write`] before it is
//! answered. What only reads is kept in the small file beside the log until its minute is over, so
//! that a view that is opened, refreshed and paged is one entry; see `readings`.

mod note;
mod readings;
mod sink;

pub use note::{Read, note};

use std::{sync::Arc, time::Duration};

use daybook_model::{Event, account::Project};
use daybook_recorder::{Proxies, Recorder, RecorderLayer, Recording};
use tokio::{sync::Mutex, task::JoinHandle};

use crate::{
    accounts::Happened,
    clock::Clock,
    database::Beside,
    extract::Origin,
    ledger::{Ledger, LedgerError, new_id},
    project::{self, ProjectError},
    store::{AnyStore, ProjectId},
};
use readings::Readings;
use sink::JournalSink;

/// The project of what belongs to none: sign-ins, people, settings of the instance.
pub const ACCOUNT: &str = "_account";
/// As the entries' source.
const SOURCE: &str = "daybook";
/// The type of the resource of what was read: a view of a log, or one entry.
pub const READING: &str = "reading";
/// What somebody does with one view within this time is one reading, unless told otherwise; in
/// milliseconds.
pub const MINUTE: i64 = 60_000;

/// How often readings are looked through for those whose minute is over.
const SETTLING: Duration = Duration::from_secs(2);
/// How long records may take to be written when the server stops.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why the log of the log cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The small file did not do it.
    #[error("the file of sessions and readings failed: {0}")]
    Database(#[from] sqlx::Error),
    /// Its tables cannot be made.
    #[error("the file of sessions and readings cannot be set up: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// What is in it cannot be read.
    #[error("a reading cannot be read: {0}")]
    Broken(#[from] serde_json::Error),
    /// The log did not take it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// There is no project to write to.
    #[error(transparent)]
    Project(#[from] ProjectError),
}

/// Writes the log of the log; clones are the same.
#[derive(Clone)]
pub struct Journal(Arc<Inner>);

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal").field("recorder", &self.0.recorder).finish_non_exhaustive()
    }
}

struct Inner {
    log: Log,
    readings: Readings,
    recorder: Recorder,
    settling: Mutex<Option<JoinHandle<()>>>,
}

/// Where entries are written.
#[derive(Clone)]
struct Log {
    store: AnyStore,
    ledger: Ledger,
    clock: Clock,
}

impl Journal {
    /// Begins to record, with readings in the small file beside the log: one for what a reader does
    /// with a view within `reading_window` milliseconds. What a crash left there
    /// is settled.
    pub async fn start(
        store: AnyStore,
        ledger: Ledger,
        clock: Clock,
        beside: impl Into<Beside> + Send,
        reading_window: i64,
        proxies: &Proxies,
    ) -> Result<Self, JournalError> {
        let readings = Readings::open(&beside.into(), reading_window).await?;
        let log = Log { store, ledger, clock: clock.clone() };
        let sink = JournalSink { log: log.clone(), readings: readings.clone() };
        let recorder = Recorder::builder(sink)
            .believing(proxies.clone())
            .authenticated_only()
            .batch(500, Duration::from_millis(50))
            .back_off(Duration::from_millis(50), Duration::from_secs(2))
            .with_clock(move || clock.now(), new_id)
            .start();
        let journal = Self(Arc::new(Inner { log, readings, recorder, settling: Mutex::default() }));
        let settling = tokio::spawn(settle_for_ever(journal.clone()));
        *journal.0.settling.lock().await = Some(settling);
        Ok(journal)
    }

    /// What calls pass through.
    pub fn layer(&self) -> RecorderLayer {
        self.0.recorder.layer()
    }

    /// Writes down what is known of a request, before it is answered. In the project that the
    /// recording names, else in `_account`.
    pub async fn write(&self, recording: &Recording) -> Result<(), JournalError> {
        let Some(record) = recording.take() else { return Ok(()) };
        let Some(event) = sink::ready(&record, &self.0.log) else { return Ok(()) };
        self.0.log.write(record.project.as_deref(), vec![event]).await
    }

    /// Writes down something that a request does, before it is answered: in the project of the
    /// request, unless told otherwise.
    pub async fn about(
        &self,
        from: &Origin,
        tell: impl FnOnce(&Recording),
    ) -> Result<(), JournalError> {
        let Some(request) = &from.recording else { return Ok(()) };
        let recording = request.also(new_id());
        tell(&recording);
        self.write(&recording).await
    }

    /// Writes down what happened to an account: in the project it concerns, else in `_account`.
    pub async fn account(&self, happened: &Happened) -> Result<(), JournalError> {
        self.about(&happened.from, |recording| tell(recording, happened)).await
    }

    /// Counts what happened to an account from a network within a minute, as one entry when that is over.
    pub async fn counted(&self, happened: &Happened, network: &str) -> Result<(), JournalError> {
        let Some(request) = &happened.from.recording else { return Ok(()) };
        let recording = request.also(new_id());
        tell(&recording, happened);
        recording.detail("network", network);
        let Some(record) = recording.take() else { return Ok(()) };
        let Some(event) = sink::ready(&record, &self.0.log) else { return Ok(()) };
        let project = self.0.log.project(record.project.as_deref()).await?;
        let Some(project) = project else { return Ok(()) };
        self.0.readings.note(&[(ProjectId(project.number), &event)]).await
    }

    /// Records a request that will not be over for a long time.
    pub fn begin(&self, recording: &Recording) {
        if let Some(record) = recording.take() {
            self.0.recorder.record(record);
        }
    }

    /// Writes those readings down whose minute is over. Says how many.
    pub async fn settle(&self) -> Result<usize, JournalError> {
        let now = self.0.log.clock.now();
        self.0.readings.settle(&self.0.log, now).await
    }

    /// Records nothing more, and writes down what is open. The ledger is closed after it.
    pub async fn close(&self) {
        if let Some(settling) = self.0.settling.lock().await.take() {
            settling.abort();
        }
        let stats = self.0.recorder.close(PATIENCE).await;
        if stats.dropped > 0 {
            tracing::error!(dropped = stats.dropped, "calls were not recorded");
        }
        if let Err(error) = self.0.readings.settle(&self.0.log, daybook_model::Timestamp::END).await
        {
            tracing::error!(%error, "readings are settled at the next start");
        }
    }

    /// Waits until what was recorded is in the log or in the small file.
    pub async fn flushed(&self, number: u64) {
        while self.0.recorder.stats().recorded < number {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn tell(recording: &Recording, happened: &Happened) {
    let Happened { action, outcome, by, from: _, project, on, change, through, problem } = happened;
    recording.actor(by.clone()).action(action.as_str()).operation(action.operation());
    recording.outcome(*outcome).belonging(project.map(|project| project.0.to_string()));
    if let Some((kind, id, name)) = on {
        recording.resource(kind, id.clone(), name.clone());
    }
    if let Some((before, after)) = change {
        recording.change(before.clone(), after.clone());
    }
    if let Some(through) = through {
        recording.detail("through", through.as_str());
    }
    if let Some(problem) = problem {
        recording.with(|event| event.error = Some(problem.clone()));
    }
}

impl Log {
    /// The project of this name; `_account`, which is made where it is missing, without one.
    async fn project(&self, name: Option<&str>) -> Result<Option<Project>, ProjectError> {
        if let Some(name) = name {
            return Ok(self.store.project(name).await?);
        }
        let account = project::find_or_create(&*self.store, ACCOUNT, self.clock.now());
        account.await.map(Some)
    }

    async fn write(&self, project: Option<&str>, events: Vec<Event>) -> Result<(), JournalError> {
        let Some(project) = self.project(project).await? else { return Ok(()) };
        self.ledger.submit_in_turn(ProjectId(project.number), events).await?;
        Ok(())
    }
}

async fn settle_for_ever(journal: Journal) {
    let mut beat = tokio::time::interval(SETTLING);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if let Err(error) = journal.settle().await {
            tracing::error!(%error, "readings are not settled yet");
        }
    }
}
