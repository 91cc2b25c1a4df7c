//! A batch as the body of one request.

use daybook_model::Timestamp;
use ureq::http::{StatusCode, header};

use super::{Client, Options, Refusal};
use crate::{
    outbound::{NotTaken, Web},
    streams::batch::Batch,
};

/// Reaches a target by HTTP.
pub(super) struct Http(Web);

impl Http {
    pub(super) fn new(options: &Options) -> Self {
        Self(Web::new(options.addresses, &options.authorities, options.pace.patience))
    }

    pub(super) fn deliver(
        &self,
        client: &Client,
        batch: &Batch,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let mut headers = vec![
            (header::CONTENT_TYPE.as_str(), "application/x-ndjson".to_owned()),
            ("daybook-format", client.format.as_str().to_owned()),
        ];
        if let (Some(first), Some(last)) = (batch.seqs.first(), batch.seqs.last()) {
            headers.push(("daybook-entries", batch.seqs.len().to_string()));
            headers.push(("daybook-seq", format!("{first}-{last}")));
        }
        if let Some(own) = &client.header {
            headers.push((own.name.as_str(), own.value.clone()));
        }
        let answer = self.0.post(&client.target, &headers, &batch.body, now);
        answer.map(drop).map_err(|NotTaken { status, error, wait }| {
            if status.is_some_and(is_about_what_was_sent) {
                Refusal::Refused(error)
            } else {
                Refusal::Trouble { error, wait }
            }
        })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

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
