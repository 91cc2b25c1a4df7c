//! What is looked up when somebody asks.

use std::{fs, sync::atomic::AtomicU64};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::state::AppState;

/// A state that several things are in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct In {
    state: &'static str,
}

type Number = Gauge<u64, AtomicU64>;
type Numbers = Family<In, Number>;

/// What is looked up when somebody asks.
#[derive(Debug)]
pub(super) struct Gauges {
    queue_bytes: Number,
    body_bytes: Number,
    index_rows: Number,
    index_bytes: Number,
    index_lag: Number,
    index_projects: Numbers,
    replica_lag: Number,
    live_readers: Number,
    streams: Numbers,
    stream_lag: Number,
    dead_letters: Number,
    exports: Number,
    sessions: Number,
    memory: Number,
    files: Number,
}

impl Gauges {
    pub(super) fn within(registry: &mut Registry) -> Self {
        let daybook = registry.sub_registry_with_prefix("daybook");
        let mut number = |name: &str, help: &str| {
            let number = Number::default();
            daybook.register(name, help, number.clone());
            number
        };
        let queue_bytes = number("queue_bytes", "Bytes of events that wait to be written, about");
        let body_bytes = number("body_bytes", "Bytes of bodies that are being taken in");
        let index_rows = number("index_rows", "Entries that the column index holds");
        let index_bytes = number("index_bytes", "Bytes of memory of the column index");
        let index_lag = number(
            "index_lag_entries",
            "How far the column index is behind the log, in the project where that is most",
        );
        let replica_lag = number(
            "replica_lag_entries",
            "How many entries the replica that is read lacks, in the project where that is most; 0 without one",
        );
        let live_readers = number("live_readers", "Live streams that are open");
        let stream_lag = number(
            "stream_lag_entries",
            "How far a stream to another system is behind the log, of those that are not paused the one \
             where that is most",
        );
        let dead_letters = number(
            "stream_dead_letters",
            "Entries that targets of streams refused and that are kept",
        );
        let exports = number("exports_running", "Exports that are being taken");
        let sessions = number("sessions", "Sessions of people that have not ended");
        let index_projects = Numbers::default();
        daybook.register(
            "index_projects",
            "Projects in the column index, by whether they are held as far as they can be",
            index_projects.clone(),
        );
        let streams = Numbers::default();
        daybook.register("streams", "Streams to other systems, by how they fare", streams.clone());
        let (memory, files) = (Number::default(), Number::default());
        let help = "Memory of this process";
        registry.register("process_resident_memory_bytes", help, memory.clone());
        registry.register("process_open_fds", "Files and connections it has open", files.clone());
        Self {
            queue_bytes,
            body_bytes,
            index_rows,
            index_bytes,
            index_lag,
            index_projects,
            replica_lag,
            live_readers,
            streams,
            stream_lag,
            dead_letters,
            exports,
            sessions,
            memory,
            files,
        }
    }

    /// Looks everything up. What cannot be read keeps its last value.
    pub(super) async fn read(&self, state: &AppState) {
        let set = |number: &Number, value: usize| {
            number.set(value as u64);
        };
        set(&self.queue_bytes, state.ledger.waiting_bytes());
        set(&self.body_bytes, state.body_bytes());
        set(&self.live_readers, state.live.readers());
        set(&self.exports, state.exports.running());
        let held = state.store.held().unwrap_or_default();
        set(&self.index_rows, held.rows);
        set(&self.index_bytes, held.bytes);
        self.index_lag.set(held.lag);
        let of = |numbers: &Numbers, state, number: usize| {
            set(&numbers.get_or_create(&In { state }), number);
        };
        of(&self.index_projects, "building", held.building);
        of(&self.index_projects, "ready", held.projects - held.building);
        if let Ok(behind) = state.store.behind().await {
            self.replica_lag.set(behind.unwrap_or(0));
        }
        if let Ok(standing) = state.streams.standing().await {
            of(&self.streams, "running", standing.running);
            of(&self.streams, "failing", standing.failing);
            of(&self.streams, "paused", standing.paused);
            self.stream_lag.set(standing.lag);
            self.dead_letters.set(standing.dead_letters);
        }
        if let Ok(sessions) = state.people.open_sessions(state.clock.now()).await {
            self.sessions.set(sessions);
        }
        if let Some(bytes) = resident() {
            self.memory.set(bytes);
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            set(&self.files, files.count());
        }
    }
}

/// Bytes of memory of this process.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}
