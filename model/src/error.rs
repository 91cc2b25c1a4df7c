//! What is wrong with a query, and the one shape in which the API says so.

use serde::{Deserialize, Serialize};

/// A part of a query string that cannot be taken as it stands. A filter is never dropped
/// silently: that would widen the result and mislead its reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{key}: {problem}")]
pub struct QueryError {
    /// The key as it was written, so that a link can drop it.
    pub key: String,
    /// What is wrong and what would be right; a sentence without the key.
    pub problem: String,
}

impl QueryError {
    /// An error of this key.
    pub fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { key: key.into(), problem: problem.into() }
    }
}

/// The body of every error answer: `{"error":{"code","message","field"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApiError {
    /// The error itself.
    pub error: ErrorDetail,
}

/// What went wrong and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorDetail {
    /// A word for programs: `bad_query`, `unauthorized`, …
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// The query key or the path in the body that is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}
