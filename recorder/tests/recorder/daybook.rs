//! A Daybook server at a port of its own: real router, real store.

use std::sync::Arc;

use daybook::{
    api,
    clock::Clock,
    ledger::Ledger,
    people::{People, Scope},
    secret::Secret,
    settings::Settings,
    state::AppState,
    store::{ProjectId, Store as _, sqlite::Sqlite},
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A server with one project, `acme`, and a token that may send to it.
pub(crate) struct Daybook {
    pub(crate) address: String,
    pub(crate) token: String,
    state: AppState,
    _folder: TempDir,
}

impl Daybook {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::System;
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let store = Arc::new(Sqlite::open(&url).await.unwrap());
        let project = store.create_project("acme", clock.now()).await.unwrap();
        let sessions = folder.path().join("sessions.db");
        let people = People::open(store.database(), &sessions).await.unwrap();
        let ledger = Ledger::start(store.clone(), clock.clone());
        let token = people
            .create_token(ProjectId(project.number), "recorder", &[Scope::Ingest], clock.now())
            .await
            .unwrap();
        let [key, link] = [Secret::generate(""), Secret::generate("")].map(|secret| secret.hash());
        let state = AppState::new(store, ledger, people, clock, Settings::default(), key, link);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = api::router(state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, token: token.reveal().into(), state, _folder: folder }
    }

    /// The entries of `acme`, whole, in the order of the log.
    pub(crate) async fn entries(&self) -> Vec<Value> {
        let project = self.state.store.project("acme").await.unwrap().unwrap();
        let id = ProjectId(project.number);
        let mut entries = Vec::new();
        for seq in 1..=self.state.store.head(id).await.unwrap() {
            let entry = self.state.store.entry(id, seq).await.unwrap().unwrap();
            entries.push(serde_json::to_value(entry).unwrap());
        }
        entries
    }
}
