//! A server for a test: real router, real store, a clock that stands.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use daybook::{
    api,
    clock::Clock,
    database::{Beside, Database},
    extract::SESSION_COOKIE,
    journal::Journal,
    ledger::Ledger,
    people::{People, Scope},
    secret::Secret,
    settings,
    state::AppState,
    store::{
        ProjectId, Store as _,
        engine::Engine,
        index::{Index, Settings},
        postgres::Postgres,
        sqlite::Sqlite,
        tables::Tables,
    },
};
use daybook_model::Timestamp;
use daybook_recorder::Proxies;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::cluster::Lent;

pub(crate) const NOW: &str = "2026-11-20T12:00:00.000Z";

/// A server with one project, `acme`, and a token that may do everything there.
pub(crate) struct TestApp {
    router: Router,
    pub(crate) state: AppState,
    pub(crate) token: String,
    pub(crate) link: Secret,
    pub(crate) local_key: Secret,
    pub(crate) project: ProjectId,
    pub(crate) database: Database,
    /// Where sessions and readings are.
    pub(crate) beside: Beside,
    folder: TempDir,
    /// The database, where it is a PostgreSQL's; let go last.
    _lent: Option<Lent>,
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// The field and the message of an error.
    pub(crate) fn error(&self) -> (String, String) {
        let json = self.json();
        let text = |key: &str| json["error"][key].as_str().unwrap_or_default().to_owned();
        (text("field"), text("message"))
    }
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(false, settings::Settings::default()).await
    }

    /// One that keeps a log of the log.
    pub(crate) async fn recording() -> Self {
        Self::start_with(true, settings::Settings::default()).await
    }

    /// One with other settings.
    pub(crate) async fn with(settings: settings::Settings) -> Self {
        Self::start_with(false, settings).await
    }

    /// One with other settings that keeps a log of the log.
    pub(crate) async fn recording_with(settings: settings::Settings) -> Self {
        Self::start_with(true, settings).await
    }

    /// One whose log is in PostgreSQL.
    pub(crate) async fn on_postgres(recording: bool, settings: settings::Settings) -> Self {
        let lent = Lent::new().await;
        let tables = Postgres::open(&lent.url()).await.unwrap();
        let beside = Beside::Log(Database::from(tables.database()));
        let folder = tempfile::tempdir().unwrap();
        Self::over(tables, beside, (folder, Some(lent)), recording, settings).await
    }

    /// With `DAYBOOK_TEST_STORE=postgres` every test has its log in PostgreSQL.
    #[expect(clippy::disallowed_methods, reason = "a test has no command line of its own")]
    async fn start_with(recording: bool, settings: settings::Settings) -> Self {
        if std::env::var("DAYBOOK_TEST_STORE").is_ok_and(|store| store == "postgres") {
            return Self::on_postgres(recording, settings).await;
        }
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let tables = Sqlite::open(&url).await.unwrap();
        let beside = Beside::File(folder.path().join("sessions.db"));
        Self::over(tables, beside, (folder, None), recording, settings).await
    }

    async fn over<E: Engine>(
        tables: Tables<E>,
        beside: Beside,
        (folder, lent): (TempDir, Option<Lent>),
        recording: bool,
        mut settings: settings::Settings,
    ) -> Self
    where
        for<'a> Database: From<&'a E>,
    {
        let clock = Clock::standing_at(now());
        let file = Arc::new(tables);
        // As `daybook serve` has it.
        let store = Arc::new(Index::over(Arc::clone(&file), Settings::default()));
        let project = store.create_project("acme", now()).await.unwrap();
        let people = People::open(file.database(), beside.clone()).await.unwrap();
        let ledger = Ledger::start(store.clone(), clock.clone());
        let token = people
            .create_token(
                ProjectId(project.number),
                "test",
                &[Scope::Ingest, Scope::Read, Scope::Export],
                now(),
            )
            .await
            .unwrap();
        if recording {
            let proxies = Proxies::new(["10.0.0.0/8".parse().unwrap()]);
            let (store, ledger) = (store.clone(), ledger.clone());
            let journal = Journal::start(
                store,
                ledger,
                clock.clone(),
                beside.clone(),
                daybook::journal::MINUTE,
                &proxies,
            )
            .await;
            settings.journal = Some(journal.unwrap());
        }
        let (local_key, link) = (Secret::generate(""), Secret::generate(""));
        let state =
            AppState::new(store, ledger, people, clock, settings, local_key.hash(), link.hash());
        Self {
            router: api::router(state.clone()),
            state,
            token: token.reveal().into(),
            link,
            local_key,
            project: ProjectId(project.number),
            database: file.database().into(),
            beside,
            folder,
            _lent: lent,
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.begin(request).await;
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    /// What is served.
    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    /// The log's file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("test.db")
    }

    /// The entries of the project `_account`, whole.
    pub(crate) async fn account(&self) -> Vec<Value> {
        let Some(project) = self.state.store.project("_account").await.unwrap() else {
            return Vec::new();
        };
        let id = ProjectId(project.number);
        let mut entries = Vec::new();
        for seq in 1..=self.state.store.head(id).await.unwrap() {
            let entry = self.state.store.entry(id, seq).await.unwrap().unwrap();
            entries.push(serde_json::to_value(entry).unwrap());
        }
        entries
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, millis: i64) {
        let Clock::Set(clock) = &self.state.clock else { panic!("a clock that is set") };
        clock.fetch_add(millis, std::sync::atomic::Ordering::Relaxed);
    }

    /// The answer to a request, before its body is read.
    pub(crate) async fn begin(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request =
            Request::get(path).header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post_as(
        &self,
        bearer: &str,
        path: &str,
        kind: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {bearer}"))
            .header(header::CONTENT_TYPE, kind);
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Sends events to `acme`.
    pub(crate) async fn ingest(&self, body: impl Into<Body>) -> Answer {
        self.post_as(&self.token, "/api/projects/acme/events", "application/json", body).await
    }

    /// A request of a person in a browser, with a JSON body where there is one.
    pub(crate) async fn as_person(
        &self,
        session: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, format!("{SESSION_COOKIE}={session}"))
            .header(header::HOST, "daybook.test")
            .header(header::ORIGIN, "http://daybook.test")
            .header(header::CONTENT_TYPE, "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    /// A request with a session cookie.
    pub(crate) async fn with_cookie(
        &self,
        method: Method,
        path: &str,
        cookie: &str,
        origin: Option<&str>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, cookie)
            .header(header::HOST, "daybook.test");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }
}

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// An event, so many minutes ago.
pub(crate) fn event(id: &str, minutes_ago: i64) -> Value {
    json!({
        "id": id,
        "occurred_at": now().plus_millis(-minutes_ago * 60_000),
        "actor": {"type": "user", "id": "58392", "name": "Maya Ortiz", "email": "maya@acme.dev"},
        "source": "dashboard",
        "action": "UpdateApp",
        "operation": "update",
        "outcome": "success",
        "request": {"method": "PATCH", "path": "/api/v2/projects/1/applications/app_3", "status_code": 200},
        "resource": {"type": "application", "id": "app_3", "name": "web"},
    })
}
