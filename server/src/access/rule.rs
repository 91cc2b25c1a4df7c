//! What a route asks of whoever calls it.

use axum::{
    extract::{FromRequestParts, Path, Request, State},
    http::request::Parts,
    middleware::Next,
    response::Response,
};
use daybook_model::{
    Field, Filter, Term,
    account::{Grant, Permission, Project, Role},
};
use daybook_recorder::Recording;
use std::sync::Arc;

use super::{Bounded, Caller, Limit, caller::is_foreign};
use crate::{
    error::Error,
    people::Person,
    privacy::{Masks, Veiled},
    state::AppState,
    store::{AnyStore, ProjectId, Scope},
};

/// What a route asks of whoever calls it. No route is without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Nothing: this is how one comes in.
    Open,
    /// Reaching the address that only those who watch over the server reach.
    Operator,
    /// Being signed in.
    Person,
    /// Looking after the whole instance.
    Instance,
    /// A permission in the project of the path.
    Project(Permission),
    /// A permission in the project of the token, which the path does not name.
    Token(Permission),
}

/// What of a project's log somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    limit: Option<Limit>,
    masks: Masks,
}

/// A caller in a project in which they may do what the route asks for.
#[derive(Clone)]
pub struct Access {
    /// Who it is.
    pub caller: Caller,
    /// Where.
    pub project: Project,
    /// The role of a person; instance admins and commands on the machine are admins everywhere, and
    /// a token has scopes instead.
    pub role: Option<Role>,
    /// The log with only those entries that the caller may see: whoever reads, reads this.
    pub store: AnyStore,
    /// The same without masks: for what is revealed, and says why.
    pub unmasked: AnyStore,
    /// What is masked for the caller.
    pub masks: Masks,
    /// Where to note what is read, if that is written down.
    pub recording: Option<Recording>,
    veil: Option<Arc<Veiled>>,
    bounded: Option<Arc<Bounded>>,
}

impl Access {
    /// The project's number, as stores know it.
    pub fn id(&self) -> ProjectId {
        ProjectId(self.project.number)
    }

    /// Whether the caller may do this here.
    pub fn may(&self, permission: Permission) -> bool {
        // Alerts are of all of the log.
        if permission == Permission::ReadAlerts && self.is_limited() {
            return false;
        }
        match &self.caller {
            Caller::Token(token) => token.may(permission),
            Caller::Local => {
                !matches!(permission, Permission::KeepViews | Permission::KeepSchedules)
            }
            Caller::Person(_) => self.role.is_some_and(|role| role.may(permission)),
        }
    }

    /// Whether there is only a part of the log for the caller.
    pub fn is_limited(&self) -> bool {
        self.bounded.is_some()
    }

    /// What of the log the caller sees.
    pub fn sight(&self) -> Sight {
        let limit = self.bounded.as_ref().map(|bounded| bounded.limit().clone());
        Sight { limit, masks: self.masks }
    }

    /// A scope with what is meant by the pseudonyms in it.
    pub async fn meant(&self, scope: &Scope) -> Result<Scope, Error> {
        match &self.veil {
            Some(veil) => Ok(veil.meant(scope).await?),
            None => Ok(scope.clone()),
        }
    }

    /// The same, where nothing is noted of what is asked: only whether it could be is of interest.
    #[must_use]
    pub fn unrecorded(&self) -> Self {
        Self { recording: None, ..self.clone() }
    }

    /// What bounds a question with this filter.
    pub async fn bounds(&self, filter: &Filter) -> Result<Vec<Filter>, Error> {
        match &self.bounded {
            Some(bounded) => Ok(bounded.bounds(filter).await?),
            None => Ok(Vec::new()),
        }
    }
}

const ELSEWHERE: Error = Error::Forbidden("this request comes from another site");
const NOT_SIGNED_IN: Error = Error::Forbidden("this is for people: sign in");
const INSTANCE: Error =
    Error::Forbidden("this is for those who look after the whole instance: ask one of them");

const fn refused(permission: Permission) -> Error {
    Error::Forbidden(match permission {
        Permission::Ingest => {
            "this may not send events to this project: a token of the project with the scope `ingest` may"
        }
        Permission::Read => {
            "you may not read this project: ask one of its admins for a role, or for a token with the scope `read`"
        }
        Permission::Export => {
            "you may not export from this project: its admins and auditors may, and tokens with the scope `export`"
        }
        Permission::KeepViews => {
            "views and investigations are kept by people of the project: sign in"
        }
        Permission::KeepSchedules => {
            "schedules belong to people who may export from this project: its admins and auditors"
        }
        Permission::ReadAlerts => {
            "alerts are for admins of this project and auditors who see all of it, and for tokens with the scope `read`: ask an admin"
        }
        Permission::Administer => "this is for the admins of this project: ask one of them",
    })
}

/// Judges a request by the rule of its route. The handler finds the [`Caller`] and the [`Access`]
/// in the request.
pub async fn guard(
    State((state, rule)): State<(AppState, Rule)>,
    request: Request,
    next: Next,
) -> Result<Response, Error> {
    let (mut parts, body) = request.into_parts();
    judge(&mut parts, &state, rule, true).await?;
    parts.extensions.insert(rule);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

pub(super) async fn judge(
    parts: &mut Parts,
    state: &AppState,
    rule: Rule,
    used: bool,
) -> Result<(), Error> {
    if is_foreign(parts, state) {
        return Err(ELSEWHERE);
    }
    if matches!(rule, Rule::Open | Rule::Operator) {
        return Ok(());
    }
    let caller = Caller::of(parts, state, used).await?;
    if let Some(recording) = parts.extensions.get::<Recording>() {
        recording.actor(caller.actor());
    }
    match rule {
        Rule::Person if caller.person().is_none() => return Err(NOT_SIGNED_IN),
        Rule::Instance if !caller.is_instance_admin() => return Err(INSTANCE),
        Rule::Open | Rule::Operator | Rule::Person | Rule::Instance => {}
        Rule::Project(permission) => {
            if matches!(permission, Permission::Read | Permission::Export) {
                state.retention.ask();
            }
            let access = enter(parts, state, &caller, permission).await?;
            parts.extensions.insert(access);
        }
        Rule::Token(permission) => {
            let Caller::Token(token) = &caller else { return Err(Error::NoToken) };
            let project = token.project.0.to_string();
            let recording = parts.extensions.get::<Recording>();
            let access = within(&project, state, &caller, permission, recording).await?;
            parts.extensions.insert(access);
        }
    }
    parts.extensions.insert(caller);
    Ok(())
}

/// The caller in the project of the path. Who may not do it does not learn whether the project
/// exists.
async fn enter(
    parts: &mut Parts,
    state: &AppState,
    caller: &Caller,
    permission: Permission,
) -> Result<Access, Error> {
    let Path(path) =
        Path::<std::collections::HashMap<String, String>>::from_request_parts(parts, state)
            .await
            .map_err(|_| Error::NotFound("there is nothing at this address"))?;
    let name = path.get("project").map_or("", String::as_str);
    within(name, state, caller, permission, parts.extensions.get::<Recording>()).await
}

/// A person in a project, for what is done on their behalf: with the rights that they have now.
pub async fn on_behalf(
    state: &AppState,
    person: &Person,
    project: ProjectId,
    permission: Permission,
) -> Result<Access, Error> {
    let caller = Caller::Person(person.clone());
    within(&project.0.to_string(), state, &caller, permission, None).await
}

/// The caller in the project of this name.
async fn within(
    name: &str,
    state: &AppState,
    caller: &Caller,
    permission: Permission,
    recording: Option<&Recording>,
) -> Result<Access, Error> {
    let Some(project) = state.store.project(name).await? else {
        return Err(if caller.is_instance_admin() {
            Error::NotFound("there is no such project")
        } else {
            refused(permission)
        });
    };
    if let Some(recording) = recording {
        recording.project(project.number.to_string());
    }
    let id = ProjectId(project.number);
    let (role, limit) = match caller {
        Caller::Local => (None, None),
        Caller::Token(token) if token.project == id => (None, part(&token.filter)),
        Caller::Token(_) => return Err(refused(permission)),
        Caller::Person(person) if person.instance_admin => (Some(Role::Admin), None),
        Caller::Person(person) => {
            let grant = state.people.grant(person, id, state.clock.now()).await?;
            let Grant { role, filter, .. } = grant.ok_or_else(|| refused(permission))?;
            let limit = match role {
                Role::Member => Some(own(person, state, id).await?),
                Role::Auditor | Role::Admin => part(&filter),
            };
            (Some(role), limit)
        }
    };
    let below = Arc::clone(&state.store);
    let bounded = limit.map(|limit| Arc::new(Bounded::new(Arc::clone(&below), id, limit)));
    let unmasked = bounded.clone().map_or(below, |bounded| bounded as AnyStore);
    let masks = match (caller, role) {
        (Caller::Local, _) => Masks::NONE,
        (_, role) => state.privacy.masks(id, role.unwrap_or(Role::Auditor)).await?,
    };
    let veil = || Arc::new(Veiled::over(Arc::clone(&unmasked), masks, state.privacy.pseudonyms()));
    let veil = (!masks.is_none()).then(veil);
    let store = veil.clone().map_or_else(|| Arc::clone(&unmasked), |veil| veil as AnyStore);
    let caller = caller.clone();
    let recording = recording.cloned();
    let access = Access { caller, project, role, store, unmasked, masks, recording, veil, bounded };
    if access.may(permission) { Ok(access) } else { Err(refused(permission)) }
}

fn part(filter: &Filter) -> Option<Limit> {
    (*filter != Filter::default()).then(|| Limit::Part(filter.clone()))
}

/// A member's own activity: the actor that is named after the e-mail address, those that have it,
/// and those that were listed for the person.
async fn own(person: &Person, state: &AppState, project: ProjectId) -> Result<Limit, Error> {
    let mut actors = state.store.actors_with_email(project, &person.email).await?;
    actors.push(format!("user:{}", person.email));
    actors.extend(state.people.actors(person.id).await?);
    let mut filter = Filter::default();
    for value in actors.iter().filter_map(|actor| Field::Actor.value(actor).ok()) {
        filter.add(Field::Actor, false, Term::Is(value));
    }
    Ok(Limit::Own(filter))
}
