//! Single sign-on through OpenID Connect: people come in with the account that they have elsewhere,
//! and the groups they are in there say where they may look.
//!
//! `journey` is what a browser keeps while it is away, `provider` the other side, `claims` what it
//! says of somebody, `groups` what groups are worth here. What follows from it, the session and the
//! entries, is with the other ways in.

mod claims;
mod groups;
mod http;
mod journey;
mod provider;

use std::{collections::BTreeMap, sync::Arc};

use daybook_model::{Timestamp, account::Role, paths};
use openidconnect::{IssuerUrl, RedirectUrl, Scope, url::Host};
use tokio::sync::{Mutex, Semaphore};

pub use claims::Vouch;
pub use groups::{GroupGrant, GroupGrantError};
pub use journey::{Journey, MINUTES, Seal};
pub use openidconnect::ClientSecret;

use crate::site::Site;
use provider::Provider;

/// How many questions to the provider are under way at once; who comes later waits.
const AT_ONCE: usize = 8;
/// How long what the provider says of itself is kept, in milliseconds.
const KEPT: i64 = 60 * 60 * 1000;
/// How soon it is asked again where it could not be read, or a key of it is not known.
const AGAIN: i64 = 10 * 1000;

/// What single sign-on was told to be.
#[derive(Debug, Clone)]
pub struct Config {
    /// The provider: `https://login.example.com`
    pub issuer: String,
    /// What this server is called there.
    pub client_id: String,
    /// What proves that it is this server; public clients have none.
    pub client_secret: Option<ClientSecret>,
    /// What people call the provider.
    pub name: Option<String>,
    /// What is asked for beside `openid` and `email`.
    pub scopes: Vec<String>,
    /// The claim that lists a person's groups.
    pub groups_claim: String,
    /// What groups are worth.
    pub grants: Vec<GroupGrant>,
}

/// Why single sign-on cannot be.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The provider's address cannot be one.
    #[error(
        "{0:?} is not the address of a provider of single sign-on: it begins with https://, or with \
         http:// where it is this machine"
    )]
    Issuer(String),
    /// The provider has to lead back to somewhere.
    #[error(
        "single sign-on needs to know where browsers reach this server: say so by --public-url"
    )]
    NoAddress,
    /// The provider cannot lead back.
    #[error("{0:?} is not an address that a provider can lead back to")]
    Callback(String),
}

/// Why somebody could not be signed in by the provider.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// It is not there, or not what it should be.
    #[error("the provider of single sign-on cannot be used: {0}")]
    Provider(String),
    /// It does not take the code.
    #[error("the provider of single sign-on does not take the code: {0}")]
    Code(String),
    /// What it says of the person cannot be believed.
    #[error("what the provider of single sign-on says of somebody is not believed: {0}")]
    Claims(String),
}

/// Single sign-on through one provider; clones are the same.
#[derive(Clone)]
pub struct SingleSignOn(Arc<Inner>);

struct Inner {
    config: Config,
    name: String,
    issuer: IssuerUrl,
    callback: RedirectUrl,
    seal: Seal,
    client: http::Client,
    places: Semaphore,
    /// What the provider says of itself, and since when. `None`: it could not be read then.
    known: Mutex<Option<(Option<Arc<Provider>>, Timestamp)>>,
}

impl std::fmt::Debug for SingleSignOn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SingleSignOn").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl SingleSignOn {
    /// Single sign-on at this site. Nothing is asked of the provider yet.
    pub fn new(config: Config, site: &Site) -> Result<Self, ConfigError> {
        let wrong = || ConfigError::Issuer(config.issuer.clone());
        let issuer = IssuerUrl::new(config.issuer.clone()).map_err(|_| wrong())?;
        let url = issuer.url();
        let nearby = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        let secure = url.scheme() == "https";
        if !(secure || nearby && url.scheme() == "http") {
            return Err(wrong());
        }
        let here = site.address().ok_or(ConfigError::NoAddress)?;
        let callback = format!("{here}{}", paths::SINGLE_SIGN_ON_CALLBACK);
        let callback =
            RedirectUrl::new(callback.clone()).map_err(|_| ConfigError::Callback(callback))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let name = config.name.clone().unwrap_or(host);
        Ok(Self(Arc::new(Inner {
            client: http::Client::new(secure),
            name,
            issuer,
            callback,
            seal: Seal::generate(),
            places: Semaphore::new(AT_ONCE),
            known: Mutex::default(),
            config,
        })))
    }

    /// What people call the provider.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The provider, as its accounts are known by.
    pub fn issuer(&self) -> &str {
        self.0.issuer.as_str()
    }

    /// What groups are worth, whoever is in them.
    pub fn grants(&self) -> &[GroupGrant] {
        &self.0.config.grants
    }

    /// What somebody in these groups is, by project as it was written.
    pub fn worth(&self, groups: &[String]) -> BTreeMap<&str, Role> {
        groups::worth(self.grants(), groups)
    }

    /// What a browser keeps meanwhile is sealed with this.
    pub fn seal(&self) -> &Seal {
        &self.0.seal
    }

    /// Where a browser is sent to be signed in.
    pub async fn away(&self, journey: &Journey, now: Timestamp) -> Result<String, OidcError> {
        let provider = self.provider(now, KEPT).await?;
        let scopes = self.0.config.scopes.iter().cloned().map(Scope::new);
        Ok(provider.away(journey, scopes))
    }

    /// Whom the provider vouches for with this code.
    pub async fn vouched(
        &self,
        code: String,
        journey: &Journey,
        now: Timestamp,
    ) -> Result<Vouch, OidcError> {
        let provider = self.provider(now, KEPT).await?;
        match self.ask(provider, code, journey, now).await {
            // Providers change their keys. A code works once, but what was fetched for it is kept.
            Err((OidcError::Claims(_), Some(tokens))) => {
                let provider = self.provider(now, AGAIN).await?;
                self.read(provider, tokens, journey, now).await
            }
            answer => answer.map_err(|(error, _)| error),
        }
    }

    async fn ask(
        &self,
        provider: Arc<Provider>,
        code: String,
        journey: &Journey,
        now: Timestamp,
    ) -> Result<Vouch, (OidcError, Option<provider::Tokens>)> {
        let (client, exchanged) = (self.0.client.clone(), journey.clone());
        let at = Arc::clone(&provider);
        let tokens = self
            .blocking(move || at.exchange(&client, code, &exchanged))
            .await
            .map_err(|error| (error, None))?;
        let kept = tokens.clone();
        self.read(provider, tokens, journey, now).await.map_err(|error| (error, Some(kept)))
    }

    async fn read(
        &self,
        provider: Arc<Provider>,
        tokens: provider::Tokens,
        journey: &Journey,
        now: Timestamp,
    ) -> Result<Vouch, OidcError> {
        let (client, journey) = (self.0.client.clone(), journey.clone());
        let groups = self.0.config.groups_claim.clone();
        self.blocking(move || provider.read(&client, &tokens, &journey, &groups, now)).await
    }

    /// The provider as it was read at most so long ago.
    async fn provider(&self, now: Timestamp, at_most: i64) -> Result<Arc<Provider>, OidcError> {
        // Held while it is read: whoever comes meanwhile waits for the same answer.
        let mut known = self.0.known.lock().await;
        match &*known {
            Some((Some(provider), since)) if now.millis() < since.millis() + at_most => {
                return Ok(Arc::clone(provider));
            }
            Some((None, since)) if now.millis() < since.millis() + AGAIN => {
                return Err(OidcError::Provider("it could not be reached a moment ago".into()));
            }
            _ => {}
        }
        let this = self.clone();
        let read = self
            .blocking(move || {
                let Inner { config, issuer, callback, client, .. } = &*this.0;
                Provider::discover(client, issuer, config, callback.clone())
            })
            .await
            .map(Arc::new);
        *known = Some((read.as_ref().ok().cloned(), now));
        read
    }

    /// Does what waits for the provider apart from what answers requests.
    async fn blocking<T: Send + 'static>(
        &self,
        ask: impl FnOnce() -> Result<T, OidcError> + Send + 'static,
    ) -> Result<T, OidcError> {
        let failed = |e: &dyn std::fmt::Display| OidcError::Provider(e.to_string());
        let _place = self.0.places.acquire().await.map_err(|e| failed(&e))?;
        tokio::task::spawn_blocking(ask).await.map_err(|e| failed(&e))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(issuer: &str) -> Config {
        Config {
            issuer: issuer.into(),
            client_id: "daybook".into(),
            client_secret: Some(ClientSecret::new("hunter2".into())),
            name: None,
            scopes: Vec::new(),
            groups_claim: "groups".into(),
            grants: Vec::new(),
        }
    }

    #[test]
    fn a_provider_is_reached_by_tls_or_on_this_machine() {
        let site = Site::at("https://audit.acme.dev").expect("an address");
        for good in ["https://login.acme.dev/realms/a", "http://127.0.0.1:8080", "http://[::1]"] {
            assert!(SingleSignOn::new(config(good), &site).is_ok(), "{good}");
        }
        for wrong in ["http://login.acme.dev", "ftp://localhost", "login.acme.dev", ""] {
            assert!(SingleSignOn::new(config(wrong), &site).is_err(), "{wrong}");
        }
        let nowhere = SingleSignOn::new(config("https://login.acme.dev"), &Site::default());
        assert!(matches!(nowhere, Err(ConfigError::NoAddress)));
    }

    #[test]
    fn its_secret_is_not_shown() {
        let site = Site::at("https://audit.acme.dev").expect("an address");
        let sso = SingleSignOn::new(config("https://login.acme.dev"), &site).expect("it is right");
        assert_eq!(sso.name(), "login.acme.dev");
        assert!(!format!("{sso:?}").contains("hunter2"));
    }
}
