//! What happens to accounts: each action ends with one [`Happened`], and [`record`] is the one
//! place that they all come through.

use daybook_model::{Actor, Operation, Outcome};

use crate::{extract::Origin, state::AppState, store::ProjectId};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Somebody signed in, or could not.
    SignIn,
    /// Somebody signed out.
    SignOut,
    /// Sessions were ended.
    RevokeSession,
    /// A password was changed, or set for the first time.
    ChangePassword,
    /// A project was made.
    CreateProject,
    /// A person was made.
    InvitePerson,
    /// A person came for the first time, through single sign-on.
    CreatePerson,
    /// A person may not come in any more.
    DisablePerson,
    /// A person may come in again.
    EnablePerson,
    /// What else is known of a person was changed.
    ChangePerson,
    /// A person was given a role in a project, or another one.
    ChangeRole,
    /// A person was taken out of a project.
    RemoveMember,
    /// A token was made.
    CreateToken,
    /// A token was revoked.
    RevokeToken,
}

impl Action {
    /// The action of its entry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "SignIn",
            Self::SignOut => "SignOut",
            Self::RevokeSession => "RevokeSession",
            Self::ChangePassword => "ChangePassword",
            Self::CreateProject => "CreateProject",
            Self::InvitePerson => "InvitePerson",
            Self::CreatePerson => "CreatePerson",
            Self::DisablePerson => "DisablePerson",
            Self::EnablePerson => "EnablePerson",
            Self::ChangePerson => "ChangePerson",
            Self::ChangeRole => "ChangeRole",
            Self::RemoveMember => "RemoveMember",
            Self::CreateToken => "CreateToken",
            Self::RevokeToken => "RevokeToken",
        }
    }

    /// What kind of thing it is.
    pub const fn operation(self) -> Operation {
        match self {
            Self::SignIn => Operation::Login,
            Self::SignOut | Self::RevokeSession => Operation::Logout,
            Self::CreateToken => Operation::TokenCreated,
            Self::RevokeToken => Operation::TokenRevoked,
            Self::InvitePerson => Operation::InviteSent,
            Self::DisablePerson | Self::RemoveMember => Operation::MemberRemoved,
            Self::ChangeRole | Self::EnablePerson => Operation::PermissionsChanged,
            Self::CreateProject | Self::CreatePerson => Operation::Create,
            Self::ChangePassword | Self::ChangePerson => Operation::Update,
        }
    }
}

/// What happened to an account.
#[derive(Debug, Clone)]
pub struct Happened {
    /// What was done.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// Who did it.
    pub by: Actor,
    /// Where from.
    pub from: Origin,
    /// The project it concerns; `None`: the instance.
    pub project: Option<ProjectId>,
    /// Whom or what it concerns: type, id and name, such as `token`, `7`, `ci`.
    pub on: Option<(&'static str, String, String)>,
    /// What it was like before and is now, where that can be told. No secret is in it.
    pub change: Option<(serde_json::Value, serde_json::Value)>,
    /// The provider through which somebody signed in; without one, by a password or a link.
    pub through: Option<String>,
    /// Why it failed.
    pub problem: Option<String>,
}

impl Happened {
    /// Something that succeeded.
    pub fn new(action: Action, by: Actor, from: Origin) -> Self {
        let outcome = Outcome::Success;
        let (project, on, change, through, problem) = (None, None, None, None, None);
        Self { action, outcome, by, from, project, on, change, through, problem }
    }

    /// Something that was not looked at, as too much of it failed.
    #[must_use]
    pub fn early(self) -> Self {
        let problem = "too many attempts failed: this was not looked at".to_owned();
        Self { outcome: Outcome::Failure, problem: Some(problem), ..self }
    }

    /// In a project.
    #[must_use]
    pub fn in_project(self, project: ProjectId) -> Self {
        Self { project: Some(project), ..self }
    }

    /// To a person, a token or a project.
    #[must_use]
    pub fn on(self, kind: &'static str, id: &impl ToString, name: &str) -> Self {
        Self { on: Some((kind, id.to_string(), name.to_owned())), ..self }
    }

    /// Through a provider.
    #[must_use]
    pub fn through(self, issuer: &str) -> Self {
        Self { through: Some(issuer.to_owned()), ..self }
    }

    /// From one state to another.
    #[must_use]
    pub fn change(self, before: serde_json::Value, after: serde_json::Value) -> Self {
        Self { change: Some((before, after)), ..self }
    }
}

/// Counts what was refused to somebody, or to a whole network: one entry for a minute of it, however often it is
/// tried.
pub async fn record_each_minute(state: &AppState, refused: Happened, network: &str) {
    if let Some(journal) = &state.journal
        && let Err(error) = journal.counted(&refused, network).await
    {
        tracing::error!(%error, "what was refused is not in the log");
    }
}

/// Takes note of what happened. The one place where it is written down.
pub async fn record(state: &AppState, happened: Happened) {
    if let Some(journal) = &state.journal
        && let Err(error) = journal.account(&happened).await
    {
        // It is done, and cannot be undone because it was not written down.
        tracing::error!(%error, action = happened.action.as_str(), "an account's business is not in the log");
    }
    let Happened { action, outcome, by, from, project, on, .. } = happened;
    tracing::info!(
        action = action.as_str(),
        outcome = outcome.as_str(),
        by = %by.key(),
        from = %from.address(),
        project = project.map(|project| project.0),
        on = on.map(|(kind, id, _)| format!("{kind}:{id}")),
        "an account's business"
    );
}
