//! How much memory events take, about.

use daybook_model::Event;
use serde_json::Value;

/// The bytes that these events take.
pub(super) fn of(events: &[Event]) -> usize {
    events.iter().map(event).sum()
}

fn event(event: &Event) -> usize {
    let request = &event.request;
    let texts = [
        &event.id,
        &event.actor.id,
        &event.actor.name,
        &event.actor.email,
        &event.source,
        &event.error,
        &event.run_id,
        &event.webhook_id,
        &event.webhook_event_id,
        &event.installation_id,
        &event.blueprint,
        &event.entity,
        &event.message,
        &request.method,
        &request.path,
        &request.remote_ip,
        &request.user_agent,
        &request.request_id,
        &request.session_id,
    ];
    let change = event.change.as_ref().map_or(0, |c| json(&c.before) + json(&c.after));
    size_of::<Event>()
        + texts.into_iter().flatten().map(String::len).sum::<usize>()
        + change
        + event.context.as_ref().map_or(0, json)
}

fn json(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(json).sum(),
            Value::Object(object) => {
                object.iter().map(|(key, value)| 48 + key.len() + json(value)).sum()
            }
        }
}
