//! What the log tells of retention: what was removed, and who changed what is kept.

use daybook_model::{
    Actor, ActorType, Event, Operation, Outcome, Resource, Timestamp,
    account::Project,
    retention::{Hold, Restored, Retention, Taken},
};
use serde_json::{Value, json};

use super::plan::Plan;
use crate::{extract::Origin, import, intake::normalise, journal::JournalError, state::AppState};

/// What was done with a project's retention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// Its rules were changed, from these to these.
    Changed(Box<Retention>, Box<Retention>),
    /// It is to be applied now.
    Urged,
    /// A hold was made.
    Held(Hold),
    /// A hold was lifted.
    Lifted(Hold),
    /// Entries of a file of the archive were brought back.
    Restored(String, Restored),
}

/// Writes down what was done, before it is answered.
pub async fn record(
    state: &AppState,
    from: &Origin,
    project: &Project,
    done: &Done,
) -> Result<(), JournalError> {
    let Some(journal) = &state.journal else { return Ok(()) };
    let (action, operation) = match done {
        Done::Changed(..) => ("ChangeRetention", Operation::Update),
        Done::Urged => ("ApplyRetentionNow", Operation::Execute),
        Done::Held(_) => ("MakeHold", Operation::Create),
        Done::Lifted(_) => ("LiftHold", Operation::Delete),
        Done::Restored(..) => ("RestoreArchive", Operation::Create),
    };
    journal
        .about(from, |recording| {
            recording.action(action).operation(operation).outcome(Outcome::Success);
            match done {
                Done::Changed(..) | Done::Urged => {
                    recording.resource("project", project.number.to_string(), project.slug.clone())
                }
                Done::Held(hold) | Done::Lifted(hold) => {
                    recording.resource("legal_hold", hold.id.to_string(), hold.name.clone())
                }
                Done::Restored(file, _) => {
                    recording.resource("archive_file", file.clone(), file.clone())
                }
            };
            match done {
                Done::Changed(before, after) => {
                    recording.change(json!(before), json!(after));
                }
                Done::Held(hold) => {
                    recording.change(Value::Null, json!(hold));
                }
                Done::Lifted(hold) => {
                    recording.change(json!(hold), Value::Null);
                }
                Done::Restored(_, restored) => {
                    recording.detail("stored", restored.stored);
                    recording.detail("duplicates", restored.duplicates);
                    recording.detail("refused", restored.refused);
                }
                Done::Urged => {}
            }
        })
        .await
}

/// An entry of retention's own.
pub(super) fn event(at: Timestamp, action: &str, operation: Operation) -> Event {
    let mut event = import::bare(at, ActorType::System, action.to_owned());
    let name = Some("Retention".to_owned());
    event.actor =
        Actor { kind: ActorType::System, id: Some("retention".into()), name, email: None };
    event.source = Some("daybook".into());
    event.operation = Some(operation);
    event.outcome = Some(Outcome::Success);
    // "Retention deleted entries": no one of them, and not the project.
    event.resource = Some(Resource { kind: "entries".into(), id: None, name: None });
    event
}

/// As it is stored.
pub(super) fn ready(state: &AppState, mut event: Event) -> Event {
    normalise(&mut event, &state.sources);
    event
}

/// What was removed, in a sentence.
pub(super) fn sentence(count: u64, archived: bool) -> String {
    let entries =
        if count == 1 { "1 entry was".to_owned() } else { format!("{count} entries were") };
    let archived = if archived { "archived and removed" } else { "removed without an archive" };
    format!("{entries} {archived} by retention")
}

/// What was removed, and by what.
pub(super) fn context(plan: &Plan, run: i64, taken: &[Taken], archived: bool) -> Value {
    let rule = |taken: &Taken| {
        let planned = plan.rules.iter().find(|rule| Some(&rule.name) == taken.rule.as_ref());
        json!({
            "rule": taken.rule,
            "filter": planned.map(|rule| rule.filter.to_string()),
            "days": planned.and_then(|rule| rule.days),
            "before": planned.map(|rule| rule.before),
            "count": taken.count,
            "first": taken.first,
            "last": taken.last,
        })
    };
    let removed: Vec<_> = taken.iter().map(rule).collect();
    json!({ "retention": { "run": run, "archived": archived, "removed": removed } })
}
