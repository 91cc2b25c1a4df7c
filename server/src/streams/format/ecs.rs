//! Entries as documents of the Elastic Common Schema, version 8.17. What it has no field for is under
//! `daybook`.

use std::net::IpAddr;

use daybook_model::{Entry, Operation, OperationClass, Outcome};
use serde_json::{Value, json};

use super::{Object, change, is_somebody, named, path_and_query, resource, uid};

const VERSION: &str = "8.17.0";

/// The document.
pub(super) fn document(project: &str, entry: &Entry) -> Value {
    let (event, request) = (&entry.event, &entry.event.request);
    let address = request.remote_ip.as_deref();
    let ip = address.filter(|address| address.parse::<IpAddr>().is_ok());
    let (path, query) = path_and_query(entry);
    let method = Object::default()
        .with("method", request.method.as_deref())
        .with("id", request.request_id.as_deref());
    let status = Object::default().with("status_code", request.status_code);
    let cluster = Object::default()
        .with("id", event.cluster.as_ref().map(|cluster| cluster.id.as_str()))
        .with("name", event.cluster.as_ref().and_then(|cluster| cluster.name.as_deref()));
    let url = Object::default()
        .with("original", request.path.as_deref())
        .with("path", path)
        .with("query", query);
    Object::default()
        .and("@timestamp", event.occurred_at.to_string())
        .and("ecs", json!({ "version": VERSION }))
        .with("message", event.message.as_deref())
        .and("event", about(project, entry))
        .part("error", Object::default().with("message", event.error.as_deref()))
        .part("user", user(entry))
        .part("source", Object::default().with("address", address).with("ip", ip))
        .part("user_agent", Object::default().with("original", request.user_agent.as_deref()))
        .part("http", Object::default().part("request", method).part("response", status))
        .part("url", url)
        .part("orchestrator", Object::default().part("cluster", cluster))
        .part("related", related(entry, ip))
        .and("daybook", ours(project, entry))
        .into()
}

fn about(project: &str, entry: &Entry) -> Object {
    let event = &entry.event;
    let (category, kind) = categorised(entry);
    Object::default()
        .and("kind", "event")
        .and("category", json!([category]))
        .and("type", kind)
        .and("action", event.action.as_str())
        .and("outcome", event.outcome.map_or("unknown", Outcome::as_str))
        .and("id", uid(project, entry))
        .and("sequence", entry.seq)
        .and("created", entry.received_at.to_string())
        .and("module", "daybook")
        .and("dataset", "daybook.audit")
        .with("provider", event.source.as_deref())
        .with("reason", event.error.as_deref())
}

/// The category, and types that the schema expects of it.
fn categorised(entry: &Entry) -> (&'static str, Value) {
    use Operation as O;
    let event = &entry.event;
    let account = match event.operation {
        Some(O::Login) => return ("authentication", json!(["start"])),
        Some(O::Logout) => return ("authentication", json!(["end"])),
        Some(operation) => {
            matches!(operation.class(), OperationClass::Access | OperationClass::Team)
        }
        None => false,
    };
    let kind = match event.operation {
        Some(O::Create | O::TokenCreated | O::SshKeyAdded | O::InviteAccepted) => "creation",
        Some(O::Delete | O::TokenRevoked | O::SshKeyDeleted | O::MemberRemoved) => "deletion",
        Some(O::Update | O::Restart | O::PermissionsChanged) => "change",
        Some(O::Read | O::Export) => "access",
        Some(O::Start | O::Execute) => "start",
        Some(O::Stop) => "end",
        _ if event.is_read_only() => "access",
        _ => "info",
    };
    if account { ("iam", json!(["user", kind])) } else { ("api", json!([kind])) }
}

fn user(entry: &Entry) -> Object {
    let actor = &entry.event.actor;
    let somebody = entry.event.resource.as_ref().filter(|resource| is_somebody(resource));
    let target = Object::default()
        .with("id", somebody.and_then(|resource| resource.id.as_deref()))
        .with("name", somebody.and_then(|resource| resource.name.as_deref()));
    Object::default()
        .with("id", actor.id.as_deref())
        .with("name", actor.name.as_deref())
        .with("email", actor.email.as_deref())
        .part("target", target)
}

/// What one searches in, whatever the role in which it occurs.
fn related(entry: &Entry, ip: Option<&str>) -> Object {
    let actor = &entry.event.actor;
    let users: Vec<&str> =
        [&actor.id, &actor.name, &actor.email].into_iter().filter_map(Option::as_deref).collect();
    Object::default()
        .with("ip", ip.map(|ip| json!([ip])))
        .with("user", (!users.is_empty()).then(|| json!(users)))
}

fn ours(project: &str, entry: &Entry) -> Object {
    let event = &entry.event;
    Object::default()
        .and("project", project)
        .and("seq", entry.seq)
        .with("id", event.id.as_deref())
        .and("actor_type", event.actor.kind.as_str())
        .with("operation", event.operation.map(Operation::as_str))
        .with("session_id", event.request.session_id.as_deref())
        .with("resource", resource(event.resource.as_ref()))
        .with("application", named(event.application.as_ref()))
        .with("environment", named(event.environment.as_ref()))
        .with("run_id", event.run_id.as_deref())
        .with("webhook_id", event.webhook_id.as_deref())
        .with("webhook_event_id", event.webhook_event_id.as_deref())
        .with("installation_id", event.installation_id.as_deref())
        .with("blueprint", event.blueprint.as_deref())
        .with("entity", event.entity.as_deref())
        .with("change", change(entry))
        .with("context", event.context.clone())
}
