//! Commands that ask a server for entries: `query`, `tail` and `export`. They know the log only as any
//! other program does, by its API and with a token.

use std::io::Read;

use clap::Args;
use daybook_model::{ApiError, export::LEFT_OUT, query};
use serde::de::DeserializeOwned;
use ureq::http::{Response, StatusCode};

use super::CliError;

mod export;
mod output;
mod place;
mod query_log;
mod tail;

pub(super) use export::Export;
pub(super) use query_log::Query;
pub(super) use tail::Tail;

/// Which server, and who asks.
#[derive(Debug, Clone, Args)]
pub(super) struct Remote {
    /// The server's address
    #[arg(
        long,
        env = "DAYBOOK_SERVER",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    server: String,
    /// The token to ask with
    #[arg(long, env = "DAYBOOK_TOKEN", hide_env_values = true)]
    token: String,
    /// The project, by its word or number
    #[arg(long, env = "DAYBOOK_PROJECT", default_value = "default")]
    project: String,
}

/// Which entries.
#[derive(Debug, Clone, Args)]
pub(super) struct Which {
    /// KEY=VALUE as in the address of the page, such as `status=5xx` or `method.not=GET`; or the
    /// address itself, or what it has from `?` on
    #[arg(value_name = "KEY=VALUE")]
    filter: Vec<String>,
}

impl Which {
    /// The filter as a query string.
    fn query(&self) -> Result<String, CliError> {
        let mut parts = Vec::new();
        for word in &self.filter {
            if let Some(pasted) = pasted(word) {
                parts.push(pasted.to_owned());
                continue;
            }
            let (key, value) = word.split_once('=').ok_or_else(|| {
                CliError::say(format!("{word:?} is not of the form KEY=VALUE, such as status=5xx"))
            })?;
            let mut writer = query::Writer::default();
            writer.push(key, value);
            parts.push(writer.finish());
        }
        parts.retain(|part| !part.is_empty());
        Ok(parts.join("&"))
    }
}

/// The query string of an address that was pasted.
fn pasted(word: &str) -> Option<&str> {
    let (before, query) = word.split_once('?')?;
    let whole =
        before.is_empty() || before.starts_with("http://") || before.starts_with("https://");
    // What only the page looks at.
    whole.then(|| query.split('#').next().unwrap_or_default())
}

/// Puts query strings together.
fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("&")
}

/// Whether a query says this key.
fn says(query: &str, key: &str) -> bool {
    query.split('&').any(|part| part.split('=').next() == Some(key))
}

type Answer = Response<ureq::Body>;

impl Remote {
    /// A request for a path of the API.
    fn get(&self, path: &str, query: &str) -> Result<Answer, CliError> {
        let question = if query.is_empty() { "" } else { "?" };
        let address = format!("{}{path}{question}{query}", self.server.trim_end_matches('/'));
        let answer = ureq::get(&address)
            .config()
            .http_status_as_error(false)
            .user_agent(concat!("daybook/", env!("CARGO_PKG_VERSION")))
            .build()
            .header("authorization", format!("Bearer {}", self.token))
            .call()
            .map_err(|e| CliError::say(self.unreachable(&e)))?;
        match answer.status() {
            status if status.is_success() => Ok(answer),
            status => Err(refused(&self.project, status, answer)),
        }
    }

    fn unreachable(&self, error: &ureq::Error) -> String {
        let server = &self.server;
        match error {
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => format!(
                "{server:?} is not the address of a server, such as https://daybook.example: give it with --server or DAYBOOK_SERVER"
            ),
            _ => format!("{server} cannot be asked: {error}"),
        }
    }

    /// A value that the API answers with.
    fn json<T: DeserializeOwned>(&self, path: &str, query: &str) -> Result<T, CliError> {
        value(self.get(path, query)?)
    }
}

/// The value in an answer.
fn value<T: DeserializeOwned>(mut answer: Answer) -> Result<T, CliError> {
    let text = answer.body_mut().with_config().limit(64 << 20).read_to_string();
    let text = text.map_err(|e| CliError::say(format!("the answer broke off: {e}")))?;
    serde_json::from_str(&text).map_err(|e| {
        CliError::say(format!("the server answers otherwise than this version expects: {e}"))
    })
}

/// Says what the tab left out of an answer by itself, as the page says it.
fn tell_left_out(answer: &Answer) {
    if let Some(filter) = answer.headers().get(LEFT_OUT).and_then(|value| value.to_str().ok()) {
        eprintln!("daybook: {filter} is left out, as on the page; hidden=shown has it too");
    }
}

fn refused(project: &str, status: StatusCode, mut answer: Answer) -> CliError {
    let text = answer.body_mut().with_config().limit(1 << 20).read_to_string().unwrap_or_default();
    let (message, field) = serde_json::from_str::<ApiError>(&text)
        .map_or_else(|_| (status.to_string(), None), |e| (e.error.message, e.error.field));
    match status {
        StatusCode::BAD_REQUEST if field.as_deref() == Some("after") => CliError::OtherLog(message),
        StatusCode::UNAUTHORIZED => CliError::NotAllowed(
            "the server does not know this token, or it was revoked or has ended: give another one with --token or DAYBOOK_TOKEN".into(),
        ),
        StatusCode::FORBIDDEN => CliError::NotAllowed(format!(
            "project {project:?}: {message}; --project or DAYBOOK_PROJECT names another project"
        )),
        _ => CliError::Say(message),
    }
}

/// Runs what waits for answers on a thread of its own.
async fn blocking(
    work: impl FnOnce() -> Result<(), CliError> + Send + 'static,
) -> Result<(), CliError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| CliError::say(format!("the command broke off: {e}")))?
}

/// What of an answer is not there yet is read as it comes.
fn reader(answer: Answer) -> impl Read {
    answer.into_body().into_with_config().limit(u64::MAX).reader()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_it_was_copied() {
        let which = |words: &[&str]| {
            Which { filter: words.iter().map(|&word| word.to_owned()).collect() }.query().ok()
        };
        for address in [
            "https://daybook.example/acme?range=24h&q=a%20b#row",
            "http://127.0.0.1:8080/acme?range=24h&q=a%20b",
            "?range=24h&q=a%20b",
        ] {
            assert_eq!(
                which(&[address, "status=5xx"]).as_deref(),
                Some("range=24h&q=a%20b&status=5xx")
            );
        }
        assert!(which(&["path=/a?b=c"]).is_some_and(|query| query.starts_with("path=")));
        assert_eq!(which(&["status"]), None);
    }
}
