//! Requests to the platform's API: paths, status codes, what they were about.

use daybook_model::{Event, Named, Operation, Outcome, Resource};

use super::{
    cast::CAST,
    dice::{mix, place},
    places::{
        ADDONS, APPS, BLUEPRINTS, CLUSTERS, NAMESPACES, PROJECT, SCORECARDS, SECRETS, app_resource,
        application, cluster, datastore, preview, resource,
    },
    routes::{About, Route},
    stage::Stage,
};

/// What somebody is looking at. One number stands for the things that come in great numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Focus {
    pub(super) app: usize,
    pub(super) preview: i64,
    pub(super) nth: u64,
}

/// How a person's request comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Via {
    /// As the player usually does.
    Usual,
    /// From the command line.
    Cli,
}

impl Focus {
    fn of(self, list: &[&'static str]) -> &'static str {
        list[place(self.nth, list.len())]
    }

    fn envgroup(self) -> String {
        format!("{}-env", APPS[self.app].0)
    }

    /// Puts the names of what is looked at into a path.
    fn path(self, template: &str) -> String {
        let mut path = String::with_capacity(template.len() + 24);
        let mut rest = template;
        while let Some((before, (key, after))) =
            rest.split_once('{').and_then(|(b, r)| Some((b, r.split_once('}')?)))
        {
            path.push_str(before);
            path.push_str(&self.name_of(key));
            rest = after;
        }
        path.push_str(rest);
        path
    }

    fn name_of(self, key: &str) -> String {
        let (app, home) = APPS[self.app];
        match key {
            "project" => PROJECT.to_owned(),
            "cluster" => CLUSTERS[home].0.to_owned(),
            "app" | "entity" => app.to_owned(),
            "namespace" => self.of(NAMESPACES).to_owned(),
            "revision" => (20 + self.nth % 60).to_string(),
            "envgroup" => self.envgroup(),
            "datastore" => datastore(self.app, place(self.nth, 2)),
            "addon" => self.of(ADDONS).to_owned(),
            "pr" => self.preview.to_string(),
            "secret" => self.of(SECRETS).to_owned(),
            "job" => self.job(),
            "domain" => self.domain(),
            "registry" => "ghcr".to_owned(),
            "webhook" => format!("wh_{}", self.nth % 9 + 1),
            "blueprint" => self.of(BLUEPRINTS).to_owned(),
            "scorecard" => self.of(SCORECARDS).to_owned(),
            "run" => format!("r_{:010x}", mix(&[self.nth, 7]) >> 24),
            "alert" => format!("al_{}", self.nth % 40 + 1),
            "invoice" => format!("in_2026{:02}", self.nth % 10 + 1),
            other => other.to_owned(),
        }
    }

    fn job(self) -> String {
        format!(
            "{}-{}",
            APPS[self.app].0,
            ["migrate", "cleanup", "report", "sync"][place(self.nth, 4)]
        )
    }

    fn domain(self) -> String {
        format!("{}.acme.dev", APPS[self.app].0)
    }

    fn resource(self, about: About) -> Option<Resource> {
        let same = |kind: &str, name: String| Some(resource(kind, name.clone(), name));
        let keyed =
            |kind: &str, key: &str, name: &str| Some(resource(kind, self.name_of(key), name));
        let (cluster_id, cluster_name) = CLUSTERS[APPS[self.app].1];
        match about {
            About::Nothing => None,
            About::App => Some(app_resource(self.app)),
            About::Cluster => Some(resource("cluster", cluster_id, cluster_name)),
            About::Preview => Some(resource(
                "environment",
                format!("env_{}", self.preview),
                format!("pr-{}", self.preview),
            )),
            About::EnvGroup => {
                Some(resource("environment_group", format!("eg_{}", self.app + 1), self.envgroup()))
            }
            About::Datastore => same("datastore", self.name_of("datastore")),
            About::Addon => same("addon", self.name_of("addon")),
            About::Secret => same("secret", self.name_of("secret")),
            About::Job => same("job", self.job()),
            About::Domain => same("domain", self.domain()),
            About::Registry => keyed("registry", "registry", "ghcr.io/acme"),
            About::Webhook => keyed("webhook", "webhook", &format!("Webhook {}", self.nth % 9 + 1)),
            About::Blueprint => same("blueprint", self.name_of("blueprint")),
            About::Entity => same("entity", self.name_of("entity")),
            About::Scorecard => same("scorecard", self.name_of("scorecard")),
            About::Run => same("run", self.name_of("run")),
            About::Alert => keyed("alert", "alert", &format!("{} error rate", APPS[self.app].0)),
            About::Invoice => same("invoice", self.name_of("invoice")),
        }
    }

    fn named(self, about: About) -> (Option<Named>, Option<Named>, Option<Named>) {
        let app = Some(application(self.app));
        let home = Some(cluster(APPS[self.app].1));
        match about {
            About::App | About::Job | About::Domain | About::Alert => (app, home, None),
            About::Preview => (app, Some(cluster(2)), Some(preview(self.preview))),
            About::Cluster | About::EnvGroup | About::Addon => (None, home, None),
            _ => (None, None, None),
        }
    }
}

impl Stage {
    pub(super) fn focus(&mut self, at: i64) -> Focus {
        // A few applications are in the middle of everything.
        let app = self.dice.between(0, APPS.len() - 1);
        let app = if self.dice.permille(450) { self.dice.between(0, app) } else { app };
        Focus { app, preview: self.preview(at), nth: self.dice.bits() >> 32 }
    }

    /// One request of a player.
    pub(super) fn request(
        &mut self,
        player: usize,
        at: i64,
        route: &Route,
        focus: Focus,
        via: Via,
    ) -> Event {
        let mut event = self.event(player, at, route.action, route.operation);
        if via == Via::Cli {
            event.source = Some("cli".to_owned());
            event.request.user_agent = Some(cli_agent(player, at));
            event.request.session_id = None;
        }
        event.request.method = Some(route.method.to_owned());
        event.request.path = Some(focus.path(route.path));
        event.request.request_id = Some(format!("req_{}", self.dice.hex(12)));
        event.resource = focus.resource(route.about);
        (event.application, event.cluster, event.environment) = focus.named(route.about);
        if matches!(route.about, About::Blueprint | About::Entity | About::Scorecard) {
            event.blueprint = Some(focus.name_of("blueprint"));
        }
        if route.about == About::Entity {
            event.entity = Some(focus.name_of("entity"));
        }
        let status = self.status(at, route, APPS[focus.app].1);
        answer(&mut event, status);
        event
    }

    /// A row of a table, by weight.
    pub(super) fn route(&mut self, routes: &'static [Route]) -> &'static Route {
        let total: u32 = routes.iter().map(|route| route.weight).sum();
        let mut roll = self.dice.between(0, total - 1);
        let fits = |route: &&Route| {
            let here = roll < route.weight;
            roll = roll.saturating_sub(route.weight);
            here
        };
        routes.iter().find(fits).unwrap_or(&routes[0])
    }

    fn status(&mut self, at: i64, route: &Route, home: usize) -> u16 {
        if home == 0 && self.outage.contains(&at) && self.dice.permille(620) {
            return *self.dice.pick(&[503, 503, 502, 504, 500]);
        }
        let roll = self.dice.between(0, 999);
        match (route.method, roll) {
            ("GET", 0..22) => 404,
            ("GET", 22..32) | (_, 0..14) => 403,
            (_, 14..40) => *self.dice.pick(&[400, 409, 422, 422]),
            (_, 40..43) => 429,
            (_, 43..47) => 401,
            (_, 47..54) => *self.dice.pick(&[500, 502, 503]),
            ("POST", _) => match route.operation {
                Operation::Create => 201,
                Operation::Execute | Operation::Restart => 202,
                _ => 200,
            },
            ("DELETE", 500..) => 204,
            _ => 200,
        }
    }
}

/// Writes a status code and what follows from it.
pub(super) fn answer(event: &mut Event, status: u16) {
    event.request.status_code = Some(status);
    event.outcome = Some(if status < 400 { Outcome::Success } else { Outcome::Failure });
    event.error = match status {
        400 => Some("bad request"),
        401 => Some("not signed in, or the session has ended"),
        403 => Some("permission denied"),
        404 => Some("not found"),
        409 => Some("changed by somebody else in the meantime"),
        422 => Some("validation failed"),
        429 => Some("too many requests"),
        500 => Some("internal error"),
        502 => Some("bad gateway"),
        503 => Some("no healthy upstream"),
        504 => Some("upstream timed out"),
        _ => None,
    }
    .map(str::to_owned);
}

/// The command line that a person has installed; they update now and then.
fn cli_agent(player: usize, at: i64) -> String {
    let habit = mix(&[player as u64, 3]);
    if CAST[player].role == super::cast::Role::Operator && habit.is_multiple_of(3) {
        return "kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9".to_owned();
    }
    let month = at.unsigned_abs() / (14 * super::habits::DAY.unsigned_abs());
    format!("porter-cli/1.4.{}", (habit + month) % 5)
}
