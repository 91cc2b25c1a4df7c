//! Requests to where somebody said.

use std::{io::Read as _, time::Duration};

use chrono::DateTime;
use daybook_model::{Timestamp, stream::Target};
use tokio::sync::oneshot;
use ureq::{
    Agent,
    http::{Response, StatusCode, header},
    tls::TlsConfig,
    unversioned::transport::DefaultConnector,
};

use super::{Addresses, Authorities};
use crate::words;

/// How long connecting may take, within the patience for all of it.
pub(crate) const CONNECTING: Duration = Duration::from_secs(10);
/// How much of an answer is read, in bytes: to tell what is wrong, and to use the connection again.
const READ: u64 = 16 * 1024;

/// Reaches addresses by HTTP. Where they lead is judged before each connection, and an answer leads nowhere
/// else.
pub(crate) struct Web {
    agent: Agent,
    patience: Duration,
}

/// Why something was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotTaken {
    /// What was answered, if anything was.
    pub(crate) status: Option<StatusCode>,
    /// In a sentence, with a part of what was said.
    pub(crate) error: String,
    /// How long the other side wants to be left alone.
    pub(crate) wait: Option<Duration>,
}

impl Web {
    pub(crate) fn new(addresses: Addresses, authorities: &Authorities, patience: Duration) -> Self {
        let tls = TlsConfig::builder().root_certs(authorities.for_http()).build();
        let mut config = Agent::config_builder()
            .timeout_global(Some(patience))
            .timeout_connect(Some(CONNECTING.min(patience)))
            // What a target answers does not lead elsewhere, into the network behind us.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("daybook/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls);
        if addresses == Addresses::Public {
            // A proxy would look names up by itself.
            config = config.proxy(None);
        }
        let connector = DefaultConnector::default();
        Self { agent: Agent::with_parts(config.build(), connector, addresses), patience }
    }

    /// Sends a body, and waits until it is said that it was taken. Blocks, for the patience at the most.
    pub(crate) fn post(
        &self,
        to: &Target,
        headers: &[(&str, String)],
        body: &[u8],
        now: Timestamp,
    ) -> Result<StatusCode, NotTaken> {
        let mut request = self.agent.post(to.to_string());
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let answer = request.send(body).map_err(|e| {
            let error = told(&e, self.patience);
            NotTaken { status: None, error, wait: None }
        })?;
        judge(answer, now)
    }
}

/// Does what blocks on a thread of its own: a target that hangs holds up nobody else, nor the end of the
/// process. `None` where it broke off.
pub(crate) async fn apart<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> std::io::Result<Option<T>> {
    let (answer, answered) = oneshot::channel();
    let run = move || {
        // Whoever asked may be gone.
        let _ = answer.send(work());
    };
    std::thread::Builder::new().name(name.into()).spawn(run)?;
    Ok(answered.await.ok())
}

/// What an answer means.
fn judge(answer: Response<ureq::Body>, now: Timestamp) -> Result<StatusCode, NotTaken> {
    let (parts, mut body) = answer.into_parts();
    let mut said = Vec::new();
    // What was taken is taken, whether or not the rest of the answer comes.
    let _ = body.as_reader().take(READ).read_to_end(&mut said);
    let status = parts.status;
    if status.is_success() {
        return Ok(status);
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
        error = format!(
            "it answered {}, which leads to {to}: redirects are not followed, give the address itself",
            status.as_u16()
        );
    }
    let wait = parts.headers.get(header::RETRY_AFTER).and_then(|wait| wait.to_str().ok());
    let wait = wait.and_then(|wait| asked(wait, now));
    Err(NotTaken { status: Some(status), error, wait })
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
            format!("it did not answer within {}", words::seconds(patience.as_secs().max(1)))
        }
        ureq::Error::HostNotFound => "its name is not known".into(),
        ureq::Error::Io(error) => format!("it cannot be reached: {error}"),
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
}
