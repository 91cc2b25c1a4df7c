//! Who sees masks, and what is behind one.

use axum::{
    Json,
    extract::{Path, State},
};
use daybook_model::{
    Entry, Operation,
    account::Role,
    privacy::{Privacy, Reveal},
};
use serde_json::json;

use crate::{
    access::Access,
    error::Error,
    extract::{Caller, JsonBody, Origin},
    state::AppState,
};

/// Which roles see masks here.
pub(super) async fn show(
    State(state): State<AppState>,
    access: Access,
) -> Result<Json<Privacy>, Error> {
    Ok(Json(state.privacy.of(access.id()).await?))
}

/// Sets which roles see masks.
pub(super) async fn change(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    JsonBody(given): JsonBody<Privacy>,
) -> Result<Json<Privacy>, Error> {
    let given = given.checked()?;
    let before = state.privacy.of(access.id()).await?;
    state.privacy.set(access.id(), &given).await?;
    if let Some(journal) = &state.journal {
        let told = journal.about(&from, |recording| {
            recording.action("ChangePrivacy").operation(Operation::PermissionsChanged);
            recording.resource(
                "project",
                access.project.number.to_string(),
                access.project.slug.clone(),
            );
            recording.change(json!(before), json!(given));
        });
        told.await?;
    }
    Ok(Json(given))
}

/// One entry as it is, for a reason, which is in the log before the answer is.
pub(super) async fn reveal(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, seq)): Path<(String, String)>,
    JsonBody(given): JsonBody<Reveal>,
) -> Result<Json<Entry>, Error> {
    let reason = given.checked()?.reason;
    // A token counts as an auditor; commands on the machine have the log's file anyway.
    let role = access.role.unwrap_or(Role::Auditor);
    let local = matches!(access.caller, Caller::Local);
    if !local && !state.privacy.of(access.id()).await?.reveal.contains(&role) {
        return Err(Error::Forbidden(
            "your role may not see what is masked in this project: ask one of its admins",
        ));
    }
    let missing = Error::NotFound("there is no entry with this number");
    let Some(seq) = seq.parse::<u64>().ok().filter(|&seq| i64::try_from(seq).is_ok()) else {
        return Err(missing);
    };
    let entry = access.unmasked.entry(access.id(), seq).await?.ok_or(missing)?;
    let journal = state.journal.as_ref().ok_or(Error::Unavailable)?;
    let told = journal.about(&from, |recording| {
        recording.action("RevealEntry").operation(Operation::Read).message(reason);
        recording.resource("entry", seq.to_string(), format!("Entry {seq}"));
    });
    told.await?;
    Ok(Json(entry))
}
