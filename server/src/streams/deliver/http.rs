//! A batch as the body of one request.

use std::{io::Read as _, time::Duration};

use chrono::DateTime;
use daybook_model::Timestamp;
use ureq::{
    Agent,
    http::{Response, StatusCode, header},
    tls::TlsConfig,
    unversioned::transport::DefaultConnector,
};

use super::{super::Addresses, CONNECTING, Client, Options, Refusal};
use crate::streams::batch::Batch;

/// How much of an answer is read, in bytes: to tell what is wrong, and to use the connection again.
const READ: u64 = 16 * 1024;

/// Reaches a target by HTTP.
pub(super) struct Http(Agent);

impl Http {
    pub(super) fn new(options: &Options) -> Self {
        let tls = TlsConfig::builder().root_certs(options.authorities.for_http()).build();
        let mut config = Agent::config_builder()
            .timeout_global(Some(options.pace.patience))
            .timeout_connect(Some(CONNECTING.min(options.pace.patience)))
            // What a target answers does not lead elsewhere, into the network behind us.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("daybook/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls);
        if options.addresses == Addresses::Public {
            // A proxy would look names up by itself.
            config = config.proxy(None);
        }
        let connector = DefaultConnector::default();
        Self(Agent::with_parts(config.build(), connector, options.addresses))
    }

    pub(super) fn deliver(
        &self,
        client: &Client,
        batch: &Batch,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let mut request = self
            .0
            .post(client.target.to_string())
            .header(header::CONTENT_TYPE, "application/x-ndjson")
            .header("daybook-format", client.format.as_str());
        if let (Some(first), Some(last)) = (batch.seqs.first(), batch.seqs.last()) {
            request = request.header("daybook-entries", batch.seqs.len().to_string());
            request = request.header("daybook-seq", format!("{first}-{last}"));
        }
        if let Some(own) = &client.header {
            request = request.header(&own.name, &own.value);
        }
        let answer = request
            .send(&batch.body[..])
            .map_err(|e| Refusal::trouble(told(&e, client.patience)))?;
        judge(answer, now)
    }
}

/// What an answer means.
fn judge(answer: Response<ureq::Body>, now: Timestamp) -> Result<(), Refusal> {
    let (parts, mut body) = answer.into_parts();
    let mut said = Vec::new();
    // What was taken is taken, whether or not the rest of the answer comes.
    let _ = body.as_reader().take(READ).read_to_end(&mut said);
    let status = parts.status;
    if status.is_success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&said);
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut error = format!("it answered {}", status.as_u16());
    if let Some(reason) = status.canonical_reason() {
        error = format!("{error} {reason}");
    }
    if !text.is_empty() {
        error = format!("{error}: {text}");
    }
    if status.is_redirection() {
        let to = parts.headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
        let to = to.unwrap_or("elsewhere");
        return Err(Refusal::trouble(format!(
            "it answered {}, which leads to {to}: redirects are not followed, give the address itself",
            status.as_u16()
        )));
    }
    if is_about_what_was_sent(status) {
        return Err(Refusal::Refused(error));
    }
    let wait = parts.headers.get(header::RETRY_AFTER).and_then(|wait| wait.to_str().ok());
    Err(Refusal::Trouble { error, wait: wait.and_then(|wait| asked(wait, now)) })
}

/// Whether a status blames the entries: 4xx does, but for those that blame the moment, the address or the
/// credentials. These are mended at the target or in the stream, and would else take every entry of the log
/// for a bad one.
fn is_about_what_was_sent(status: StatusCode) -> bool {
    use StatusCode as S;
    status.is_client_error()
        && !matches!(
            status,
            S::REQUEST_TIMEOUT
                | S::TOO_EARLY
                | S::TOO_MANY_REQUESTS
                | S::UNAUTHORIZED
                | S::FORBIDDEN
                | S::NOT_FOUND
                | S::METHOD_NOT_ALLOWED
                | S::PROXY_AUTHENTICATION_REQUIRED
                | S::GONE
                | S::MISDIRECTED_REQUEST
                | S::UPGRADE_REQUIRED
        )
}

/// `Retry-After`: seconds, or a date.
fn asked(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    let millis = date.timestamp_millis().saturating_sub(now.millis());
    Some(Duration::from_millis(u64::try_from(millis).unwrap_or_default()))
}

fn told(error: &ureq::Error, patience: Duration) -> String {
    match error {
        ureq::Error::Timeout(_) => {
            format!("it did not answer within {} seconds", patience.as_secs().max(1))
        }
        ureq::Error::HostNotFound => "its name is not known".into(),
        other => format!("it cannot be reached: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().expect("a time");
        let seconds = |text| asked(text, now).map(|wait| wait.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds("Fri, 20 Nov 2026 12:01:30 GMT"), Some(90));
        assert_eq!(seconds("Fri, 20 Nov 2026 11:00:00 GMT"), Some(0));
        assert_eq!(seconds("soon"), None);
    }

    #[test]
    fn only_what_blames_the_entries_is_for_good() {
        let for_good = |code| is_about_what_was_sent(StatusCode::from_u16(code).expect("a status"));
        for code in [400, 409, 411, 413, 415, 422] {
            assert!(for_good(code), "{code}");
        }
        for code in [200, 301, 401, 403, 404, 405, 407, 408, 410, 425, 429, 500, 502, 503] {
            assert!(!for_good(code), "{code}");
        }
    }
}
