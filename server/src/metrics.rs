//! What is counted, for those who watch over a server: in the text format of Prometheus.
//!
//! Labels are of closed sets: methods, routes as the table has them, statuses, states. Neither projects
//! nor people nor paths are told apart, so that there are never more series than a few thousand, and the
//! figures say nothing of what is in the log.

mod gauges;

use std::time::Duration;

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use daybook_model::ingest::IngestReport;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};

use crate::{ledger::Ledger, state::AppState};
use gauges::Gauges;

/// Seconds by which answers are told apart.
const ANSWERS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// What tells requests apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Call {
    /// One of the usual methods, or `other`.
    pub method: &'static str,
    /// The route as the table has it, `page` for what is the app's, or `none`.
    pub route: String,
    /// The status of the answer.
    pub status: u32,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Fate {
    outcome: &'static str,
}

type Answers = Family<Call, Histogram, fn() -> Histogram>;

/// What is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    answers: Answers,
    events: Family<Fate, Counter>,
    gauges: Gauges,
}

impl Metrics {
    /// Nothing is counted yet, but for what this ledger counts by itself.
    pub fn of(ledger: &Ledger) -> Self {
        let mut registry = Registry::default();
        let daybook = registry.sub_registry_with_prefix("daybook");
        let answers = Answers::new_with_constructor(|| Histogram::new(ANSWERS));
        daybook.register_with_unit(
            "http_request_duration",
            "From a request until its answer begins",
            Unit::Seconds,
            answers.clone(),
        );
        let events = Family::<Fate, Counter>::default();
        for outcome in ["stored", "duplicate", "refused"] {
            drop(events.get_or_create(&Fate { outcome }));
        }
        daybook.register(
            "ingest_events",
            "Events that were sent, by what became of them",
            events.clone(),
        );
        let pulse = ledger.pulse();
        daybook.register_with_unit(
            "commit_duration",
            "Of a transaction of the ledger, until it is on disk",
            Unit::Seconds,
            pulse.commits.clone(),
        );
        daybook.register("commit_failures", "Transactions that failed", pulse.failures.clone());
        daybook.register("queue_batches", "Batches that wait to be written", pulse.waiting.clone());
        let version = vec![("version", env!("CARGO_PKG_VERSION"))];
        daybook.register("build", "What is running", Info::new(version));
        let gauges = Gauges::within(&mut registry);
        Self { registry, answers, events, gauges }
    }

    /// A request was answered.
    pub fn answered(&self, call: &Call, took: Duration) {
        self.answers.get_or_create(call).observe(took.as_secs_f64());
    }

    /// Events were taken in.
    pub fn ingested(&self, report: &IngestReport) {
        for (outcome, number) in [
            ("stored", report.stored),
            ("duplicate", report.duplicates),
            ("refused", report.refused.len() as u64),
        ] {
            self.events.get_or_create(&Fate { outcome }).inc_by(number);
        }
    }
}

/// `GET /metrics`
pub async fn show(State(state): State<AppState>) -> Response {
    let metrics = &state.metrics;
    metrics.gauges.read(&state).await;
    let mut text = String::new();
    // A text takes everything.
    let _ = encode(&mut text, &metrics.registry);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], text).into_response()
}
