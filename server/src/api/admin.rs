//! What the command line does through a running server, with the key that it finds beside the log.

use axum::{
    Json,
    extract::{Path, State},
};
use daybook_model::account::Project;
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    extract::{Caller, JsonBody},
    people::{PeopleError, Scope},
    project::{self, ProjectError},
    state::AppState,
    store::ProjectId,
};

/// A project to make, unless it is there.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// The word in its paths.
    pub slug: String,
}

/// A person to make.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// A token to make.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is called.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
}

/// A token that was made.
#[derive(Debug, Serialize, Deserialize)]
pub struct MadeToken {
    /// Shown this once.
    pub token: String,
}

/// Makes a project, or finds it.
pub(super) async fn create_project(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(given): JsonBody<NewProject>,
) -> Result<Json<Project>, Error> {
    local(&caller)?;
    Ok(Json(project::find_or_create(&*state.store, &given.slug, state.clock.now()).await.map_err(
        |e| match e {
            ProjectError::Name(_) => bad_body(e.to_string()),
            ProjectError::Store(e) => e.into(),
        },
    )?))
}

/// Makes a person.
pub(super) async fn create_person(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(given): JsonBody<NewPerson>,
) -> Result<Json<()>, Error> {
    local(&caller)?;
    state
        .people
        .create_person(&given.email, Some(&given.password), state.clock.now())
        .await
        .map_err(refused)?;
    Ok(Json(()))
}

/// Makes a token.
pub(super) async fn create_token(
    State(state): State<AppState>,
    caller: Caller,
    Path(project): Path<String>,
    JsonBody(given): JsonBody<NewToken>,
) -> Result<Json<MadeToken>, Error> {
    local(&caller)?;
    let project =
        state.store.project(&project).await?.ok_or(Error::NotFound("there is no such project"))?;
    let scopes: Result<Vec<Scope>, _> = given.scopes.iter().map(|s| s.parse()).collect();
    let scopes = scopes.map_err(|e| bad_body(e.to_string()))?;
    let secret = state
        .people
        .create_token(ProjectId(project.number), &given.name, &scopes, state.clock.now())
        .await
        .map_err(refused)?;
    Ok(Json(MadeToken { token: secret.reveal().to_owned() }))
}

fn local(caller: &Caller) -> Result<(), Error> {
    if *caller == Caller::Local {
        Ok(())
    } else {
        Err(Error::Forbidden("this is done with the `daybook` command on the server's machine"))
    }
}

fn refused(e: PeopleError) -> Error {
    match e {
        PeopleError::Refused(message) => bad_body(message),
        other => other.into(),
    }
}

fn bad_body(message: String) -> Error {
    Error::Body { status: axum::http::StatusCode::UNPROCESSABLE_ENTITY, code: "refused", message }
}
