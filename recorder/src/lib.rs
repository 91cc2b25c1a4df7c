//! Records the calls of an axum service in Daybook: who called, what for, and how it ended.
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use daybook_recorder::{HttpSink, Recorder};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let sink = HttpSink::new("https://daybook.acme.dev", "acme", "dbk_…");
//! let recorder = Recorder::builder(sink).trusting(["10.0.0.0/8".parse()?]).start();
//! let app: Router = Router::new().route("/orders", get(async || "none")).layer(recorder.layer());
//! # drop(app);
//! recorder.close(std::time::Duration::from_secs(5)).await;
//! # Ok(()) }
//! ```
//!
//! Add the layer with [`axum::Router::layer`], so that the route of a call is known: it names the
//! action. What the layer cannot know, the service tells: an [`Actor`](daybook_model::Actor) in the
//! request's extensions from the middleware that authenticates in front of it, and anything else
//! through the [`Recording`], which every request carries in its extensions.
//!
//! A request is never held up, and never fails, because of what is written about it. Records wait
//! in a bounded queue, are sent in batches, and are sent again until they are taken; each has an
//! id, so that the log holds it once. Where the queue is full, a call is not recorded: how many
//! were not is counted in [`Stats`], and written into the log as soon as it can be reached.

mod action;
#[cfg(feature = "http")]
mod http;
mod layer;
mod proxies;
mod queue;
mod recorder;
mod recording;
mod sink;

#[cfg(feature = "http")]
pub use self::http::HttpSink;
pub use self::{
    action::{action_of, operation_of},
    layer::{RecordedBody, RecorderLayer, RecorderService},
    proxies::Proxies,
    queue::Stats,
    recorder::{Builder, Call, Recorder},
    recording::{Record, Recording},
    sink::{Sink, SinkError},
};
pub use daybook_model as model;
pub use ipnet::IpNet;
