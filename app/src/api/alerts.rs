//! Alerts: what was found, what is watched for, and who is told.

use daybook_model::{
    Page,
    alert::{
        AlertCounts, AlertRule, AlertRules, Backtest, BacktestRequest, Deliveries, Delivery,
        Firing, FiringChange, Firings, MadeRecipient, NewRecipient, NewRule, Recipient,
        RecipientChange, RuleChange,
    },
    paths,
};
use gloo_net::http::Request;
use web_sys::AbortSignal;

use super::{Failure, read, send};

/// How many there are, for the bell.
pub(crate) async fn counts(project: &str) -> Result<AlertCounts, Failure> {
    read(Request::get(&paths::alert_counts(project)).send().await).await
}

/// A page of firings, newest first; `query` says which.
pub(crate) async fn firings(project: &str, query: &str) -> Result<Firings, Failure> {
    read(Request::get(&format!("{}?{query}", paths::firings(project))).send().await).await
}

/// One firing.
pub(crate) async fn firing(project: &str, id: i64) -> Result<Firing, Failure> {
    read(Request::get(&paths::firing(project, id)).send().await).await
}

/// Does something with a firing, or says something about it.
pub(crate) async fn change_firing(
    project: &str,
    id: i64,
    change: &FiringChange,
) -> Result<Firing, Failure> {
    send(Request::patch(&paths::firing(project, id)), change).await
}

/// The entries of a link, the first few.
pub(crate) async fn entries(project: &str, query: &str, most: usize) -> Result<Page, Failure> {
    let url = format!("{}?{query}&limit={most}", paths::events(project));
    read(Request::get(&url).send().await).await
}

/// The rules.
pub(crate) async fn rules(project: &str) -> Result<AlertRules, Failure> {
    read(Request::get(&paths::alert_rules(project)).send().await).await
}

/// Makes a rule.
pub(crate) async fn create_rule(project: &str, new: &NewRule) -> Result<AlertRule, Failure> {
    send(Request::post(&paths::alert_rules(project)), new).await
}

/// Changes a rule.
pub(crate) async fn change_rule(
    project: &str,
    id: i64,
    change: &RuleChange,
) -> Result<AlertRule, Failure> {
    send(Request::patch(&paths::alert_rule(project, id)), change).await
}

/// Deletes a rule; those that are left.
pub(crate) async fn delete_rule(project: &str, id: i64) -> Result<AlertRules, Failure> {
    read(Request::delete(&paths::alert_rule(project, id)).send().await).await
}

/// Where a rule would have fired.
pub(crate) async fn backtest(
    project: &str,
    rule: &BacktestRequest,
    signal: Option<AbortSignal>,
) -> Result<Backtest, Failure> {
    let request = Request::post(&paths::alert_backtest(project)).abort_signal(signal.as_ref());
    send(request, rule).await
}

/// Who is told.
pub(crate) async fn recipients(project: &str) -> Result<Vec<Recipient>, Failure> {
    read(Request::get(&paths::alert_recipients(project)).send().await).await
}

/// Makes a recipient.
pub(crate) async fn create_recipient(
    project: &str,
    new: &NewRecipient,
) -> Result<MadeRecipient, Failure> {
    send(Request::post(&paths::alert_recipients(project)), new).await
}

/// Changes a recipient.
pub(crate) async fn change_recipient(
    project: &str,
    id: i64,
    change: &RecipientChange,
) -> Result<Recipient, Failure> {
    send(Request::patch(&paths::alert_recipient(project, id)), change).await
}

/// Deletes a recipient; those that are left.
pub(crate) async fn delete_recipient(project: &str, id: i64) -> Result<Vec<Recipient>, Failure> {
    read(Request::delete(&paths::alert_recipient(project, id)).send().await).await
}

/// Another secret for a webhook.
pub(crate) async fn renew_secret(project: &str, id: i64) -> Result<MadeRecipient, Failure> {
    read(Request::post(&paths::alert_recipient_secret(project, id)).send().await).await
}

/// Tells a recipient something, to see whether it comes through.
pub(crate) async fn test_recipient(project: &str, id: i64) -> Result<Delivery, Failure> {
    read(Request::post(&paths::alert_recipient_test(project, id)).send().await).await
}

/// A page of deliveries, newest first; `query` says which.
pub(crate) async fn deliveries(project: &str, query: &str) -> Result<Deliveries, Failure> {
    read(Request::get(&format!("{}?{query}", paths::deliveries(project))).send().await).await
}

/// Delivers something again.
pub(crate) async fn deliver_again(project: &str, id: i64) -> Result<Delivery, Failure> {
    read(Request::post(&paths::redelivery(project, id)).send().await).await
}
