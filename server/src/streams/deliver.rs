//! How a batch gets to its target, and what the target says to it.

mod http;
mod tcp;

use std::{path::Path, sync::Arc, time::Duration};

use daybook_model::{
    Timestamp,
    stream::{StreamFormat, StreamHeader, Target},
};
use rustls::{RootCertStore, pki_types::CertificateDer};

use super::{Options, Stream, batch::Batch};

/// How much of what a target says is told, in characters.
const TOLD: usize = 300;

/// How long connecting may take, within the patience for all of it.
const CONNECTING: Duration = Duration::from_secs(10);

/// Why a batch was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not about what was sent: the same may be taken later.
    Trouble {
        /// In a sentence.
        error: String,
        /// How long the target wants to be left alone.
        wait: Option<Duration>,
    },
    /// The target has no use for what was sent, now or later.
    Refused(String),
}

impl Refusal {
    pub(super) fn trouble(error: impl Into<String>) -> Self {
        Self::Trouble { error: error.into(), wait: None }
    }
}

/// Reaches one target.
pub(super) struct Client {
    target: Target,
    header: Option<StreamHeader>,
    format: StreamFormat,
    patience: Duration,
    way: Way,
}

enum Way {
    Http(http::Http),
    Tcp(tcp::Tcp),
}

impl Client {
    /// For the target of a stream.
    pub(super) fn of(stream: &Stream, options: &Options) -> Result<Self, Refusal> {
        let way = if stream.target.scheme.is_syslog() {
            Way::Tcp(tcp::Tcp::new(&stream.target, options)?)
        } else {
            Way::Http(http::Http::new(options))
        };
        Ok(Self {
            target: stream.target.clone(),
            header: stream.header.clone(),
            format: stream.format,
            patience: options.pace.patience,
            way,
        })
    }

    /// Whether it is the one for this stream.
    pub(super) fn serves(&self, stream: &Stream) -> bool {
        self.target == stream.target && self.header == stream.header && self.format == stream.format
    }

    /// Delivers a batch and waits until the target has said that it took it. Blocks, for the patience at
    /// the most.
    pub(super) fn deliver(&self, batch: &Batch, now: Timestamp) -> Result<(), Refusal> {
        match &self.way {
            Way::Http(http) => http.deliver(self, batch, now),
            Way::Tcp(tcp) => tcp.deliver(self, batch),
        }
        .map_err(|refusal| self.discreet(refusal))
    }

    /// What a target says may repeat what it was told in confidence. Only what is left is cut: half of
    /// a secret is one as well.
    fn discreet(&self, refusal: Refusal) -> Refusal {
        let target = self.target.to_string();
        let query = target.split_once('?').map(|(_, query)| query);
        let secrets = [self.header.as_ref().map(|header| header.value.as_str()), query];
        let hide = |mut text: String| {
            for secret in secrets.into_iter().flatten() {
                text = text.replace(secret, "…");
                // `Bearer x`: the x alone is as secret. Words are not.
                for part in secret.split([' ', '&', '=']).filter(|part| part.len() >= 8) {
                    text = text.replace(part, "…");
                }
            }
            text.chars().take(TOLD).collect()
        };
        match refusal {
            Refusal::Trouble { error, wait } => Refusal::Trouble { error: hide(error), wait },
            Refusal::Refused(error) => Refusal::Refused(hide(error)),
        }
    }
}

/// Whose certificates are believed: those that everybody believes, or only these.
#[derive(Debug, Clone, Default)]
pub struct Authorities(Option<Arc<Vec<CertificateDer<'static>>>>);

/// A file of certificates cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path} has no certificates to believe, in PEM: {problem}", path = .path.display())]
pub struct AuthoritiesError {
    path: std::path::PathBuf,
    problem: String,
}

impl Authorities {
    /// Those of a file, in PEM, and no others.
    pub fn of_file(path: &Path) -> Result<Self, AuthoritiesError> {
        use rustls::pki_types::pem::PemObject as _;
        let error = |problem: String| AuthoritiesError { path: path.into(), problem };
        let all = CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|e| error(e.to_string()))?;
        if all.is_empty() {
            return Err(error("it is empty".into()));
        }
        let mut roots = RootCertStore::empty();
        for certificate in &all {
            roots.add(certificate.clone()).map_err(|e| error(e.to_string()))?;
        }
        Ok(Self(Some(Arc::new(all))))
    }

    /// For the client of HTTP.
    fn for_http(&self) -> ureq::tls::RootCerts {
        match &self.0 {
            None => ureq::tls::RootCerts::WebPki,
            Some(all) => {
                let all = all.iter().map(|der| ureq::tls::Certificate::from_der(der).to_owned());
                ureq::tls::RootCerts::Specific(Arc::new(all.collect()))
            }
        }
    }

    /// For what speaks TLS by itself.
    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        match &self.0 {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(all) => {
                roots.add_parsable_certificates(all.iter().cloned());
            }
        }
        roots
    }
}
