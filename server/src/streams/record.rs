//! What the log tells of streams: who made, changed or deleted one, and what became of dead letters.

use daybook_model::{
    Operation, Outcome,
    stream::{StreamHeader, StreamState},
};
use serde_json::{Value, json};

use super::Stream;
use crate::{extract::Origin, journal::JournalError, state::AppState};

/// What was done with a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It was made.
    Created,
    /// It was changed, from this.
    Changed(Box<Stream>),
    /// It was deleted.
    Deleted,
    /// So many dead letters are sent again.
    SentAgain(u64),
    /// So many dead letters were dropped.
    Dropped(u64),
}

/// Writes down what was done with a stream, before it is answered.
pub async fn record(
    state: &AppState,
    from: &Origin,
    stream: &Stream,
    done: &Done,
) -> Result<(), JournalError> {
    let Some(journal) = &state.journal else { return Ok(()) };
    let (action, operation) = match done {
        Done::Created => ("CreateStream", Operation::Create),
        Done::Changed(before) => match (before.state, stream.state) {
            (StreamState::Running, StreamState::Paused) => ("PauseStream", Operation::Stop),
            (StreamState::Paused, StreamState::Running) => ("ResumeStream", Operation::Start),
            _ => ("UpdateStream", Operation::Update),
        },
        Done::Deleted => ("DeleteStream", Operation::Delete),
        Done::SentAgain(_) => ("RetryDeadLetters", Operation::Update),
        Done::Dropped(_) => ("DropDeadLetters", Operation::Delete),
    };
    let change = match done {
        Done::Created => Some((Value::Null, shown(stream, None))),
        Done::Changed(before) => Some((shown(before, None), shown(stream, Some(before)))),
        Done::Deleted => Some((shown(stream, None), Value::Null)),
        Done::SentAgain(_) | Done::Dropped(_) => None,
    };
    journal
        .about(from, |recording| {
            recording.action(action).operation(operation).outcome(Outcome::Success);
            recording.resource("stream", stream.id.to_string(), stream.name.clone());
            if let Some((before, after)) = change {
                recording.change(before, after);
            }
            if let Done::SentAgain(number) | Done::Dropped(number) = done {
                recording.detail("dead_letters", *number);
            }
        })
        .await
}

/// A stream without its secrets; that one of them became another can be seen.
fn shown(stream: &Stream, before: Option<&Stream>) -> Value {
    let header = stream.header.as_ref().map(|StreamHeader { name, value }| {
        let before = before.and_then(|before| before.header.as_ref());
        let other = before.is_some_and(|before| before.value != *value);
        let redacted = if other { json!("changed") } else { json!(true) };
        json!({ "name": name, "value": { "$redacted": redacted } })
    });
    json!({
        "name": stream.name,
        "target": stream.target.shown(),
        "format": stream.format,
        "filter": stream.filter.to_string(),
        "header": header,
        "state": stream.state,
        "upto": stream.upto,
    })
}
