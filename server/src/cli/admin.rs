//! Making projects, people and tokens.

use std::io::Read as _;

use clap::{Args, Subcommand};

use super::{
    CliError, LogOptions, ProjectOption,
    log::{Log, post},
};
use crate::{api, people::Scope, store::ProjectId};

/// Make projects
#[derive(Debug, Subcommand)]
pub(super) enum ProjectCommand {
    /// Make a project
    Create {
        /// The word in its paths: lower-case letters, digits and hyphens
        slug: String,
    },
}

impl ProjectCommand {
    pub(super) async fn run(self, options: &LogOptions) -> Result<(), CliError> {
        let Self::Create { slug } = self;
        let log = Log::find(options).await?;
        let project = log.ensure_project(&slug).await?;
        println!("{} {}", project.number, project.slug);
        log.close().await;
        Ok(())
    }
}

/// Make people
#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make a person who signs in with a password
    Create {
        /// The e-mail address
        #[arg(long)]
        email: String,
        /// What the person may do
        #[arg(long, value_parser = ["admin"], default_value = "admin")]
        role: String,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

impl UserCommand {
    pub(super) async fn run(self, options: &LogOptions) -> Result<(), CliError> {
        let Self::Create { email, .. } = self;
        let mut password = String::new();
        std::io::stdin()
            .take(4096)
            .read_to_string(&mut password)
            .map_err(|e| CliError::say(format!("the password cannot be read: {e}")))?;
        let password = password.trim_end_matches(['\n', '\r']).to_owned();
        let log = Log::find(options).await?;
        match &log {
            Log::Here(open) => {
                drop(open.people.create_person(&email, Some(&password), open.clock.now()).await?);
            }
            Log::There(server) => {
                post::<()>(server, "/api/people", &api::NewPerson { email, password }).await?;
            }
        }
        log.close().await;
        Ok(())
    }
}

/// Make tokens for programs
#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token and print it, this once
    Create(CreateToken),
}

/// Make a token and print it, this once
#[derive(Debug, Args)]
pub(super) struct CreateToken {
    #[command(flatten)]
    project: ProjectOption,
    /// What it is called
    #[arg(long)]
    name: String,
    /// What it may do: ingest, read
    #[arg(long, value_delimiter = ',', default_value = "ingest")]
    scope: Vec<Scope>,
}

impl TokenCommand {
    pub(super) async fn run(self, options: &LogOptions) -> Result<(), CliError> {
        let Self::Create(CreateToken { project, name, scope }) = self;
        let log = Log::find(options).await?;
        let project = log.ensure_project(&project.project).await?;
        let token = match &log {
            Log::Here(open) => {
                let secret = open
                    .people
                    .create_token(ProjectId(project.number), &name, &scope, open.clock.now())
                    .await?;
                secret.reveal().to_owned()
            }
            Log::There(server) => {
                let given =
                    api::NewToken { name, scopes: scope.iter().map(ToString::to_string).collect() };
                let path = format!("/api/projects/{}/tokens", project.number);
                post::<api::MadeToken>(server, &path, &given).await?.token
            }
        };
        println!("{token}");
        log.close().await;
        Ok(())
    }
}
