//! `daybook serve`: the page and the API.

use std::{io::Write as _, net::SocketAddr, path::PathBuf, time::Duration};

use clap::Args;
use daybook_model::{account::Project, paths};
use daybook_recorder::{IpNet, Proxies};

use super::{
    CliError, LogOptions, ProjectOption, demo,
    door::{Door, Stop},
    log::{OpenLog, log_file},
};
use crate::{
    alerts::{self, Alerts},
    api, connections,
    duty::Duties,
    journal::MINUTE,
    outbound::Outbound,
    people::Lifetimes,
    presence::{Found, Presence},
    project,
    secret::Secret,
    settings::Settings,
    site::Site,
    state::AppState,
    store::{ProjectId, postgres},
    tabs::Tabs,
};

/// How a server is to be
#[derive(Debug, Args)]
pub(super) struct Server {
    /// Where to listen
    #[arg(long, env = "DAYBOOK_LISTEN", default_value = "127.0.0.1:8080")]
    pub(super) listen: SocketAddr,
    /// Where to listen for those who watch over the server: `/metrics`, `/healthz` and `/readyz`, to
    /// whoever reaches it; nowhere unless given
    #[arg(long, env = "DAYBOOK_METRICS_LISTEN", value_name = "ADDRESS")]
    pub(super) metrics_listen: Option<SocketAddr>,
    /// Memory for the column index of each project, in MiB; 0 does without
    #[arg(long, env = "DAYBOOK_INDEX_MEMORY", default_value_t = 1024, value_name = "MIB")]
    pub(super) index_memory: usize,
    /// A file of tabs that projects have beside the usual ones, or instead of them
    #[arg(long, env = "DAYBOOK_TABS", value_name = "FILE")]
    tabs: Option<PathBuf>,
    /// The address at which browsers reach this server, where another one stands in front of it:
    /// `https://daybook.example.com`
    #[arg(long, env = "DAYBOOK_PUBLIC_URL", value_name = "URL")]
    pub(super) public_url: Option<String>,
    /// Networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed
    #[arg(long, env = "DAYBOOK_TRUSTED_PROXIES", value_name = "CIDR", value_delimiter = ',')]
    pub(super) trusted_proxies: Vec<IpNet>,
    #[command(flatten)]
    single_sign_on: super::oidc::Options,
    #[command(flatten)]
    outbound: super::outbound::Options,
    #[command(flatten)]
    archive: super::outbound::ArchiveOptions,
    #[command(flatten)]
    redaction: super::Redaction,
    /// After how many minutes without being used a session ends
    #[arg(long, env = "DAYBOOK_SESSION_IDLE", default_value_t = 720, value_name = "MINUTES",
        value_parser = clap::value_parser!(i64).range(1..=525_600))]
    session_idle: i64,
    /// After how many hours a session ends in any case
    #[arg(long, env = "DAYBOOK_SESSION_LIFETIME", default_value_t = 168, value_name = "HOURS",
        value_parser = clap::value_parser!(i64).range(1..=8_760))]
    session_lifetime: i64,
    #[command(flatten)]
    streams: super::stream::StreamOptions,
    /// Let no rules watch what arrives, where something else does: nothing fires, and nobody is told
    #[arg(long, env = "DAYBOOK_NO_ALERTS")]
    no_alerts: bool,
    /// For how many minutes what somebody does with one view is one reading in the log
    #[arg(long, env = "DAYBOOK_READING_WINDOW", default_value_t = 1, value_name = "MINUTES",
        value_parser = clap::value_parser!(i64).range(1..=1_440))]
    reading_window: i64,
}

/// Serve the page and the API
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    project: ProjectOption,
    #[command(flatten)]
    server: Server,
    /// Fill the project with made-up activity if it is empty, and keep adding some
    #[arg(long)]
    demo: bool,
    /// How many made-up events to begin with
    #[arg(long, default_value_t = 100_000, requires = "demo")]
    demo_events: u64,
}

impl Serve {
    pub(super) async fn run(self, options: &LogOptions) -> Result<(), CliError> {
        let settings = self.server.settings()?;
        settings.outbound.make_folders().map_err(|e| CliError::say(e.to_string()))?;
        let presence = match Presence::take(&log_file(options)?)? {
            Found::Free(presence) => presence,
            Found::Server(server) => {
                return Err(CliError::say(format!(
                    "a server has this log open already, at {}",
                    server.address
                )));
            }
        };
        connections::raise_limit();
        let stop = Stop::when_asked();
        // Opening the log may take a while: whoever asks meanwhile is told so.
        let door = Door::at(self.server.listen, "--listen", &stop).await?;
        let watched = match self.server.metrics_listen {
            Some(address) => Some(Door::at(address, "--metrics-listen", &Stop::never()).await?),
            None => None,
        };
        let memory = self.server.index_memory;
        let memory = (memory > 0).then(|| memory.saturating_mul(1 << 20));
        if options.is_postgres()
            && let Err(error) = postgres::reach(&options.database_url).await
        {
            // It may be starting as well.
            tracing::warn!("{error}; trying again for half a minute");
        }
        let log = OpenLog::open(options, presence, memory).await?;
        let project =
            project::find_or_create(&*log.store, &self.project.project, log.clock.now()).await?;
        if self.demo {
            self.start_demo(&log, &project).await?;
        }
        self.serve(log, settings, door, watched, stop).await
    }

    async fn start_demo(&self, log: &OpenLog, project: &Project) -> Result<(), CliError> {
        let id = ProjectId(project.number);
        if log.store.head(id).await? == 0 {
            // What is made up is watched from its beginning, so that there is something to be seen.
            let database = log.people.database();
            if let Err(error) = Alerts::from_the_start(database, id, log.clock.now()).await {
                return Err(CliError::say(error.to_string()));
            }
            demo::fill(&log.ledger, id, &demo::Plan::new(log.clock.now(), self.demo_events))
                .await?;
        }
        tokio::spawn(demo::keep_adding(log.ledger.clone(), id, log.clock.clone()));
        Ok(())
    }

    async fn serve(
        &self,
        log: OpenLog,
        mut settings: Settings,
        door: Door,
        watched: Option<Door>,
        stop: Stop,
    ) -> Result<(), CliError> {
        let address = door.address();
        let local_key = log.presence.announce(address.clone())?;
        let address = settings.site.address().map_or(address, str::to_owned);
        let journal =
            log.journal(self.server.reading_window * MINUTE, settings.site.proxies()).await?;
        settings.journal = Some(journal.clone());
        let link = Secret::generate("");
        let state = AppState::new(
            log.store,
            log.ledger.clone(),
            log.people,
            log.clock,
            settings,
            local_key.hash(),
            link.hash(),
        );
        let underway = state.underway.clone();
        let streams = state.streams.clone();
        let alerts = state.alerts.clone();
        let duties = match Duties::take_on(state.clone(), !self.server.no_alerts).await {
            Ok(duties) => duties,
            Err(error) => return Err(CliError::say(error.to_string())),
        };
        let closing = (state.clone(), stop.clone());
        tokio::spawn(async move {
            let (state, stop) = closing;
            stop.asked().await;
            state.health.close();
            // They would go on for ever; their readers come back.
            state.live.close();
        });
        if let Some(watched) = &watched {
            watched.front.open(api::watched_router(&state));
        }
        door.front.open(api::router(state));
        let way_in = format!("{address}{}#{}", paths::SET_UP, link.reveal());
        // It serves although nobody reads that any more.
        let _ = writeln!(
            std::io::stdout(),
            "Daybook is at {address}\nThis link signs you in, once: {way_in}"
        );
        // Whoever is still reading half a minute after the signal is let go.
        let overtime = async {
            stop.asked().await;
            tokio::time::sleep(Duration::from_secs(30)).await;
        };
        tokio::select! {
            () = async {
                door.closed().await;
                underway.close();
                underway.wait().await;
            } => {}
            () = overtime => {}
        }
        journal.close().await;
        log.ledger.close().await;
        streams.close().await;
        alerts.close().await;
        duties.close().await;
        drop(log.presence);
        Ok(())
    }
}

impl Server {
    /// As it was told.
    pub(super) fn settings(&self) -> Result<Settings, CliError> {
        let tabs = match &self.tabs {
            Some(file) => Tabs::default().with_file(file)?,
            None => Tabs::default(),
        };
        let site = match &self.public_url {
            Some(address) => Site::at(address).map_err(|e| CliError::say(e.to_string()))?,
            None => Site::default(),
        };
        let site = site.behind(Proxies::new(self.trusted_proxies.iter().copied()));
        let single_sign_on = self.single_sign_on.read(&site)?;
        let outbound = Outbound { archive: self.archive.read()?, ..self.outbound.read()? };
        let redactor = self.redaction.redactor()?;
        let lifetimes = Lifetimes {
            idle: self.session_idle * 60_000,
            whole: self.session_lifetime * 3_600_000,
        };
        let streams = self.streams.read()?;
        let alerts = alerts::Options {
            addresses: streams.addresses,
            authorities: streams.authorities.clone(),
            seed: streams.seed,
            ..alerts::Options::default()
        };
        Ok(Settings {
            tabs,
            redactor,
            site,
            lifetimes,
            single_sign_on,
            streams,
            alerts,
            outbound,
            ..Settings::default()
        })
    }
}
