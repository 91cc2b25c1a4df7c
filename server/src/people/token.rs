//! Tokens: how programs come in.

use std::{fmt, str::FromStr};

use crate::store::ProjectId;

/// Every token begins so, which lets secret scanners find one that leaked.
pub(super) const PREFIX: &str = "dbk_";

/// What a token may do in its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Send events.
    Ingest,
    /// Read entries.
    Read,
}

/// A word that is not a scope.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not one of ingest, read")]
pub struct TokenError(String);

impl Scope {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
        }
    }

    pub(super) fn join(scopes: &[Self]) -> String {
        scopes.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(",")
    }

    /// Words that are not known (of a later version, after a downgrade) give nothing.
    pub(super) fn split(text: &str) -> Vec<Self> {
        text.split(',').filter_map(|word| word.parse().ok()).collect()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = TokenError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Ingest, Self::Read]
            .into_iter()
            .find(|s| s.as_str() == word)
            .ok_or_else(|| TokenError(word.into()))
    }
}

/// A token, known by its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The one project it is for.
    pub project: ProjectId,
    /// What it may do there.
    pub scopes: Vec<Scope>,
}
