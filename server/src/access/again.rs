//! Whether what somebody was let in to still stands, for what goes on for long.

use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::{HeaderValue, request::Parts},
};
use daybook_model::account::Permission;

use super::rule::{Access, Rule, Sight, judge, on_behalf};
use crate::{error::Error, people::Person, state::AppState, store::ProjectId};

/// What was let in, kept to be judged again in the way it was judged at first.
#[derive(Clone)]
pub struct Again {
    what: What,
    state: AppState,
    sight: Option<Sight>,
}

#[derive(Clone)]
enum What {
    /// A request.
    Request(Box<Parts>),
    /// What is done for a person without a request of theirs.
    Behalf(Person, ProjectId, Permission),
}

impl Again {
    /// What is done for a person in a project.
    pub fn on_behalf(
        state: &AppState,
        person: &Person,
        access: &Access,
        permission: Permission,
    ) -> Self {
        let what = What::Behalf(person.clone(), access.id(), permission);
        Self { what, state: state.clone(), sight: Some(access.sight()) }
    }

    /// Whether it would be let in now as well, and would see the same. Asking is no use of a session.
    pub async fn stands(&self) -> bool {
        match &self.what {
            What::Request(parts) => self.request_stands((**parts).clone()).await,
            What::Behalf(person, project, permission) => {
                let Ok(Some(person)) = self.state.people.active(person.id).await else {
                    return false;
                };
                let access = on_behalf(&self.state, &person, *project, *permission).await;
                access.is_ok_and(|access| Some(access.sight()) == self.sight)
            }
        }
    }

    async fn request_stands(&self, mut parts: Parts) -> bool {
        let Some(rule) = parts.extensions.get::<Rule>().copied() else { return false };
        judge(&mut parts, &self.state, rule, false).await.is_ok() && sight(&parts) == self.sight
    }
}

fn sight(parts: &Parts) -> Option<Sight> {
    parts.extensions.get::<Access>().map(Access::sight)
}

/// A request that may be kept for long: what it was read into, some kilobytes, is not kept with it.
fn on_its_own(parts: &Parts) -> Parts {
    let mut own = parts.clone();
    let copy = |value: &HeaderValue| {
        let copied = HeaderValue::from_bytes(value.as_bytes());
        copied.unwrap_or_else(|_| value.clone())
    };
    own.headers = own.headers.iter().map(|(name, value)| (name.clone(), copy(value))).collect();
    if let Ok(uri) = own.uri.to_string().parse() {
        own.uri = uri;
    }
    own.extensions.remove::<OriginalUri>();
    own
}

impl FromRequestParts<AppState> for Again {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let what = What::Request(Box::new(on_its_own(parts)));
        Ok(Self { sight: sight(parts), what, state: state.clone() })
    }
}
