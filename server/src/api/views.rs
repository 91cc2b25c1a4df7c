//! Saved views of a project, as the person who asks sees them.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use daybook_model::{
    account::Permission,
    saved::{NewView, SavedView, ViewChange, checked_name},
};

use crate::{
    error::Error,
    extract::{JsonBody, Member},
    privacy::refuse_name,
    state::AppState,
};

const MISSING: Error = Error::NotFound("there is no such saved view");

/// Those that the person sees.
pub(super) async fn list(
    State(state): State<AppState>,
    member: Member,
) -> Result<Json<Vec<SavedView>>, Error> {
    seen(&state, &member).await.map(Json)
}

/// What the person sees. A shared view names what others look for: whoever sees a part of the log
/// alone sees their own. In what they saved themselves before addresses were masked for them there are no
/// pseudonyms, which would tell them whose they are.
async fn seen(state: &AppState, member: &Member) -> Result<Vec<SavedView>, Error> {
    let mut views = state.views.list(member.project, member.person.id).await?;
    views.retain(|view| view.own || !member.access.is_limited());
    let masks = &member.access.masks;
    for view in &mut views {
        view.name = masks.free(&view.name).into_owned();
        let query = if view.own { masks.free(&view.query) } else { masks.text(&view.query) };
        view.query = query.into_owned();
    }
    Ok(views)
}

/// Saves one. One that everybody sees changes the project.
pub(super) async fn create(
    State(state): State<AppState>,
    member: Member,
    JsonBody(given): JsonBody<NewView>,
) -> Result<(StatusCode, Json<SavedView>), Error> {
    if given.shared && !member.access.may(Permission::Administer) {
        return Err(Error::Forbidden(
            "a view that everybody sees is saved by an admin of the project: save it for yourself",
        ));
    }
    let (new, now) = (given.checked()?, state.clock.now());
    refuse_name(&member.access.masks, "name", &new.name)?;
    refuse_name(&member.access.masks, "query", &new.query)?;
    let saved = state.views.create(member.project, member.person.id, new, now).await?;
    Ok((StatusCode::CREATED, Json(saved)))
}

/// Renames, stars or makes the default; answers with all as they are then.
pub(super) async fn change(
    State(state): State<AppState>,
    member: Member,
    Path((_, id)): Path<(String, String)>,
    JsonBody(mut change): JsonBody<ViewChange>,
) -> Result<Json<Vec<SavedView>>, Error> {
    let id = id.parse().map_err(|_| MISSING)?;
    change.name = change.name.as_deref().map(checked_name).transpose()?;
    refuse_name(&member.access.masks, "name", change.name.as_deref().unwrap_or_default())?;
    state.views.change(member.project, member.person.id, id, &change).await?;
    seen(&state, &member).await.map(Json)
}

/// Deletes one that the person saved; answers with those that are left.
pub(super) async fn delete(
    State(state): State<AppState>,
    member: Member,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Vec<SavedView>>, Error> {
    let id = id.parse().map_err(|_| MISSING)?;
    state.views.delete(member.project, member.person.id, id).await?;
    seen(&state, &member).await.map(Json)
}
