//! Alerts: rules that watch the log, what they find, and who is told.
//!
//! One task looks at each entry that arrives, for all rules of its project at once. Up to where it looked, what
//! rules have in mind there, what they found and who is to be told of it are kept in one transaction: whoever
//! begins again from there finds the same, once. Another task delivers. Ingest waits for neither.

mod backtest;
mod courier;
mod engine;
mod machine;
mod matcher;
mod message;
mod ours;
mod record;
mod silence;
mod table;
mod told;
mod veil;
mod walk;
mod watch;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use daybook_model::{Seq, Timestamp};
use tokio::{
    sync::{Notify, watch as channel},
    task::JoinSet,
};

use crate::{
    clock::Clock,
    ledger::Ledger,
    outbound::{Addresses, Authorities},
    privacy,
    state::AppState,
    store::{AnyStore, ProjectId},
    streams::Pace,
};
use crate::{database::Database, duty::Order};
pub use backtest::backtest;
pub use record::{Done, record};
pub use table::{AlertsError, KeptRecipient, KeptRule, Table, Wanted};
pub use veil::veil;
use watch::Closed;

/// How long what is under way may take when the server stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// How deliveries were told to be.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where they may go.
    pub addresses: Addresses,
    /// Whose certificates are believed.
    pub authorities: Authorities,
    /// How long they wait after failures.
    pub pace: Pace,
    /// After so many attempts one is given up.
    pub attempts: u32,
    /// What chance is made from.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        let pace = Pace {
            first: Duration::from_secs(5),
            longest: Duration::from_hours(4),
            patience: Duration::from_secs(15),
            ..Pace::default()
        };
        let (addresses, authorities) = (Addresses::default(), Authorities::default());
        // About a day.
        Self { addresses, authorities, pace, attempts: 18, seed: 0 }
    }
}

/// The alerts of all projects; clones are the same.
#[derive(Clone)]
pub struct Alerts(Arc<Inner>);

/// What the tasks share.
struct Inner {
    table: Table,
    store: AnyStore,
    ledger: Ledger,
    clock: Clock,
    privacy: privacy::Settings,
    options: Options,
    /// Where this server is on the web.
    site: Option<String>,
    /// Whether this server watches, and obeys orders.
    watching: AtomicBool,
    orders: Mutex<(BTreeSet<ProjectId>, Vec<Closed>)>,
    /// There are orders.
    bell: Notify,
    /// Something is to be delivered.
    courier: Notify,
    /// Something is to be told in the log.
    fired: Notify,
    /// Up to where each log was looked at, and what was found is kept.
    looked: channel::Sender<BTreeMap<ProjectId, Seq>>,
    tasks: tokio::sync::Mutex<JoinSet<()>>,
    closing: channel::Sender<bool>,
}

impl Alerts {
    /// Nothing is watched yet.
    pub fn new(
        log: &Database,
        store: AnyStore,
        ledger: Ledger,
        clock: Clock,
        site: Option<String>,
        options: Options,
    ) -> Self {
        let privacy = privacy::Settings::on(log);
        Self(Arc::new(Inner {
            table: Table::on(log),
            store,
            ledger,
            clock,
            privacy,
            options,
            site,
            watching: AtomicBool::new(false),
            orders: Mutex::default(),
            bell: Notify::new(),
            courier: Notify::new(),
            fired: Notify::new(),
            looked: channel::Sender::default(),
            tasks: tokio::sync::Mutex::default(),
            closing: channel::channel(false).0,
        }))
    }

    /// Begins to watch, where it was left off, and to deliver.
    pub async fn start(&self, state: AppState) {
        let mut tasks = self.0.tasks.lock().await;
        // What is to be done is read anew.
        self.0.take_orders();
        self.0.watching.store(true, Ordering::Release);
        let news = self.0.ledger.tap();
        tasks.spawn(watch::watch(Arc::clone(&self.0), news));
        tasks.spawn(courier::deliver(Arc::clone(&self.0), state));
        tasks.spawn(told::tell(Arc::clone(&self.0)));
    }

    /// What is kept of them.
    pub fn table(&self) -> &Table {
        &self.0.table
    }

    /// Where deliveries may go.
    pub fn addresses(&self) -> &Addresses {
        &self.0.options.addresses
    }

    /// Gives a project the rules that are built in, which look at all of its log.
    pub async fn from_the_start(
        log: &Database,
        project: ProjectId,
        now: Timestamp,
    ) -> Result<(), AlertsError> {
        Table::on(log).begin(project, 0, now).await
    }

    /// The rules of a project are others now.
    pub fn changed(&self, project: ProjectId) {
        Order::Rules(project.0).tell(self.0.table.database());
        self.rules_changed(project);
    }

    /// The same, where it is told already.
    pub(crate) fn rules_changed(&self, project: ProjectId) {
        if self.0.watching.load(Ordering::Acquire) {
            self.0.orders().0.insert(project);
            self.0.bell.notify_one();
        }
    }

    /// A firing was closed: what repeats is another one.
    pub fn closed(&self, project: ProjectId, (rule, grouping, cause): (i64, i64, Seq)) {
        Order::Closed(project.0, rule, grouping, cause).tell(self.0.table.database());
        self.was_closed(project, (rule, grouping, cause));
    }

    /// The same, where it is told already.
    pub(crate) fn was_closed(&self, project: ProjectId, (rule, grouping, cause): (i64, i64, Seq)) {
        if self.0.watching.load(Ordering::Acquire) {
            self.0.orders().1.push((project, rule, grouping, cause));
            self.0.bell.notify_one();
        }
    }

    /// Something waits to be delivered.
    pub fn deliver(&self) {
        Order::Deliver.tell(self.0.table.database());
        self.look();
    }

    /// The same, where it is told already.
    pub(crate) fn look(&self) {
        self.0.courier.notify_one();
    }

    /// The last place in a project's log.
    pub async fn head(&self, project: ProjectId) -> Result<Seq, AlertsError> {
        Ok(self.0.store.head(project).await?)
    }

    /// Waits until a project's log was looked at up to a place, and what was found there is kept.
    pub async fn settled(&self, project: ProjectId, place: Seq) {
        let mut looked = self.0.looked.subscribe();
        let there =
            |all: &BTreeMap<ProjectId, Seq>| all.get(&project).is_some_and(|at| *at >= place);
        // The sender is here.
        let _ = looked.wait_for(there).await;
    }

    /// A secret for a webhook.
    pub fn new_secret() -> String {
        message::new_secret()
    }

    /// What is told to a recipient to see whether it comes through.
    pub fn test_message(&self, project: &str, recipient: &str) -> String {
        message::test(project, self.0.site.as_deref(), recipient, self.0.clock.now())
    }

    /// Watches no more, as if the process had been killed: what was looked at is looked at again.
    pub async fn abort(&self) {
        self.0.watching.store(false, Ordering::Release);
        self.0.tasks.lock().await.shutdown().await;
    }

    /// Watches no more. What was looked at is kept; what is being delivered has a moment left, and is delivered
    /// again where it is not known to be taken by then.
    pub async fn close(&self) {
        self.0.closing.send_replace(true);
        let mut tasks = self.0.tasks.lock().await;
        let all = async { while tasks.join_next().await.is_some() {} };
        // Who takes longer is told by the process that ends.
        let _ = tokio::time::timeout(FAREWELL, all).await;
        tasks.abort_all();
    }
}

impl Inner {
    fn orders(&self) -> std::sync::MutexGuard<'_, (BTreeSet<ProjectId>, Vec<Closed>)> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_orders(&self) -> (BTreeSet<ProjectId>, Vec<Closed>) {
        std::mem::take(&mut *self.orders())
    }
}
