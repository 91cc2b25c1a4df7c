//! Commands go through the API, whether a server has the log open or not: there is one way to do
//! each thing. Without a server, the API answers within this process.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, header},
};
use daybook_model::account::{NewProject, Project};
use daybook_recorder::Proxies;
use serde::{Serialize, de::DeserializeOwned};
use tower::ServiceExt as _;

use super::{
    CliError, LogOptions,
    log::{Log, OpenLog, request},
};
use crate::{
    api,
    journal::{Journal, MINUTE},
    ledger::Ledger,
    outbound::Outbound,
    presence::Presence,
    presence::RunningServer,
    secret::Secret,
    settings::Settings,
    state::AppState,
};

/// The API, wherever the log is open.
pub(super) enum Via {
    Here { router: Box<Router>, key: Secret, ledger: Ledger, journal: Journal, _presence: Presence },
    There(RunningServer),
}

/// A body that says nothing.
pub(super) fn nothing() -> serde_json::Value {
    serde_json::json!({})
}

impl Via {
    /// Opens the log, or finds the server that has it open.
    pub(super) async fn find(options: &LogOptions) -> Result<Self, CliError> {
        Self::with(options, Outbound::default()).await
    }

    /// The same, with ways out where the log is opened here; a server has its own.
    pub(super) async fn with(options: &LogOptions, outbound: Outbound) -> Result<Self, CliError> {
        let log = match Log::find(options).await? {
            Log::There(server) => return Ok(Self::There(server)),
            Log::Here(log) => log,
        };
        let journal = log.journal(MINUTE, &Proxies::default()).await?;
        let OpenLog { store, ledger, people, clock, presence, .. } = *log;
        let (key, link) = (Secret::generate(""), Secret::generate(""));
        let state = AppState::new(
            store,
            ledger.clone(),
            people,
            clock,
            Settings { journal: Some(journal.clone()), outbound, ..Settings::default() },
            key.hash(),
            link.hash(),
        );
        let router = Box::new(api::router(state));
        Ok(Self::Here { router, key, ledger, journal, _presence: presence })
    }

    /// Asks for something.
    pub(super) async fn get<T: DeserializeOwned + Send + 'static>(
        &self,
        path: &str,
    ) -> Result<T, CliError> {
        self.ask("GET", path, Vec::new()).await
    }

    /// Has something done.
    pub(super) async fn call<T: DeserializeOwned + Send + 'static>(
        &self,
        method: &'static str,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<T, CliError> {
        let body = serde_json::to_vec(body).map_err(|e| CliError::say(e.to_string()))?;
        self.ask(method, path, body).await
    }

    async fn ask<T: DeserializeOwned + Send + 'static>(
        &self,
        method: &'static str,
        path: &str,
        body: Vec<u8>,
    ) -> Result<T, CliError> {
        let (router, key) = match self {
            Self::There(server) => return request(server, method, path, body).await,
            Self::Here { router, key, .. } => (router.as_ref().clone(), key),
        };
        let failed = |e: &dyn std::fmt::Display| CliError::say(e.to_string());
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", key.reveal()))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .map_err(|e| failed(&e))?;
        let Ok(response) = router.oneshot(request).await;
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 64 << 20).await.map_err(|e| failed(&e))?;
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|e| failed(&e));
        }
        let error = serde_json::from_slice::<daybook_model::ApiError>(&bytes);
        Err(error.map_or_else(|e| failed(&e), |e| CliError::say(e.error.message)))
    }

    /// The project of this name, made if it is missing.
    pub(super) async fn ensure_project(&self, name: &str) -> Result<Project, CliError> {
        self.call("POST", "/api/projects", &NewProject { slug: name.into() }).await
    }

    /// Finishes what was accepted.
    pub(super) async fn close(self) {
        if let Self::Here { ledger, journal, .. } = self {
            journal.close().await;
            ledger.close().await;
        }
    }
}
