//! AWS CloudTrail records.
//!
//! `requestParameters` and `responseElements` say what was asked and answered, not what a thing
//! was before and after. So they stay what they are, in the context as `request_parameters` and
//! `response_elements`, and a change is told only where the answer itself has both states: the
//! previous and the current state of instances that are started, stopped or terminated.
//! Whatever has no field of its own is kept in `context.cloudtrail`.

mod operation;
mod resource;

use daybook_model::{ActorType, Change, Event, Named, Outcome};
use serde_json::{Map, Value, json};

use super::fields::{self, Object, at, required, take_text, text};
use crate::intake::Fault;

/// Reads a record.
pub(super) fn event(mut record: Object) -> Result<Event, Fault> {
    let occurred_at = fields::time(&record, &["eventTime", "@timestamp"])?;
    let name = required(&mut record, "eventName")?;
    let service = required(&mut record, "eventSource")?;
    let service = service.strip_suffix(".amazonaws.com").unwrap_or(&service).to_owned();
    let agent = text(record.get("userAgent")).unwrap_or_default().to_owned();
    let read_only = record.get("readOnly").is_some_and(|v| v == true || v == "true");

    let mut event = fields::bare(occurred_at, actor_type(&record), format!("{service}:{name}"));
    event.id = take_text(&mut record, "eventID");
    name_actor(&mut event, &record);
    event.source = Some(source(&record, &name, &agent).to_owned());
    event.operation = Some(operation::of(&name, read_only));
    (event.outcome, event.error) = outcome(&mut record, &name);
    event.request.request_id = take_text(&mut record, "requestID");
    event.request.remote_ip = take_text(&mut record, "sourceIPAddress");
    event.request.user_agent = take_text(&mut record, "userAgent");
    event.resource = resource::of(&record);
    event.application = Some(Named { id: service, name: None });
    event.cluster = cluster(&record);
    event.change = record.get("responseElements").and_then(instance_states);
    event.context = Some(context(record));
    Ok(event)
}

/// Records without a type are calls that one service of AWS makes for another.
fn actor_type(record: &Object) -> ActorType {
    match record.get("userIdentity").and_then(|identity| text(identity.get("type"))) {
        Some(
            "IAMUser" | "Root" | "SAMLUser" | "WebIdentityUser" | "IdentityCenterUser"
            | "FederatedUser",
        ) => ActorType::User,
        Some("AssumedRole" | "Role") => ActorType::ServiceAccount,
        Some("AWSAccount") => ActorType::Integration,
        _ => ActorType::System,
    }
}

/// The identity stays in the record: only its name and the best of its ids have a field.
fn name_actor(event: &mut Event, record: &Object) {
    let Some(identity) = record.get("userIdentity") else { return };
    let first =
        |paths: &[&str]| paths.iter().find_map(|path| text(at(identity, path)).map(str::to_owned));
    event.actor.id = first(&["principalId", "arn", "invokedBy", "accountId"]);
    event.actor.name = first(&["userName", "sessionContext.sessionIssuer.userName", "invokedBy"]);
    event.actor.email = event.actor.name.clone().filter(|name| name.contains('@'));
}

fn source(record: &Object, name: &str, agent: &str) -> &'static str {
    let agent = agent.trim_start_matches('[').to_ascii_lowercase();
    let from_console =
        record.get("sessionCredentialFromConsole").is_some_and(|v| v == true || v == "true");
    if name == "ConsoleLogin" || from_console {
        "dashboard"
    } else if agent.starts_with("aws-cli") {
        "cli"
    } else if agent.contains("terraform") {
        "terraform"
    } else if agent.contains("pulumi") {
        "pulumi"
    } else if actor_type(record) == ActorType::System {
        "service"
    } else if agent.starts_with("console.")
        || agent.contains("console/")
        || agent.contains("console,")
    {
        "dashboard"
    } else {
        "api"
    }
}

fn outcome(record: &mut Object, name: &str) -> (Option<Outcome>, Option<String>) {
    let (code, message) = (take_text(record, "errorCode"), take_text(record, "errorMessage"));
    let sign_in =
        record.get("responseElements").and_then(|elements| text(elements.get("ConsoleLogin")));
    let failed = code.is_some() || (name == "ConsoleLogin" && sign_in == Some("Failure"));
    let error = match (code, message) {
        (Some(code), Some(message)) => Some(format!("{code}: {message}")),
        (code, message) => code.or(message),
    };
    (Some(if failed { Outcome::Failure } else { Outcome::Success }), error)
}

/// Account and region stand for the cluster.
fn cluster(record: &Object) -> Option<Named> {
    let identity = record.get("userIdentity").and_then(|identity| text(identity.get("accountId")));
    let account = text(record.get("recipientAccountId")).or(identity);
    let id = [account, text(record.get("awsRegion"))]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("/");
    Some(Named { id, name: None }).filter(|cluster| !cluster.id.is_empty())
}

/// The one answer that has both states.
fn instance_states(answer: &Value) -> Option<Change> {
    let items = at(answer, "instancesSet.items")?.as_array()?;
    let states = |which: &str| {
        let state = |item: &Value| {
            let id = text(item.get("instanceId"))?.to_owned();
            Some((id, json!({ "state": text(at(item, which))? })))
        };
        items
            .iter()
            .map(state)
            .collect::<Option<Map<String, Value>>>()
            .filter(|states| !states.is_empty())
    };
    let (before, after) = (states("previousState.name")?, states("currentState.name")?);
    Some(Change { before: before.into(), after: after.into() })
}

fn context(mut record: Object) -> Value {
    let mut context = Map::new();
    for (theirs, ours) in
        [("requestParameters", "request_parameters"), ("responseElements", "response_elements")]
    {
        if let Some(value) = record.remove(theirs).filter(|value| !value.is_null()) {
            context.insert(ours.to_owned(), value);
        }
    }
    context.insert("cloudtrail".to_owned(), record.into());
    context.into()
}
