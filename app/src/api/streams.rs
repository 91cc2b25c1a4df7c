//! Streams: entries for other systems, as they arrive.

use daybook_model::{
    Seq, paths,
    stream::{DeadLetter, NewStream, SendAgain, StreamChange, StreamInfo},
};
use gloo_net::http::Request;

use super::{Failure, read, send};

/// The streams of a project.
pub(crate) async fn list(project: &str) -> Result<Vec<StreamInfo>, Failure> {
    read(Request::get(&paths::streams(project)).send().await).await
}

/// Makes one.
pub(crate) async fn create(project: &str, new: &NewStream) -> Result<StreamInfo, Failure> {
    send(Request::post(&paths::streams(project)), new).await
}

/// Changes one.
pub(crate) async fn change(
    project: &str,
    id: i64,
    change: &StreamChange,
) -> Result<StreamInfo, Failure> {
    send(Request::patch(&paths::stream(project, id)), change).await
}

/// Deletes one; those that are left.
pub(crate) async fn delete(project: &str, id: i64) -> Result<Vec<StreamInfo>, Failure> {
    read(Request::delete(&paths::stream(project, id)).send().await).await
}

/// What its target refused for good.
pub(crate) async fn dead_letters(project: &str, id: i64) -> Result<Vec<DeadLetter>, Failure> {
    read(Request::get(&paths::dead_letters(project, id)).send().await).await
}

/// Has some of it sent again, or all.
pub(crate) async fn send_again(
    project: &str,
    id: i64,
    which: &SendAgain,
) -> Result<Vec<DeadLetter>, Failure> {
    send(Request::post(&paths::dead_letters(project, id)), which).await
}

/// Drops one of it, or all; what is left.
pub(crate) async fn drop_letters(
    project: &str,
    id: i64,
    seq: Option<Seq>,
) -> Result<Vec<DeadLetter>, Failure> {
    let path = match seq {
        Some(seq) => paths::dead_letter(project, id, seq),
        None => paths::dead_letters(project, id),
    };
    read(Request::delete(&path).send().await).await
}
