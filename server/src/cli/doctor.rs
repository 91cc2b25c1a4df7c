//! `daybook doctor`: what is wrong with a deployment, and what to do about it. It changes nothing, and looks
//! at a log that a server has open as well as at one that nobody has.

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use super::{CliError, LogOptions, config, log::log_file, print, serve::Server};
use crate::clock::Clock;

mod database;
mod machine;
mod people;
mod postgres;
mod reach;
mod sqlite;
mod web;

/// Look whether a server would do well here, and say what to do where not. It is given what the server is
/// given: the same options, environment and file. The exit status is 1 where something is wrong; what is
/// only worth a thought does not count
#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    server: Server,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Good,
    /// It works; somebody should think about it.
    Doubtful,
    /// It does not work, or not for long.
    Wrong,
}

/// What was found out about one thing.
#[derive(Debug, Serialize)]
struct Finding {
    about: &'static str,
    verdict: Verdict,
    message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

/// What was found out, in the order in which it was looked at.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn good(&mut self, about: &'static str, message: impl Into<String>) {
        self.add(about, Verdict::Good, message.into(), None);
    }

    fn doubtful(
        &mut self,
        about: &'static str,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) {
        self.add(about, Verdict::Doubtful, message.into(), Some(advice.into()));
    }

    fn wrong(
        &mut self,
        about: &'static str,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) {
        self.add(about, Verdict::Wrong, message.into(), Some(advice.into()));
    }

    fn add(
        &mut self,
        about: &'static str,
        verdict: Verdict,
        message: String,
        advice: Option<String>,
    ) {
        self.0.push(Finding { about, verdict, message, advice });
    }

    fn number(&self, verdict: Verdict) -> usize {
        self.0.iter().filter(|finding| finding.verdict == verdict).count()
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for Finding { about, verdict, message, advice } in &self.0 {
            let mark = match verdict {
                Verdict::Good => "✓",
                Verdict::Doubtful => "!",
                Verdict::Wrong => "✗",
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{mark} {about:<14} {message}");
            if let Some(advice) = advice {
                let _ = writeln!(text, "  {:<14} → {advice}", "");
            }
        }
        text
    }
}

impl Doctor {
    pub(super) async fn run(
        self,
        options: &LogOptions,
        file: &config::File,
    ) -> Result<(), CliError> {
        let mut findings = Findings::default();
        let log = log_file(options)?;
        machine::files(&mut findings, &log, file.path());
        machine::room(&mut findings, &log, options.is_postgres());
        machine::index(&mut findings, &log);
        machine::open_files(&mut findings);
        let database = if options.is_postgres() {
            let replica = options.read_url.as_deref();
            postgres::open(&mut findings, &options.database_url, replica).await
        } else {
            sqlite::open(&mut findings, &log).await
        };
        if let Some(database) = database {
            database::look(&mut findings, &database, Clock::System.now()).await;
            people::look(&mut findings, &database, Clock::System.now()).await;
        }
        web::place(&mut findings, &self.server);
        web::running(&mut findings, &log).await;
        match self.server.settings() {
            Ok(settings) => reach::look(&mut findings, &settings).await,
            Err(error) => {
                findings.wrong(
                    "configuration",
                    error.to_string(),
                    "correct what is named, then start the server",
                );
            }
        }
        if self.json {
            let json = serde_json::to_string_pretty(&findings.0);
            print(format!("{}\n", json.map_err(|e| CliError::say(e.to_string()))?).as_bytes())?;
        } else {
            print(findings.text().as_bytes())?;
        }
        match findings.number(Verdict::Wrong) {
            0 => Ok(()),
            1 => Err(CliError::say("one thing is wrong")),
            wrong => Err(CliError::say(format!("{wrong} things are wrong"))),
        }
    }
}
