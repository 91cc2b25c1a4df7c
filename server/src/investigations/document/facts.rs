//! What a document tells of an entry.

use daybook_model::{
    Entry, Named,
    change::{Diff, Redaction},
    vocabulary::{action_label, resource_type_label, source_label},
};
use serde_json::Value;

/// The fields that have a value, in the order in which they are read.
pub(super) fn facts(entry: &Entry) -> Vec<(&'static str, String)> {
    let (event, request) = (&entry.event, &entry.event.request);
    let named = |named: Option<&Named>| named.map(|n| both(n.label(), &n.id));
    let actor = &event.actor;
    let who = both(actor.label(), actor.id.as_deref().unwrap_or_default());
    let who = match &actor.email {
        Some(email) if !who.contains(email.as_str()) => format!("{who}, {email}"),
        _ => who,
    };
    let line = [request.method.as_deref(), request.path.as_deref()];
    let line: Vec<_> = line.into_iter().flatten().collect();
    [
        ("Actor", Some(format!("{who} ({})", actor.kind.label().to_lowercase()))),
        ("Action", Some(both(&action_label(&event.action), &event.action))),
        ("Outcome", event.outcome.map(|outcome| outcome.label().to_owned())),
        ("Status", request.status_code.map(|code| code.to_string())),
        ("Error", event.error.clone()),
        ("Message", event.message.clone()),
        ("Request", (!line.is_empty()).then(|| line.join(" "))),
        (
            "Resource",
            event.resource.as_ref().map(|resource| {
                let id = resource.id.as_deref().unwrap_or_default();
                let kind = resource_type_label(&resource.kind);
                format!("{kind} {}", both(resource.label(), id)).trim_end().to_owned()
            }),
        ),
        ("Application", named(event.application.as_ref())),
        ("Cluster", named(event.cluster.as_ref())),
        ("Environment", named(event.environment.as_ref())),
        ("Blueprint", event.blueprint.clone()),
        ("Entity", event.entity.clone()),
        ("Source", event.source.as_deref().map(source_label)),
        ("IP address", request.remote_ip.clone()),
        ("User agent", request.user_agent.clone()),
        ("Event ID", event.id.clone()),
        ("Request ID", request.request_id.clone()),
        ("Session ID", request.session_id.clone()),
        ("Run ID", event.run_id.clone()),
        ("Webhook ID", event.webhook_id.clone()),
        ("Webhook event ID", event.webhook_event_id.clone()),
        ("Installation ID", event.installation_id.clone()),
        ("Received", Some(super::time(entry.received_at))),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value.filter(|value| !value.is_empty())?)))
    .collect()
}

/// A name, and the id behind it where that says something else.
fn both(name: &str, id: &str) -> String {
    if id.is_empty() || id == name { name.to_owned() } else { format!("{name} [{id}]") }
}

/// What the entry changed: the field, the value before, the value after. `None` where its producer sent no
/// states.
pub(super) fn changes(entry: &Entry) -> Option<Vec<[String; 3]>> {
    let diff = Diff::of(entry.event.change.as_ref()?);
    let row = |difference: &daybook_model::change::Difference| {
        let path = if difference.path.is_empty() { "(all of it)" } else { &difference.path };
        let path = if difference.order { format!("{path} (order)") } else { path.to_owned() };
        [path, value(difference.before.as_ref()), value(difference.after.as_ref())]
    };
    Some(diff.changed.iter().map(row).collect())
}

fn value(value: Option<&Value>) -> String {
    let Some(value) = value else { return "—".to_owned() };
    match (Redaction::of(value), value) {
        (Some(Redaction::ByLog { .. }), _) => "(redacted)".to_owned(),
        (_, Value::String(text)) => text.clone(),
        (_, value) => value.to_string(),
    }
}

/// What the producer said beside it, as JSON.
pub(super) fn context(entry: &Entry) -> Option<String> {
    serde_json::to_string_pretty(entry.event.context.as_ref()?).ok()
}
