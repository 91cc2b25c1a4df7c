//! What one server does for all that share a database: it sends streams, watches for alerts, makes scheduled
//! exports and removes what is old enough. Beside a file that is the only server there is.
//!
//! Who is on duty says so every other second, in a row of the database. One that could not say so stops before
//! another may begin, so that nothing is done twice at once.

mod lease;
mod orders;

use std::time::Duration;

use sqlx::PgPool;
use tokio::{
    task::{JoinHandle, JoinSet},
    time::{Instant, sleep, timeout_at},
};

pub(crate) use orders::Order;

use crate::{export::record, retention, schedules, state::AppState, streams::StreamsError};
use lease::{BEAT, SURE};

/// How long it is waited after the database did not answer.
const REST: Duration = Duration::from_millis(300);
/// How often it is looked for what servers that are gone left behind.
const LOOK: Duration = Duration::from_secs(10);

/// The duties of a server.
#[derive(Debug)]
pub struct Duties {
    tasks: JoinSet<()>,
    /// Where others may take them over.
    shared: Option<(PgPool, i64, JoinHandle<()>)>,
}

impl Duties {
    /// Takes them on: at once where nobody else can, else when it is this server's turn. Nothing is watched
    /// for where `watching` says so.
    pub async fn take_on(state: AppState, watching: bool) -> Result<Self, StreamsError> {
        let mut tasks = JoinSet::new();
        let shared = if let Some(shared) = state.people.database().shared() {
            let (pool, server) = (lease::pool(&shared.pool), shared.server);
            tasks.spawn(orders::follow(state.clone()));
            let keeper = tokio::spawn(keep(state, pool.clone(), server, watching));
            Some((pool, server, keeper))
        } else {
            state.streams.start().await?;
            begin(&state, watching, &mut tasks);
            None
        };
        Ok(Self { tasks, shared })
    }

    /// Leaves them to others.
    pub async fn close(mut self) {
        self.tasks.shutdown().await;
        if let Some((pool, server, keeper)) = self.shared {
            keeper.abort();
            // The task's own tasks end with it.
            let _ = keeper.await;
            lease::leave(&pool, server).await;
        }
    }
}

/// Does what is to be done, until the tasks are dropped.
fn begin(state: &AppState, watching: bool, tasks: &mut JoinSet<()>) {
    tasks.spawn(close_exports(state.clone()));
    tasks.spawn(schedules::keeper::run(state.clone()));
    tasks.spawn(retention::keeper::run(state.clone()));
    if watching {
        let state = state.clone();
        tasks.spawn(async move { state.alerts.start(state.clone()).await });
    }
}

/// Says again and again that this server is there, and does its duties while they are its own.
async fn keep(state: AppState, pool: PgPool, server: i64, watching: bool) {
    let mut on_duty: Option<JoinSet<()>> = None;
    let mut said = Instant::now();
    loop {
        let began = Instant::now();
        let renewed = lease::renew(pool.clone(), server);
        let renewed = match &on_duty {
            Some(_) => {
                timeout_at(said + SURE, renewed).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
            }
            None => renewed.await,
        };
        match renewed {
            Ok(true) => {
                said = began;
                if on_duty.is_none() {
                    tracing::info!("this server is on duty");
                    let mut tasks = JoinSet::new();
                    tasks.spawn(start_streams(state.clone()));
                    begin(&state, watching, &mut tasks);
                    on_duty = Some(tasks);
                }
                sleep(BEAT).await;
            }
            Ok(false) => {
                end(&state, on_duty.take()).await;
                sleep(BEAT).await;
            }
            Err(error) => {
                tracing::warn!(%error, "it is not known who is on duty");
                if said.elapsed() >= SURE {
                    end(&state, on_duty.take()).await;
                }
                sleep(REST).await;
            }
        }
    }
}

/// Stops what is done on duty; what was half done is done again by whoever is next.
async fn end(state: &AppState, tasks: Option<JoinSet<()>>) {
    let Some(mut tasks) = tasks else { return };
    tracing::warn!("this server is not on duty any more");
    tasks.shutdown().await;
    state.streams.rest().await;
    state.alerts.abort().await;
}

async fn start_streams(state: AppState) {
    while let Err(error) = state.streams.start().await {
        tracing::warn!(%error, "streams wait for the database");
        sleep(LOOK).await;
    }
}

/// Tells of exports that broke off with their servers: with the last one at the start, and then with others.
async fn close_exports(state: AppState) {
    loop {
        match record::close_unfinished(&state).await {
            Ok(0) => {}
            Ok(n) => {
                tracing::warn!("{n} exports broke off when a server stopped; the log tells which");
            }
            Err(error) => tracing::error!(%error, "exports that broke off are not in the log yet"),
        }
        if state.people.database().shared().is_none() {
            return;
        }
        sleep(LOOK).await;
    }
}
