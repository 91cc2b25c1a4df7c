//! Kubernetes audit events.
//!
//! What was sent and answered (`requestObject`, `responseObject`) is a change only when a thing
//! was created: then there was nothing before and the answer is what there is now. For an update
//! the state before is not in the record, and telling the answer as a change from nothing would
//! be wrong; it stays in `context.kubernetes` with everything else that has no field of its own.

use daybook_model::{ActorType, Change, Event, Named, Operation, Outcome, Resource};
use serde_json::{Map, Value};

use super::fields::{self, Object, required, take_text, text};
use crate::intake::Fault;

/// Reads an audit event.
pub(super) fn event(mut record: Object) -> Result<Event, Fault> {
    let at = fields::time(&record, &["requestReceivedTimestamp", "timestamp", "stageTimestamp"])?;
    let verb = required(&mut record, "verb")?;
    let audit = take_text(&mut record, "auditID");
    let user = take_user(&mut record);
    let object = ObjectRef::take(&mut record);
    let agent = text(record.get("userAgent")).unwrap_or_default();
    let source = source(agent, &user.name);

    let mut event = fields::bare(at, user.kind, object.action(&verb));
    // One request is told in stages; a record without one is taken for the last.
    let stage = text(record.get("stage")).unwrap_or("ResponseComplete");
    event.id = audit.as_ref().map(|audit| format!("{audit}:{stage}"));
    event.actor.id = user.id.or_else(|| Some(user.name.clone()));
    event.actor.email = Some(user.name.clone()).filter(|name| name.contains('@'));
    event.actor.name = Some(user.name);
    event.source = Some(source.to_owned());
    event.operation = Some(object.operation(&verb));
    event.request.request_id = audit;
    event.request.method = method(&verb).map(str::to_owned);
    event.request.path = take_text(&mut record, "requestURI");
    event.request.user_agent = take_text(&mut record, "userAgent");
    event.request.remote_ip =
        text(record.get("sourceIPs").and_then(|ips| ips.get(0))).map(str::to_owned);
    answer(&mut event, &mut record);
    let namespace =
        object.namespace.clone().or_else(|| event.request.path.as_deref().and_then(namespace_in));
    event.resource = object.resource(namespace.as_deref());
    event.application = namespace.map(|id| Named { id, name: None });
    if event.operation == Some(Operation::Create) && event.outcome == Some(Outcome::Success) {
        event.change = created(&mut record);
    }
    event.context = Some(context(record));
    Ok(event)
}

/// Who asked. Whoever they asked in the name of is not the actor.
struct User {
    kind: ActorType,
    id: Option<String>,
    name: String,
}

fn take_user(record: &mut Object) -> User {
    let user = record.get_mut("user").and_then(Value::as_object_mut);
    let (id, name) =
        user.map_or((None, None), |user| (take_text(user, "uid"), take_text(user, "username")));
    drop_if_empty(record, "user");
    let name = name.unwrap_or_else(|| "system:anonymous".to_owned());
    let kind = if name.starts_with("system:serviceaccount:") {
        ActorType::ServiceAccount
    } else if name.starts_with("system:") {
        ActorType::System
    } else {
        ActorType::User
    };
    User { kind, id: id.filter(|id| !id.is_empty()), name }
}

fn source(agent: &str, user: &str) -> &'static str {
    if ["kubectl", "helm", "Helm", "oc/"].iter().any(|tool| agent.starts_with(tool)) {
        "cli"
    } else if user.starts_with("system:") {
        "internal"
    } else {
        "api"
    }
}

/// What the request was about.
#[derive(Default)]
struct ObjectRef {
    resource: Option<String>,
    subresource: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
}

impl ObjectRef {
    fn take(record: &mut Object) -> Self {
        let Some(object) = record.get_mut("objectRef").and_then(Value::as_object_mut) else {
            return Self::default();
        };
        let taken = Self {
            resource: take_text(object, "resource"),
            subresource: take_text(object, "subresource"),
            namespace: take_text(object, "namespace"),
            name: take_text(object, "name"),
        };
        drop_if_empty(record, "objectRef");
        taken
    }

    /// `pods.list`, `pods/log.get`; `api.get` where it is about no resource.
    fn action(&self, verb: &str) -> String {
        let resource = self.resource.as_deref().unwrap_or("api");
        match &self.subresource {
            Some(subresource) => format!("{resource}/{subresource}.{verb}"),
            None => format!("{resource}.{verb}"),
        }
    }

    fn operation(&self, verb: &str) -> Operation {
        let resource = self.resource.as_deref().unwrap_or_default();
        let subresource = self.subresource.as_deref().unwrap_or_default();
        match (verb, resource, subresource) {
            ("get" | "create", "pods", "exec" | "attach" | "portforward") => Operation::Execute,
            ("get" | "list" | "watch" | "head", ..) => Operation::Read,
            ("create", "serviceaccounts", "token") => Operation::TokenCreated,
            // A review asks whether somebody may do something. Nothing is created by it.
            ("create", ..) if resource.ends_with("reviews") => Operation::Read,
            (_, "roles" | "rolebindings" | "clusterroles" | "clusterrolebindings", _) => {
                Operation::PermissionsChanged
            }
            ("create" | "post", _, "") => Operation::Create,
            ("create" | "post" | "update" | "patch" | "put", ..) => Operation::Update,
            ("delete" | "deletecollection", ..) => Operation::Delete,
            _ => Operation::Other,
        }
    }

    fn resource(self, namespace: Option<&str>) -> Option<Resource> {
        let kind = self.resource?;
        let id = self.name.as_ref().map(|name| match namespace {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name.clone(),
        });
        Some(Resource { kind, id, name: self.name })
    }
}

fn method(verb: &str) -> Option<&'static str> {
    Some(match verb {
        "get" | "list" | "watch" => "GET",
        "create" | "post" => "POST",
        "update" | "put" => "PUT",
        "patch" => "PATCH",
        "delete" | "deletecollection" => "DELETE",
        "head" => "HEAD",
        "options" => "OPTIONS",
        _ => return None,
    })
}

/// The namespace in a path such as `/api/v1/namespaces/kube-system/configmaps`.
fn namespace_in(path: &str) -> Option<String> {
    let path = path.split('?').next().unwrap_or(path);
    let (_, rest) = path.split_once("/namespaces/")?;
    rest.split('/').next().filter(|name| !name.is_empty()).map(str::to_owned)
}

fn answer(event: &mut Event, record: &mut Object) {
    let decision = record
        .get("annotations")
        .and_then(|notes| text(notes.get("authorization.k8s.io/decision")));
    let forbidden = decision == Some("forbid");
    let status = record.get_mut("responseStatus").and_then(Value::as_object_mut);
    let code = status.as_ref().and_then(|status| status.get("code")).and_then(Value::as_u64);
    let code =
        code.and_then(|code| u16::try_from(code).ok()).filter(|code| (100..=599).contains(code));
    let failed = forbidden || code.is_some_and(|code| code >= 400);
    if let Some(status) = status {
        if code.is_some() {
            status.remove("code");
        }
        if failed {
            event.error =
                text(status.get("reason")).or(text(status.get("message"))).map(str::to_owned);
        }
    }
    drop_if_empty(record, "responseStatus");
    event.request.status_code = code;
    event.outcome = match (failed, code) {
        (true, _) => Some(Outcome::Failure),
        (false, Some(_)) => Some(Outcome::Success),
        (false, None) => None,
    };
}

fn created(record: &mut Object) -> Option<Change> {
    let is_status = |object: &Value| text(object.get("kind")) == Some("Status");
    record.get("responseObject").filter(|object| object.is_object() && !is_status(object))?;
    record.remove("responseObject").map(|after| Change { before: Value::Null, after })
}

fn drop_if_empty(record: &mut Object, key: &str) {
    if record.get(key).and_then(Value::as_object).is_some_and(Map::is_empty) {
        record.remove(key);
    }
}

fn context(mut record: Object) -> Value {
    let mut context = Map::new();
    if let Some(user) = record.remove("impersonatedUser") {
        context.insert("impersonated_user".to_owned(), user);
    }
    context.insert("kubernetes".to_owned(), record.into());
    context.into()
}
