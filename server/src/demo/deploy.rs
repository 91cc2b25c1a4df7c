//! Deploys: asked for, built, rolled out, sometimes rolled back; one run each.

use daybook_model::{Change, Event, Operation, Outcome};
use serde_json::{Value, json};

use super::{
    cast::player,
    dice::Dice,
    habits::{MINUTE, SECOND},
    places::{APPS, app_resource, application, cluster},
    requests::{Focus, Via},
    routes::{About, Route},
    stage::Stage,
};

/// What runs of an application, as far as it is told.
#[derive(Debug, Clone)]
pub(super) struct AppState {
    revision: u32,
    release: (u32, u32),
    replicas: u32,
    workers: u32,
    memory: u32,
}

impl AppState {
    pub(super) fn new(app: usize, dice: &mut Dice) -> Self {
        let large = app < 12;
        Self {
            revision: dice.between(20, 180),
            release: (dice.between(1, 60), dice.between(0, 9)),
            replicas: if large { dice.between(3, 8) } else { dice.between(1, 2) },
            workers: dice.between(1, 3),
            memory: *dice.pick(&[256, 512, 1024]),
        }
    }

    fn released(&self, dice: &mut Dice) -> Self {
        let mut next = self.clone();
        next.revision += 1;
        next.release = if dice.permille(250) {
            (next.release.0 + 1, 0)
        } else {
            (next.release.0, next.release.1 + 1)
        };
        next
    }

    fn snapshot(&self, app: usize) -> Value {
        let (name, home) = APPS[app];
        json!({
            "name": name,
            "revision": self.revision,
            "image": { "repository": format!("ghcr.io/acme/{name}"), "tag": format!("1.{}.{}", self.release.0, self.release.1) },
            "services": [
                { "name": "web", "replicas": self.replicas, "cpu": 0.5, "memory_mb": self.memory, "port": 8080 },
                { "name": "worker", "replicas": self.workers, "cpu": 0.25, "memory_mb": 256 },
            ],
            "environment_groups": [format!("{name}-env")],
            "labels": { "tier": if home < 2 { "production" } else { "internal" } },
        })
    }
}

impl Stage {
    /// The change that a single request makes to an application, if it makes one.
    pub(super) fn app_change(&mut self, app: usize, action: &str) -> Option<Change> {
        let before = self.apps[app].clone();
        let mut after = before.clone();
        after.revision += 1;
        match action {
            "UpdateApp" => after.memory = *self.dice.pick(&[256, 512, 768, 1024, 2048]),
            "ScaleApp" | "UpdateAutoscaling" => after.replicas = self.dice.between(1, 10),
            _ => return None,
        }
        self.apps[app] = after.clone();
        Some(Change { before: before.snapshot(app), after: after.snapshot(app) })
    }

    /// A deploy of some application.
    pub(super) fn deploy(&mut self, by: usize, at: i64, via: Via) {
        let focus = self.focus(at);
        self.deploy_app(by, at, via, focus);
    }

    pub(super) fn deploy_app(&mut self, by: usize, at: i64, via: Via, focus: Focus) {
        const PATH: &str =
            "/api/v2/projects/{project}/clusters/{cluster}/applications/{app}/deploys";
        const DEPLOY: Route = Route {
            method: "POST",
            path: PATH,
            action: "DeployApp",
            operation: Operation::Execute,
            about: About::App,
            weight: 1,
        };
        let run = format!("run_{}", self.dice.hex(12));
        let commit = self.dice.hex(10);
        let mut asked = self.request(by, at, &DEPLOY, focus, via);
        asked.run_id = Some(run.clone());
        asked.context = Some(json!({ "commit": commit, "branch": "main" }));
        let refused = asked.outcome == Some(Outcome::Failure);
        self.say(asked);
        if refused {
            return;
        }
        let image_at = at + self.dice.between(40 * SECOND, 5 * MINUTE);
        let build_failed = self.dice.permille(60);
        let mut build = self.run_step(focus.app, image_at, "BuildImage", Operation::Execute, &run);
        if build_failed {
            fail(&mut build, "the build ended with exit code 2");
        }
        self.say(build);
        if build_failed {
            return;
        }
        let before = self.apps[focus.app].clone();
        let after = before.released(&mut self.dice);
        let rolled = image_at + self.dice.between(2 * SECOND, 20 * SECOND);
        let mut update = self.run_step(focus.app, rolled, "UpdateApp", Operation::Update, &run);
        update.change =
            Some(Change { before: before.snapshot(focus.app), after: after.snapshot(focus.app) });
        self.say(update);
        let done = rolled + self.dice.between(20 * SECOND, 4 * MINUTE);
        let unhealthy =
            self.dice.permille(70) || (APPS[focus.app].1 == 0 && self.outage.contains(&done));
        let mut rollout = self.run_step(focus.app, done, "FinishRollout", Operation::Update, &run);
        if !unhealthy {
            self.apps[focus.app] = after;
            self.say(rollout);
            return;
        }
        fail(&mut rollout, "readiness probe failed: 3 of 3 pods did not become ready");
        self.say(rollout);
        let back = done + self.dice.between(5 * SECOND, 3 * MINUTE);
        let mut rollback = self.run_step(focus.app, back, "RollbackApp", Operation::Update, &run);
        rollback.change =
            Some(Change { before: after.snapshot(focus.app), after: before.snapshot(focus.app) });
        self.say(rollback);
    }

    /// What the platform does by itself in a run.
    fn run_step(
        &mut self,
        app: usize,
        at: i64,
        action: &str,
        operation: Operation,
        run: &str,
    ) -> Event {
        let mut event = self.event(player("scheduler"), at, action, operation);
        event.run_id = Some(run.to_owned());
        event.resource = Some(app_resource(app));
        event.application = Some(application(app));
        event.cluster = Some(cluster(APPS[app].1));
        event
    }
}

fn fail(event: &mut Event, why: &str) {
    event.outcome = Some(Outcome::Failure);
    event.error = Some(why.to_owned());
}
