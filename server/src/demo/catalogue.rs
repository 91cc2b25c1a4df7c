//! Changes of the catalogue's entities, with what they were and what they became.

use daybook_model::{Change, Event, Operation};
use serde_json::{Value, json};

use super::{
    cast::CAST,
    dice::{mix, place},
    habits::SECOND,
    places::{APPS, BLUEPRINTS, SCORECARDS, application, resource},
    stage::Stage,
};

const TIERS: &[&str] = &["mission_critical", "customer_facing", "internal", "experimental"];
const TEAMS: &[&str] = &["platform", "payments", "storefront", "data", "identity"];
const LEVELS: &[&str] = &["basic", "bronze", "silver", "gold"];

impl Stage {
    /// A person edits an entity by hand.
    pub(super) fn edit_entity(&mut self, player: usize, at: i64) {
        let event = self.entity_event(player, at, "entity.update", Operation::Update);
        self.say(event);
    }

    /// An exporter or a repository brings some entities up to date.
    pub(super) fn export_entities(&mut self, player: usize, at: i64) {
        let mut at = at;
        for _ in 0..self.dice.between(1, 4) {
            let (action, operation) = match self.dice.between(0, 99) {
                0..8 => ("entity.create", Operation::Create),
                8..12 => ("entity.delete", Operation::Delete),
                _ => ("entity.update", Operation::Update),
            };
            let mut event = self.entity_event(player, at, action, operation);
            event.installation_id = Some(CAST[player].id.to_owned());
            if self.dice.permille(12) {
                event.outcome = Some(daybook_model::Outcome::Failure);
                event.error =
                    Some("the property \"tier\" is not in the blueprint's schema".to_owned());
                event.change = None;
            }
            self.say(event);
            at += self.dice.between(50, 2 * SECOND);
        }
    }

    /// Levels of scorecards and counted properties follow from other entities.
    pub(super) fn aggregate(&mut self, player: usize, at: i64) {
        let app = self.dice.between(0, APPS.len() - 1);
        if self.dice.permille(500) {
            let event = self.entity_event(player, at, "entity.update", Operation::Update);
            self.say(event);
            return;
        }
        let scorecard = *self.dice.pick(SCORECARDS);
        let mut event = self.event(player, at, "scorecard.update", Operation::Update);
        event.resource = Some(resource("scorecard", scorecard, scorecard));
        event.blueprint = Some("service".to_owned());
        event.entity = Some(APPS[app].0.to_owned());
        let level = self.dice.between(0, LEVELS.len() - 2);
        let state = |level: usize| json!({ "scorecard": scorecard, "level": LEVELS[level] });
        let (before, after) =
            if self.dice.permille(600) { (level, level + 1) } else { (level + 1, level) };
        event.change = Some(Change { before: state(before), after: state(after) });
        self.say(event);
    }

    fn entity_event(
        &mut self,
        player: usize,
        at: i64,
        action: &str,
        operation: Operation,
    ) -> Event {
        let app = self.dice.between(0, APPS.len() - 1);
        let blueprint = *self.dice.pick(BLUEPRINTS);
        let name = APPS[app].0;
        let mut event = self.event(player, at, action, operation);
        event.resource = Some(resource("entity", format!("{blueprint}/{name}"), name));
        event.blueprint = Some(blueprint.to_owned());
        event.entity = Some(name.to_owned());
        event.application = Some(application(app));
        let (old, new) = (self.dice.bits(), self.dice.bits());
        let (before, after) =
            (entity(blueprint, name, old, old), entity(blueprint, name, old, new));
        event.change = Some(match operation {
            Operation::Create => Change { before: Value::Null, after },
            Operation::Delete => Change { before, after: Value::Null },
            _ => Change { before, after },
        });
        event
    }
}

/// The state of an entity; some of it follows from the first number, some from the second.
fn entity(blueprint: &str, name: &str, stays: u64, moves: u64) -> Value {
    let of =
        |list: &[&'static str], salt: u64, roll: u64| list[place(mix(&[roll, salt]), list.len())];
    json!({
        "identifier": name,
        "blueprint": blueprint,
        "properties": {
            "tier": of(TIERS, 1, stays),
            "open_pull_requests": mix(&[moves, 2]) % 14,
            "coverage": mix(&[moves, 3]) % 60 + 40,
            "languages": ["rust", of(&["typescript", "python", "go", "sql"], 4, stays)],
        },
        "relations": { "team": of(TEAMS, 5, if moves.is_multiple_of(7) { moves } else { stays }) },
    })
}
