//! A person's own sessions and password.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use daybook_model::account::{PasswordChange, SessionInfo};

use crate::{
    access::session_cookie,
    accounts::{Action, Happened, record, record_each_minute},
    attempts::Attempt,
    error::Error,
    extract::{Caller, JsonBody, Origin, SignedIn},
    state::AppState,
};

/// The number of the session that asks.
async fn current(state: &AppState, headers: &HeaderMap) -> Result<Option<i64>, Error> {
    let Some(cookie) = session_cookie(state, headers) else { return Ok(None) };
    Ok(state.people.session(cookie, true, state.clock.now()).await?.map(|session| session.id))
}

/// Those there are.
pub(super) async fn list(
    State(state): State<AppState>,
    SignedIn(person): SignedIn,
    headers: HeaderMap,
) -> Result<Json<Vec<SessionInfo>>, Error> {
    let current = current(&state, &headers).await?;
    Ok(Json(state.people.sessions(person.id, current, state.clock.now()).await?))
}

/// Ends one; answers with those that are left.
pub(super) async fn revoke(
    State(state): State<AppState>,
    SignedIn(person): SignedIn,
    caller: Caller,
    from: Origin,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Vec<SessionInfo>>, Error> {
    let missing = Error::NotFound("you have no such session; it may have ended");
    let Ok(id) = id.parse() else { return Err(missing) };
    if !state.people.revoke_session(person.id, id).await? {
        return Err(missing);
    }
    let revoked = Happened::new(Action::RevokeSession, caller.actor(), from);
    record(&state, revoked.on("session", &id, "")).await;
    list(State(state), SignedIn(person), headers).await
}

/// Ends all but the one that asks, which is left alone.
pub(super) async fn revoke_others(
    State(state): State<AppState>,
    SignedIn(person): SignedIn,
    caller: Caller,
    from: Origin,
    headers: HeaderMap,
) -> Result<Json<Vec<SessionInfo>>, Error> {
    let current = current(&state, &headers).await?;
    state.people.close_sessions(person.id, current).await?;
    record(&state, Happened::new(Action::RevokeSession, caller.actor(), from)).await;
    list(State(state), SignedIn(person), headers).await
}

/// Sets a new password; the person's other sessions end.
pub(super) async fn change_password(
    State(state): State<AppState>,
    SignedIn(person): SignedIn,
    caller: Caller,
    from: Origin,
    headers: HeaderMap,
    JsonBody(given): JsonBody<PasswordChange>,
) -> Result<StatusCode, Error> {
    let now = state.clock.now();
    // Whoever finds an open browser does not guess here either.
    let attempt = Attempt::of(from.address, &person.email, true);
    if let Err(early) = state.attempts.begin(&attempt, now) {
        let refused = Happened::new(Action::ChangePassword, caller.actor(), from).early();
        record_each_minute(&state, refused, &attempt.network()).await;
        return Err(Error::Wait(early.seconds));
    }
    let current = current(&state, &headers).await?;
    let set = state.people.change_password(&person, &given.current, &given.new, current).await;
    if matches!(set, Ok(false)) {
        return Err(Error::Forbidden("the password that holds until now is not right"));
    }
    // A new password that is refused is no wrong guess.
    state.attempts.succeeded(&attempt);
    set?;
    let changed = Happened::new(Action::ChangePassword, caller.actor(), from);
    record(&state, changed.on("person", &person.id, &person.email)).await;
    Ok(StatusCode::NO_CONTENT)
}
