//! What is written about one request.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use daybook_model::{
    Actor, ActorType, Change, Event, Operation, Outcome, Request, Resource, Timestamp,
};
use serde_json::{Map, Value};

/// An event on its way into the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What happened.
    pub event: Event,
    /// The project it belongs to, where that is not the one that the sink writes to.
    pub project: Option<String>,
}

/// What is to be written about a request. Every request carries one in its extensions, for the
/// service to tell what the layer cannot know; clones are the same.
#[derive(Debug, Clone)]
pub struct Recording(Arc<Mutex<Draft>>);

#[derive(Debug)]
struct Draft {
    event: Event,
    known: bool,
    project: Option<String>,
    context: Map<String, Value>,
    /// Taken, or not to be recorded.
    done: bool,
}

impl Recording {
    pub(crate) fn new(id: String, now: Timestamp, action: String, request: Request) -> Self {
        let actor = Actor { kind: ActorType::System, id: None, name: None, email: None };
        let event = Event {
            id: Some(id),
            occurred_at: now,
            actor,
            source: None,
            action,
            operation: None,
            outcome: None,
            error: None,
            request,
            resource: None,
            application: None,
            cluster: None,
            environment: None,
            run_id: None,
            webhook_id: None,
            webhook_event_id: None,
            installation_id: None,
            blueprint: None,
            entity: None,
            change: None,
            context: None,
            message: None,
        };
        let context = Map::new();
        Self(Arc::new(Mutex::new(Draft {
            event,
            known: false,
            project: None,
            context,
            done: false,
        })))
    }

    fn draft(&self) -> MutexGuard<'_, Draft> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who called.
    pub fn actor(&self, actor: Actor) -> &Self {
        let mut draft = self.draft();
        (draft.event.actor, draft.known) = (actor, true);
        drop(draft);
        self
    }

    /// What was done, in place of what the route says.
    pub fn action(&self, action: impl Into<String>) -> &Self {
        self.with(|event| event.action = action.into())
    }

    /// What kind of thing that is, in place of what the method says.
    pub fn operation(&self, operation: Operation) -> &Self {
        self.with(|event| event.operation = Some(operation))
    }

    /// How it ended, where the status does not say.
    pub fn outcome(&self, outcome: Outcome) -> &Self {
        self.with(|event| event.outcome = Some(outcome))
    }

    /// What it was done to.
    pub fn resource(
        &self,
        kind: &str,
        id: impl Into<Option<String>>,
        name: impl Into<Option<String>>,
    ) -> &Self {
        let resource = Resource { kind: kind.into(), id: id.into(), name: name.into() };
        self.with(|event| event.resource = Some(resource))
    }

    /// The state before and after.
    pub fn change(&self, before: Value, after: Value) -> &Self {
        self.with(|event| event.change = Some(Change { before, after }))
    }

    /// A sentence.
    pub fn message(&self, message: impl Into<String>) -> &Self {
        self.with(|event| event.message = Some(message.into()))
    }

    /// Something else worth keeping, in the event's context.
    pub fn detail(&self, key: &str, value: impl Into<Value>) -> &Self {
        self.draft().context.insert(key.to_owned(), value.into());
        self
    }

    /// The same, or the one that the sink writes to.
    pub fn belonging(&self, project: Option<String>) -> &Self {
        self.draft().project = project;
        self
    }

    /// The project that the record belongs to, where that is not the one the sink writes to.
    pub fn project(&self, project: impl Into<String>) -> &Self {
        self.draft().project = Some(project.into());
        self
    }

    /// Anything else about the event.
    pub fn with(&self, change: impl FnOnce(&mut Event)) -> &Self {
        change(&mut self.draft().event);
        self
    }

    /// Writes nothing about this request.
    pub fn skip(&self) {
        self.draft().done = true;
    }

    /// Who called, as far as it is known.
    pub fn caller(&self) -> Option<Actor> {
        let draft = self.draft();
        draft.known.then(|| draft.event.actor.clone())
    }

    /// Where the request comes from.
    pub fn remote_ip(&self) -> Option<IpAddr> {
        self.draft().event.request.remote_ip.as_deref().and_then(|text| text.parse().ok())
    }

    /// What is to be written about a second thing that the request did, of this id; begins with what
    /// is known of the request. Nothing else is written about the request by itself.
    #[must_use]
    pub fn also(&self, id: String) -> Self {
        let mut draft = self.draft();
        draft.done = true;
        let event = Event { id: Some(id), ..draft.event.clone() };
        let project = draft.project.clone();
        let Draft { known, .. } = *draft;
        Self(Arc::new(Mutex::new(Draft {
            event,
            known,
            project,
            context: Map::new(),
            done: false,
        })))
    }

    /// Takes what is known so far, for a service that writes it down by itself before it answers;
    /// nothing more is written about this request. `None` where that was done already.
    pub fn take(&self) -> Option<Record> {
        let mut draft = self.draft();
        (!std::mem::replace(&mut draft.done, true)).then(|| draft.record())
    }

    /// The record of a request that is over.
    pub(crate) fn finish(
        &self,
        status: Option<u16>,
        whole: bool,
        took: Duration,
    ) -> Option<Record> {
        let mut draft = self.draft();
        if std::mem::replace(&mut draft.done, true) {
            return None;
        }
        draft.event.request.status_code = status;
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        draft.context.insert("latency_ms".into(), millis.into());
        if !whole {
            draft.context.insert("given_up".into(), true.into());
        }
        Some(draft.record())
    }

    /// Whether it is known who called.
    pub(crate) fn is_known(&self) -> bool {
        self.draft().known
    }
}

impl Draft {
    fn record(&self) -> Record {
        let mut event = self.event.clone();
        event.context = (!self.context.is_empty()).then(|| Value::Object(self.context.clone()));
        Record { event, project: self.project.clone() }
    }
}
