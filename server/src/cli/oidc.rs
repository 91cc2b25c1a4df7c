//! Options of single sign-on.

use std::path::PathBuf;

use clap::Args;

use super::{CliError, secret_in};
use crate::{
    oidc::{ClientSecret, Config, GroupGrant, SingleSignOn},
    site::Site,
};

/// Through whom people may sign in beside by a password.
#[derive(Args)]
#[group(id = "single_sign_on")]
#[expect(clippy::struct_field_names, reason = "they are the names of the options")]
pub(super) struct Options {
    /// The provider of single sign-on (OpenID Connect), as it names itself:
    /// `https://login.example.com`. Tell it that it may lead back to
    /// `PUBLIC_URL/api/auth/oidc/callback`
    #[arg(
        long,
        env = "DAYBOOK_OIDC_ISSUER",
        value_name = "URL",
        requires = "oidc_client_id",
        requires = "public_url"
    )]
    oidc_issuer: Option<String>,
    /// What this server is called at the provider
    #[arg(long, env = "DAYBOOK_OIDC_CLIENT_ID", value_name = "ID", requires = "oidc_issuer")]
    oidc_client_id: Option<String>,
    /// What proves to the provider that it is this server. Others on this machine can read what a
    /// command was started with: give it in the environment, or as a file
    #[arg(
        long,
        env = "DAYBOOK_OIDC_CLIENT_SECRET",
        hide_env_values = true,
        value_name = "SECRET",
        requires = "oidc_issuer"
    )]
    oidc_client_secret: Option<String>,
    /// A file with nothing else in it than that
    #[arg(
        long,
        env = "DAYBOOK_OIDC_CLIENT_SECRET_FILE",
        value_name = "FILE",
        requires = "oidc_issuer",
        conflicts_with = "oidc_client_secret"
    )]
    oidc_client_secret_file: Option<PathBuf>,
    /// What people call the provider; its host unless told otherwise
    #[arg(long, env = "DAYBOOK_OIDC_NAME", value_name = "NAME", requires = "oidc_issuer")]
    oidc_name: Option<String>,
    /// What is asked of the provider beside `openid` and `email`, such as `groups`
    #[arg(
        long,
        env = "DAYBOOK_OIDC_SCOPES",
        value_name = "SCOPE",
        value_delimiter = ',',
        requires = "oidc_issuer"
    )]
    oidc_scope: Vec<String>,
    /// The claim in which the provider lists a person's groups
    #[arg(long, env = "DAYBOOK_OIDC_GROUPS_CLAIM", value_name = "CLAIM", default_value = "groups")]
    oidc_groups_claim: String,
    /// What people of a group are in a project: `platform-team=acme:auditor`. In the environment
    /// with `;` in between
    #[arg(
        long,
        env = "DAYBOOK_OIDC_GRANTS",
        value_name = "GROUP=PROJECT:ROLE",
        value_delimiter = ';',
        requires = "oidc_issuer"
    )]
    oidc_grant: Vec<GroupGrant>,
}

impl std::fmt::Debug for Options {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("issuer", &self.oidc_issuer).finish_non_exhaustive()
    }
}

impl Options {
    /// Single sign-on as it was asked for, if it was.
    pub(super) fn read(&self, site: &Site) -> Result<Option<SingleSignOn>, CliError> {
        let Some(issuer) = self.oidc_issuer.clone() else { return Ok(None) };
        let config = Config {
            issuer,
            client_id: self.oidc_client_id.clone().unwrap_or_default(),
            client_secret: self.secret()?.map(ClientSecret::new),
            name: self.oidc_name.clone(),
            scopes: self.oidc_scope.clone(),
            groups_claim: self.oidc_groups_claim.clone(),
            grants: self.oidc_grant.clone(),
        };
        Ok(Some(SingleSignOn::new(config, site)?))
    }

    fn secret(&self) -> Result<Option<String>, CliError> {
        match &self.oidc_client_secret_file {
            Some(path) => secret_in(path).map(Some),
            None => Ok(self.oidc_client_secret.clone()),
        }
    }
}
