//! Investigations: entries that were pinned together, and what was said of them.

use daybook_model::{
    Seq,
    investigation::{
        Findings, Investigation, InvestigationChange, NewComment, NewInvestigation, NewPin, PinMove,
    },
    paths,
};
use gloo_net::http::Request;
use web_sys::AbortSignal;

use super::{Failure, read, send};

/// Those that the viewer sees.
pub(crate) async fn list(project: &str) -> Result<Vec<Investigation>, Failure> {
    read(Request::get(&paths::investigations(project)).send().await).await
}

/// Those that an entry is pinned to.
pub(crate) async fn of_entry(
    project: &str,
    seq: Seq,
    signal: Option<AbortSignal>,
) -> Result<Vec<Investigation>, Failure> {
    let url = format!("{}?seq={seq}", paths::investigations(project));
    read(Request::get(&url).abort_signal(signal.as_ref()).send().await).await
}

/// Opens one.
pub(crate) async fn open(project: &str, new: &NewInvestigation) -> Result<Findings, Failure> {
    send(Request::post(&paths::investigations(project)), new).await
}

/// One, with its entries.
pub(crate) async fn find(project: &str, number: i64) -> Result<Findings, Failure> {
    read(Request::get(&paths::investigation(project, number)).send().await).await
}

/// Gives one another title, closes it, or opens it again.
pub(crate) async fn change(
    project: &str,
    number: i64,
    change: &InvestigationChange,
) -> Result<Findings, Failure> {
    send(Request::patch(&paths::investigation(project, number)), change).await
}

/// Pins an entry.
pub(crate) async fn pin(project: &str, number: i64, new: &NewPin) -> Result<Findings, Failure> {
    send(Request::post(&paths::pins(project, number)), new).await
}

/// Moves an entry.
pub(crate) async fn move_pin(
    project: &str,
    number: i64,
    seq: Seq,
    to: &PinMove,
) -> Result<Findings, Failure> {
    send(Request::patch(&paths::pin(project, number, seq)), to).await
}

/// Pins an entry no longer.
pub(crate) async fn unpin(project: &str, number: i64, seq: Seq) -> Result<Findings, Failure> {
    read(Request::delete(&paths::pin(project, number, seq)).send().await).await
}

/// Says something.
pub(crate) async fn comment(
    project: &str,
    number: i64,
    new: &NewComment,
) -> Result<Findings, Failure> {
    send(Request::post(&paths::comments(project, number)), new).await
}

/// Takes back a comment.
pub(crate) async fn take_back(
    project: &str,
    number: i64,
    comment: i64,
) -> Result<Findings, Failure> {
    read(Request::delete(&paths::comment(project, number, comment)).send().await).await
}
