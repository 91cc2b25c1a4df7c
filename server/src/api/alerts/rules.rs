//! Rules, and where they would have fired.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use daybook_model::{
    Sort,
    alert::{AlertRule, AlertRules, Backtest, BacktestRequest, NewRule, RuleChange},
};

use super::{number, whole};
use crate::{
    alerts::{self, AlertsError, Done, KeptRule, record},
    error::Error,
    extract::{Access, JsonBody, Origin},
    journal::{self, Read},
    privacy,
    state::AppState,
};

/// Those there are.
pub(in crate::api) async fn list(
    State(state): State<AppState>,
    access: Access,
) -> Result<Json<AlertRules>, Error> {
    whole(&access)?;
    let table = state.alerts.table();
    let head = state.alerts.head(access.id()).await?;
    let kept = table.rules(access.id(), head, state.clock.now()).await?;
    let mut rules = table.shown(access.id(), kept).await?;
    for rule in &mut rules {
        veil(&access, rule);
    }
    let mail = state.outbound.mailer.is_some() && state.site.address().is_some();
    Ok(Json(AlertRules { rules, mail }))
}

/// Makes one, which begins to watch.
pub(in crate::api) async fn create(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    JsonBody(given): JsonBody<NewRule>,
) -> Result<(StatusCode, Json<AlertRule>), Error> {
    whole(&access)?;
    let new = given.checked()?;
    privacy::refuse(&access.masks, &new.filter, Sort::default())?;
    privacy::refuse_name(&access.masks, "name", &new.name)?;
    let head = state.alerts.head(access.id()).await?;
    let kept = state.alerts.table().make_rule(access.id(), &new, head, state.clock.now()).await?;
    state.alerts.changed(access.id());
    record(&state, &from, &Done::RuleMade(&kept)).await?;
    Ok((StatusCode::CREATED, Json(shown(&state, &access, kept).await?)))
}

/// Changes one; answers with what it is then.
pub(in crate::api) async fn change(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
    JsonBody(change): JsonBody<RuleChange>,
) -> Result<Json<AlertRule>, Error> {
    whole(&access)?;
    let id = number(&id, AlertsError::NoRule)?;
    if let Some(filter) = &change.filter {
        privacy::refuse(&access.masks, filter, Sort::default())?;
    }
    privacy::refuse_name(&access.masks, "name", change.name.as_deref().unwrap_or_default())?;
    let head = state.alerts.head(access.id()).await?;
    let table = state.alerts.table();
    let (before, after) = table.change_rule(access.id(), id, &change, head).await?;
    state.alerts.changed(access.id());
    record(&state, &from, &Done::RuleChanged(&before, &after)).await?;
    Ok(Json(shown(&state, &access, after).await?))
}

/// Deletes one; what it found stays. Answers with those that are left.
pub(in crate::api) async fn delete(
    State(state): State<AppState>,
    access: Access,
    from: Origin,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<AlertRules>, Error> {
    whole(&access)?;
    let id = number(&id, AlertsError::NoRule)?;
    let before = state.alerts.table().delete_rule(access.id(), id).await?;
    state.alerts.changed(access.id());
    record(&state, &from, &Done::RuleDeleted(&before)).await?;
    list(State(state), access).await
}

/// Where a rule would have fired, which need not be kept.
pub(in crate::api) async fn backtest(
    State(state): State<AppState>,
    access: Access,
    JsonBody(given): JsonBody<BacktestRequest>,
) -> Result<Json<Backtest>, Error> {
    whole(&access)?;
    let asked = given.checked()?;
    privacy::refuse(&access.masks, &asked.filter, Sort::default())?;
    journal::note(access.recording.as_ref(), &access.project, Read::Backtest(&asked.filter));
    let store = Arc::clone(&access.store);
    Ok(Json(alerts::backtest(&state.alerts, store, access.id(), &asked, state.clock.now()).await?))
}

async fn shown(state: &AppState, access: &Access, kept: KeptRule) -> Result<AlertRule, Error> {
    let rules = state.alerts.table().shown(access.id(), vec![kept]).await?;
    let mut rule = rules.into_iter().next().ok_or(Error::Internal)?;
    veil(access, &mut rule);
    Ok(rule)
}

/// Whoever wrote it named what they look for.
fn veil(access: &Access, rule: &mut AlertRule) {
    if access.masks.is_none() {
        return;
    }
    let masked = |text: &str| access.masks.text(text).into_owned();
    rule.rule.name = masked(&rule.rule.name);
    rule.sentence = masked(&rule.sentence);
    rule.rule.filter = access.masks.filter(&rule.rule.filter);
}
