//! Sends records to a Daybook server.

use std::{sync::Arc, time::Duration};

use daybook_model::{Event, ingest::IngestReport, paths};

use crate::{Record, Sink, SinkError};

/// How long one attempt may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Daybook server, with the project to write to and a token that may.
#[derive(Clone)]
pub struct HttpSink(Arc<Inner>);

struct Inner {
    agent: ureq::Agent,
    server: String,
    project: String,
    token: String,
}

impl HttpSink {
    /// Sends to `POST {server}/api/projects/{project}/events`; the token needs the scope `ingest`.
    pub fn new(server: &str, project: &str, token: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            // A redirect would take the token elsewhere.
            .max_redirects(0)
            .user_agent(concat!("daybook-recorder/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(Arc::new(Inner {
            agent: config.into(),
            server: server.trim_end_matches('/').to_owned(),
            project: project.to_owned(),
            token: token.to_owned(),
        }))
    }
}

impl std::fmt::Debug for HttpSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HttpSink({} of {})", self.0.project, self.0.server)
    }
}

impl Sink for HttpSink {
    async fn send(&self, records: &[Record]) -> Result<u64, SinkError> {
        let mut refused = 0;
        let mut rest = records;
        // A token is of one project, so there is one as a rule.
        while let Some(first) = rest.first() {
            let same = rest.iter().take_while(|record| record.project == first.project).count();
            let (now, later) = rest.split_at(same);
            rest = later;
            let events: Vec<&Event> = now.iter().map(|record| &record.event).collect();
            let body =
                serde_json::to_vec(&events).map_err(|e| SinkError::Refused(e.to_string()))?;
            let (to, project) = (self.clone(), first.project.clone());
            let posted = tokio::task::spawn_blocking(move || to.0.post(project.as_deref(), &body));
            refused += posted.await.map_err(SinkError::unavailable)??;
        }
        Ok(refused)
    }
}

impl Inner {
    fn post(&self, project: Option<&str>, body: &[u8]) -> Result<u64, SinkError> {
        let address = format!("{}{}", self.server, paths::events(project.unwrap_or(&self.project)));
        let request = self
            .agent
            .post(address)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        let mut answer = request.send(body).map_err(SinkError::unavailable)?;
        let status = answer.status();
        let after = answer.headers().get("retry-after").and_then(|v| v.to_str().ok()?.parse().ok());
        let text = answer.body_mut().read_to_string().map_err(SinkError::unavailable)?;
        match (status.as_u16(), serde_json::from_str::<IngestReport>(&text)) {
            // All refused is 422, and a report as well.
            (200 | 422, Ok(report)) => {
                for refusal in report.refused.iter().take(3) {
                    tracing::warn!(
                        field = refusal.field,
                        "the log refused a record: {}",
                        refusal.message
                    );
                }
                Ok(report.refused.len() as u64)
            }
            (408 | 425 | 429 | 500.., _) => Err(SinkError::Unavailable {
                reason: format!("it answers {status}"),
                retry_after: after.map(Duration::from_secs),
            }),
            _ => Err(SinkError::Refused(format!("it answers {status}: {}", short(&text)))),
        }
    }
}

/// The beginning of an answer that is not what it should be.
fn short(text: &str) -> &str {
    text.char_indices().nth(200).map_or(text, |(end, _)| &text[..end])
}
