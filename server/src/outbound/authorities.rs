//! By whom the other side is vouched for.

use std::{path::Path, sync::Arc};

use rustls::{RootCertStore, pki_types::CertificateDer};

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
    pub(crate) fn for_http(&self) -> ureq::tls::RootCerts {
        match &self.0 {
            None => ureq::tls::RootCerts::WebPki,
            Some(all) => {
                let all = all.iter().map(|der| ureq::tls::Certificate::from_der(der).to_owned());
                ureq::tls::RootCerts::Specific(Arc::new(all.collect()))
            }
        }
    }

    /// For what speaks TLS by itself.
    pub(crate) fn roots(&self) -> RootCertStore {
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
