//! The fields of an entry that have a value: the most telling ones in a few lines, and all of them.

use daybook_model::{Entry, Event, Field, FieldValue, Named, account::Gone, vocabulary};

use super::agent;

/// The line that says who it was.
pub(crate) const ACTOR: &str = "Actor";

/// A line: a field, or two that are read together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Fact {
    /// What it is.
    pub(crate) label: &'static str,
    /// A value before the main one, quieter: `PATCH` before a path.
    pub(crate) before: Option<Value>,
    /// The main value.
    pub(crate) value: Value,
    /// A remark after it.
    pub(crate) note: Option<String>,
    /// Why whoever it is cannot come in any more.
    pub(crate) gone: Option<Gone>,
    /// What is copied.
    pub(crate) copy: String,
}

/// A value as shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Value {
    /// The text.
    pub(crate) text: String,
    /// Whether it is set in the letters of ids and paths.
    pub(crate) mono: bool,
    /// What it is filtered by.
    pub(crate) filter: Option<(Field, FieldValue)>,
}

impl Value {
    fn new(text: impl Into<String>, mono: bool, filter: Option<(Field, FieldValue)>) -> Self {
        Self { text: text.into(), mono, filter }
    }
}

impl Fact {
    fn new(label: &'static str, value: Value) -> Self {
        Self { label, copy: value.text.clone(), value, ..Self::default() }
    }

    fn copies(self, copy: impl Into<String>) -> Self {
        Self { copy: copy.into(), ..self }
    }
}

/// What the log is filtered by to find this event's value of the field.
pub(crate) fn by(event: &Event, field: Field) -> Option<(Field, FieldValue)> {
    Some(field).zip(field.value_of(event).and_then(|text| field.value(&text).ok()))
}

/// Of fields that were revealed: what the log cannot be filtered by, as it is masked there, leads
/// nowhere.
pub(crate) fn revealed(mut facts: Vec<Fact>, masked: &Event) -> Vec<Fact> {
    for fact in &mut facts {
        for value in fact.before.iter_mut().chain([&mut fact.value]) {
            value.filter.take_if(|(field, of)| {
                field.value_of(masked).is_none_or(|known| known.as_ref() != of.as_str())
            });
        }
    }
    facts
}

/// The lines that tell what it was, in the order in which they are read.
pub(crate) fn summary(entry: &Entry) -> Vec<Fact> {
    let event = &entry.event;
    let (actor, request) = (&event.actor, &event.request);
    let by = |field| by(event, field);
    let code =
        request.status_code.map(|code| Value::new(code.to_string(), true, by(Field::Status)));
    let outcome = event.outcome.map(|o| Value::new(o.label(), false, by(Field::Outcome)));
    let (before, outcome) = if outcome.is_some() { (code, outcome) } else { (None, code) };
    let method = request.method.as_deref().map(|m| Value::new(m, true, by(Field::Method)));
    let path = request.path.as_deref().map(|p| Value::new(p, true, by(Field::Path)));
    let (method, path) = if path.is_some() { (method, path) } else { (None, method) };
    let resource = event.resource.as_ref().map(|resource| {
        let kind = vocabulary::resource_type_label(&resource.kind);
        let kind = Value::new(kind, false, by(Field::ResourceType));
        let value = Value::new(resource.label(), false, by(Field::Resource));
        Fact { before: Some(kind), ..Fact::new("Resource", value) }
    });
    let kind = actor.kind.label().to_lowercase().replace("api", "API");
    let named = |label, named: Option<&Named>, field| {
        named.map(|n| Fact::new(label, Value::new(n.label(), false, by(field))).copies(&n.id))
    };
    let id = |label, id: Option<&str>, field| {
        id.map(|id| Fact::new(label, Value::new(id, true, by(field))))
    };
    [
        outcome.map(|value| Fact { before, ..Fact::new("Outcome", value) }),
        plain("Error", event.error.as_deref()),
        plain("Message", event.message.as_deref()),
        Some(Fact {
            before: Some(Value::new(kind, false, by(Field::ActorType))),
            ..Fact::new(ACTOR, Value::new(actor.label(), false, by(Field::Actor)))
        }),
        path.map(|value| Fact { before: method, ..Fact::new("Request", value) }),
        resource,
        named("Application", event.application.as_ref(), Field::Application),
        named("Cluster", event.cluster.as_ref(), Field::Cluster),
        named("Environment", event.environment.as_ref(), Field::Environment),
        from(event),
        id("Run ID", event.run_id.as_deref(), Field::Run),
        id("Request ID", request.request_id.as_deref(), Field::Request),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Where the request came from, and by which client.
fn from(event: &Event) -> Option<Fact> {
    let request = &event.request;
    let client = request.user_agent.as_deref().and_then(agent::client);
    match request.remote_ip.as_deref() {
        Some(ip) => {
            let value = Value::new(ip, true, by(event, Field::Ip));
            Some(Fact { note: client, ..Fact::new("From", value) })
        }
        None => client.map(|client| Fact::new("From", Value::new(client, false, None))),
    }
}

fn plain(label: &'static str, text: Option<&str>) -> Option<Fact> {
    text.map(|text| Fact::new(label, Value::new(text, false, None)))
}

/// Every field that has a value, each by itself.
pub(crate) fn all(entry: &Entry) -> Vec<Fact> {
    let event = &entry.event;
    let (actor, request, resource) = (&event.actor, &event.request, event.resource.as_ref());
    let by = |field| by(event, field);
    let word = |label, text: String, raw: &str, field| {
        Some(Fact::new(label, Value::new(text, false, by(field))).copies(raw))
    };
    let id = |label, text: Option<&str>, field: Option<Field>| {
        text.map(|text| Fact::new(label, Value::new(text, true, field.and_then(by))))
    };
    let code = request.status_code.map(|code| code.to_string());
    let named = |named: Option<&Named>| {
        named.map(|n| (n.name.clone().filter(|name| *name != n.id), n.id.clone()))
    };
    // A thing is filtered by its id, whichever of its two is clicked.
    let pair = |labels: [&'static str; 2], of: Option<(Option<String>, String)>, field| {
        let (name, id) = of.unzip();
        let name =
            name.flatten().map(|name| Fact::new(labels[0], Value::new(name, false, by(field))));
        [name, id.map(|id| Fact::new(labels[1], Value::new(id, true, by(field))))]
    };
    let mut facts = vec![
        Some(Fact::new("Occurred", Value::new(event.occurred_at.to_string(), true, None))),
        Some(Fact::new("Received", Value::new(entry.received_at.to_string(), true, None))),
        event.outcome.and_then(|o| word("Outcome", o.label().into(), o.as_str(), Field::Outcome)),
        id("Status", code.as_deref(), Some(Field::Status)),
        plain("Error", event.error.as_deref()),
        plain("Message", event.message.as_deref()),
        id("Action", Some(&event.action), Some(Field::Action)),
        event
            .operation
            .and_then(|o| word("Operation", o.label().into(), o.as_str(), Field::Operation)),
        event.source.as_deref().and_then(|source| {
            word("Source", vocabulary::source_label(source), source, Field::Source)
        }),
        word("Actor type", actor.kind.label().into(), actor.kind.as_str(), Field::ActorType),
        // The actor is known by type and id: each of these is this actor.
        actor.name.as_deref().map(|n| Fact::new("Actor", Value::new(n, false, by(Field::Actor)))),
        actor.email.as_deref().map(|e| Fact::new("E-mail", Value::new(e, false, by(Field::Actor)))),
        id("Actor ID", actor.id.as_deref(), Some(Field::Actor)),
        id("Method", request.method.as_deref(), Some(Field::Method)),
        id("Path", request.path.as_deref(), Some(Field::Path)),
        resource.and_then(|r| {
            let label = vocabulary::resource_type_label(&r.kind);
            word("Resource type", label, &r.kind, Field::ResourceType)
        }),
        resource
            .and_then(|r| r.name.as_deref())
            .map(|name| Fact::new("Resource", Value::new(name, false, by(Field::Resource)))),
        id("Resource ID", resource.and_then(|r| r.id.as_deref()), Some(Field::Resource)),
    ];
    facts.extend(pair(
        ["Application", "Application ID"],
        named(event.application.as_ref()),
        Field::Application,
    ));
    facts.extend(pair(["Cluster", "Cluster ID"], named(event.cluster.as_ref()), Field::Cluster));
    facts.extend(pair(
        ["Environment", "Environment ID"],
        named(event.environment.as_ref()),
        Field::Environment,
    ));
    facts.extend([
        id("Blueprint", event.blueprint.as_deref(), Some(Field::Blueprint)),
        id("Entity", event.entity.as_deref(), Some(Field::Entity)),
        id("IP address", request.remote_ip.as_deref(), Some(Field::Ip)),
        plain("Client", request.user_agent.as_deref().and_then(agent::client).as_deref()),
        id("User agent", request.user_agent.as_deref(), None),
        id("Request ID", request.request_id.as_deref(), Some(Field::Request)),
        id("Session ID", request.session_id.as_deref(), Some(Field::Session)),
        id("Run ID", event.run_id.as_deref(), Some(Field::Run)),
        id("Webhook ID", event.webhook_id.as_deref(), Some(Field::Webhook)),
        id("Webhook event ID", event.webhook_event_id.as_deref(), Some(Field::WebhookEvent)),
        id("Integration", event.installation_id.as_deref(), Some(Field::Integration)),
        id("Event ID", event.id.as_deref(), Some(Field::Id)),
    ]);
    facts.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(email: &str, ip: &str) -> Entry {
        let event = format!(
            r#"{{"occurred_at":"2026-11-20T12:00:00Z","action":"a","application":{{"id":"{email}"}},
                "actor":{{"type":"user","id":"58392","name":"{email}"}},"request":{{"method":"GET","remote_ip":"{ip}"}}}}"#
        );
        let event: Event = serde_json::from_str(&event).expect("an event");
        Entry { seq: 1, received_at: event.occurred_at, event, omitted: Vec::new() }
    }

    #[test]
    fn what_was_revealed_leads_nowhere_where_the_log_is_masked() {
        let masked = entry("email~0123456789ab", "ip~0123456789ab").event;
        let facts = revealed(summary(&entry("maya@acme.dev", "203.0.113.7")), &masked);
        let leads: Vec<_> = facts
            .iter()
            .flat_map(|fact| fact.before.iter().chain([&fact.value]))
            .filter(|value| value.filter.is_some())
            .map(|value| value.text.as_str())
            .collect();
        // An actor is known by the id, which is no address.
        assert_eq!(leads, ["user", "maya@acme.dev", "GET"]);
        let same = entry("maya@acme.dev", "203.0.113.7");
        assert_eq!(revealed(summary(&same), &same.event), summary(&same));
    }
}
