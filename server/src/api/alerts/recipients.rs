//! Who is told.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use daybook_model::{
    QueryError,
    alert::{Channel, Delivery, MadeRecipient, NewRecipient, Recipient, RecipientChange},
};

use super::{number, whole};
use crate::{
    alerts::{Alerts, AlertsError, Done, KeptRecipient, record},
    error::Error,
    extract::{Access, JsonBody, Origin},
    privacy::refuse_name,
    state::AppState,
};

/// Those there are.
pub(in crate::api) async fn list(
    State(state): State<AppState>,
    access: Access,
) -> Result<Json<Vec<Recipient>>, Error> {
    whole(&access)?;
    let all = state.alerts.table().recipients(access.id()).await?;
    Ok(Json(all.into_iter().map(|kept| shown(&access, kept)).collect()))
}

/// Makes one. The secret of a webhook is told this once.
pub(in crate::api) async fn create(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    JsonBody(given): JsonBody<NewRecipient>,
) -> Result<(StatusCode, Json<MadeRecipient>), Error> {
    whole(&access)?;
    let new = given.checked()?;
    refuse_name(&access.masks, "name", &new.name)?;
    reachable(&state, &access, &new.channel).await?;
    let secret = matches!(new.channel, Channel::Webhook { .. }).then(Alerts::new_secret);
    let (table, now) = (state.alerts.table(), state.clock.now());
    let made = table.make_recipient(access.id(), &new, secret.as_deref(), now).await?;
    record(&state, &from, &Done::RecipientMade(&made)).await?;
    let notice = notice(&state, &made.channel);
    let recipient = shown(&access, made);
    Ok((StatusCode::CREATED, Json(MadeRecipient { recipient, secret, notice })))
}

/// Changes one; answers with what it is then.
pub(in crate::api) async fn change(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
    JsonBody(given): JsonBody<RecipientChange>,
) -> Result<Json<Recipient>, Error> {
    whole(&access)?;
    let (id, change) = (number(&id, AlertsError::NoRecipient)?, given.checked()?);
    refuse_name(&access.masks, "name", change.name.as_deref().unwrap_or_default())?;
    if let Some(channel) = &change.channel {
        reachable(&state, &access, channel).await?;
    }
    let table = state.alerts.table();
    let (before, after) = table.change_recipient(access.id(), id, &change).await?;
    state.alerts.deliver();
    record(&state, &from, &Done::RecipientChanged(&before, &after)).await?;
    Ok(Json(shown(&access, after)))
}

/// Deletes one: it is told nothing more. Answers with those that are left.
pub(in crate::api) async fn delete(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Vec<Recipient>>, Error> {
    whole(&access)?;
    let id = number(&id, AlertsError::NoRecipient)?;
    let before = state.alerts.table().delete_recipient(access.id(), id).await?;
    state.alerts.changed(access.id());
    record(&state, &from, &Done::RecipientDeleted(&before)).await?;
    list(State(state), access).await
}

/// Gives a webhook another secret, which is told this once.
pub(in crate::api) async fn renew_secret(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<MadeRecipient>, Error> {
    whole(&access)?;
    let id = number(&id, AlertsError::NoRecipient)?;
    let table = state.alerts.table();
    let before = table.recipient(access.id(), id).await?;
    if !matches!(before.channel, Channel::Webhook { .. }) {
        return Err(Error::refused("only webhooks are signed: this recipient has no secret"));
    }
    let secret = Alerts::new_secret();
    let renewed = table.renew_secret(access.id(), id, &secret).await?;
    record(&state, &from, &Done::SecretRenewed(&renewed)).await?;
    let notice = notice(&state, &renewed.channel);
    let recipient = shown(&access, renewed);
    Ok(Json(MadeRecipient { recipient, secret: Some(secret), notice }))
}

/// Tells one something, to see whether it comes through.
pub(in crate::api) async fn test(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
) -> Result<(StatusCode, Json<Delivery>), Error> {
    whole(&access)?;
    let id = number(&id, AlertsError::NoRecipient)?;
    let table = state.alerts.table();
    let recipient = table.recipient(access.id(), id).await?;
    let message = state.alerts.test_message(&access.project.slug, &recipient.shown.name);
    let mut delivery = table.try_out(access.id(), id, &message, state.clock.now()).await?;
    state.alerts.deliver();
    record(&state, &from, &Done::Tested(&recipient)).await?;
    super::firings::veil_delivery(&access, &mut delivery);
    Ok((StatusCode::CREATED, Json(delivery)))
}

fn shown(access: &Access, kept: KeptRecipient) -> Recipient {
    let masked = |text: &str| access.masks.text(text).into_owned();
    let Recipient { name, place, error, .. } = &kept.shown;
    let (name, place) = (masked(name), masked(place));
    let error = error.as_deref().map(|error| access.masks.free(error).into_owned());
    Recipient { name, place, error, ..kept.shown }
}

/// What a recipient will miss as this server is set up.
fn notice(state: &AppState, channel: &Channel) -> Option<String> {
    let missed = match channel {
        Channel::Webhook { .. } => "links in what it is told begin with a path",
        Channel::Slack { .. } => "what it is told has no link",
        Channel::Mail { .. } => return None,
    };
    let why = "this server does not know its own address: whoever runs it sets --public-url";
    state.site.address().is_none().then(|| format!("{missed}, because {why}"))
}

/// Refuses what could not be reached, or may not be.
async fn reachable(state: &AppState, access: &Access, channel: &Channel) -> Result<(), Error> {
    if let Some(target) = channel.target() {
        let forbidden = state.alerts.addresses().allow_target(target);
        return forbidden
            .map_err(|e| QueryError::new("channel.target", format!("cannot be used: {e}")).into());
    }
    let Channel::Mail { addresses } = channel else { return Ok(()) };
    if state.outbound.mailer.is_none() || state.site.address().is_none() {
        return Err(Error::refused(
            "this server sends no mail: whoever runs it sets DAYBOOK_SMTP_URL and --public-url",
        ));
    }
    let people = state.people.people_of(access.id()).await?;
    for address in addresses {
        let known = people.iter().any(|person| person.email == *address);
        let admin = state.people.find(address).await?.is_some_and(|person| person.instance_admin);
        if !known && !admin {
            let problem = format!("{address} is not one of the people of this project");
            return Err(QueryError::new("channel.addresses", problem).into());
        }
    }
    Ok(())
}
