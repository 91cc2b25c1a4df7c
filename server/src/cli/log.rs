//! The log that a command works on: opened here, or through the server that has it open.

use std::{path::PathBuf, str::FromStr as _, sync::Arc};

use daybook_model::{
    Event,
    account::{NewProject, Project},
    ingest::IngestReport,
    paths,
};
use daybook_recorder::Proxies;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::sqlite::SqliteConnectOptions;

use super::{CliError, LogOptions};
use crate::{
    api,
    clock::Clock,
    database::{Beside, Database},
    journal::Journal,
    ledger::Ledger,
    people::People,
    presence::{Found, Presence, RunningServer},
    project,
    store::{
        AnyStore, ProjectId,
        engine::Engine,
        index::{Index, Settings},
        postgres,
        sqlite::Sqlite,
        tables::Tables,
    },
};

/// The log, opened by this process.
pub(super) struct OpenLog {
    pub(super) store: AnyStore,
    pub(super) ledger: Ledger,
    pub(super) people: People,
    pub(super) clock: Clock,
    /// Where sessions and readings are.
    beside: Beside,
    /// Holds other processes off; let go last.
    pub(super) presence: Presence,
}

/// The log, wherever it is open.
pub(super) enum Log {
    Here(Box<OpenLog>),
    There(RunningServer),
}

impl OpenLog {
    /// Opens the log after taking it, with a column index of so many bytes for each project, if
    /// any.
    pub(super) async fn open(
        options: &LogOptions,
        presence: Presence,
        index_memory: Option<usize>,
    ) -> Result<Self, CliError> {
        if options.is_postgres() {
            let replica = options.read_url.as_deref();
            let url = &options.database_url;
            let database = match postgres::Database::open(url, replica).await {
                Ok(database) => database,
                // Why, is said better by whoever tries once more.
                Err(error) => {
                    return Err(postgres::reach(url)
                        .await
                        .map_or_else(Into::into, |()| error.into()));
                }
            };
            if let Some(file) = database.incoming().await? {
                return Err(CliError::Say(format!(
                    "the log of {file} is being moved to this database: finish that with daybook migrate"
                )));
            }
            let beside = Beside::Log(Database::from(&database));
            return Self::on(Tables::on(database), beside, presence, index_memory).await;
        }
        let file = Sqlite::open(&options.database_url).await?;
        let beside = Beside::File(presence.beside("sessions"));
        Self::on(file, beside, presence, index_memory).await
    }

    async fn on<E: Engine>(
        tables: Tables<E>,
        beside: Beside,
        presence: Presence,
        index_memory: Option<usize>,
    ) -> Result<Self, CliError>
    where
        for<'a> Database: From<&'a E>,
    {
        let (clock, tables) = (Clock::System, Arc::new(tables));
        let people = People::open(tables.database(), beside.clone()).await?;
        let store: AnyStore = match index_memory {
            Some(memory) => {
                let folder = Some(presence.beside("index"));
                let index = Index::over(tables, Settings { memory, folder, ..Settings::default() });
                index.warm().await?;
                Arc::new(index)
            }
            None => tables,
        };
        let ledger = Ledger::start(Arc::clone(&store), clock.clone());
        Ok(Self { store, ledger, people, clock, beside, presence })
    }
}

impl OpenLog {
    /// The log of the log, in this process.
    pub(super) async fn journal(
        &self,
        reading_window: i64,
        proxies: &Proxies,
    ) -> Result<Journal, CliError> {
        let (store, ledger) = (Arc::clone(&self.store), self.ledger.clone());
        let clock = self.clock.clone();
        Ok(Journal::start(store, ledger, clock, self.beside.clone(), reading_window, proxies)
            .await?)
    }
}

/// The file behind the database URL; for a log in PostgreSQL, what this machine keeps of it is named so.
pub(super) fn log_file(options: &LogOptions) -> Result<PathBuf, CliError> {
    if options.is_postgres() {
        return Ok(options.data.join("postgres"));
    }
    let url = &options.database_url;
    let read = url.starts_with("sqlite://").then(|| SqliteConnectOptions::from_str(url).ok());
    read.flatten().map(|read| read.get_filename().to_owned()).ok_or_else(|| {
        // There may be a password in it: of what was meant for another database, the scheme alone is said.
        let said = url.split_once("://").map_or(url.as_str(), |(scheme, _)| scheme);
        CliError::say(format!("{said:?} is not a database that Daybook can open; give a file, such as sqlite://data/daybook.db, or postgres://…"))
    })
}

impl Log {
    /// Finds the log: opens it, or finds the server that has it open.
    pub(super) async fn find(options: &LogOptions) -> Result<Self, CliError> {
        Ok(match Presence::take(&log_file(options)?)? {
            Found::Free(presence) => {
                if options.is_postgres() {
                    postgres::reach(&options.database_url).await?;
                }
                Self::Here(Box::new(OpenLog::open(options, presence, None).await?))
            }
            Found::Server(server) => Self::There(server),
        })
    }

    /// The project of this name, made if it is missing.
    pub(super) async fn ensure_project(&self, name: &str) -> Result<Project, CliError> {
        match self {
            Self::Here(log) => {
                Ok(project::find_or_create(&*log.store, name, log.clock.now()).await?)
            }
            Self::There(server) => {
                post(server, "/api/projects", &NewProject { slug: name.into() }).await
            }
        }
    }

    /// Stores events. Indexes in the report are those given.
    pub(super) async fn send(
        &self,
        project: &Project,
        events: Vec<(u64, Event)>,
    ) -> Result<IngestReport, CliError> {
        let (indexes, events): (Vec<_>, Vec<_>) = events.into_iter().unzip();
        match self {
            Self::Here(log) => {
                let submitted =
                    log.ledger.submit_in_turn(ProjectId(project.number), events).await?;
                Ok(api::report(&indexes, &submitted, Vec::new()))
            }
            Self::There(server) => {
                let mut report: IngestReport =
                    post(server, &paths::events(&project.slug), &events).await?;
                for refusal in &mut report.refused {
                    let index = usize::try_from(refusal.index).ok().and_then(|i| indexes.get(i));
                    refusal.index = index.copied().unwrap_or(refusal.index);
                }
                Ok(report)
            }
        }
    }

    /// Finishes what was accepted.
    pub(super) async fn close(self) {
        if let Self::Here(log) = self {
            log.ledger.close().await;
        }
    }
}

/// Has the server that has the log open do something.
pub(super) async fn post<T: DeserializeOwned + Send + 'static>(
    server: &RunningServer,
    path: &str,
    body: &(impl Serialize + Sync),
) -> Result<T, CliError> {
    request(server, "POST", path, serde_json::to_vec(body).map_err(|e| failed(&e))?).await
}

fn failed(e: &dyn std::fmt::Display) -> CliError {
    CliError::say(format!("the running server did not do it: {e}"))
}

/// Asks the server that has the log open.
pub(super) async fn request<T: DeserializeOwned + Send + 'static>(
    server: &RunningServer,
    method: &'static str,
    path: &str,
    body: Vec<u8>,
) -> Result<T, CliError> {
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("{}{path}", server.address))
        .header("authorization", format!("Bearer {}", server.key))
        .header("content-type", "application/json")
        .body(body)
        .map_err(|e| failed(&e))?;
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .build()
        .into();
    let answer = tokio::task::spawn_blocking(move || {
        let mut response = agent.run(request)?;
        let status = response.status();
        response
            .body_mut()
            .with_config()
            .limit(64 * 1024 * 1024)
            .read_to_string()
            .map(|text| (status, text))
    });
    let (status, text) = answer.await.map_err(|e| failed(&e))?.map_err(|e| failed(&e))?;
    // A batch of which everything was refused is an answer as well.
    let answered = status.is_success() || status == ureq::http::StatusCode::UNPROCESSABLE_ENTITY;
    if let Some(value) = answered.then(|| serde_json::from_str(&text).ok()).flatten() {
        return Ok(value);
    }
    let message =
        serde_json::from_str::<daybook_model::ApiError>(&text).map_or(text, |e| e.error.message);
    Err(failed(&message))
}
