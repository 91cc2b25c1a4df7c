//! Who sends and who reads.

use std::{
    io::{BufRead, BufReader, Read as _},
    path::Path,
    sync::OnceLock,
    time::Duration,
};

use daybook::clock::Clock;
use daybook_model::{Timestamp, ingest::IngestReport, live::Reader};
use serde_json::{Value, json};

/// What is done to a server from outside.
#[derive(Clone)]
pub(crate) struct Client {
    agent: ureq::Agent,
    token: String,
}

/// What a sender knows about what it sent.
#[derive(Debug)]
pub(crate) enum Sent {
    /// It is stored: so it was said.
    Acknowledged(IngestReport),
    /// It was refused as a whole; after so many seconds it may be sent again, if that was said.
    Refused(u16, Option<u64>),
    /// There was no answer, or not all of one.
    Unknown,
}

/// What every event of a torture is.
pub(crate) const ACTION: &str = "Torture";

impl Client {
    pub(crate) fn new(token: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .max_idle_connections(64)
            .max_idle_connections_per_host(64)
            .build();
        Self { agent: agent.into(), token: token.to_owned() }
    }

    /// As the commands on the server's own machine come in.
    pub(crate) fn local(folder: &Path) -> Self {
        Self::of(&folder.join("daybook.db.server"))
    }

    /// The same, by the file in which a server says where it is.
    pub(crate) fn of(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap();
        let server: Value = serde_json::from_str(&text).unwrap();
        Self::new(server["key"].as_str().unwrap())
    }

    /// Asks for something: the status, and the answer; `None` where there was none, or not all of it.
    pub(crate) fn ask(
        &self,
        address: &str,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Option<(u16, Value)> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{address}/api/projects/acme/{path}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = self.agent.run(request.unwrap());
        let mut answer = answer.inspect_err(|error| println!("{path}: {error:?}")).ok()?;
        let text = answer.body_mut().with_config().limit(u64::MAX).read_to_string().ok()?;
        Some((answer.status().as_u16(), serde_json::from_str(&text).unwrap_or_default()))
    }

    /// Sends events of these ids.
    pub(crate) fn send(&self, address: &str, ids: &[String]) -> Sent {
        self.send_of(address, ids, 0)
    }

    /// The same, each with so many bytes more. Whenever it is sent again, it is the same again.
    pub(crate) fn send_of(&self, address: &str, ids: &[String], bytes: usize) -> Sent {
        static NOW: OnceLock<Timestamp> = OnceLock::new();
        self.send_at(address, ids, bytes, *NOW.get_or_init(|| Clock::System.now()))
    }

    /// The same, of what happened at a time.
    pub(crate) fn send_at(
        &self,
        address: &str,
        ids: &[String],
        bytes: usize,
        at: Timestamp,
    ) -> Sent {
        let events: Vec<Value> = ids.iter().map(|id| event(id, bytes, at)).collect();
        let request = self
            .agent
            .post(format!("{address}/api/projects/acme/events"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        let Ok(mut answer) = request.send(Value::from(events).to_string()) else {
            return Sent::Unknown;
        };
        let status = answer.status().as_u16();
        let again = answer.headers().get("retry-after");
        let again = again.and_then(|value| value.to_str().ok()?.parse().ok());
        let Ok(text) = answer.body_mut().read_to_string() else { return Sent::Unknown };
        match status {
            200 => serde_json::from_str(&text).map_or(Sent::Unknown, Sent::Acknowledged),
            status => Sent::Refused(status, again),
        }
    }

    /// What a path answers: its status and its text.
    pub(crate) fn get(&self, address: &str, path: &str) -> Option<(u16, String)> {
        let request = self.agent.get(format!("{address}{path}"));
        let request = request.header("authorization", format!("Bearer {}", self.token));
        let mut answer = request.call().ok()?;
        let text = answer.body_mut().with_config().limit(u64::MAX).read_to_string().ok()?;
        Some((answer.status().as_u16(), text))
    }

    /// What a path answers: its status, and its text as it comes, which may be long and take its time.
    pub(crate) fn open(&self, address: &str, path: &str) -> Option<(u16, impl BufRead + use<>)> {
        let request = self.agent.get(format!("{address}{path}"));
        let request = request.config().timeout_global(Some(Duration::from_mins(10))).build();
        let request = request.header("authorization", format!("Bearer {}", self.token));
        let answer = request.call().ok()?;
        let status = answer.status().as_u16();
        let text = answer.into_body().into_with_config().limit(u64::MAX).reader();
        Some((status, BufReader::new(text)))
    }

    /// Follows the live stream behind a place until it ends.
    pub(crate) fn follow(
        &self,
        address: &str,
        after: u64,
        mut hear: impl FnMut(daybook_model::live::Message) -> bool,
    ) {
        let request = self
            .agent
            .get(format!("{address}/api/projects/acme/live?action={ACTION}&after={after}"))
            .config()
            .timeout_global(None)
            .timeout_recv_body(Some(Duration::from_secs(30)))
            .build()
            .header("authorization", format!("Bearer {}", self.token));
        let Ok(answer) = request.call() else { return };
        if !answer.status().is_success() {
            return;
        }
        let mut body = answer.into_body().into_with_config().limit(u64::MAX).reader();
        let (mut reader, mut piece) = (Reader::default(), [0; 8192]);
        while let Ok(length) = body.read(&mut piece) {
            let messages = if length == 0 { return } else { reader.read(&piece[..length]) };
            if !messages.unwrap().into_iter().all(&mut hear) {
                return;
            }
        }
    }
}

/// An event, with so many bytes more than it needs.
fn event(id: &str, bytes: usize, at: Timestamp) -> Value {
    let writer = id.split('-').next().unwrap_or_default();
    let mut event = json!({
        "id": id,
        "occurred_at": at,
        "actor": {"type": "service_account", "id": writer},
        "action": ACTION,
        "resource": {"type": "application", "id": format!("app_{}", id.len() % 7)},
    });
    if bytes > 0 {
        event["context"] = json!({ "filling": "x".repeat(bytes) });
    }
    event
}
