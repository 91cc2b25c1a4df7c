//! How the platform itself is set up: actions, automations, integrations, scorecards, blueprints, and
//! who may use them. A few changes on each working day.

use daybook_model::{Change, Operation, Resource};
use serde_json::{Value, json};

use super::{
    cast::{CAST, Role},
    habits::{DAY, MINUTE, days_before, local_day},
    places::{ACTIONS, BLUEPRINTS, SCORECARDS, resource},
    stage::{BERLIN, Stage},
};

const LEVELS: &[&str] = &["Bronze", "Silver", "Gold"];
const RULES: &[&str] = &[
    "has_owner",
    "has_runbook",
    "has_on_call",
    "no_critical_cves",
    "coverage_above_80",
    "slo_defined",
];
const TEAMS: &[&str] = &["platform", "payments", "storefront", "data", "identity"];

/// What is set up.
#[derive(Debug, Clone, Copy)]
enum Thing {
    Action,
    ActionPermissions,
    Automation,
    Integration,
    Scorecard,
    Blueprint,
    BlueprintPermissions,
    Webhook,
}

const THINGS: [Thing; 8] = [
    Thing::Action,
    Thing::ActionPermissions,
    Thing::Automation,
    Thing::Integration,
    Thing::Scorecard,
    Thing::Blueprint,
    Thing::BlueprintPermissions,
    Thing::Webhook,
];

impl Stage {
    /// So many changes, spread over the working days of the whole time.
    pub(super) fn configuration(&mut self, count: i64) {
        let makers: Vec<_> = (0..CAST.len())
            .filter(|&player| matches!(CAST[player].role, Role::Operator | Role::Admin))
            .collect();
        let days = ((self.end - self.start) / DAY).max(1);
        for nth in 0..count {
            let day = nth * days / count.max(1);
            let (hour, minute) = (self.dice.between(9, 17), self.dice.between(0, 59));
            let at =
                days_before(self.end, day, BERLIN, hour, minute) + self.dice.between(0, MINUTE - 1);
            // The first day of all was a Thursday.
            if (local_day(at, BERLIN) + 3).rem_euclid(7) > 4 {
                continue;
            }
            let maker = *self.dice.pick(&makers);
            let thing = THINGS[usize::try_from(nth).unwrap_or_default() % THINGS.len()];
            self.set_up(maker, at, thing);
        }
    }

    fn set_up(&mut self, maker: usize, at: i64, thing: Thing) {
        let verb = match (thing, self.dice.between(0, 9)) {
            (Thing::ActionPermissions | Thing::BlueprintPermissions, _) | (_, 2..) => {
                Operation::Update
            }
            (_, 0) => Operation::Create,
            _ => Operation::Delete,
        };
        let (what, path) = self.thing(thing);
        let (before, after) = (self.state(thing, &what), self.state(thing, &what));
        let (method, path) = match verb {
            Operation::Create => ("POST", path),
            Operation::Delete => ("DELETE", format!("{path}/{}", what.id.as_deref().unwrap_or(""))),
            _ => ("PUT", format!("{path}/{}", what.id.as_deref().unwrap_or(""))),
        };
        let action = format!("{}.{verb}", what.kind.replace('_', "."));
        let mut event = self.api_call(maker, at, method, &path, &action, verb);
        match thing {
            Thing::Integration => event.installation_id.clone_from(&what.id),
            Thing::Scorecard => event.blueprint = Some("service".to_owned()),
            Thing::Blueprint | Thing::BlueprintPermissions => event.blueprint.clone_from(&what.id),
            _ => {}
        }
        event.resource = Some(what);
        event.change = Some(match verb {
            Operation::Create => Change { before: Value::Null, after },
            Operation::Delete => Change { before, after: Value::Null },
            _ => Change { before, after },
        });
        self.say(event);
    }

    /// One of its kind, and where the API has it.
    fn thing(&mut self, thing: Thing) -> (Resource, String) {
        let named = |kind: &str, id: &&str| resource(kind, *id, title(id));
        let of = |role: Role| CAST.iter().filter(|p| p.role == role).collect::<Vec<_>>();
        match thing {
            Thing::Action => (named("action", self.dice.pick(ACTIONS)), "/v1/actions".into()),
            Thing::ActionPermissions => (
                named("action_permissions", self.dice.pick(ACTIONS)),
                "/v1/permissions/actions".into(),
            ),
            Thing::Automation => {
                let all = of(Role::Automation);
                let one = self.dice.pick(&all);
                (resource("automation", one.id, one.name), "/v1/automations".into())
            }
            Thing::Integration => {
                let all = of(Role::Exporter);
                let one = self.dice.pick(&all);
                (resource("integration", one.id, one.name), "/v1/integrations".into())
            }
            Thing::Webhook => {
                let all = of(Role::Webhook);
                let one = self.dice.pick(&all);
                (resource("webhook", one.id, one.name), "/v1/webhooks".into())
            }
            Thing::Scorecard => (
                named("scorecard", self.dice.pick(SCORECARDS)),
                "/v1/blueprints/service/scorecards".into(),
            ),
            Thing::Blueprint => {
                (named("blueprint", self.dice.pick(BLUEPRINTS)), "/v1/blueprints".into())
            }
            Thing::BlueprintPermissions => (
                named("blueprint_permissions", self.dice.pick(BLUEPRINTS)),
                "/v1/permissions/blueprints".into(),
            ),
        }
    }

    /// How it is set up; another time some of that is different.
    fn state(&mut self, thing: Thing, what: &Resource) -> Value {
        let id = what.id.clone().unwrap_or_default();
        let team = *self.dice.pick(TEAMS);
        match thing {
            Thing::Action => json!({
                "identifier": id,
                "title": title(&id),
                "trigger": { "type": "self-service", "blueprintIdentifier": "service" },
                "requiredApproval": self.dice.permille(500),
                "invocationMethod": {
                    "type": "GITHUB", "org": "acme", "repo": "platform-workflows",
                    "workflow": format!("{id}.yml"), "reportWorkflowStatus": true,
                },
                "timeoutMinutes": *self.dice.pick(&[15, 30, 60]),
            }),
            Thing::ActionPermissions | Thing::BlueprintPermissions => json!({
                "roles": if self.dice.permille(500) { json!(["Admin"]) } else { json!(["Admin", "Member"]) },
                "teams": [team],
                "ownedByTeam": self.dice.permille(500),
            }),
            Thing::Automation => json!({
                "identifier": id,
                "trigger": { "type": "automation", "event": "ENTITY_UPDATED" },
                "publish": self.dice.permille(800),
                "delayMinutes": self.dice.between(0, 4) * 5,
            }),
            Thing::Integration => json!({
                "installationId": id,
                "version": format!("0.{}.{}", self.dice.between(4, 9), self.dice.between(0, 30)),
                "resyncIntervalMinutes": *self.dice.pick(&[15, 60, 240]),
                "createMissingRelatedEntities": self.dice.permille(700),
            }),
            Thing::Scorecard => json!({
                "identifier": id,
                "rules": RULES.iter().map(|rule| json!({
                    "name": rule, "level": *self.dice.pick(LEVELS),
                })).collect::<Vec<_>>(),
            }),
            Thing::Blueprint => json!({
                "identifier": id,
                "schema": { "properties": {
                    "tier": { "type": "string", "enum": ["gold", "silver", "bronze"] },
                    "coverage": { "type": "number", "minimum": self.dice.between(0, 4) * 10 },
                    "on_call": { "type": "string", "format": *self.dice.pick(&["user", "team"]) },
                }, "required": ["tier"] },
                "ownership": { "type": "Direct", "title": team },
            }),
            Thing::Webhook => json!({
                "identifier": id,
                "enabled": self.dice.permille(850),
                "security": { "signatureHeaderName": "X-Signature", "signatureAlgorithm": "sha256",
                    "secret": { "$redacted": true } },
                "retries": self.dice.between(0, 5),
                "timeoutMillis": self.dice.between(1, 6) * 1_000,
            }),
        }
    }
}

/// `rotate_secret` as people write it: `Rotate secret`.
fn title(id: &str) -> String {
    let words = id.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
