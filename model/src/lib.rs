//! What an audit event is, and how to ask for some.
//!
//! The server and the page share this crate, so a word means the same on both sides. It does no
//! I/O and reads no clock: time comes in as a value.
//!
//! # Glossary
//!
//! - [`Event`]: one thing that happened, as its producer tells it.
//! - [`Entry`]: an event in the log: it has a [`Seq`] and the time it was received.
//! - [`Field`]: what an entry can be filtered by; a *facet* is a field that is also counted.
//! - [`Filter`]: which entries are meant: a [`Range`], a search, includes and excludes by field.
//! - [`Tab`]: a named part of a log, with columns of its own.
//! - [`View`]: a filter with an order and a place in it: what the address bar holds.
//! - [`Span`]: a range resolved to two instants, half-open.
//! - [`Cursor`]: a place in a list that stays where it is while the log grows.
//! - [`Page`], [`Histogram`], [`FacetCounts`]: the parts of an [`Overview`], the page's one question.
//! - *as of*: the [`Seq`] up to which an answer counts. Whatever has the same filter, span and
//!   `as_of` has the same answer for ever.

pub mod account;
pub mod alert;
pub mod change;
pub mod chart;
pub mod error;
pub mod event;
pub mod export;
pub mod field;
pub mod filter;
pub mod ingest;
pub mod investigation;
mod json;
pub mod live;
pub mod page;
pub mod paths;
pub mod privacy;
pub mod query;
pub mod range;
pub mod retention;
pub mod saved;
pub mod schedule;
#[cfg(feature = "schema")]
mod schema;
mod sentence;
pub mod settings;
pub mod sort;
pub mod stats;
pub mod stream;
pub mod tab;
pub mod time;
pub mod timeless;
pub mod view;
pub mod vocabulary;

pub use chart::{Chart, Compare, Scale, StackBy};
pub use error::{ApiError, QueryError};
pub use event::{Actor, Change, Entry, Event, Named, Request, Resource, Seq};
pub use field::{Field, FieldValue};
pub use filter::{Choice, Filter, Term};
pub use page::{Cursor, Page};
pub use range::{Preset, Range, Span};
pub use sentence::sentence;
pub use sort::{Column, Sort};
pub use stats::{
    Bucket, FacetBars, FacetCounts, FacetValue, Histogram, Overview, Previous, RunSummary,
    Severity, Stack,
};
pub use tab::Tab;
pub use time::Timestamp;
pub use view::{ApiQuery, View};
pub use vocabulary::{ActorType, Operation, OperationClass, Outcome};
