//! What machines do with a moment.

use daybook_model::{Operation, Outcome};
use serde_json::json;

use super::{
    cast::CAST,
    habits::SECOND,
    places::{APPS, app_resource, application, cluster, preview, resource},
    requests::{Via, answer},
    routes::{READS, WRITES},
    stage::Stage,
};

impl Stage {
    /// A pipeline: mostly deploys of what was merged, and previews of what was not.
    pub(super) fn ci(&mut self, player: usize, at: i64) {
        if self.dice.permille(420) {
            self.deploy(player, at, Via::Usual);
            return;
        }
        let (mut focus, pick) = (self.focus(at), self.dice.between(0, 99));
        let action = match pick {
            0..35 => "CreatePreview",
            35..80 => "RedeployPreview",
            _ => "DeletePreview",
        };
        focus.app %= 12;
        let Some(route) = WRITES.iter().find(|route| route.action == action) else { return };
        let mut event = self.request(player, at, route, focus, Via::Usual);
        event.context = Some(json!({ "pull_request": focus.preview, "commit": self.dice.hex(10) }));
        self.say(event);
    }

    /// Infrastructure as code: reads everything, changes little.
    pub(super) fn infrastructure(&mut self, player: usize, at: i64) {
        let mut at = at;
        for _ in 0..self.dice.between(4, 12) {
            let focus = self.focus(at);
            let route =
                if self.dice.permille(930) { self.route(READS) } else { self.route(WRITES) };
            let event = self.request(player, at, route, focus, Via::Usual);
            self.say(event);
            at += self.dice.between(80, 900);
        }
    }

    /// The same question again and again; backups at night.
    pub(super) fn poll(&mut self, player: usize, at: i64) {
        let focus = self.focus(at);
        let action = if CAST[player].id == "tok_backup" { "CreateBackup" } else { "" };
        let write = WRITES.iter().find(|route| route.action == action);
        let route = write.unwrap_or_else(|| self.route(READS));
        let event = self.request(player, at, route, focus, Via::Usual);
        self.say(event);
    }

    /// A call from outside, and what it sets off.
    pub(super) fn webhook(&mut self, player: usize, at: i64) {
        let id = CAST[player].id;
        let (name, delivery) = (id.trim_start_matches("wh_"), self.dice.hex(12));
        let mut event = self.event(player, at, &format!("{name}.receive"), Operation::Execute);
        event.request.method = Some("POST".to_owned());
        event.request.path = Some(format!("/hooks/{id}"));
        event.request.request_id = Some(format!("req_{}", self.dice.hex(12)));
        let status = if self.dice.permille(15) { *self.dice.pick(&[400, 401, 500]) } else { 202 };
        answer(&mut event, status);
        event.webhook_id = Some(id.to_owned());
        event.webhook_event_id = Some(format!("dlv_{delivery}"));
        let app = self.dice.between(0, APPS.len() - 1);
        if name == "github" {
            event.resource =
                Some(resource("repository", format!("acme/{}", APPS[app].0), APPS[app].0));
            event.application = Some(application(app));
        }
        let goes_on = name == "pagerduty" && status == 202;
        self.say(event);
        if goes_on {
            let later = at + self.dice.between(200, 4000);
            let mut event = self.event(player, later, "incident.create", Operation::Create);
            event.webhook_id = Some(id.to_owned());
            event.webhook_event_id = Some(format!("dlv_{delivery}"));
            event.blueprint = Some("incident".to_owned());
            event.entity = Some(format!("inc-{}", self.dice.between(200, 990)));
            event.resource = event
                .entity
                .clone()
                .map(|entity| resource("entity", entity.as_str(), entity.as_str()));
            event.cluster = Some(cluster(APPS[app].1));
            self.say(event);
        }
    }

    /// Something that happens because something else did.
    pub(super) fn automation(&mut self, player: usize, at: i64) {
        let app = self.dice.between(0, APPS.len() - 1);
        match CAST[player].id {
            "auto_previews" => {
                let number = self.preview(at) - 40;
                let mut event = self.event(player, at, "DeletePreview", Operation::Delete);
                event.environment = Some(preview(number));
                event.resource =
                    Some(resource("environment", format!("env_{number}"), format!("pr-{number}")));
                event.message = Some("no commit for seven days".to_owned());
                self.say(event);
            }
            "auto_cost" => {
                let stop = self.dice.permille(500);
                let (action, operation) = if stop {
                    ("StopApp", Operation::Stop)
                } else {
                    ("StartApp", Operation::Start)
                };
                let app = 20 + app % 20;
                let mut event = self.event(player, at, action, operation);
                event.resource = Some(app_resource(app));
                event.application = Some(application(app));
                event.cluster = Some(cluster(APPS[app].1));
                self.say(event);
            }
            _ => {
                let mut event = self.event(player, at, "notification.send", Operation::Execute);
                event.resource = Some(resource("channel", "C0142", "#platform-alerts"));
                event.entity = Some(APPS[app].0.to_owned());
                event.blueprint = Some("service".to_owned());
                event.run_id = Some(format!("r_{}", self.dice.hex(16)));
                self.say(event);
            }
        }
    }

    /// Timers, renewals and what the platform does about unhealthy pods.
    pub(super) fn timer(&mut self, player: usize, at: i64) {
        let app = self.dice.between(0, APPS.len() - 1);
        let (action, operation) = match self.dice.between(0, 99) {
            0..45 => ("timer.expired", Operation::TimerExpired),
            45..60 => ("RestartApp", Operation::Restart),
            60..75 => ("RenewCertificate", Operation::Update),
            75..90 => ("RunJob", Operation::Execute),
            _ => ("CollectGarbage", Operation::Other),
        };
        let mut event = self.event(player, at, action, operation);
        event.resource = Some(app_resource(app));
        event.application = Some(application(app));
        event.cluster = Some(cluster(APPS[app].1));
        if operation == Operation::TimerExpired {
            event.resource =
                Some(resource("entity", format!("service/{}", APPS[app].0), APPS[app].0));
            event.blueprint = Some("service".to_owned());
            event.entity = Some(APPS[app].0.to_owned());
        }
        if action == "RestartApp" {
            event.message = Some("liveness probe failed".to_owned());
        }
        let failed = self.dice.permille(25);
        if failed && operation == Operation::Execute {
            event.outcome = Some(Outcome::Failure);
            event.error = Some(format!(
                "the job ran longer than {} s",
                self.dice.between(30, 90) * SECOND / 100
            ));
        }
        self.say(event);
    }
}
