//! Port's published audit log: its query in, its events out and in. Its words live here alone.

use daybook_model::{
    Actor, ActorType, Change, Entry, Event, Field, Filter, Operation, Outcome, QueryError, Range,
    Resource, Span, Term, Timestamp, query,
};
use serde_json::{Map, Value, json};

use crate::{
    import::bare,
    intake::{Code, Fault},
    porter::instant,
};

/// Our sources and Port's origins. What several of ours share, the first is read as.
const ORIGINS: [(&str, &str); 18] = [
    ("dashboard", "UI"),
    ("api", "API"),
    ("cli", "API"),
    ("webhook", "WEBHOOK"),
    ("k8s_exporter", "K8S EXPORTER"),
    ("github_exporter", "GITHUB EXPORTER"),
    ("bitbucket_exporter", "BITBUCKET EXPORTER"),
    ("gitlab_exporter", "GITLAB EXPORTER"),
    ("aws_exporter", "AWS EXPORTER"),
    ("github_gitops", "GITHUB GITOPS"),
    ("bitbucket_gitops", "BITBUCKET GITOPS"),
    ("gh_action", "GH ACTION"),
    ("terraform", "TERRAFORM"),
    ("pulumi", "PULUMI"),
    ("codefresh", "CODEFRESH"),
    ("aggregation_property", "AGGREGATION PROPERTY"),
    ("automation", "PORT AUTOMATION"),
    ("internal", "PORT INTERNAL"),
];

/// The fields of an event that can be selected.
const FIELDS: [&str; 9] = [
    "action",
    "context",
    "diff",
    "identifier",
    "resourceType",
    "status",
    "trigger",
    "additionalData",
    "message",
];
/// The types of resources that can be asked for.
const RESOURCES: [&str; 7] =
    ["blueprint", "entity", "run", "webhook", "scorecard", "action", "integration"];
/// The longest span of a query for deleted entities.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Which entries.
    pub filter: Filter,
    /// Which fields of them; all if empty.
    pub includes: Vec<&'static str>,
    /// At most how many.
    pub limit: Option<u64>,
    /// Only those of runs of this kind, which is not a field of ours.
    pub action_type: Option<String>,
    /// Whether it names an event, an entity or a run: others than admins must.
    pub is_narrow: bool,
}

impl Asked {
    /// Reads a query string; the first thing that is wrong is the answer.
    pub fn read(raw: &str) -> Result<Self, QueryError> {
        let (pairs, errors) = query::split(raw);
        if let Some(error) = errors.into_iter().next() {
            return Err(error);
        }
        let mut asked = Self::default();
        let mut given: Vec<&str> = Vec::new();
        let (mut from, mut to, mut deleted) = (None, None, false);
        for (key, value) in &pairs {
            let wrong = |problem: String| Err(QueryError::new(key.as_str(), problem));
            // Arrays are repeated keys, with or without brackets.
            let name = key.strip_suffix("[]").unwrap_or(key);
            let is_list = matches!(name, "origin" | "resources" | "includes");
            if key.ends_with("[]") && !is_list {
                return wrong("is not a parameter of this API".into());
            }
            if !is_list && given.contains(&name) {
                return wrong("is given twice; keep one".into());
            }
            if value.is_empty() {
                return wrong("is empty; leave it out".into());
            }
            let field = match name {
                "identifier" => Field::Id,
                "entity" => Field::Entity,
                "blueprint" => Field::Blueprint,
                "run_id" => Field::Run,
                "webhookId" => Field::Webhook,
                "webhookEventId" => Field::WebhookEvent,
                "InstallationId" => Field::Integration,
                "resources" if !RESOURCES.contains(&value.as_str()) => {
                    return wrong(format!("{value:?} is not one of {}", RESOURCES.join(", ")));
                }
                "resources" => Field::ResourceType,
                "origin" => {
                    for source in sources(value) {
                        asked.include(Field::Source, key, &source)?;
                    }
                    given.push(name);
                    continue;
                }
                "action" => {
                    let word = value.to_ascii_lowercase();
                    if word.parse::<Operation>().is_err() || value.to_ascii_uppercase() != *value {
                        return wrong(format!("{value:?} is not one of CREATE, UPDATE, DELETE"));
                    }
                    asked.include(Field::Operation, key, &word)?;
                    given.push(name);
                    continue;
                }
                "status" => {
                    let word = match value.as_str() {
                        "SUCCESS" => "success",
                        "FAILURE" => "failure",
                        _ => return wrong(format!("{value:?} is not one of SUCCESS, FAILURE")),
                    };
                    asked.include(Field::Outcome, key, word)?;
                    given.push(name);
                    continue;
                }
                other => {
                    match other {
                        "includes" => match FIELDS.into_iter().find(|field| field == value) {
                            Some(field) => asked.includes.push(field),
                            None => {
                                return wrong(format!(
                                    "{value:?} is not one of {}",
                                    FIELDS.join(", ")
                                ));
                            }
                        },
                        "from" => from = Some(time(key, value)?.0),
                        "to" => to = Some(time(key, value)?),
                        "limit" => match value.parse() {
                            Ok(limit) if limit > 0 => asked.limit = Some(limit),
                            _ => {
                                return wrong(format!(
                                    "{value:?} is not a number of events, from 1"
                                ));
                            }
                        },
                        "include_deleted_entities" => match value.as_str() {
                            "true" => deleted = true,
                            "false" => {}
                            _ => return wrong(format!("{value:?} is neither true nor false")),
                        },
                        "actionType" => match value.as_str() {
                            "automation" | "self-service" => {
                                asked.action_type = Some(value.clone());
                            }
                            _ => {
                                return wrong(format!(
                                    "{value:?} is not one of automation, self-service"
                                ));
                            }
                        },
                        _ => return wrong("is not a parameter of this API".into()),
                    }
                    given.push(name);
                    continue;
                }
            };
            asked.include(field, key, value)?;
            given.push(name);
        }
        if deleted {
            let needed = ["entity", "blueprint", "status", "from", "to"];
            if let Some(missing) = needed.into_iter().find(|key| !given.contains(key)) {
                let problem = "is required together with include_deleted_entities";
                return Err(QueryError::new(missing, problem));
            }
        }
        asked.filter.range = Range::Between(span(from, to, deleted)?);
        asked.is_narrow = ["identifier", "entity", "run_id"].iter().any(|key| given.contains(key));
        Ok(asked)
    }

    fn include(&mut self, field: Field, key: &str, value: &str) -> Result<(), QueryError> {
        let value = field.value(value).map_err(|e| QueryError::new(key, e.problem))?;
        let choice = self.filter.choices.entry(field).or_default();
        choice.include.insert(Term::Is(value));
        Ok(())
    }

    /// Whether an entry that matches the filter is meant.
    pub fn holds(&self, entry: &Entry) -> bool {
        let Some(wanted) = self.action_type.as_deref() else { return true };
        let port = entry.event.context.as_ref().and_then(|context| context.get("port"));
        let Some(port) = port else { return false };
        ["", "/context", "/additionalData"].iter().any(|part| {
            port.pointer(&format!("{part}/actionType")).and_then(Value::as_str) == Some(wanted)
        })
    }

    /// An entry as published, with the fields that are asked for.
    pub fn audit(&self, entry: &Entry, organisation: &str) -> Value {
        let mut audit = audit(entry, organisation);
        if !self.includes.is_empty() {
            audit.retain(|key, _| self.includes.contains(&key.as_str()));
        }
        audit.into()
    }
}

fn time(key: &str, value: &str) -> Result<(Timestamp, i64), QueryError> {
    instant(value).map_err(|problem| QueryError::new(key, problem))
}

fn span(
    from: Option<Timestamp>,
    to: Option<(Timestamp, i64)>,
    deleted: bool,
) -> Result<Span, QueryError> {
    let start = from.unwrap_or(Timestamp::MIN);
    let end = to.map_or(Timestamp::END, |(last, length)| last.plus_millis(length));
    if to.is_some_and(|(last, _)| start > last) {
        return Err(QueryError::new("from", "is after to"));
    }
    if deleted && to.is_some_and(|(last, _)| last.millis() - start.millis() > DAY) {
        return Err(QueryError::new("to", "is more than a day after from"));
    }
    Span::new(start, end).ok_or_else(|| QueryError::new("from", "is after to"))
}

/// Our sources of an origin.
fn sources(origin: &str) -> Vec<String> {
    let known = ORIGINS.iter().filter(|(_, port)| *port == origin);
    let known: Vec<String> = known.map(|(ours, _)| (*ours).to_owned()).collect();
    if known.is_empty() { vec![word(origin)] } else { known }
}

/// A source of ours for an origin that is not in the table.
fn word(origin: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    origin.chars().map(plain).take(64).collect()
}

fn origin(source: &str) -> String {
    let known = ORIGINS.iter().find(|(ours, _)| *ours == source);
    known.map_or_else(|| source.to_ascii_uppercase().replace('_', " "), |(_, port)| (*port).into())
}

/// An entry as published. What we have no field for was kept in `context.port` and lies over the rest.
fn audit(entry: &Entry, organisation: &str) -> Map<String, Value> {
    let event = &entry.event;
    let mut audit = Map::new();
    let identifier = event.id.clone().unwrap_or_else(|| format!("event_{}", entry.seq));
    audit.insert("identifier".into(), identifier.into());
    let action = event.operation.map(|o| o.as_str().to_ascii_uppercase());
    audit.insert("action".into(), action.unwrap_or_else(|| event.action.clone()).into());
    if let Some(resource) = &event.resource {
        audit.insert("resourceType".into(), resource.kind.clone().into());
    }
    if let Some(outcome) = event.outcome {
        audit.insert("status".into(), outcome.as_str().to_ascii_uppercase().into());
    }
    let mut trigger = Map::new();
    trigger.insert("by".into(), by(&event.actor, organisation));
    if let Some(source) = &event.source {
        trigger.insert("origin".into(), origin(source).into());
    }
    trigger.insert("at".into(), event.occurred_at.to_string().into());
    audit.insert("trigger".into(), trigger.into());
    let mut context =
        json!({ "blueprint": event.blueprint, "entity": event.entity, "runId": event.run_id });
    let references = [
        ("webhookId", &event.webhook_id),
        ("webhookEventId", &event.webhook_event_id),
        ("installationId", &event.installation_id),
    ];
    for (key, value) in references {
        if let Some(value) = value {
            context[key] = value.clone().into();
        }
    }
    audit.insert("context".into(), context);
    if let Some(change) = &event.change {
        audit.insert("diff".into(), json!({ "before": change.before, "after": change.after }));
    }
    audit.insert("additionalData".into(), json!({}));
    if let Some(message) = event.message.as_ref().or(event.error.as_ref()) {
        audit.insert("message".into(), message.clone().into());
    }
    if let Some(Value::Object(port)) = event.context.as_ref().and_then(|c| c.get("port")) {
        for (key, value) in port {
            merge(audit.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
    audit
}

fn by(actor: &Actor, organisation: &str) -> Value {
    if matches!(actor.kind, ActorType::System | ActorType::Automation) {
        return json!({ "byPort": true, "orgId": organisation });
    }
    let mut user = Map::new();
    if let Some(email) = &actor.email {
        user.insert("email".into(), email.clone().into());
    }
    if let Some(name) = &actor.name {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        user.insert("firstName".into(), first.into());
        user.insert("lastName".into(), last.into());
    }
    let mut by = json!({ "orgId": organisation, "userId": actor.id });
    if !user.is_empty() {
        by["user"] = user.into();
    }
    by
}

fn merge(into: &mut Value, over: &Value) {
    match (into, over) {
        (Value::Object(into), Value::Object(over)) => {
            for (key, value) in over {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, over) => *into = over.clone(),
    }
}

/// Reads an event as published. What we have no field for is kept in `context.port`.
pub fn event(mut record: Map<String, Value>) -> Result<Event, Fault> {
    let missing = |field: &str| Fault::new(Code::Missing, field, "is missing");
    let at = record.get("trigger").and_then(|t| t.get("at")).and_then(Value::as_str);
    let at = at.ok_or_else(|| missing("trigger.at"))?;
    let at: Timestamp =
        at.parse().map_err(|e| Fault::invalid("trigger.at", format!("{at:?} {e}")))?;
    let action = record.get("action").and_then(Value::as_str).ok_or_else(|| missing("action"))?;
    let kind = record.get("resourceType").and_then(Value::as_str).map(str::to_owned);
    let operation = action.to_ascii_lowercase().parse::<Operation>().ok();
    let named =
        format!("{}.{}", kind.as_deref().unwrap_or("resource"), action.to_ascii_lowercase());
    let by = record.get("trigger").and_then(|t| t.get("by")).cloned().unwrap_or_default();
    let is_port = by.get("byPort").and_then(Value::as_bool) == Some(true);
    let mut event = bare(at, if is_port { ActorType::System } else { ActorType::User }, named);
    event.operation = operation.or(Some(Operation::Other));
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    event.id = text(record.get("identifier"));
    event.actor.id = text(by.get("userId"));
    event.actor.email = text(by.pointer("/user/email"));
    let parts = ["firstName", "lastName"].map(|key| text(by.pointer(&format!("/user/{key}"))));
    let name = parts.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
    event.actor.name = Some(name).filter(|name| !name.trim().is_empty());
    event.source = text(record.get("trigger").and_then(|t| t.get("origin")))
        .and_then(|origin| sources(&origin).into_iter().next())
        .filter(|source| !source.is_empty());
    event.outcome = match record.get("status").and_then(Value::as_str) {
        Some("SUCCESS") => Some(Outcome::Success),
        Some("FAILURE") => Some(Outcome::Failure),
        _ => None,
    };
    let context = record.get("context").cloned().unwrap_or_default();
    event.blueprint = text(context.get("blueprint"));
    event.entity = text(context.get("entity"));
    event.run_id = text(context.get("runId"));
    event.webhook_id = text(context.get("webhookId"));
    event.webhook_event_id = text(context.get("webhookEventId"));
    event.installation_id = text(context.get("installationId"));
    event.message = text(record.get("message"));
    if event.outcome == Some(Outcome::Failure) {
        event.error.clone_from(&event.message);
    }
    if let Some(Value::Object(diff)) = record.get_mut("diff") {
        let mut state = |key| diff.remove(key).unwrap_or_default();
        let (before, after) = (state("before"), state("after"));
        event.change = Some(Change { before, after });
    }
    event.resource = kind.map(|kind| resource(kind, &event));
    if event.change.is_some() {
        record.remove("diff");
    }
    // What comes out again by itself need not be kept beside it.
    let entry = Entry { seq: 0, received_at: at, event, omitted: Vec::new() };
    let rebuilt = Value::Object(audit(&entry, ""));
    let mut event = entry.event;
    let kept = rest(&Value::Object(record), Some(&rebuilt));
    if let Some(kept) = kept {
        event.context = Some(json!({ "port": kept }));
    }
    Ok(event)
}

/// What the event was done to, as far as its context and its states say.
fn resource(kind: String, event: &Event) -> Resource {
    let state = |key: &str| {
        let change = event.change.as_ref()?;
        let state = [&change.after, &change.before].into_iter().find(|s| !s.is_null())?;
        state.get(key)?.as_str().map(str::to_owned)
    };
    let id = match kind.as_str() {
        "entity" => event.entity.clone(),
        "blueprint" => event.blueprint.clone(),
        "run" => event.run_id.clone(),
        "webhook" => event.webhook_id.clone(),
        "integration" => event.installation_id.clone(),
        _ => None,
    };
    Resource { id: id.or_else(|| state("identifier")), name: state("title"), kind }
}

/// The parts of a value that another does not have.
fn rest(value: &Value, other: Option<&Value>) -> Option<Value> {
    if other == Some(value) {
        return None;
    }
    match (value, other) {
        (Value::Object(value), Some(Value::Object(other))) => {
            let parts = value.iter().filter_map(|(k, v)| Some((k.clone(), rest(v, other.get(k))?)));
            let parts: Map<_, _> = parts.collect();
            (!parts.is_empty()).then(|| parts.into())
        }
        _ => Some(value.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returned(published: &Value) -> Value {
        let Value::Object(record) = published.clone() else { panic!("an object") };
        let event = event(record).expect("an event");
        let entry = Entry { seq: 1, received_at: event.occurred_at, event, omitted: Vec::new() };
        Asked::default().audit(&entry, "")
    }

    #[test]
    fn published_events_come_back_as_they_were() {
        let create = json!({"identifier":"event_1","action":"CREATE","resourceType":"entity","status":"SUCCESS",
            "trigger":{"by":{"orgId":"org_1","userId":"auth0|1","user":{"email":"maya@acme.dev","firstName":"Maya","lastName":"van der Ortiz"}},
                "origin":"UI","at":"2024-06-09T12:28:18.477Z"},
            "context":{"blueprint":"service","entity":"svc-1","runId":null},
            "diff":{"before":null,"after":{"identifier":"svc-1","title":"Service 1"}},"additionalData":{"a":[1]}});
        let timer = json!({"identifier":"event_2","action":"TIMER_EXPIRED","resourceType":"entity","status":"SUCCESS",
            "trigger":{"by":{"byPort":true,"orgId":"org_1"},"origin":"PORT INTERNAL","at":"2024-06-09T12:28:18.477Z"},
            "context":{"blueprint":"service","entity":"svc-1","runId":null,"timer":"ttl"},"additionalData":{}});
        let run = json!({"identifier":"event_3","action":"UPDATE","resourceType":"run","status":"FAILURE",
            "trigger":{"by":{"orgId":"org_1","userId":"u"},"origin":"GH ACTION","at":"2024-06-09T12:28:18.477Z"},
            "context":{"blueprint":null,"entity":null,"runId":"r_1","actionType":"automation"},
            "diff":{"before":{"status":"IN_PROGRESS"},"after":{"status":"FAILURE"}},"additionalData":{},"message":"no runner"});
        for published in [create, timer, run] {
            let back = returned(&published);
            assert_eq!(back, published);
        }
    }

    #[test]
    fn every_parameter_is_read_or_named() {
        let raw = "entity=svc-1&resources=entity&resources[]=run&origin=API&action=DELETE&status=FAILURE&limit=5&includes=diff&from=2022-04-23T18:25:43.511Z&to=2022-04-24T18:25:43.511Z";
        let asked = Asked::read(raw).expect("read");
        assert_eq!(
            asked.filter.to_string(),
            "from=2022-04-23T18:25:43.511Z&to=2022-04-24T18:25:43.512Z&source=api&source=cli&outcome=failure&operation=delete&resource_type=entity&resource_type=run&entity=svc-1"
        );
        assert!(asked.is_narrow);
        for (raw, key) in [
            ("colour=red", "colour"),
            ("limit=0", "limit"),
            ("limit=x", "limit"),
            ("action=create", "action"),
            ("status=OK", "status"),
            ("resources=secret", "resources"),
            ("includes=password", "includes"),
            ("entity=a&entity=b", "entity"),
            ("from=yesterday", "from"),
            ("from=2022-04-24T00:00:00.000Z&to=2022-04-23T00:00:00.000Z", "from"),
            ("include_deleted_entities=true&entity=a", "blueprint"),
            (
                "include_deleted_entities=true&entity=a&blueprint=b&status=SUCCESS&from=2022-04-20T00:00:00.000Z&to=2022-04-23T00:00:00.000Z",
                "to",
            ),
            ("actionType=manual", "actionType"),
            ("identifier=", "identifier"),
            ("q=%FF", "q"),
        ] {
            assert_eq!(Asked::read(raw).expect_err(raw).key, key, "{raw}");
        }
    }
}
