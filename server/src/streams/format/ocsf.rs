//! Entries as events of the Open Cybersecurity Schema Framework, version 1.3.0: API Activity, Account Change
//! or Authentication, by what was done.

use std::net::IpAddr;

use daybook_model::{ActorType, Entry, Operation, OperationClass, Outcome};
use serde_json::{Value, json};

use super::{Object, change, is_somebody, named, path_and_query, resource, uid};

const VERSION: &str = "1.3.0";
const OTHER: u32 = 99;

/// A class of events, with what was done as one of its activities.
struct Kind {
    category: (u32, &'static str),
    class: (u32, &'static str),
    activity: (u32, &'static str),
}

const fn api(id: u32, name: &'static str) -> Kind {
    let category = (6, "Application Activity");
    Kind { category, class: (6003, "API Activity"), activity: (id, name) }
}

const fn account(id: u32, name: &'static str) -> Kind {
    let category = (3, "Identity & Access Management");
    Kind { category, class: (3001, "Account Change"), activity: (id, name) }
}

const fn authentication(id: u32, name: &'static str) -> Kind {
    Kind { class: (3002, "Authentication"), ..account(id, name) }
}

impl Kind {
    fn of(entry: &Entry) -> Self {
        use Operation as O;
        // What we write ourselves says more than its operation does.
        if entry.event.source.as_deref() == Some("daybook") {
            match entry.event.action.as_str() {
                "ChangePassword" => return account(3, "Password Change"),
                "EnablePerson" => return account(2, "Enable"),
                "CreatePerson" => return account(1, "Create"),
                _ => {}
            }
        }
        let Some(operation) = entry.event.operation else {
            // GET reads whoever says nothing more.
            let reads = entry.event.is_read_only();
            return if reads { api(2, "Read") } else { api(0, "Unknown") };
        };
        match operation {
            O::Login => authentication(1, "Logon"),
            O::Logout => authentication(2, "Logoff"),
            O::InviteAccepted => account(1, "Create"),
            O::MemberRemoved => account(5, "Disable"),
            O::Create => api(1, "Create"),
            O::Read | O::Export => api(2, "Read"),
            O::Update => api(3, "Update"),
            O::Delete => api(4, "Delete"),
            _ => match operation.class() {
                OperationClass::Access | OperationClass::Team => account(OTHER, operation.label()),
                OperationClass::Resource | OperationClass::Other => api(OTHER, operation.label()),
            },
        }
    }

    fn is_api(&self) -> bool {
        self.class.0 == 6003
    }
}

/// The event.
pub(super) fn event(project: &str, entry: &Entry) -> Value {
    let (kind, event) = (Kind::of(entry), &entry.event);
    let failed = event.outcome == Some(Outcome::Failure);
    let (severity_id, severity) = if failed { (2, "Low") } else { (1, "Informational") };
    let (status_id, status) = match event.outcome {
        Some(Outcome::Success) => (1, "Success"),
        Some(Outcome::Failure) => (2, "Failure"),
        None => (0, "Unknown"),
    };
    let session = Object::default().with("uid", event.request.session_id.as_deref());
    let actor = Object::default().and("user", actor(entry)).part("session", session);
    let common = Object::default()
        .and("metadata", metadata(project, entry))
        .and("category_uid", kind.category.0)
        .and("category_name", kind.category.1)
        .and("class_uid", kind.class.0)
        .and("class_name", kind.class.1)
        .and("activity_id", kind.activity.0)
        .and("activity_name", kind.activity.1)
        .and("type_uid", kind.class.0 * 100 + kind.activity.0)
        .and("type_name", format!("{}: {}", kind.class.1, type_name(&kind)))
        .and("time", event.occurred_at.millis())
        .and("severity_id", severity_id)
        .and("severity", severity)
        .and("status_id", status_id)
        .and("status", status)
        .with("status_code", event.request.status_code.map(|code| code.to_string()))
        .with("status_detail", event.error.as_deref())
        .with("message", event.message.as_deref())
        .and("actor", actor)
        .with("http_request", http_request(entry));
    if kind.is_api() {
        common
            .and("api", called(entry))
            .and("src_endpoint", endpoint(entry).unwrap_or_else(|| json!({ "name": "unknown" })))
            .with("resources", resources(entry))
            .part("unmapped", unmapped(entry))
            .into()
    } else {
        common
            .and("user", subject(entry))
            .with("src_endpoint", endpoint(entry))
            // Required of sign-ins, and true of the rest.
            .with("service", (kind.class.0 == 3002).then(|| service(project, entry)))
            .part(
                "unmapped",
                unmapped(entry)
                    .and("action", event.action.as_str())
                    .with("resource", resource(event.resource.as_ref()))
                    .with("application", named(event.application.as_ref()))
                    .with("cluster", named(event.cluster.as_ref()))
                    .with("environment", named(event.environment.as_ref())),
            )
            .into()
    }
}

/// The name of a type is that of the schema, also where an activity has one of its own.
fn type_name(kind: &Kind) -> &'static str {
    if kind.activity.0 == OTHER { "Other" } else { kind.activity.1 }
}

fn metadata(project: &str, entry: &Entry) -> Object {
    let product = json!({
        "name": "Daybook", "vendor_name": "Daybook", "version": env!("CARGO_PKG_VERSION"),
    });
    Object::default()
        .and("version", VERSION)
        .and("product", product)
        .and("uid", uid(project, entry))
        .and("sequence", entry.seq)
        .and("tenant_uid", project)
        .and("log_name", "audit")
        .and("original_time", entry.event.occurred_at.to_string())
        .and("logged_time", entry.received_at.millis())
        .with("correlation_uid", entry.event.run_id.as_deref())
}

fn actor(entry: &Entry) -> Object {
    let actor = &entry.event.actor;
    let (id, name) = match actor.kind {
        ActorType::User => (1, "User"),
        ActorType::System => (3, "System"),
        other => (OTHER, other.label()),
    };
    Object::default()
        .and("type_id", id)
        .and("type", name)
        .with("uid", actor.id.as_deref())
        // The schema asks for a name or an id.
        .and("name", actor.label())
        .with("email_addr", actor.email.as_deref())
}

/// Whose account it is: the one that something was done to, else the actor's.
fn subject(entry: &Entry) -> Object {
    let Some(resource) = entry.event.resource.as_ref().filter(|resource| is_somebody(resource))
    else {
        return actor(entry);
    };
    let name = resource.name.as_deref().or(resource.id.as_deref());
    Object::default()
        .and("type_id", 0)
        .and("type", "Unknown")
        .with("uid", resource.id.as_deref())
        .and("name", name.unwrap_or("unknown"))
}

fn called(entry: &Entry) -> Object {
    let event = &entry.event;
    let request = Object::default().with("uid", event.request.request_id.as_deref());
    let response = Object::default()
        .with("code", event.request.status_code)
        .with("error_message", event.error.as_deref());
    let service = Object::default().with("name", event.source.as_deref());
    Object::default()
        .and("operation", event.action.as_str())
        .part("request", request)
        .part("response", response)
        .part("service", service)
}

fn service(project: &str, entry: &Entry) -> Value {
    json!({ "name": entry.event.source.as_deref().unwrap_or(project) })
}

fn endpoint(entry: &Entry) -> Option<Value> {
    let address = entry.event.request.remote_ip.as_deref()?;
    // Some producers know a name alone.
    let member = if address.parse::<IpAddr>().is_ok() { "ip" } else { "hostname" };
    Some(json!({ member: address }))
}

fn http_request(entry: &Entry) -> Option<Value> {
    let request = &entry.event.request;
    let (path, query) = path_and_query(entry);
    let url = Object::default().with("path", path).with("query_string", query);
    Object::default()
        .with("http_method", request.method.as_deref())
        .part("url", url)
        .with("user_agent", request.user_agent.as_deref())
        .with("uid", request.request_id.as_deref())
        .some()
}

/// What it was done to, and where that is.
fn resources(entry: &Entry) -> Option<Value> {
    let event = &entry.event;
    let named = [
        ("application", &event.application),
        ("cluster", &event.cluster),
        ("environment", &event.environment),
    ];
    let first = event.resource.iter().map(|resource| {
        Object::default()
            .and("type", resource.kind.as_str())
            .with("uid", resource.id.as_deref())
            .with("name", resource.name.as_deref())
    });
    let others = named.into_iter().filter_map(|(kind, named)| {
        let named = named.as_ref()?;
        Some(
            Object::default()
                .and("type", kind)
                .and("uid", named.id.as_str())
                .with("name", named.name.as_deref()),
        )
    });
    let all: Vec<Value> = first.chain(others).map(Value::from).collect();
    (!all.is_empty()).then_some(Value::Array(all))
}

/// What the schema has no place for.
fn unmapped(entry: &Entry) -> Object {
    let event = &entry.event;
    Object::default()
        .with("id", event.id.as_deref())
        .with("source", event.source.as_deref())
        .with("operation", event.operation.map(Operation::as_str))
        .with("webhook_id", event.webhook_id.as_deref())
        .with("webhook_event_id", event.webhook_event_id.as_deref())
        .with("installation_id", event.installation_id.as_deref())
        .with("blueprint", event.blueprint.as_deref())
        .with("entity", event.entity.as_deref())
        .with("change", change(entry))
        .with("context", event.context.clone())
}
