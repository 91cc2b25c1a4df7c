//! Exports: a list, walked to its end and written as a file while it is read.
//!
//! [`Exports`] knows every export of this process by its id, [`walk`] reads pages, an
//! [`encode::Encoder`] writes them, [`stream`] hands them over and says at the end what there was, and
//! [`record`] tells the log of it, before the first byte and after the last.

pub mod columns;
pub mod csv;
pub mod encode;
mod estimate;
mod instants;
mod job;
pub mod line;
mod ndjson;
mod parquet;
pub mod record;
mod registry;
pub mod settings;
pub mod stream;
pub mod walk;

pub use estimate::estimate;
pub use job::{Job, file_name};
pub use registry::{Exports, ExportsError, Tracked};
