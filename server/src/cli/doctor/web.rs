//! Where the server is on the web, and whether it answers there.

use std::{path::Path, time::Duration};

use super::{Findings, Server, machine::named};
use crate::presence::RunningServer;

/// How long a running server may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether the address, the public one, and the proxies fit together.
pub(super) fn place(findings: &mut Findings, server: &Server) {
    let local = server.listen.ip().is_loopback();
    let proxied = !server.trusted_proxies.is_empty();
    match &server.public_url {
        None if local => findings.good("address", format!("{}, on this machine alone", server.listen)),
        None => findings.doubtful(
            "address",
            format!("{} is reached from elsewhere, without TLS", server.listen),
            "put a proxy with TLS in front, listen at 127.0.0.1, and give --public-url",
        ),
        Some(url) if !url.starts_with("https://") => findings.doubtful(
            "address",
            format!("{url} is without TLS: whoever is on the way can read sessions"),
            "put a proxy with TLS in front, and give its https address",
        ),
        Some(url) if !proxied => findings.doubtful(
            "address",
            format!("{url} is reached through a proxy, and no proxy is believed about who calls"),
            "give --trusted-proxies; without it all readers have one address, and slow each other's sign-ins",
        ),
        Some(url) => findings.good("address", format!("{url}, behind {}", server.listen)),
    }
    if server.public_url.is_none() && proxied {
        findings.doubtful(
            "proxies",
            "proxies are believed, and the address that people open is not known",
            "give --public-url: links in mails and single sign-on need it, and cookies are for TLS alone then",
        );
    }
    if let Some(metrics) = server.metrics_listen.filter(|metrics| metrics.ip().is_unspecified()) {
        findings.doubtful(
            "metrics",
            format!("{metrics} answers whoever reaches it"),
            "listen at an address of this machine or of the inner network alone",
        );
    }
}

/// The server that has the log open, if one does.
pub(super) async fn running(findings: &mut Findings, log: &Path) {
    let log = log.canonicalize().unwrap_or_else(|_| log.to_owned());
    let said = std::fs::read(named(&log, ".server")).ok();
    let server: Option<RunningServer> = said.and_then(|json| serde_json::from_slice(&json).ok());
    let Some(server) = server else {
        return findings.good("server", "none has the log open");
    };
    let address = server.address.clone();
    let asked = tokio::task::spawn_blocking(move || {
        let request = ureq::get(format!("{}/readyz", server.address)).config();
        let request = request.http_status_as_error(false).timeout_global(Some(PATIENCE)).build();
        let mut answer = request.call()?;
        let text = answer.body_mut().with_config().limit(1 << 16).read_to_string()?;
        Ok::<_, ureq::Error>((answer.status(), text))
    });
    match asked.await {
        Ok(Ok((status, _))) if status.is_success() => {
            findings.good("server", format!("{address} is ready"));
        }
        Ok(Ok((_, text))) => {
            let error = serde_json::from_str::<daybook_model::ApiError>(&text);
            let message = error.map_or(text, |error| error.error.message);
            findings.wrong("server", format!("{address} is not ready: {message}"), "see its log");
        }
        Ok(Err(error)) => findings.wrong(
            "server",
            format!("{address} does not answer: {error}"),
            "if it was killed, start it again: nothing that it acknowledged is lost",
        ),
        Err(error) => tracing::debug!(%error, "the server was not asked"),
    }
}
