//! Alerts.

use daybook_model::alert::{
    AlertCounts, AlertRule, AlertRules, AlertSeverity, Backtest, BacktestRequest, Deliveries,
    Delivery, Firing, FiringChange, FiringState, Firings, MadeRecipient, NewRecipient, NewRule,
    Recipient, RecipientChange, RuleChange,
};
use serde_json::{Value, json};

use super::super::{
    operation::{Operation, delete, get, patch, post},
    parameters::{parameter, words},
    schemas::Schemas,
};

const RULES: &str = "/api/projects/{project}/alerts/rules";
const RULE: &str = "/api/projects/{project}/alerts/rules/{id}";
const FIRINGS: &str = "/api/projects/{project}/alerts/firings";
const FIRING: &str = "/api/projects/{project}/alerts/firings/{id}";
const RECIPIENTS: &str = "/api/projects/{project}/alerts/recipients";
const RECIPIENT: &str = "/api/projects/{project}/alerts/recipients/{id}";

fn id(name: &str, description: &str) -> Value {
    parameter(
        name,
        description,
        json!({ "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX }),
    )
}

fn page() -> Vec<Value> {
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": 200 });
    vec![
        id("before", "the page that follows, as given in `next`"),
        parameter("limit", "how many", limit),
    ]
}

fn several(name: &str, description: &str, all: Vec<&str>) -> Value {
    parameter(name, description, json!({ "type": "array", "items": words(all) }))
}

/// Rules, and what they found.
pub(super) fn alerts(schemas: &mut Schemas) -> Vec<Operation> {
    let states = FiringState::ALL.iter().map(|state| state.as_str()).collect();
    let severities = AlertSeverity::ALL.iter().map(|severity| severity.as_str()).collect();
    let wanted = vec![
        several("state", "of one of these states", states),
        several("severity", "of one of these severities", severities),
        id("rule", "of this rule"),
    ];
    vec![
        get(RULES, "listAlertRules", "The rules of the project").gives_a::<AlertRules>(schemas),
        post(RULES, "createAlertRule", "Makes a rule, which watches what arrives from now on")
            .takes_a::<NewRule>(schemas)
            .makes_a::<AlertRule>(schemas),
        patch(RULE, "changeAlertRule", "Changes a rule, or whether it watches")
            .takes_a::<RuleChange>(schemas)
            .gives_a::<AlertRule>(schemas),
        delete(RULE, "deleteAlertRule", "Deletes a rule; what it found stays")
            .gives_a::<AlertRules>(schemas),
        post(
            "/api/projects/{project}/alerts/backtest",
            "backtestAlertRule",
            "Where a rule would have fired, which need not be kept",
        )
        .takes_a::<BacktestRequest>(schemas)
        .gives_a::<Backtest>(schemas),
        get(FIRINGS, "listAlerts", "What rules found, newest first")
            .asks([wanted, page()].concat())
            .gives_a::<Firings>(schemas),
        get(FIRING, "getAlert", "One alert, with what was said about it")
            .gives_a::<Firing>(schemas),
        patch(
            FIRING,
            "changeAlert",
            "Acknowledges, closes or reopens an alert, or says something about it",
        )
        .takes_a::<FiringChange>(schemas)
        .gives_a::<Firing>(schemas),
        get(
            "/api/projects/{project}/alerts/counts",
            "countAlerts",
            "How many alerts there are of each state",
        )
        .gives_a::<AlertCounts>(schemas),
    ]
}

/// Who is told.
pub(super) fn recipients(schemas: &mut Schemas) -> Vec<Operation> {
    let of = vec![id("firing", "of this alert"), id("recipient", "to this recipient")];
    vec![
        get(RECIPIENTS, "listAlertRecipients", "Who can be told of alerts")
            .gives_a::<Vec<Recipient>>(schemas),
        post(
            RECIPIENTS,
            "createAlertRecipient",
            "Makes a recipient; the secret of a webhook is told this once",
        )
        .takes_a::<NewRecipient>(schemas)
        .makes_a::<MadeRecipient>(schemas),
        patch(RECIPIENT, "changeAlertRecipient", "Changes a recipient, pauses it or resumes it")
            .takes_a::<RecipientChange>(schemas)
            .gives_a::<Recipient>(schemas),
        delete(RECIPIENT, "deleteAlertRecipient", "Deletes a recipient, who is told nothing more")
            .gives_a::<Vec<Recipient>>(schemas),
        post(
            "/api/projects/{project}/alerts/recipients/{id}/secret",
            "renewAlertSecret",
            "Gives a webhook another secret, told this once",
        )
        .gives_a::<MadeRecipient>(schemas),
        post(
            "/api/projects/{project}/alerts/recipients/{id}/test",
            "testAlertRecipient",
            "Tells a recipient something, to see whether it comes through",
        )
        .makes_a::<Delivery>(schemas),
        get(
            "/api/projects/{project}/alerts/deliveries",
            "listAlertDeliveries",
            "What was delivered or is to be, newest first",
        )
        .asks([of, page()].concat())
        .gives_a::<Deliveries>(schemas),
        post(
            "/api/projects/{project}/alerts/deliveries/{id}/again",
            "redeliverAlert",
            "Delivers it again, whatever became of it",
        )
        .gives_a::<Delivery>(schemas),
    ]
}
