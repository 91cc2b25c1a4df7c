//! How long entries are kept, and what became of the others.

use daybook_model::{
    Span, paths,
    retention::{ArchiveFile, Hold, NewHold, Overview, Preview, Restored, Retained, Retention},
};
use gloo_net::http::Request;
use serde_json::json;

use super::{Failure, read, send};

/// The rules, what is held, and what they took out.
pub(crate) async fn overview(project: &str) -> Result<Overview, Failure> {
    read(Request::get(&paths::retention(project)).send().await).await
}

/// Changes the rules.
pub(crate) async fn change(project: &str, rules: &Retention) -> Result<Overview, Failure> {
    send(Request::put(&paths::retention(project)), rules).await
}

/// What rules would remove now.
pub(crate) async fn preview(project: &str, rules: &Retention) -> Result<Preview, Failure> {
    send(Request::post(&paths::retention_preview(project)), rules).await
}

/// Applies the rules as soon as possible.
pub(crate) async fn run(project: &str) -> Result<Overview, Failure> {
    read(Request::post(&paths::retention_runs(project)).send().await).await
}

/// What was removed of a time.
pub(crate) async fn retained(project: &str, span: Span) -> Result<Retained, Failure> {
    let time = format!("from={}&to={}", span.from, span.to);
    read(Request::get(&paths::retained(project, &time)).send().await).await
}

/// Makes a hold.
pub(crate) async fn hold(project: &str, hold: &NewHold) -> Result<Hold, Failure> {
    send(Request::post(&paths::holds(project)), hold).await
}

/// Lifts one; those that are left.
pub(crate) async fn lift(project: &str, id: i64) -> Result<Vec<Hold>, Failure> {
    read(Request::delete(&paths::hold(project, id)).send().await).await
}

/// The archive's files with entries of a time, given as a query.
pub(crate) async fn archive(project: &str, time: &str) -> Result<Vec<ArchiveFile>, Failure> {
    read(Request::get(&paths::archive(project, time)).send().await).await
}

/// Brings back what a file has.
pub(crate) async fn restore(project: &str, id: &str) -> Result<Restored, Failure> {
    send(Request::post(&paths::archive_restore(project, id, "")), &json!({})).await
}
