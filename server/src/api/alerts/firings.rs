//! What rules found, and what people make of it.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
};
use daybook_model::alert::{
    AlertCounts, Deliveries, Delivery, Firing, FiringChange, FiringState, Firings,
};

use super::{Asked, number, whole};
use crate::{
    alerts::{self, AlertsError, Done, Wanted, record},
    error::Error,
    extract::{Access, JsonBody, Origin},
    state::AppState,
};

/// Those that are asked for, newest first.
pub(in crate::api) async fn list(
    State(state): State<AppState>,
    access: Access,
    RawQuery(query): RawQuery,
) -> Result<Json<Firings>, Error> {
    whole(&access)?;
    let keys = ["state", "severity", "rule", "before", "limit"];
    let asked = Asked::read(query.as_deref(), &keys)?;
    let wanted = Wanted {
        states: asked.all("state", "one of open, acknowledged, closed")?,
        severities: asked.all("severity", "one of low, medium, high, critical")?,
        rule: asked.one("rule", "the number of a rule")?,
        before: asked.one("before", "the number of an alert")?,
        limit: asked.limit()?,
    };
    let mut firings = state.alerts.table().firings(access.id(), &wanted).await?;
    for firing in &mut firings.firings {
        veil(&access, firing);
    }
    Ok(Json(firings))
}

/// One of them.
pub(in crate::api) async fn show(
    State(state): State<AppState>,
    access: Access,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Firing>, Error> {
    whole(&access)?;
    let id = number(&id, AlertsError::NoFiring)?;
    let mut firing = state.alerts.table().firing(access.id(), id).await?;
    veil(&access, &mut firing);
    Ok(Json(firing))
}

/// Changes its state, or says something about it; answers with what it is then.
pub(in crate::api) async fn change(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
    JsonBody(given): JsonBody<FiringChange>,
) -> Result<Json<Firing>, Error> {
    whole(&access)?;
    let (id, change) = (number(&id, AlertsError::NoFiring)?, given.checked()?);
    let actor = access.caller.actor();
    let (table, now) = (state.alerts.table(), state.clock.now());
    let changed = table.change_firing(access.id(), id, &change, actor.label(), now).await?;
    let (before, mut after, key) = changed;
    if after.state == FiringState::Closed && before.state != after.state {
        state.alerts.closed(access.id(), key);
    }
    if before.state != after.state || change.note.is_some() {
        record(&state, &from, &Done::Firing(&before, &after, &change)).await?;
    }
    veil(&access, &mut after);
    Ok(Json(after))
}

/// How many there are of each state.
pub(in crate::api) async fn counts(
    State(state): State<AppState>,
    access: Access,
) -> Result<Json<AlertCounts>, Error> {
    whole(&access)?;
    Ok(Json(state.alerts.table().counts(access.id()).await?))
}

/// The log of deliveries, newest first.
pub(in crate::api) async fn deliveries(
    State(state): State<AppState>,
    access: Access,
    RawQuery(query): RawQuery,
) -> Result<Json<Deliveries>, Error> {
    whole(&access)?;
    let asked = Asked::read(query.as_deref(), &["firing", "recipient", "before", "limit"])?;
    let firing = asked.one("firing", "the number of an alert")?;
    let recipient = asked.one("recipient", "the number of a recipient")?;
    let before = asked.one("before", "the number of a delivery")?;
    let (of, limit) = ((firing, recipient), asked.limit()?);
    let mut found = state.alerts.table().deliveries(access.id(), of, before, limit).await?;
    for delivery in &mut found.deliveries {
        veil_delivery(&access, delivery);
    }
    Ok(Json(found))
}

/// Delivers one again, whatever became of it.
pub(in crate::api) async fn deliver_again(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Delivery>, Error> {
    whole(&access)?;
    let id = number(&id, AlertsError::NoDelivery)?;
    let mut again = state.alerts.table().deliver_again(access.id(), id, state.clock.now()).await?;
    state.alerts.deliver();
    record(&state, &from, &Done::DeliveredAgain(id, &again.name)).await?;
    veil_delivery(&access, &mut again);
    Ok(Json(again))
}

pub(super) fn veil_delivery(access: &Access, delivery: &mut Delivery) {
    delivery.name = access.masks.text(&delivery.name).into_owned();
    delivery.error = delivery.error.as_deref().map(|error| access.masks.free(error).into_owned());
}

fn veil(access: &Access, firing: &mut Firing) {
    alerts::veil(&access.masks, firing);
}
