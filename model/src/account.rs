//! Projects, people and tokens, and who may do what.

mod access;
mod people;
mod sessions;
mod sign_in;

use serde::{Deserialize, Serialize};

use crate::privacy::Masking;

pub use access::{Grant, Permission, Role, TokenScope};
pub use people::{
    ActorStatus, Gone, GrantChange, GrantInfo, MAX_ACTORS, MAX_NAME, MadePerson, MadeToken,
    NewPerson, NewProject, NewToken, PersonChange, PersonInfo, ProjectGrant, ProjectPerson,
    TokenInfo, WhomToAsk,
};
pub use sessions::{PasswordChange, SessionInfo};
pub use sign_in::{SignInProblem, SignInWays};

/// What signing in takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// What the one-time link carries. Opening it signs in as the first person of the instance, who is
/// made if there is nobody yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// The secret of the link.
    pub secret: String,
}

/// What an invitation is taken up with: its secret, and the password that is to hold.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// The secret of the link.
    pub secret: String,
    /// The password.
    pub password: String,
}

/// Who is signed in, and where they may look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Viewer {
    /// The e-mail address.
    pub email: String,
    /// Whether the viewer looks after the whole instance: all projects, `_account`, people.
    #[serde(default)]
    pub instance_admin: bool,
    /// The projects that may be opened. Empty means: nobody has let the viewer in yet.
    pub projects: Vec<VisibleProject>,
}

impl Viewer {
    fn visible(&self, project: &str) -> Option<&VisibleProject> {
        let named = |visible: &&VisibleProject| {
            visible.slug == project || visible.number.to_string() == project
        };
        self.projects.iter().find(named)
    }

    /// What the viewer may do in a project, given by its word or its number. `None`: nothing.
    pub fn grant(&self, project: &str) -> Option<&Grant> {
        self.visible(project).map(|visible| &visible.grant)
    }

    /// What the viewer sees pseudonyms in place of in a project.
    pub fn masking(&self, project: &str) -> Masking {
        self.visible(project).map(|visible| visible.masking).unwrap_or_default()
    }

    /// Whether the viewer may do this in a project.
    pub fn may(&self, project: &str, permission: Permission) -> bool {
        self.grant(project).is_some_and(|grant| grant.role.may(permission))
    }
}

/// A project, and what the viewer may do in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VisibleProject {
    /// The number, which every path takes as well.
    pub number: i64,
    /// The word in every path.
    pub slug: String,
    /// What the viewer may do in it, and with which part of it.
    pub grant: Grant,
    /// What the viewer sees pseudonyms in place of.
    #[serde(default, skip_serializing_if = "Masking::is_none")]
    pub masking: Masking,
}

/// A project: a log of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Project {
    /// The number, which every path takes as well.
    pub number: i64,
    /// The word in every path: `[a-z0-9][a-z0-9-]{0,62}`.
    pub slug: String,
}

impl Project {
    /// Whether a text can name a project: `[a-z0-9][a-z0-9-]{0,62}` and not a number alone, which
    /// would be taken for the project's number; or one of ours, which begin with an underscore.
    pub fn is_slug(text: &str) -> bool {
        let word = text.strip_prefix('_').unwrap_or(text).as_bytes();
        let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        word.len() <= 63
            && word.first().is_some_and(plain)
            && word.iter().all(|b| plain(b) || *b == b'-')
            && !word.iter().all(u8::is_ascii_digit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_may_what_their_role_in_that_project_may() {
        let visible = |number, slug: &str, role| VisibleProject {
            number,
            slug: slug.into(),
            grant: Grant::of(role),
            masking: Masking::default(),
        };
        let projects = vec![visible(1, "acme", Role::Auditor), visible(2, "globex", Role::Admin)];
        let viewer = Viewer { email: "a@b.c".into(), instance_admin: false, projects };
        for project in ["acme", "1"] {
            assert!(viewer.may(project, Permission::Export), "{project}");
            assert!(!viewer.may(project, Permission::Administer), "{project}");
        }
        assert!(viewer.may("2", Permission::Administer));
        assert!(viewer.grant("initech").is_none() && !viewer.may("3", Permission::Read));
    }
}
