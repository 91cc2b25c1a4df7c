//! Projects, people and tokens.

use std::io::Read as _;

use super::{
    CliError, LogOptions, ProjectOption,
    log::Log,
    print_line,
    via::{Via, nothing},
};
use clap::{Args, Subcommand};
use daybook_model::{
    Filter, Timestamp,
    account::{
        Grant, GrantChange, MadePerson, MadeToken, NewPerson, NewToken, PersonChange, PersonInfo,
        Project, ProjectGrant, ProjectPerson, Role, TokenInfo, TokenScope,
    },
};

/// Make and list projects
#[derive(Debug, Subcommand)]
pub(super) enum ProjectCommand {
    /// Make a project
    Create {
        /// The word in its paths: lower-case letters, digits and hyphens
        slug: String,
    },
    /// List all projects, a line each: number and word
    List,
}

impl ProjectCommand {
    pub(super) async fn run(self, options: &LogOptions) -> Result<(), CliError> {
        match self {
            Self::Create { slug } => {
                let log = Log::find(options).await?;
                let project = log.ensure_project(&slug).await?;
                print_line(format_args!("{} {}", project.number, project.slug))?;
                log.close().await;
            }
            Self::List => {
                let via = Via::find(options).await?;
                let projects: Vec<Project> = via.get("/api/projects").await?;
                for project in projects {
                    print_line(format_args!("{} {}", project.number, project.slug))?;
                }
                via.close().await;
            }
        }
        Ok(())
    }
}

/// What somebody may see, and until when.
#[derive(Debug, Args)]
pub(super) struct LimitOptions {
    /// Only these entries, as in the address of the page: 'application=billing&method.not=GET'
    #[arg(long, default_value = "")]
    filter: Filter,
    /// Worth nothing from this moment on: 2026-12-31T00:00:00Z
    #[arg(long)]
    until: Option<Timestamp>,
}

/// Let people in and keep them out
#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make a person
    Create(CreateUser),
    /// List everybody, a line each: address, state, and what they may do where
    List,
    /// Give a person a role in a project, or another one
    Grant {
        /// The e-mail address
        #[arg(long)]
        email: String,
        /// The project, by its word or number
        #[arg(long, env = "DAYBOOK_PROJECT")]
        project: String,
        /// What the person may do: member, auditor, admin
        #[arg(long)]
        role: Role,
        #[command(flatten)]
        limit: LimitOptions,
    },
    /// Take a person out of a project
    Remove {
        /// The e-mail address
        #[arg(long)]
        email: String,
        /// The project, by its word or number
        #[arg(long, env = "DAYBOOK_PROJECT")]
        project: String,
    },
    /// Say which actors a person is in events, beside those with the same e-mail address
    Actors {
        /// The e-mail address
        #[arg(long)]
        email: String,
        /// All of them: user:58392,service_account:maya-ci
        #[arg(long, value_delimiter = ',')]
        actor: Vec<String>,
    },
    /// Print a new secret with which a person sets a password, once, within three days
    Invite {
        /// The e-mail address
        #[arg(long)]
        email: String,
    },
    /// Keep a person out; their sessions end
    Disable {
        /// The e-mail address
        #[arg(long)]
        email: String,
    },
    /// Let a person in again
    Enable {
        /// The e-mail address
        #[arg(long)]
        email: String,
    },
}

/// Make a person
#[derive(Debug, Args)]
pub(super) struct CreateUser {
    /// The e-mail address
    #[arg(long)]
    email: String,
    /// What the person may do in the project: member, auditor, admin
    #[arg(long, required_unless_present = "instance_admin")]
    role: Option<Role>,
    /// The project, by its word or number; not looked at for who looks after the whole instance
    #[arg(long, env = "DAYBOOK_PROJECT", required_unless_present = "instance_admin")]
    project: Option<String>,
    /// The person looks after the whole instance: all projects, people and settings
    #[arg(long, conflicts_with_all = ["role", "filter", "until"])]
    instance_admin: bool,
    #[command(flatten)]
    limit: LimitOptions,
    /// Read the password from standard input; without, a secret to set one with is printed
    #[arg(long)]
    password_stdin: bool,
}

impl CreateUser {
    fn into_new(self) -> Result<NewPerson, CliError> {
        let Self { email, role, project, instance_admin, limit, password_stdin } = self;
        let password = password_stdin.then(read_password).transpose()?;
        let grants = role.zip(project).map(|(role, project)| ProjectGrant {
            project,
            grant: Grant { role, filter: limit.filter, until: limit.until },
        });
        let grants = grants.into_iter().collect();
        Ok(NewPerson { email, password, instance_admin, grants })
    }
}

fn read_password() -> Result<String, CliError> {
    let mut password = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut password)
        .map_err(|e| CliError::say(format!("the password cannot be read: {e}")))?;
    Ok(password.trim_end_matches(['\n', '\r']).to_owned())
}

/// The person with this address.
async fn person(via: &Via, email: &str) -> Result<PersonInfo, CliError> {
    let people: Vec<PersonInfo> = via.get("/api/people").await?;
    let email = email.trim().to_lowercase();
    let missing = || CliError::say(format!("nobody has the address {email}"));
    people.into_iter().find(|person| person.email == email).ok_or_else(missing)
}

async fn change(via: &Via, email: &str, change: PersonChange) -> Result<(), CliError> {
    let path = format!("/api/people/{}", person(via, email).await?.id);
    via.call::<PersonInfo>("PATCH", &path, &change).await.map(drop)
}

/// One line about a person.
fn line(person: &PersonInfo) -> String {
    let state = if person.disabled_at.is_some() { "disabled" } else { "active" };
    let mut parts = vec![person.email.clone(), state.to_owned()];
    parts.extend(person.instance_admin.then(|| "*:admin".to_owned()));
    for info in &person.grants {
        let mut part = format!("{}:{}", info.project.slug, info.grant.role);
        if info.grant.is_limited() {
            part.extend([format!("[{}]", info.grant.filter)]);
        }
        if let Some(until) = info.grant.until {
            part.extend([format!(" until {until}")]);
        }
        parts.push(part);
    }
    parts.join(" ")
}

impl UserCommand {
    pub(super) async fn run(self, options: &LogOptions) -> Result<(), CliError> {
        // Asked for before the log is opened: it may take a while to be typed.
        let new = match self {
            Self::Create(new) => Err(new.into_new()?),
            other => Ok(other),
        };
        let via = Via::find(options).await?;
        match new {
            Err(new) => {
                let made: MadePerson = via.call("POST", "/api/people", &new).await?;
                if let Some(secret) = made.invitation {
                    invited(&secret, &made.person.email)?;
                }
            }
            Ok(command) => command.apply(&via).await?,
        }
        via.close().await;
        Ok(())
    }

    async fn apply(self, via: &Via) -> Result<(), CliError> {
        let disabled = |disabled| PersonChange { disabled: Some(disabled), ..Default::default() };
        match self {
            Self::Create(_) => {}
            Self::List => {
                let people: Vec<PersonInfo> = via.get("/api/people").await?;
                for person in &people {
                    print_line(line(person))?;
                }
            }
            Self::Grant { email, project, role, limit } => {
                let grant = Grant { role, filter: limit.filter, until: limit.until };
                let path = format!("/api/projects/{project}/people");
                let given = GrantChange { email, grant };
                via.call::<Vec<ProjectPerson>>("PUT", &path, &given).await?;
            }
            Self::Remove { email, project } => {
                let id = person(via, &email).await?.id;
                let path = format!("/api/projects/{project}/people/{id}");
                via.call::<Vec<ProjectPerson>>("DELETE", &path, &nothing()).await?;
            }
            Self::Actors { email, actor } => {
                let actors = Some(actor);
                change(via, &email, PersonChange { actors, ..Default::default() }).await?;
            }
            Self::Invite { email } => {
                let path = format!("/api/people/{}/invitation", person(via, &email).await?.id);
                let made: MadePerson = via.call("POST", &path, &nothing()).await?;
                invited(&made.invitation.unwrap_or_default(), &made.person.email)?;
            }
            Self::Disable { email } => change(via, &email, disabled(true)).await?,
            Self::Enable { email } => change(via, &email, disabled(false)).await?,
        }
        Ok(())
    }
}

/// Prints the secret of an invitation alone, and says beside it where it is taken up.
fn invited(secret: &str, email: &str) -> Result<(), CliError> {
    print_line(secret)?;
    eprintln!(
        "{email} is invited, for three days: send them the server's address with {}#{secret} behind it",
        daybook_model::paths::INVITATION
    );
    Ok(())
}

/// Make and revoke tokens for programs
#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token and print it, this once
    Create(CreateToken),
    /// List a project's tokens, a line each: number, beginning, name, scopes, state
    List {
        #[command(flatten)]
        project: ProjectOption,
    },
    /// Revoke a token
    Revoke {
        #[command(flatten)]
        project: ProjectOption,
        /// Its number, as `token list` tells it
        id: i64,
    },
}

/// Make a token and print it, this once
#[derive(Debug, Args)]
pub(super) struct CreateToken {
    #[command(flatten)]
    project: ProjectOption,
    /// What it is called
    #[arg(long)]
    name: String,
    /// What it may do: ingest, read, export, admin
    #[arg(long, value_delimiter = ',', default_value = "ingest")]
    scope: Vec<TokenScope>,
    #[command(flatten)]
    limit: LimitOptions,
}

impl TokenCommand {
    pub(super) async fn run(self, options: &LogOptions) -> Result<(), CliError> {
        let via = Via::find(options).await?;
        match self {
            Self::Create(CreateToken { project, name, scope, limit }) => {
                let project = via.ensure_project(&project.project).await?;
                let LimitOptions { filter, until } = limit;
                let path = format!("/api/projects/{}/tokens", project.number);
                let new = NewToken { name, scopes: scope, filter, until };
                let made: MadeToken = via.call("POST", &path, &new).await?;
                print_line(made.token)?;
            }
            Self::List { project } => {
                let path = format!("/api/projects/{}/tokens", project.project);
                let tokens: Vec<TokenInfo> = via.get(&path).await?;
                for token in &tokens {
                    print_line(token_line(token))?;
                }
            }
            Self::Revoke { project, id } => {
                let path = format!("/api/projects/{}/tokens/{id}", project.project);
                via.call::<TokenInfo>("DELETE", &path, &nothing()).await?;
            }
        }
        via.close().await;
        Ok(())
    }
}

/// One line about a token.
fn token_line(token: &TokenInfo) -> String {
    let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    let prefix = token.prefix.as_deref().unwrap_or("dbk_");
    let mut line = format!("{} {prefix}… {:?} {}", token.id, token.name, scopes.join(","));
    if token.filter != Filter::default() {
        line.extend([format!(" [{}]", token.filter)]);
    }
    if let Some(at) = token.revoked_at {
        line.extend([format!(" revoked {at}")]);
    } else if let Some(until) = token.until {
        line.extend([format!(" until {until}")]);
    }
    if let Some(at) = token.last_used_at {
        line.extend([format!(" used {at}")]);
    }
    line
}
