//! A project's tokens.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use daybook_model::{
    Sort,
    account::{MadeToken, NewToken, TokenInfo},
};
use serde_json::json;

use crate::{
    accounts::{Action, Happened, record},
    error::Error,
    extract::{Access, JsonBody, Origin},
    privacy::{refuse, refuse_name},
    state::AppState,
};

/// Those there are, and those there were.
pub(super) async fn list(
    State(state): State<AppState>,
    access: Access,
) -> Result<Json<Vec<TokenInfo>>, Error> {
    Ok(Json(state.people.tokens(access.id()).await?))
}

/// Makes one. The answer has its text, this once.
pub(super) async fn create(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    JsonBody(given): JsonBody<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>), Error> {
    let (new, now) = (given.checked()?, state.clock.now());
    refuse_name(&access.masks, "name", &new.name)?;
    refuse(&access.masks, &new.filter, Sort::default())?;
    if new.until.is_some_and(|until| until <= now) {
        return Err(Error::refused("this token would have ended already: give a later moment"));
    }
    let (secret, info) = state.people.make_token(access.id(), &new, now).await?;
    let made = Happened::new(Action::CreateToken, access.caller.actor(), from);
    let made = made.in_project(access.id()).on("token", &info.id, &info.name);
    record(&state, made.change(json!(null), json!(info))).await;
    Ok((StatusCode::CREATED, Json(MadeToken { token: secret.reveal().to_owned(), info })))
}

/// Revokes one; answers with what is known of it from now on.
pub(super) async fn revoke(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<TokenInfo>, Error> {
    let missing = Error::NotFound("this project has no such token");
    let Ok(id) = id.parse() else { return Err(missing) };
    let revoked = state.people.revoke_token(access.id(), id, state.clock.now()).await?;
    let info = revoked.ok_or(missing)?;
    let happened = Happened::new(Action::RevokeToken, access.caller.actor(), from);
    record(&state, happened.in_project(access.id()).on("token", &info.id, &info.name)).await;
    Ok(Json(info))
}
