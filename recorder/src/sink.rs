//! Where records go.

use std::{future::Future, time::Duration};

use crate::Record;

/// Takes records in.
pub trait Sink: Send + Sync + 'static {
    /// Takes a batch in, in this order, and says how many of it were refused: those are not sent
    /// again. After an error the same batch may be sent again, so that a record may come twice; its
    /// event has the same id then.
    fn send(&self, records: &[Record]) -> impl Future<Output = Result<u64, SinkError>> + Send;
}

/// Why a batch was not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SinkError {
    /// It may be taken in later.
    #[error("the log cannot be reached: {reason}")]
    Unavailable {
        /// What is the matter.
        reason: String,
        /// How long to wait before the next attempt, where the log said so.
        retry_after: Option<Duration>,
    },
    /// It will never be taken in: a wrong token, a project that is not there.
    #[error("the log refuses what is sent: {0}")]
    Refused(String),
}

impl SinkError {
    /// It may be taken in later.
    #[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
    pub fn unavailable(reason: impl ToString) -> Self {
        Self::Unavailable { reason: reason.to_string(), retry_after: None }
    }
}
