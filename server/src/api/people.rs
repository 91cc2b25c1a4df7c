//! Everybody of the instance.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use daybook_model::account::{Grant, MadePerson, NewPerson, PersonChange, PersonInfo};
use serde_json::json;

use crate::{
    accounts::{Action, Happened, record},
    error::Error,
    extract::{Caller, JsonBody, Origin},
    state::AppState,
    store::ProjectId,
};

const MISSING: Error = Error::NotFound("there is no such person");

/// Everybody.
pub(super) async fn list(State(state): State<AppState>) -> Result<Json<Vec<PersonInfo>>, Error> {
    Ok(Json(state.people.everybody().await?))
}

/// One person.
pub(super) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<PersonInfo>, Error> {
    find(&state, &id).await.map(Json)
}

async fn find(state: &AppState, id: &str) -> Result<PersonInfo, Error> {
    let id = id.parse().map_err(|_| MISSING)?;
    state.people.person_info(id).await?.ok_or(MISSING)
}

/// The project that a grant is for.
async fn project(state: &AppState, name: &str, grant: &Grant) -> Result<ProjectId, Error> {
    grant.check()?;
    let project = state.store.project(name).await?;
    let project = project.ok_or(Error::NotFound("there is no such project"))?;
    super::projects::open_to_people(&project)?;
    Ok(ProjectId(project.number))
}

/// Makes a person, with a password or with an invitation to set one.
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    from: Origin,
    JsonBody(given): JsonBody<NewPerson>,
) -> Result<(StatusCode, Json<MadePerson>), Error> {
    let now = state.clock.now();
    let mut grants = Vec::new();
    for given in &given.grants {
        grants.push((project(&state, &given.project, &given.grant).await?, &given.grant));
    }
    let made = state.people.create_person(&given.email, given.password.as_deref(), now).await?;
    if given.instance_admin {
        let change = PersonChange { instance_admin: Some(true), ..PersonChange::default() };
        state.people.change_person(made.id, &change, now).await?;
    }
    for (project, grant) in grants {
        state.people.set_grant(made.id, project, grant).await?;
    }
    let invitation = match given.password {
        Some(_) => None,
        None => Some(state.people.invite(made.id, now).await?.reveal().to_owned()),
    };
    let person = find(&state, &made.id.to_string()).await?;
    let invited = Happened::new(Action::InvitePerson, caller.actor(), from);
    let invited = invited.on("person", &person.id, &person.email);
    record(&state, invited.change(json!(null), json!(person))).await;
    Ok((StatusCode::CREATED, Json(MadePerson { person, invitation })))
}

/// Changes a person.
pub(super) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    from: Origin,
    Path(id): Path<String>,
    JsonBody(change): JsonBody<PersonChange>,
) -> Result<Json<PersonInfo>, Error> {
    let before = find(&state, &id).await?;
    if !state.people.change_person(before.id, &change, state.clock.now()).await? {
        return Err(MISSING);
    }
    let after = find(&state, &id).await?;
    let action = match (before.disabled_at.is_some(), after.disabled_at.is_some()) {
        (false, true) => Action::DisablePerson,
        (true, false) => Action::EnablePerson,
        _ if before.instance_admin != after.instance_admin => Action::ChangeRole,
        _ => Action::ChangePerson,
    };
    let changed = Happened::new(action, caller.actor(), from);
    let changed = changed.on("person", &after.id, &after.email);
    record(&state, changed.change(json!(before), json!(after))).await;
    Ok(Json(after))
}

/// Invites a person who is there: whoever forgot a password sets a new one with it.
pub(super) async fn invite(
    State(state): State<AppState>,
    caller: Caller,
    from: Origin,
    Path(id): Path<String>,
) -> Result<Json<MadePerson>, Error> {
    let person = find(&state, &id).await?;
    if person.disabled_at.is_some() {
        return Err(Error::refused("this person may not come in: let them in again first"));
    }
    let secret = state.people.invite(person.id, state.clock.now()).await?;
    let invited = Happened::new(Action::InvitePerson, caller.actor(), from);
    record(&state, invited.on("person", &person.id, &person.email)).await;
    Ok(Json(MadePerson { person, invitation: Some(secret.reveal().to_owned()) }))
}

/// Forgets with which accounts of a provider a person signs in: the next one with their verified
/// address is theirs. Their sessions stay.
pub(super) async fn forget_identities(
    State(state): State<AppState>,
    caller: Caller,
    from: Origin,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    let person = find(&state, &id).await?;
    let forgotten = state.people.forget_identities(person.id).await?;
    let changed = Happened::new(Action::ChangePerson, caller.actor(), from);
    let changed = changed.on("person", &person.id, &person.email);
    record(&state, changed.change(json!({"accounts": forgotten}), json!({"accounts": 0}))).await;
    Ok(StatusCode::NO_CONTENT)
}
