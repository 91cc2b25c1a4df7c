//! Signing in and out.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse},
};
use daybook_model::{
    Actor, ActorType, Outcome,
    account::{AcceptInvitation, Grant, Role, SetUp, SignIn, Viewer, VisibleProject},
};

use super::single_sign_on::regroup;
use crate::{
    access::{DEVICE_COOKIE, cookie, session_cookie},
    accounts::{Action, Happened, record, record_each_minute},
    attempts::Attempt,
    error::Error,
    extract::{Caller, JsonBody, Origin, SESSION_COOKIE, SignedIn},
    people::{DEVICE_MILLIS, Person},
    state::AppState,
    store::ProjectId,
};

/// Who is signed in.
pub(super) async fn show(
    State(state): State<AppState>,
    SignedIn(person): SignedIn,
) -> Result<Json<Viewer>, Error> {
    viewer(&state, person).await.map(Json)
}

/// Signs in by e-mail address and password.
pub(super) async fn sign_in(
    State(state): State<AppState>,
    from: Origin,
    headers: HeaderMap,
    JsonBody(given): JsonBody<SignIn>,
) -> Result<impl IntoResponse, Error> {
    let now = state.clock.now();
    let known = match cookie(&headers, &state.site.cookie_name(DEVICE_COOKIE)) {
        Some(device) => state.people.is_known_device(device, &given.email, now).await?,
        None => false,
    };
    let attempt = Attempt::of(from.address, &given.email, known);
    let email: String = given.email.trim().to_lowercase().chars().take(254).collect();
    if let Err(early) = state.attempts.begin(&attempt, now) {
        // Where a whole network waits, whom it names is up to it.
        let named = actor(if early.for_all { "" } else { &email });
        let refused = Happened::new(Action::SignIn, named, from).early();
        record_each_minute(&state, refused, &attempt.network()).await;
        return Err(Error::Wait(early.seconds));
    }
    let person = state.people.verify(&given.email, &given.password).await?;
    let Some(person) = person else {
        let failed = Happened::new(Action::SignIn, actor(&email), from);
        record(&state, Happened { outcome: Outcome::Failure, ..failed }).await;
        return Err(Error::WrongPassword);
    };
    state.attempts.succeeded(&attempt);
    open_session(&state, person, from, &headers).await
}

/// Signs in by the one-time link.
pub(super) async fn set_up(
    State(state): State<AppState>,
    from: Origin,
    headers: HeaderMap,
    JsonBody(given): JsonBody<SetUp>,
) -> Result<impl IntoResponse, Error> {
    if !state.take_link(&given.secret) {
        return Err(Error::SpentLink);
    }
    let opened = async {
        let person = state.people.first_person(state.clock.now()).await?;
        open_session(&state, person, from, &headers).await
    }
    .await;
    if opened.is_err() {
        state.give_link_back(&given.secret);
    }
    opened
}

/// Signs in by an invitation, whose password holds from then on.
pub(super) async fn accept(
    State(state): State<AppState>,
    from: Origin,
    headers: HeaderMap,
    JsonBody(given): JsonBody<AcceptInvitation>,
) -> Result<impl IntoResponse, Error> {
    let now = state.clock.now();
    let person = state.people.accept(&given.secret, &given.password, now).await?;
    let person = person.ok_or(Error::SpentInvitation)?;
    let set = Happened::new(Action::ChangePassword, actor(&person.email), from.clone());
    record(&state, set.on("person", &person.id, &person.email)).await;
    open_session(&state, person, from, &headers).await
}

/// Signs out; the session is gone for good.
pub(super) async fn sign_out(
    State(state): State<AppState>,
    caller: Caller,
    from: Origin,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Error> {
    if let Some(cookie) = session_cookie(&state, &headers) {
        state.people.close_session(cookie).await?;
    }
    record(&state, Happened::new(Action::SignOut, caller.actor(), from)).await;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, state.site.cookie(SESSION_COOKIE, "", 0))]))
}

/// A person by their address; nobody in particular without one.
pub(super) fn actor(email: &str) -> Actor {
    let email = Some(email.to_owned()).filter(|email| !email.is_empty());
    let id = email.clone();
    Actor { kind: ActorType::User, id, name: None, email }
}

/// The cookies of a session that was opened just now. Its secret is new; one that the browser came
/// with is worth nothing from now on. `through` is the provider that the person came through.
pub(super) async fn cookies(
    state: &AppState,
    person: &Person,
    from: Origin,
    headers: &HeaderMap,
    through: Option<&str>,
) -> Result<AppendHeaders<Vec<(HeaderName, String)>>, Error> {
    let now = state.clock.now();
    if let Some(old) = session_cookie(state, headers) {
        state.people.close_session(old).await?;
    }
    let secret = state.people.open_session_from(person, &from, now).await?;
    let device = state.people.know_device(person, now).await?;
    let signed_in = Happened::new(Action::SignIn, actor(&person.email), from);
    record(state, Happened { through: through.map(str::to_owned), ..signed_in }).await;
    let lasts = state.people.lifetimes().whole / 1000;
    Ok(AppendHeaders(vec![
        (SET_COOKIE, state.site.cookie(SESSION_COOKIE, secret.reveal(), lasts)),
        (SET_COOKIE, state.site.cookie(DEVICE_COOKIE, device.reveal(), DEVICE_MILLIS / 1000)),
    ]))
}

async fn open_session(
    state: &AppState,
    person: Person,
    from: Origin,
    headers: &HeaderMap,
) -> Result<impl IntoResponse + use<>, Error> {
    // What groups gave holds as long as sign-ins show them.
    regroup(state, &person, &[], &from).await?;
    let cookies = cookies(state, &person, from, headers, None).await?;
    Ok((cookies, Json(viewer(state, person).await?)))
}

async fn viewer(state: &AppState, person: Person) -> Result<Viewer, Error> {
    let now = state.clock.now();
    let mut projects = Vec::new();
    for project in state.store.projects().await? {
        let grant = if person.instance_admin {
            Some(Grant::of(Role::Admin))
        } else {
            state.people.grant(&person, ProjectId(project.number), now).await?
        };
        if let Some(grant) = grant {
            let id = ProjectId(project.number);
            let masking = state.privacy.of(id).await?.of(grant.role);
            let (number, slug) = (project.number, project.slug);
            projects.push(VisibleProject { number, slug, grant, masking });
        }
    }
    // What one begins with is not the log of accounts.
    projects.sort_by_key(|project| project.slug.starts_with('_'));
    Ok(Viewer { email: person.email, instance_admin: person.instance_admin, projects })
}
