//! Whom to ask for access. Someone who is signed in may know; a stranger may not.

use axum::{
    Json,
    extract::{RawQuery, State},
};
use daybook_model::{
    account::{Role, WhomToAsk},
    query,
};

use crate::{error::Error, extract::SignedIn, people::Person, state::AppState, store::ProjectId};

/// The most addresses that are told of either kind.
const MOST: usize = 5;

/// Who can let somebody in. Of a project's admins only those learn who were in it before: for all others
/// the answer is the same whether there is such a project or not. And who reads a log in which addresses
/// are masked for them is told none here either.
pub(super) async fn show(
    State(state): State<AppState>,
    SignedIn(person): SignedIn,
    RawQuery(raw): RawQuery,
) -> Result<Json<WhomToAsk>, Error> {
    let (pairs, errors) = query::split(raw.as_deref().unwrap_or_default());
    if let Some(error) = errors.into_iter().next() {
        return Err(error.into());
    }
    let wanted = pairs.into_iter().find(|(key, _)| key == "project").map(|(_, value)| value);
    if sees_masks(&state, &person).await? {
        return Ok(Json(WhomToAsk { masked: true, ..WhomToAsk::default() }));
    }
    let mut instance = state.people.keepers().await?;
    let mut project = match wanted {
        Some(name) => admins(&state, &person, &name).await?,
        None => Vec::new(),
    };
    instance.retain(|email| !project.contains(email));
    project.truncate(MOST);
    instance.truncate(MOST);
    Ok(Json(WhomToAsk { project, instance, masked: false }))
}

/// Whether there is a log whose e-mail addresses are masked for this person.
async fn sees_masks(state: &AppState, person: &Person) -> Result<bool, Error> {
    if person.instance_admin {
        return Ok(false);
    }
    for given in state.people.grants(person.id).await? {
        let privacy = state.privacy.of(ProjectId(given.project.number)).await?;
        if privacy.of(given.grant.role).emails {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The admins of a project, for somebody who was let in there once, though it may be over.
async fn admins(state: &AppState, person: &Person, name: &str) -> Result<Vec<String>, Error> {
    let known = state
        .people
        .grants(person.id)
        .await?
        .into_iter()
        .find(|given| given.project.slug == name || given.project.number.to_string() == name);
    let Some(known) = known else { return Ok(Vec::new()) };
    let now = state.clock.now();
    let people = state.people.people_of(ProjectId(known.project.number)).await?;
    let admins = people.into_iter().filter(|one| {
        one.id != person.id
            && one.disabled_at.is_none()
            && one.grant.role == Role::Admin
            && one.grant.holds_at(now)
    });
    let mut emails: Vec<_> = admins.map(|one| one.email).collect();
    emails.dedup();
    Ok(emails)
}
