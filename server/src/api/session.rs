//! Signing in and out.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::IntoResponse,
};
use daybook_model::account::{Grant, Project, Role, SetUp, SignIn, Viewer, VisibleProject};

use crate::{
    error::Error,
    extract::{Caller, JsonBody, SESSION_COOKIE, session_cookie, visible_projects},
    people::{Person, SESSION_MILLIS},
    state::AppState,
};

/// Who is signed in.
pub(super) async fn show(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Viewer>, Error> {
    let Caller::Person(person) = caller else { return Err(Error::Unauthorized) };
    viewer(&state, person).await.map(Json)
}

/// Signs in by e-mail address and password.
pub(super) async fn sign_in(
    State(state): State<AppState>,
    JsonBody(given): JsonBody<SignIn>,
) -> Result<impl IntoResponse, Error> {
    let person =
        state.people.verify(&given.email, &given.password).await?.ok_or(Error::WrongPassword)?;
    open_session(&state, person).await
}

/// Signs in by the one-time link.
pub(super) async fn set_up(
    State(state): State<AppState>,
    JsonBody(given): JsonBody<SetUp>,
) -> Result<impl IntoResponse, Error> {
    if !state.take_link(&given.secret) {
        return Err(Error::SpentLink);
    }
    let opened = async {
        let person = state.people.first_person(state.clock.now()).await?;
        open_session(&state, person).await
    }
    .await;
    if opened.is_err() {
        state.give_link_back(&given.secret);
    }
    opened
}

/// Signs out; the session is gone for good.
pub(super) async fn sign_out(
    State(state): State<AppState>,
    _: Caller,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Error> {
    if let Some(cookie) = session_cookie(&headers) {
        state.people.close_session(cookie).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie("", 0))]))
}

async fn open_session(
    state: &AppState,
    person: Person,
) -> Result<impl IntoResponse + use<>, Error> {
    let secret = state.people.open_session(&person, state.clock.now()).await?;
    let viewer = viewer(state, person).await?;
    Ok(([(SET_COOKIE, cookie(secret.reveal(), SESSION_MILLIS / 1000))], Json(viewer)))
}

async fn viewer(state: &AppState, person: Person) -> Result<Viewer, Error> {
    let visible =
        |Project { number, slug }| VisibleProject { number, slug, grant: Grant::of(Role::Admin) };
    let projects = visible_projects(state).await?.into_iter().map(visible).collect();
    Ok(Viewer { email: person.email, instance_admin: true, projects })
}

/// Lax, so that a link from elsewhere (a chat, a ticket) opens signed in.
fn cookie(value: &str, seconds: i64) -> String {
    format!("{SESSION_COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}")
}
