//! What people do with a moment.

use daybook_model::{Change, Operation, change::Redaction};
use serde_json::{Value, json};

use super::{
    cast::{CAST, Role},
    habits::{self, HOUR, MINUTE, SECOND},
    places::{ACTIONS, APPS, application, cluster, resource},
    requests::{Via, answer},
    routes::{About, READS, Route, WRITES},
    stage::Stage,
};

impl Stage {
    /// Somebody at a keyboard.
    pub(super) fn person(&mut self, player: usize, at: i64) {
        let day = habits::local_day(at, CAST[player].zone);
        if self.signed_in[player] != day {
            self.signed_in[player] = day;
            if self.dice.permille(self.sign_ins) {
                self.sign_in(player, at);
                return;
            }
        }
        let roll = self.dice.between(0, 999);
        match (CAST[player].role, roll) {
            (Role::Reader, 150..) | (_, 440..) => self.browse(player, at),
            (_, 100..190) => self.command_line(player, at),
            (_, 190..255) => self.edit_env_group(player, at),
            (Role::Developer | Role::Operator, 255..315) => self.deploy(player, at, Via::Usual),
            (_, 255..275) => self.deploy(player, at, Via::Cli),
            (_, 275..345) => self.edit_entity(player, at),
            (_, 345..385) => self.run_action(player, at),
            (Role::Admin, 385..) | (_, 385..396) => self.manage_access(player, at),
            _ => self.write(player, at, Via::Usual),
        }
    }

    /// Some pages, one after the other, about the same things.
    fn browse(&mut self, player: usize, at: i64) {
        let focus = self.focus(at);
        let mut at = at;
        for _ in 0..self.dice.between(1, 6) {
            let route = self.route(READS);
            let event = self.request(player, at, route, focus, Via::Usual);
            self.say(event);
            at += self.dice.between(300, 40 * SECOND);
        }
    }

    fn write(&mut self, player: usize, at: i64, via: Via) {
        let (focus, route) = (self.focus(at), self.route(WRITES));
        let mut event = self.request(player, at, route, focus, via);
        if route.about == About::App && event.request.status_code < Some(300) {
            event.change = self.app_change(focus.app, route.action);
        }
        self.say(event);
    }

    fn command_line(&mut self, player: usize, at: i64) {
        let (focus, mut at) = (self.focus(at), at);
        for _ in 0..self.dice.between(1, 3) {
            let routes = if self.dice.permille(650) { READS } else { WRITES };
            let route = self.route(routes);
            let event = self.request(player, at, route, focus, Via::Cli);
            self.say(event);
            at += self.dice.between(900, 9000);
        }
    }

    /// The commonest careful change: a variable of an environment group.
    fn edit_env_group(&mut self, player: usize, at: i64) {
        const PATH: &str =
            "/api/v2/projects/{project}/clusters/{cluster}/environment-groups/{envgroup}";
        const ROUTE: Route = Route {
            method: "PATCH",
            path: PATH,
            action: "UpdateEnvGroup",
            operation: Operation::Update,
            about: About::EnvGroup,
            weight: 1,
        };
        let focus = self.focus(at);
        let via = if self.dice.permille(300) { Via::Cli } else { Via::Usual };
        let mut event = self.request(player, at, &ROUTE, focus, via);
        event.application = Some(application(focus.app));
        if event.request.status_code == Some(200) {
            let version = self.dice.between(3, 90);
            let (old, new) = (self.dice.between(5, 60), self.dice.between(5, 60));
            let secret = *self.dice.pick(super::places::SECRETS);
            let group = |version: i32, limit: i32, changed: bool| {
                json!({
                    "name": format!("{}-env", APPS[focus.app].0),
                    "version": version,
                    "variables": {
                        "LOG_LEVEL": if version % 3 == 0 { "debug" } else { "info" },
                        "HTTP_TIMEOUT_SECONDS": limit.to_string(),
                        "REGION": "eu-central-1",
                    },
                    "sealed_variables": { secret: Redaction::marker(changed) },
                    "linked_applications": [APPS[focus.app].0],
                })
            };
            let changed = self.dice.permille(350);
            event.change = Some(Change {
                before: group(version, old, false),
                after: group(version + 1, new, changed),
            });
        }
        self.say(event);
    }

    /// A self-service action: asked for, done by a machine, reported.
    fn run_action(&mut self, player: usize, at: i64) {
        let action = *self.dice.pick(ACTIONS);
        let run = format!("r_{}", self.dice.hex(16));
        let app = self.focus(at).app;
        let mut asked = self.event(player, at, &format!("{action}.run"), Operation::Execute);
        asked.request.method = Some("POST".to_owned());
        asked.request.path = Some(format!("/v1/actions/{action}/runs"));
        asked.request.request_id = Some(format!("req_{}", self.dice.hex(12)));
        answer(&mut asked, 201);
        asked.context = Some(
            json!({ "inputs": { "service": APPS[app].0, "reason": reason(self.dice.bits()) } }),
        );
        let failed = self.dice.permille(90);
        let took = self.dice.between(20 * SECOND, 6 * MINUTE);
        let worker = super::cast::player("auto_scorecards");
        let mut done = self.event(worker, at + took, "run.update", Operation::Update);
        if failed {
            done.outcome = Some(daybook_model::Outcome::Failure);
            done.error = Some("the workflow ended with exit code 1".to_owned());
        }
        let status = if failed { "FAILURE" } else { "SUCCESS" };
        let state = |status: &str| json!({ "status": status, "action": action });
        done.change = Some(Change { before: state("IN_PROGRESS"), after: state(status) });
        for mut event in [asked, done] {
            event.resource = Some(resource("run", run.as_str(), action));
            event.run_id = Some(run.clone());
            event.blueprint = Some("service".to_owned());
            event.entity = Some(APPS[app].0.to_owned());
            event.application = Some(application(app));
            event.cluster = Some(cluster(APPS[app].1));
            self.say(event);
        }
    }

    /// Once a day, and some say good-bye.
    fn sign_in(&mut self, player: usize, at: i64) {
        let mut at = at;
        while self.dice.permille(60) {
            let failed = self.sign_in_event(player, at, 401);
            self.say(failed);
            at += self.dice.between(4 * SECOND, 40 * SECOND);
        }
        let event = self.sign_in_event(player, at, 200);
        self.say(event);
        if self.dice.permille(300) {
            let at = at + self.dice.between(5 * HOUR, 9 * HOUR);
            let mut event = self.event(player, at, "SignOut", Operation::Logout);
            event.request.method = Some("POST".to_owned());
            event.request.path = Some("/api/v2/logout".to_owned());
            answer(&mut event, 204);
            self.say(event);
        }
    }
}

fn reason(roll: u64) -> Value {
    const REASONS: [&str; 5] = [
        "new service for the spring release",
        "on-call",
        "audit finding",
        "load test",
        "customer request",
    ];
    REASONS[super::dice::place(roll, REASONS.len())].into()
}
