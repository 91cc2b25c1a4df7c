//! Every field of an entry that has a value, in the order in which it is read.

use daybook_model::{Entry, Field, FieldValue, Named, vocabulary};

/// A field and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fact {
    /// The field.
    pub(crate) label: &'static str,
    /// A word before the value, quieter.
    pub(crate) before: Option<String>,
    /// The value as shown.
    pub(crate) text: String,
    /// What is copied.
    pub(crate) copy: String,
    /// Whether it is set in the letters of ids and paths.
    pub(crate) mono: bool,
    /// What it is filtered by.
    pub(crate) filter: Option<(Field, FieldValue)>,
}

/// The facts of an entry, apart from what the head of the panel says.
pub(crate) fn facts(entry: &Entry) -> Vec<Fact> {
    let event = &entry.event;
    let by = |field: Field| {
        Some(field).zip(field.value_of(event).and_then(|text| field.value(&text).ok()))
    };
    let plain = |label, text: Option<&str>, field: Option<Field>, mono| {
        text.map(|text| Fact {
            label,
            before: None,
            text: text.to_owned(),
            copy: text.to_owned(),
            mono,
            filter: field.and_then(by),
        })
    };
    let word = |label, text: String, copy: &str, field| Fact {
        label,
        before: None,
        text,
        copy: copy.to_owned(),
        mono: false,
        filter: by(field),
    };
    let named = |label, named: Option<&Named>, field| {
        named.map(|named| Fact {
            label,
            before: None,
            text: if named.name.as_deref().is_some_and(|name| name != named.id) {
                format!("{} · {}", named.label(), named.id)
            } else {
                named.id.clone()
            },
            copy: named.id.clone(),
            mono: false,
            filter: by(field),
        })
    };
    let actor = &event.actor;
    let request = &event.request;
    [
        plain("Error", event.error.as_deref(), None, false),
        plain("Message", event.message.as_deref(), None, false),
        Some(Fact {
            label: "Actor",
            before: Some(actor.kind.label().to_lowercase().replace("api", "API")),
            text: actor.label().to_owned(),
            copy: actor.label().to_owned(),
            mono: false,
            filter: by(Field::Actor),
        }),
        plain(
            "E-mail",
            actor.email.as_deref().filter(|email| *email != actor.label()),
            None,
            false,
        ),
        plain("Actor ID", actor.id.as_deref(), None, true),
        event
            .source
            .as_deref()
            .map(|source| word("Source", vocabulary::source_label(source), source, Field::Source)),
        Some(word("Action", vocabulary::action_label(&event.action), &event.action, Field::Action))
            .map(|fact| Fact { text: fact.copy.clone(), mono: true, ..fact }),
        event.operation.map(|operation| {
            word("Operation", operation.label().into(), operation.as_str(), Field::Operation)
        }),
        request.path.as_deref().map(|path| Fact {
            label: "Request",
            before: request.method.clone(),
            text: path.to_owned(),
            copy: path.to_owned(),
            mono: true,
            filter: by(Field::Path),
        }),
        plain(
            "Method",
            request.method.as_deref().filter(|_| request.path.is_none()),
            Some(Field::Method),
            true,
        ),
        event.resource.as_ref().map(|resource| Fact {
            label: "Resource",
            before: Some(vocabulary::resource_type_label(&resource.kind)),
            text: resource.label().to_owned(),
            copy: resource.label().to_owned(),
            mono: false,
            filter: by(Field::Resource),
        }),
        plain(
            "Resource ID",
            event.resource.as_ref().and_then(|r| r.id.as_deref().filter(|_| r.name.is_some())),
            None,
            true,
        ),
        named("Application", event.application.as_ref(), Field::Application),
        named("Cluster", event.cluster.as_ref(), Field::Cluster),
        named("Environment", event.environment.as_ref(), Field::Environment),
        plain("From", request.remote_ip.as_deref(), Some(Field::Ip), true),
        plain("User agent", request.user_agent.as_deref(), None, true),
        plain("Request ID", request.request_id.as_deref(), Some(Field::Request), true),
        plain("Session ID", request.session_id.as_deref(), Some(Field::Session), true),
        plain("Run ID", event.run_id.as_deref(), Some(Field::Run), true),
        plain("Webhook ID", event.webhook_id.as_deref(), Some(Field::Webhook), true),
        plain("Webhook event", event.webhook_event_id.as_deref(), Some(Field::WebhookEvent), true),
        plain("Integration", event.installation_id.as_deref(), Some(Field::Integration), true),
        plain("Blueprint", event.blueprint.as_deref(), Some(Field::Blueprint), false),
        plain("Entity", event.entity.as_deref(), Some(Field::Entity), false),
        plain("Event ID", event.id.as_deref(), Some(Field::Id), true),
    ]
    .into_iter()
    .flatten()
    .collect()
}
