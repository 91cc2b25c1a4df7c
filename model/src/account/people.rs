//! People, tokens and projects, as settings show and change them.

use serde::{Deserialize, Serialize};

use super::{Grant, Project, TokenScope, access::check_limit};
use crate::{Filter, QueryError, Timestamp};

/// The longest name of a token, in characters.
pub const MAX_NAME: usize = 80;
/// The most actors that a person can be.
pub const MAX_ACTORS: usize = 50;

/// A project to make, unless it is there.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// The word in its paths.
    pub slug: String,
}

/// A person to make.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// The e-mail address.
    pub email: String,
    /// The password. Without one there is a link in the answer with which the person sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Whether the person looks after the whole instance.
    #[serde(default)]
    pub instance_admin: bool,
    /// Where the person may look.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<ProjectGrant>,
}

/// A grant, and the project it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProjectGrant {
    /// The project, by its word or number.
    pub project: String,
    /// What the person may do there.
    pub grant: Grant,
}

/// A person who was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MadePerson {
    /// The person.
    pub person: PersonInfo,
    /// The secret of the link with which the password is set, shown this once; it works for three
    /// days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<String>,
}

/// A person, as instance admins see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonInfo {
    /// Ours.
    pub id: i64,
    /// The e-mail address.
    pub email: String,
    /// Whether the person looks after the whole instance.
    pub instance_admin: bool,
    /// When they were made.
    pub created_at: Timestamp,
    /// Since when they may not come in any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
    /// The actors that the person is in events beside `user:EMAIL` and those with the same e-mail
    /// address: `user:58392`.
    pub actors: Vec<String>,
    /// Where the person may look.
    pub grants: Vec<GrantInfo>,
}

/// A grant that a person has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GrantInfo {
    /// The project.
    pub project: Project,
    /// What the person may do there.
    pub grant: Grant,
    /// Whether it comes from a group at sign-in and goes with it.
    pub from_group: bool,
}

/// A person of a project, as its admins see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProjectPerson {
    /// Ours.
    pub id: i64,
    /// The e-mail address.
    pub email: String,
    /// Since when they may not come in any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
    /// What they may do here.
    pub grant: Grant,
    /// Whether it comes from a group at sign-in and goes with it.
    pub from_group: bool,
}

/// What to change of a person; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    /// Whether the person may not come in any more. Their sessions end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Whether the person looks after the whole instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_admin: Option<bool>,
    /// All actors that the person is in events beside the ones with their e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actors: Option<Vec<String>>,
}

/// What somebody is to be in a project: a person who is there, by their address.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GrantChange {
    /// The e-mail address.
    pub email: String,
    /// What they may do.
    pub grant: Grant,
}

/// A token to make.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is called.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<TokenScope>,
    /// The entries that there are for it, as in the address; all of them where it is empty.
    #[serde(default, with = "crate::tab::text", skip_serializing_if = "is_whole")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub filter: Filter,
    /// The moment from which it is worth nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

fn is_whole(filter: &Filter) -> bool {
    *filter == Filter::default()
}

impl NewToken {
    /// What is wrong with it, if anything is. Its name is brought to one form.
    pub fn checked(mut self) -> Result<Self, QueryError> {
        self.name = crate::saved::checked_name(&self.name)?;
        if self.scopes.is_empty() {
            let problem = "is missing: say what the token may do, such as ingest";
            return Err(QueryError::new("scopes", problem));
        }
        check_limit(&self.filter)?;
        let reads = |scope: &TokenScope| matches!(scope, TokenScope::Read | TokenScope::Export);
        if !is_whole(&self.filter) && !self.scopes.iter().all(reads) {
            let problem = "goes with the scopes read and export: make another token for the others";
            return Err(QueryError::new("filter", problem));
        }
        self.scopes.sort_unstable();
        self.scopes.dedup();
        Ok(self)
    }
}

/// A token that was made.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MadeToken {
    /// The token itself, shown this once.
    pub token: String,
    /// What is known of it from now on.
    pub info: TokenInfo,
}

/// A token, as a project's admins see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokenInfo {
    /// Ours. In the log it is the actor `api_token:ID`.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// How its text begins, to know it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// What it may do.
    pub scopes: Vec<TokenScope>,
    /// The entries that there are for it; all of them where it is empty.
    #[serde(default, with = "crate::tab::text", skip_serializing_if = "is_whole")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub filter: Filter,
    /// When it was made.
    pub created_at: Timestamp,
    /// The moment from which it is worth nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Since when it is worth nothing, whatever was said before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

/// An actor of the log who cannot come in any more: for the badge beside the name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActorStatus {
    /// As filtered by: `user:maya@acme.dev`, `api_token:7`.
    pub actor: String,
    /// Why not.
    pub gone: Gone,
    /// Since when.
    pub since: Timestamp,
}

/// Why an actor of the log cannot come in any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// A person was disabled.
    Disabled,
    /// A token was revoked.
    Revoked,
    /// A token's time is over.
    Expired,
}

impl Gone {
    /// As shown to people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// Whom to ask for access, as far as whoever asks may know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WhomToAsk {
    /// The addresses of admins of the project. Empty for whoever never was in it, whether it exists
    /// or not.
    pub project: Vec<String>,
    /// The addresses of those who look after the instance.
    pub instance: Vec<String>,
    /// Whether addresses are kept from whoever asks, as they are in a log that they read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limited_token_reads_alone() {
        let token = |scopes: &[TokenScope], filter: &str| {
            let filter = filter.parse().expect("a filter");
            NewToken { name: " ci ".into(), scopes: scopes.to_vec(), filter, until: None }.checked()
        };
        let both = token(&[TokenScope::Read, TokenScope::Export, TokenScope::Read], "cluster=eu");
        let both = both.expect("it is right");
        assert_eq!((both.name.as_str(), both.scopes.len()), ("ci", 2));
        assert!(token(&[TokenScope::Read, TokenScope::Ingest], "cluster=eu").is_err());
        assert!(token(&[TokenScope::Admin], "cluster=eu").is_err());
        assert!(token(&[], "").is_err());
        assert!(token(&[TokenScope::Read], "range=24h").is_err());
    }
}
