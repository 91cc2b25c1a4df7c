//! Projects, and who may look at them.

use axum::{
    Json,
    extract::{Path, State},
};
use daybook_model::{
    Field, Filter, Range, Sort, Span, Term,
    account::{ActorStatus, GrantChange, NewProject, Project, ProjectPerson},
    range::Preset,
};
use serde_json::json;

use crate::{
    accounts::{Action, Happened, record},
    error::Error,
    extract::{Access, Caller, JsonBody, Origin},
    privacy::refuse,
    project::{self, ProjectError},
    state::AppState,
    store::Scope,
};

/// Every project.
pub(super) async fn list(State(state): State<AppState>) -> Result<Json<Vec<Project>>, Error> {
    Ok(Json(state.store.projects().await?))
}

/// Makes a project, or finds it.
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    from: Origin,
    JsonBody(given): JsonBody<NewProject>,
) -> Result<Json<Project>, Error> {
    if let Some(found) = state.store.project(&given.slug).await? {
        return Ok(Json(found));
    }
    if given.slug.starts_with('_') {
        return Err(Error::refused("names that begin with an underscore are Daybook's own"));
    }
    let made = project::find_or_create(&*state.store, &given.slug, state.clock.now()).await;
    let made = made.map_err(|e| match e {
        ProjectError::Name(_) => Error::refused(e.to_string()),
        ProjectError::Store(e) => e.into(),
    })?;
    let created = Happened::new(Action::CreateProject, caller.actor(), from);
    record(&state, created.on("project", &made.number, &made.slug)).await;
    Ok(Json(made))
}

/// The log of accounts is for those who look after the instance, by being so alone.
pub(super) fn open_to_people(project: &Project) -> Result<(), Error> {
    if project.slug.starts_with('_') {
        return Err(Error::refused(
            "this project is for those who look after the instance; nobody else is let in",
        ));
    }
    Ok(())
}

/// Who may look.
pub(super) async fn people(
    State(state): State<AppState>,
    access: Access,
) -> Result<Json<Vec<ProjectPerson>>, Error> {
    Ok(Json(state.people.people_of(access.id()).await?))
}

/// Lets somebody in, or changes what they may do; answers with all as it is then.
pub(super) async fn grant(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    JsonBody(given): JsonBody<GrantChange>,
) -> Result<Json<Vec<ProjectPerson>>, Error> {
    given.grant.check()?;
    open_to_people(&access.project)?;
    refuse(&access.masks, &given.grant.filter, Sort::default())?;
    let person = state.people.find(&given.email).await?.ok_or_else(|| {
        Error::refused(
            "nobody has this address here: ask one who looks after the instance to invite them",
        )
    })?;
    let before = state.people.set_grant(person.id, access.id(), &given.grant).await?;
    let changed = Happened::new(Action::ChangeRole, access.caller.actor(), from);
    let changed = changed.in_project(access.id()).on("person", &person.id, &person.email);
    record(&state, changed.change(json!(before), json!(given.grant))).await;
    people(State(state), access).await
}

/// Takes somebody out; answers with all as it is then.
pub(super) async fn remove(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Vec<ProjectPerson>>, Error> {
    let missing = Error::NotFound("nobody of this number was let in here by hand");
    let Ok(id) = id.parse() else { return Err(missing) };
    let before = state.people.take_grant(id, access.id()).await?.ok_or(missing)?;
    let email = state.people.person_info(id).await?.map(|person| person.email);
    let removed = Happened::new(Action::RemoveMember, access.caller.actor(), from);
    let removed = removed.in_project(access.id()).on("person", &id, &email.unwrap_or_default());
    record(&state, removed.change(json!(before), json!(null))).await;
    people(State(state), access).await
}

/// Which actors cannot come in any more: people who were disabled, tokens that were revoked or whose
/// time is over.
pub(super) async fn gone(
    State(state): State<AppState>,
    access: Access,
) -> Result<Json<Vec<ActorStatus>>, Error> {
    let mut gone = Vec::<ActorStatus>::new();
    let mut add = |status: ActorStatus| {
        if gone.iter().all(|known| known.actor != status.actor) {
            gone.push(status);
        }
    };
    for (status, email) in state.people.gone(access.id(), state.clock.now()).await? {
        if let Some(email) = email {
            // A person is every actor with their address.
            for actor in access.unmasked.actors_with_email(access.id(), &email).await? {
                add(ActorStatus { actor, ..status.clone() });
            }
        }
        add(status);
    }
    if access.is_limited() {
        // Asked without masks: who is gone is known by the address.
        // Only of those whose entries the caller sees.
        let as_of = access.store.moment(access.id()).await?;
        let mut seen = Vec::new();
        for status in gone {
            let Ok(actor) = Field::Actor.value(&status.actor) else { continue };
            let mut filter = Filter { range: Range::Last(Preset::All), ..Filter::default() };
            filter.add(Field::Actor, false, Term::Is(actor));
            let project = access.id();
            let scope = Scope { project, within: Vec::new(), filter, span: Span::ALL, as_of };
            if access.unmasked.count(&scope).await? > 0 {
                seen.push(status);
            }
        }
        gone = seen;
    }
    for status in &mut gone {
        status.actor = access.masks.text(&status.actor).into_owned();
    }
    Ok(Json(gone))
}
