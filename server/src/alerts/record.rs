//! What the log tells of people and alerts: who changed rules and recipients, and what they made of firings.

use daybook_model::{
    Operation, Outcome,
    alert::{Firing, FiringChange, FiringState},
};
use serde_json::{Value, json};

use super::{KeptRecipient, KeptRule};
use crate::{extract::Origin, journal::JournalError, state::AppState};

/// What was done.
pub enum Done<'a> {
    /// A rule was made.
    RuleMade(&'a KeptRule),
    /// A rule was changed, from one to another.
    RuleChanged(&'a KeptRule, &'a KeptRule),
    /// A rule was deleted.
    RuleDeleted(&'a KeptRule),
    /// A recipient was made.
    RecipientMade(&'a KeptRecipient),
    /// A recipient was changed, from one to another.
    RecipientChanged(&'a KeptRecipient, &'a KeptRecipient),
    /// A recipient has another secret.
    SecretRenewed(&'a KeptRecipient),
    /// A recipient was deleted.
    RecipientDeleted(&'a KeptRecipient),
    /// A recipient was told something to see whether it comes through.
    Tested(&'a KeptRecipient),
    /// A delivery is made again.
    DeliveredAgain(i64, &'a str),
    /// A firing was changed, or something was said about it.
    Firing(&'a Firing, &'a Firing, &'a FiringChange),
}

/// Writes down what was done, before it is answered.
pub async fn record(state: &AppState, from: &Origin, done: &Done<'_>) -> Result<(), JournalError> {
    use Operation as O;
    let Some(journal) = &state.journal else { return Ok(()) };
    let (action, operation) = match done {
        Done::RuleMade(_) => ("CreateAlertRule", O::Create),
        Done::RuleChanged(before, after) => match (before.rule.enabled, after.rule.enabled) {
            (true, false) => ("DisableAlertRule", O::Stop),
            (false, true) => ("EnableAlertRule", O::Start),
            _ => ("UpdateAlertRule", O::Update),
        },
        Done::RuleDeleted(_) => ("DeleteAlertRule", O::Delete),
        Done::RecipientMade(_) => ("CreateAlertRecipient", O::Create),
        Done::RecipientChanged(..) => ("UpdateAlertRecipient", O::Update),
        Done::SecretRenewed(_) => ("RenewAlertSecret", O::Update),
        Done::RecipientDeleted(_) => ("DeleteAlertRecipient", O::Delete),
        Done::Tested(_) => ("TestAlertRecipient", O::Execute),
        Done::DeliveredAgain(..) => ("RedeliverAlert", O::Execute),
        Done::Firing(before, after, _) if before.state != after.state => match after.state {
            FiringState::Open => ("ReopenAlert", O::Update),
            FiringState::Acknowledged => ("AcknowledgeAlert", O::Update),
            FiringState::Closed => ("CloseAlert", O::Update),
        },
        Done::Firing(..) => ("NoteAlert", O::Update),
    };
    let change = match done {
        Done::RuleMade(rule) => Some((Value::Null, shown(rule))),
        Done::RuleChanged(before, after) => Some((shown(before), shown(after))),
        Done::RuleDeleted(rule) => Some((shown(rule), Value::Null)),
        Done::RecipientMade(made) => Some((Value::Null, way(made, false))),
        Done::RecipientChanged(before, after) => Some((way(before, false), way(after, false))),
        Done::SecretRenewed(recipient) => Some((way(recipient, false), way(recipient, true))),
        Done::RecipientDeleted(before) => Some((way(before, false), Value::Null)),
        Done::Firing(before, after, _) if before.state != after.state => {
            Some((json!({ "state": before.state }), json!({ "state": after.state })))
        }
        Done::Firing(..) | Done::Tested(_) | Done::DeliveredAgain(..) => None,
    };
    let (kind, id, name) = match done {
        Done::RuleMade(rule) | Done::RuleChanged(_, rule) | Done::RuleDeleted(rule) => {
            ("alert_rule", rule.id, rule.rule.name.as_str())
        }
        Done::RecipientMade(one)
        | Done::RecipientChanged(_, one)
        | Done::SecretRenewed(one)
        | Done::RecipientDeleted(one)
        | Done::Tested(one) => ("alert_recipient", one.shown.id, one.shown.name.as_str()),
        Done::DeliveredAgain(id, name) => ("alert_delivery", *id, *name),
        Done::Firing(_, firing, _) => ("alert", firing.id, firing.name.as_str()),
    };
    journal
        .about(from, |recording| {
            recording.action(action).operation(operation).outcome(Outcome::Success);
            recording.resource(kind, id.to_string(), name.to_owned());
            if let Some((before, after)) = change {
                recording.change(before, after);
            }
            if let Done::Firing(_, _, FiringChange { note: Some(note), .. }) = done {
                recording.message(note.clone());
            }
        })
        .await
}

fn shown(kept: &KeptRule) -> Value {
    serde_json::to_value(&kept.rule).unwrap_or_default()
}

/// A recipient without its secrets; that one of them became another can be seen.
fn way(kept: &KeptRecipient, renewed: bool) -> Value {
    let redacted = if renewed { json!("changed") } else { json!(true) };
    let secret = kept.secret.as_ref().map(|_| json!({ "$redacted": redacted }));
    json!({
        "name": kept.shown.name,
        "to": kept.shown.kind,
        "place": kept.shown.place,
        "state": kept.shown.state,
        "secret": secret,
    })
}
