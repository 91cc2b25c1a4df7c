//! Sessions and passwords.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// One of a person's own sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionInfo {
    /// Ours; says nothing of the cookie.
    pub id: i64,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was used last, to the minute.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// The browser, as it called itself.
    pub user_agent: String,
    /// The address it was opened from.
    pub address: String,
}

/// A new password. The person's other sessions end.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password that holds until now, where there is one.
    #[serde(default)]
    pub current: String,
    /// The new one.
    pub new: String,
}
