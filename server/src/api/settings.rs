//! What the person who asks prefers.

use axum::{Json, extract::State};
use daybook_model::settings::{Settings, SettingsChange};

use crate::{
    error::Error,
    extract::{Caller, JsonBody},
    people::Person,
    preferences::PreferencesError,
    state::AppState,
};

/// All settings.
pub(super) async fn show(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Settings>, Error> {
    Ok(Json(state.preferences.of(person(caller)?.id).await?))
}

/// Keeps some and forgets others; answers with all as they are then.
pub(super) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(change): JsonBody<SettingsChange>,
) -> Result<Json<Settings>, Error> {
    let person = person(caller)?;
    state.preferences.change(person.id, &change.checked()?).await?;
    Ok(Json(state.preferences.of(person.id).await?))
}

fn person(caller: Caller) -> Result<Person, Error> {
    match caller {
        Caller::Person(person) => Ok(person),
        Caller::Token(_) | Caller::Local => {
            Err(Error::Forbidden("settings belong to people: sign in"))
        }
    }
}

impl From<PreferencesError> for Error {
    fn from(e: PreferencesError) -> Self {
        match e {
            PreferencesError::TooMany => Self::Body {
                status: axum::http::StatusCode::CONFLICT,
                code: "too_many",
                message: e.to_string(),
            },
            PreferencesError::Database(_) => {
                tracing::error!(error = %e, "settings did not answer");
                Self::Unavailable
            }
        }
    }
}
