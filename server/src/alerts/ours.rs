//! Which entries tell of alerts. No rule looks at these: else one alert would be the cause of the next.
//!
//! What an entry says of itself is what whoever sent it says. So one that says that it tells of an alert is
//! compared with what the log is told of that alert; whatever says anything else is watched like all others.

use std::collections::HashSet;

use daybook_model::{
    Actor, ActorType, Event, Filter, Operation, Outcome, Resource, Seq, Sort, alert::Firing,
};
use serde_json::json;

use super::{AlertsError, table::Table, walk::position};
use crate::{
    import,
    intake::{SourceTable, normalise},
    store::{Parts, ProjectId, Scope, Store},
};

/// What such an entry says it is.
const CLAIM: &str = "action=FireAlert&source=daybook";
const FIRED: &str = "FireAlert";
const SOURCE: &str = "daybook";
/// How many are looked for at once.
const TOGETHER: usize = 2_000;

/// What the log is told of a firing. Only what does not change while it goes on: told twice, it is the same
/// entry.
pub(super) fn entry(project: ProjectId, firing: &Firing) -> Event {
    let mut event = import::bare(firing.fired_at, ActorType::System, FIRED.to_owned());
    event.actor = Actor {
        kind: ActorType::System,
        id: Some("daybook".into()),
        name: Some("Alerts".into()),
        email: None,
    };
    event.id = Some(format!("alert:{}:{}", project.0, firing.id));
    event.source = Some(SOURCE.into());
    event.operation = Some(Operation::Create);
    event.outcome = Some(Outcome::Success);
    event.resource = Some(Resource {
        kind: "alert".into(),
        id: Some(firing.id.to_string()),
        name: Some(firing.name.clone()),
    });
    event.message = Some(firing.sentence.clone());
    event.context = Some(json!({ "alert": {
        "severity": firing.severity,
        "at": firing.at,
        "group": firing.group,
    } }));
    // It has a source: that of no User-Agent is looked up.
    normalise(&mut event, &SourceTable::default());
    event
}

/// The firing that an event says it tells of.
fn claimed(event: &Event) -> Option<i64> {
    if event.action != FIRED || event.source.as_deref() != Some(SOURCE) {
        return None;
    }
    event.resource.as_ref()?.id.as_deref()?.parse().ok()
}

/// Whether an event says what the log is told. Its id may be another, where somebody had taken ours; at what
/// whole entries alone have, rules do not look.
fn is(event: &Event, told: Event) -> bool {
    let said = |event: Event| Event { id: None, change: None, context: None, ..event };
    said(event.clone()) == said(told)
}

/// The places of those among some entries.
pub(super) async fn among<'e>(
    table: &Table,
    project: ProjectId,
    entries: impl Iterator<Item = (Seq, &'e Event)>,
) -> Result<HashSet<Seq>, AlertsError> {
    let claims: Vec<_> =
        entries.filter_map(|(seq, event)| Some((seq, claimed(event)?, event))).collect();
    if claims.is_empty() {
        return Ok(HashSet::new());
    }
    let mut ids: Vec<_> = claims.iter().map(|(_, id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let known = table.some(project, &ids).await?;
    let ours = claims.into_iter().filter(|(_, id, event)| {
        known.get(id).is_some_and(|firing| is(event, entry(project, firing)))
    });
    Ok(ours.map(|(seq, ..)| seq).collect())
}

/// The places of those in a scope, which somebody asks of the log as they see it.
pub(super) async fn within(
    table: &Table,
    log: &dyn Store,
    asked: &dyn Store,
    scope: &Scope,
) -> Result<HashSet<Seq>, AlertsError> {
    let mut scope = scope.clone();
    scope.within.push(std::mem::replace(&mut scope.filter, CLAIM.parse::<Filter>()?));
    let sort = Sort { descending: false, ..Sort::default() };
    let (mut ours, mut last) = (HashSet::new(), None);
    loop {
        let keys = asked.keys(&scope, sort, last.map(position).as_ref(), TOGETHER).await?;
        let Some(end) = keys.last() else { return Ok(ours) };
        last = Some(*end);
        let mut left = &keys[..];
        while !left.is_empty() {
            let entries = log.at(scope.project, left, Parts::Listed).await?;
            let Some(end) = entries.last() else { break };
            let done = left.iter().position(|(_, seq)| *seq == end.seq);
            left = &left[done.map_or(left.len(), |done| done + 1)..];
            let entries = entries.iter().map(|entry| (entry.seq, &entry.event));
            ours.extend(among(table, scope.project, entries).await?);
        }
    }
}
