//! Whether what somebody was let in to still stands, for what goes on for long.

use axum::{extract::FromRequestParts, http::request::Parts};

use super::rule::{Access, Rule, Sight, judge};
use crate::{error::Error, state::AppState};

/// A request that was let in, kept to be judged again in the way it was judged at first.
#[derive(Clone)]
pub struct Again {
    parts: Parts,
    state: AppState,
    sight: Option<Sight>,
}

impl Again {
    /// Whether the request would be let in now as well, and would see the same. Asking is no use of a
    /// session.
    pub async fn stands(&self) -> bool {
        let Some(rule) = self.parts.extensions.get::<Rule>().copied() else { return false };
        let mut parts = self.parts.clone();
        judge(&mut parts, &self.state, rule, false).await.is_ok() && sight(&parts) == self.sight
    }
}

fn sight(parts: &Parts) -> Option<Sight> {
    parts.extensions.get::<Access>().map(Access::sight)
}

impl FromRequestParts<AppState> for Again {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        Ok(Self { sight: sight(parts), parts: parts.clone(), state: state.clone() })
    }
}
