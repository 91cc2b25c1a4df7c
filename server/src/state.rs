//! What every handler may reach.

use std::sync::{Arc, Mutex, PoisonError};

use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::{
    alerts::Alerts,
    attempts::Attempts,
    clock::Clock,
    error::Error,
    export::Exports,
    health::Health,
    intake::{Redactor, SourceTable},
    investigations::Investigations,
    journal::Journal,
    ledger::Ledger,
    live::Hub,
    metrics::Metrics,
    observe,
    oidc::SingleSignOn,
    outbound::Outbound,
    patience::Patience,
    people::People,
    preferences::Preferences,
    privacy,
    retention::{Keeping, Pace},
    schedules::Schedules,
    secret::SecretHash,
    settings::Settings,
    site::Site,
    store::AnyStore,
    streams::Streams,
    tabs::Tabs,
    views::Views,
};

/// How many bytes of request bodies are held at once: a burst waits rather than fill the memory.
const BODY_BUDGET: usize = 256 * 1024 * 1024;

/// What every handler may reach. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

/// The parts of [`AppState`].
pub struct Inner {
    /// Where entries and projects live.
    pub store: AnyStore,
    /// The one way in.
    pub ledger: Ledger,
    /// Who listens to what arrives.
    pub live: Hub,
    /// Who may come in.
    pub people: People,
    /// The time.
    pub clock: Clock,
    /// How a source is told from a User-Agent.
    pub sources: SourceTable,
    /// What is taken out of events before they are stored.
    pub redactor: Redactor,
    /// Where the log of the log is written; absent where none is kept.
    pub journal: Option<Journal>,
    /// The tabs of each project.
    pub tabs: Tabs,
    /// Who sees masks.
    pub privacy: privacy::Settings,
    /// Where this server is on the web.
    pub site: Site,
    /// How long the other side of a connection may take.
    pub patience: Patience,
    /// Through whom people may come in beside by a password.
    pub single_sign_on: Option<SingleSignOn>,
    /// Who tried to sign in and could not.
    pub attempts: Attempts,
    /// The views that people saved.
    pub views: Views,
    /// What people pinned together.
    pub investigations: Investigations,
    /// What people prefer.
    pub preferences: Preferences,
    /// The exports under way.
    pub exports: Exports,
    /// What is sent to other systems.
    pub streams: Streams,
    /// What is watched for.
    pub alerts: Alerts,
    /// What is exported by itself.
    pub schedules: Schedules,
    /// How long entries are kept.
    pub retention: Keeping,
    /// How fast those that are old enough go.
    pub pace: Pace,
    /// Where this server can take files and mail.
    pub outbound: Outbound,
    /// Lets commands on this machine in, which can read the file it is in.
    pub local_key: SecretHash,
    /// Lets the first person in, once.
    pub one_time_link: Mutex<Option<SecretHash>>,
    /// Bytes of bodies that may still be taken in.
    pub body_budget: Semaphore,
    /// Whether it is worth asking.
    pub health: Health,
    /// What is counted.
    pub metrics: Metrics,
    /// What is finished even if whoever asked for it has gone.
    pub underway: TaskTracker,
}

impl std::ops::Deref for AppState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl AppState {
    /// Puts the parts together.
    pub fn new(
        store: AnyStore,
        ledger: Ledger,
        people: People,
        clock: Clock,
        settings: Settings,
        local_key: SecretHash,
        one_time_link: SecretHash,
    ) -> Self {
        let people = people.with_lifetimes(settings.lifetimes);
        let views = Views::on(people.database());
        let investigations = Investigations::on(people.database());
        let preferences = Preferences::on(people.database());
        let privacy = privacy::Settings::on(people.database());
        let exports = Exports::on(people.database());
        let streams = Streams::new(
            people.database(),
            Arc::clone(&store),
            ledger.clone(),
            clock.clone(),
            privacy.clone(),
            settings.streams,
        );
        let alerts = Alerts::new(
            people.database(),
            Arc::clone(&store),
            ledger.clone(),
            clock.clone(),
            settings.site.address().map(str::to_owned),
            settings.alerts,
        );
        let schedules = Schedules::on(people.database());
        let retention = Keeping::on(people.database());
        let live = Hub::new(Arc::clone(&store), ledger.clone(), clock.clone());
        Self(Arc::new(Inner {
            health: Health::default(),
            metrics: Metrics::of(&ledger),
            live,
            store,
            ledger,
            people,
            clock,
            sources: SourceTable::default(),
            redactor: settings.redactor,
            journal: settings.journal,
            tabs: settings.tabs,
            site: settings.site,
            patience: settings.patience,
            single_sign_on: settings.single_sign_on,
            attempts: Attempts::default(),
            views,
            investigations,
            preferences,
            privacy,
            exports,
            streams,
            alerts,
            schedules,
            retention,
            pace: settings.pace,
            outbound: settings.outbound,
            local_key,
            one_time_link: Mutex::new(Some(one_time_link)),
            body_budget: Semaphore::new(BODY_BUDGET),
            underway: TaskTracker::new(),
        }))
    }

    /// Does something to its end, also where whoever waits for it goes away.
    pub async fn finish<R: IntoResponse + Send + 'static>(
        &self,
        work: impl Future<Output = R> + Send + 'static,
    ) -> Response {
        let done = self.underway.spawn(observe::carried(work).in_current_span()).await;
        done.map_or_else(|_| Error::Internal.into_response(), IntoResponse::into_response)
    }

    /// How many bytes of bodies are being taken in.
    pub fn body_bytes(&self) -> usize {
        BODY_BUDGET.saturating_sub(self.body_budget.available_permits())
    }

    /// Takes the one-time link if this is its secret. It works once.
    pub fn take_link(&self, secret: &str) -> bool {
        let mut link = self.one_time_link.lock().unwrap_or_else(PoisonError::into_inner);
        let right = link.is_some_and(|hash| hash.verifies(secret));
        if right {
            *link = None;
        }
        right
    }

    /// Makes a link that was taken work again: what it was taken for failed.
    pub fn give_link_back(&self, secret: &str) {
        let mut link = self.one_time_link.lock().unwrap_or_else(PoisonError::into_inner);
        *link = Some(SecretHash::of(secret));
    }
}
