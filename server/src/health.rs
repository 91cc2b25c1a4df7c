//! Whether this server lives, and whether it is worth asking.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use axum::{Json, extract::State};
use serde::Serialize;
use tokio::{sync::Mutex, time::timeout};

use crate::{error::Error, state::AppState};

/// How long what was found out holds: whoever asks more often is told the same.
const HOLDS: Duration = Duration::from_secs(1);
/// How long the store may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long after a batch could not be written the server is left alone. What is tried without
/// senders is smaller than what they send, and may fit where that does not.
const REST: Duration = Duration::from_secs(10);

/// What is said before the log is open.
pub const STARTING: &str = "the server is starting: the log is being opened";
/// What is said before it ends.
pub const CLOSING: &str =
    "the server is stopping: it finishes what was begun and takes nothing new";
const UNREADABLE: &str = "the log does not answer; the server's own log says why";
const UNWRITABLE: &str =
    "the log cannot be written to: see whether its disk is full; the server's own log says more";

/// What is known of it.
#[derive(Debug, Default)]
pub struct Health {
    closing: AtomicBool,
    /// When the store was tried last, and what is wrong with it.
    tried: Mutex<Option<(Instant, Option<&'static str>)>>,
}

impl Health {
    /// The server is about to stop.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }
}

/// The column index, which nothing has to wait for.
#[derive(Debug, Serialize)]
pub struct IndexState {
    /// `ready`, `building`, or `off`.
    state: &'static str,
    /// How many entries it is behind the log.
    behind: u64,
}

/// What a server that is ready says.
#[derive(Debug, Serialize)]
pub struct Ready {
    ready: bool,
    index: IndexState,
}

/// `GET /healthz`: the process lives.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the store answers, and can be written to.
pub async fn ready(State(state): State<AppState>) -> Result<Json<Ready>, Error> {
    if state.health.closing.load(Ordering::Acquire) {
        return Err(Error::NotReady(CLOSING));
    }
    if let Some(wrong) = wrong(&state).await {
        return Err(Error::NotReady(wrong));
    }
    let index = match state.store.held() {
        None => IndexState { state: "off", behind: 0 },
        Some(held) => {
            let state = if held.building > 0 { "building" } else { "ready" };
            IndexState { state, behind: held.lag }
        }
    };
    Ok(Json(Ready { ready: true, index }))
}

/// What is wrong with the store. Tried at most once a second, however many ask.
async fn wrong(state: &AppState) -> Option<&'static str> {
    let mut tried = state.health.tried.lock().await;
    if let Some((at, wrong)) = *tried
        && at.elapsed() < HOLDS
    {
        return wrong;
    }
    let wrong = attempt(state).await;
    *tried = Some((Instant::now(), wrong));
    wrong
}

async fn attempt(state: &AppState) -> Option<&'static str> {
    if !matches!(timeout(PATIENCE, state.store.projects()).await, Ok(Ok(_))) {
        return Some(UNREADABLE);
    }
    if state.ledger.pulse().failing().is_some_and(|ago| ago < REST) {
        return Some(UNWRITABLE);
    }
    match timeout(PATIENCE, state.store.writable()).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => {
            tracing::error!(%error, "the log cannot be written to");
            Some(UNWRITABLE)
        }
        Err(_) => Some(UNWRITABLE),
    }
}
