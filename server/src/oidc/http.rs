//! How the provider is asked: within bounds, and nowhere else.

use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse, SyncHttpClient};

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read, in bytes: keys and claims are a few kilobytes.
const LONGEST: u64 = 1024 * 1024;

/// Asks a provider; clones share their connections.
#[derive(Debug, Clone)]
pub(super) struct Client(ureq::Agent);

impl Client {
    /// Asks by TLS alone, or nearby.
    pub(super) fn new(secure: bool) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .https_only(secure)
            // What a provider answers does not lead elsewhere, into the network behind us.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false);
        Self(config.build().new_agent())
    }
}

impl SyncHttpClient for Client {
    type Error = ureq::Error;

    fn call(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let (parts, body) = request.into_parts();
        let answer = if body.is_empty() {
            self.0.run(ureq::http::Request::from_parts(parts, ()))
        } else {
            self.0.run(ureq::http::Request::from_parts(parts, body))
        };
        let (parts, mut body) = answer?.into_parts();
        let body = body.with_config().limit(LONGEST).read_to_vec()?;
        Ok(HttpResponse::from_parts(parts, body))
    }
}
