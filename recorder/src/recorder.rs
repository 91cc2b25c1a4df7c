//! The recorder: what is recorded, and how.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderMap, Method, Uri};
use daybook_model::Timestamp;
use ipnet::IpNet;

use crate::{
    Proxies, Record, RecorderLayer, Sink, Stats, action_of,
    queue::{Pace, Queue},
};

/// What is known of a call before it is answered.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The method.
    pub method: &'a Method,
    /// The route, with its parameters in braces; `None` where none matched.
    pub route: Option<&'a str>,
    /// The address.
    pub uri: &'a Uri,
    /// The headers.
    pub headers: &'a HeaderMap,
}

type Namer = Box<dyn Fn(&Call<'_>) -> String + Send + Sync>;
type Chooser = Box<dyn Fn(&Call<'_>) -> bool + Send + Sync>;
type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;
type Ids = Box<dyn Fn() -> String + Send + Sync>;

/// What a layer needs to know.
pub(crate) struct Settings {
    pub(crate) proxies: Proxies,
    pub(crate) name: Namer,
    pub(crate) choose: Chooser,
    pub(crate) known_only: bool,
    pub(crate) query: bool,
    pub(crate) now: Clock,
    pub(crate) id: Ids,
}

/// Records calls; clones are the same recorder.
#[derive(Clone)]
pub struct Recorder {
    pub(crate) queue: Queue,
    pub(crate) settings: Arc<Settings>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

impl Recorder {
    /// A recorder that writes to this sink, to be adjusted and started.
    pub fn builder<S: Sink>(sink: S) -> Builder<S> {
        Builder {
            sink,
            pace: Pace::default(),
            settings: Settings {
                proxies: Proxies::default(),
                name: Box::new(|call| action_of(call.method, call.route)),
                choose: Box::new(|_| true),
                known_only: false,
                query: false,
                now: Box::new(now),
                id: Box::new(|| format!("{:032x}", rand::random::<u128>())),
            },
        }
    }

    /// The layer to add to a router.
    pub fn layer(&self) -> RecorderLayer {
        RecorderLayer(self.clone())
    }

    /// Records something by itself, beside the calls that pass through the layer.
    pub fn record(&self, record: Record) {
        self.queue.put(record);
    }

    /// Which proxies are believed.
    pub fn proxies(&self) -> &Proxies {
        &self.settings.proxies
    }

    /// What became of the records so far.
    pub fn stats(&self) -> Stats {
        self.queue.stats()
    }

    /// Takes nothing more, and waits until what is there is sent; at most so long. How many are
    /// lost is in the answer.
    pub async fn close(&self, patience: Duration) -> Stats {
        self.queue.close(patience).await;
        self.stats()
    }
}

/// A recorder that is being set up.
#[must_use = "a recorder records once it is started"]
pub struct Builder<S> {
    sink: S,
    pace: Pace,
    settings: Settings,
}

impl<S: Sink> Builder<S> {
    /// Believes `X-Forwarded-For` of proxies in these networks.
    pub fn trusting(self, networks: impl IntoIterator<Item = IpNet>) -> Self {
        self.believing(Proxies::new(networks))
    }

    /// Believes these proxies.
    pub fn believing(mut self, proxies: Proxies) -> Self {
        self.settings.proxies = proxies;
        self
    }

    /// Names actions otherwise than [`action_of`].
    pub fn naming(mut self, name: impl Fn(&Call<'_>) -> String + Send + Sync + 'static) -> Self {
        self.settings.name = Box::new(name);
        self
    }

    /// Records only some calls: no health checks, for instance.
    pub fn only(mut self, choose: impl Fn(&Call<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.settings.choose = Box::new(choose);
        self
    }

    /// Records only calls of whom it is known who made them.
    pub fn authenticated_only(mut self) -> Self {
        self.settings.known_only = true;
        self
    }

    /// Records query strings with the path. They are left out otherwise, as secrets stand there.
    pub fn with_query(mut self) -> Self {
        self.settings.query = true;
        self
    }

    /// How many records may wait: 10,000 unless told.
    pub fn queue(mut self, capacity: usize) -> Self {
        self.pace.capacity = capacity.max(1);
        self
    }

    /// How many records are sent at once at the most, 500 unless told, and how long the first may
    /// wait for others, one second unless told.
    pub fn batch(mut self, records: usize, linger: Duration) -> Self {
        (self.pace.batch, self.pace.linger) = (records.max(1), linger);
        self
    }

    /// How long to wait after the first failure, and at the most: each wait is twice the one
    /// before. 250 milliseconds and half a minute unless told.
    pub fn back_off(mut self, first: Duration, longest: Duration) -> Self {
        (self.pace.first_wait, self.pace.longest_wait) = (first, longest);
        self
    }

    /// Takes the time and the ids of events from elsewhere, for tests.
    pub fn with_clock(
        mut self,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
        id: impl Fn() -> String + Send + Sync + 'static,
    ) -> Self {
        (self.settings.now, self.settings.id) = (Box::new(now), Box::new(id));
        self
    }

    /// Starts to record. Needs a Tokio runtime.
    pub fn start(self) -> Recorder {
        let settings = Arc::new(self.settings);
        Recorder { queue: Queue::start(self.sink, self.pace, Arc::clone(&settings)), settings }
    }
}

#[expect(clippy::disallowed_methods, reason = "unless told, a recorder's clock is the machine's")]
fn now() -> Timestamp {
    Timestamp::saturating(chrono::Utc::now().timestamp_millis())
}
