//! What an investigator shall find, at fixed times before the end.

use daybook_model::{Actor, ActorType, Event, Operation};
use serde_json::json;

use super::{
    cast::{CAST, player},
    habits::{HOUR, MINUTE, SECOND, days_before},
    places::{APPS, PROJECT, SECRETS, datastore, resource},
    requests::{Via, answer},
    routes::{READS, WRITES},
    stage::{BERLIN, Stage},
};

/// Where the password guesser, the thief of an account and the exporter of data come from.
const GUESSER: &str = "185.220.101.47";
const THIEF: &str = "45.155.205.233";
const ELSEWHERE: &str = "193.32.162.79";

/// Every story, as large as the whole allows. A set that is too small for stories has none.
pub(super) fn all(stage: &mut Stage, count: u64) -> Vec<Event> {
    if count < 1000 {
        return Vec::new();
    }
    let share =
        |parts: u64, most: u64| i64::try_from((count / parts).min(most)).unwrap_or_default();
    stage.a_member_leaves();
    stage.tokens_are_revoked();
    stage.mass_deletion(share(200, 48));
    stage.password_guessing(share(200, 2500));
    stage.escalation(share(200, 12));
    stage.outage_burst(share(150, 4000));
    stage.configuration(share(250, 400));
    let end = stage.end;
    stage.take(end)
}

impl Stage {
    /// Jonas leaves; his name stays where he was.
    fn a_member_leaves(&mut self) {
        let (admin, jonas) = (player("58401"), &CAST[player("58440")]);
        let at = days_before(self.end, 12, BERLIN, 17, 30).max(self.end - jonas.left * HOUR);
        let event = self.remove_member(admin, at, jonas.email, jonas.name);
        self.say(event);
    }

    /// Two tokens are revoked after they were used for long.
    fn tokens_are_revoked(&mut self) {
        for (id, who) in [("tok_jenkins", "58463"), ("tok_laptop", "58392")] {
            let token = &CAST[player(id)];
            let at = self.end - token.left * HOUR;
            let mut event = self.token(player(who), at, token.name, Operation::TokenRevoked);
            event.resource = Some(resource("api_token", token.id, token.name));
            self.say(event);
        }
    }

    /// Five days ago in the evening: an admin's account, from an address never seen before, deletes
    /// dozens of datastores in ten minutes.
    fn mass_deletion(&mut self, count: i64) {
        let (viktor, ingrid) = (player("58488"), player("58433"));
        let start = days_before(self.end, 5, BERLIN, 19, 42);
        let thief = |event: &mut Event| {
            event.request.remote_ip = Some(THIEF.to_owned());
            event.request.session_id = Some("ses_5d1c0ffee5ad".to_owned());
        };
        let mut event = self.sign_in_event(viktor, start - 2 * MINUTE, 200);
        thief(&mut event);
        self.say(event);
        let list = format!("/api/v2/projects/{PROJECT}/datastores");
        let mut event = self.api_call(
            viktor,
            start - 70 * SECOND,
            "GET",
            &list,
            "ListDatastores",
            Operation::Read,
        );
        thief(&mut event);
        self.say(event);
        for nth in 0..count {
            let index = usize::try_from(nth).unwrap_or_default();
            let name = datastore(index % APPS.len(), index / APPS.len());
            let at = start + nth * 10 * MINUTE / count.max(1) + self.dice.between(0, 8 * SECOND);
            let path = format!("{list}/{name}");
            let mut event =
                self.api_call(viktor, at, "DELETE", &path, "DeleteDatastore", Operation::Delete);
            thief(&mut event);
            answer(&mut event, if self.dice.permille(80) { 409 } else { 202 });
            event.resource = Some(resource("datastore", name.as_str(), name.as_str()));
            self.say(event);
        }
        let after = start + 31 * MINUTE;
        let event = self.grant(ingrid, after, viktor, "admin", "viewer");
        self.say(event);
        let event =
            self.remove_member(ingrid, after + 2 * MINUTE, CAST[viktor].email, CAST[viktor].name);
        self.say(event);
        for nth in 0..count / 3 {
            let index = usize::try_from(nth).unwrap_or_default();
            let name = datastore(index % APPS.len(), index / APPS.len());
            let path = format!("{list}/{name}/restore");
            let at = after + 12 * MINUTE + nth * 50 * SECOND;
            let mut event =
                self.api_call(ingrid, at, "POST", &path, "RestoreDatastore", Operation::Execute);
            event.resource = Some(resource("datastore", name.as_str(), name.as_str()));
            self.say(event);
        }
    }

    /// Three days ago at night: one address guesses the password of one account.
    fn password_guessing(&mut self, count: i64) {
        let (start, lena) = (days_before(self.end, 3, BERLIN, 2, 38), player("58401"));
        for nth in 0..count {
            let at = start + nth * 27 * MINUTE / count.max(1) + self.dice.between(0, 900);
            let status = if nth > count / 2 && self.dice.permille(700) { 429 } else { 401 };
            let mut event = self.sign_in_event(lena, at, status);
            event.source = Some("api".to_owned());
            event.request.remote_ip = Some(GUESSER.to_owned());
            event.request.user_agent = Some("python-requests/2.32.5".to_owned());
            self.say(event);
        }
        let mut event =
            self.event(player("scheduler"), start + 28 * MINUTE, "LockAccount", Operation::Update);
        event.resource = Some(resource("user", CAST[lena].id, CAST[lena].name));
        event.message = Some("too many failed sign-ins".to_owned());
        self.say(event);
    }

    /// Two days ago: a contractor is made admin, makes a token, and exports with it.
    fn escalation(&mut self, count: i64) {
        let (tom, dana, ingrid) = (player("58417"), player("58589"), player("58433"));
        let start = days_before(self.end, 2, BERLIN, 22, 6);
        let event = self.grant(tom, start, dana, "viewer", "admin");
        self.say(event);
        let mut event = self.sign_in_event(dana, start + 3 * MINUTE, 200);
        event.request.remote_ip = Some(ELSEWHERE.to_owned());
        self.say(event);
        for (nth, secret) in (0..).zip(SECRETS) {
            let path = format!("/api/v2/projects/{PROJECT}/secrets/{secret}");
            let at = start + 5 * MINUTE + nth * 9 * SECOND;
            let mut event = self.api_call(dana, at, "GET", &path, "GetSecret", Operation::Read);
            event.request.remote_ip = Some(ELSEWHERE.to_owned());
            event.resource = Some(resource("secret", *secret, *secret));
            self.say(event);
        }
        let mut event = self.token(dana, start + 8 * MINUTE, "tmp-export", Operation::TokenCreated);
        event.request.remote_ip = Some(ELSEWHERE.to_owned());
        self.say(event);
        let token = Actor {
            kind: ActorType::ApiToken,
            id: Some("tok_tmp_export".to_owned()),
            name: Some("tmp-export".to_owned()),
            email: None,
        };
        for nth in 0..count {
            let what = ["customers", "invoices", "audit", "members"]
                [super::dice::place(nth.unsigned_abs(), 4)];
            let at = start + 11 * MINUTE + nth * 70 * SECOND;
            let mut event =
                self.event_of(token.clone(), "api", at, "ExportData", Operation::Export);
            event.request.method = Some("GET".to_owned());
            event.request.path =
                Some(format!("/api/v2/projects/{PROJECT}/exports/{what}?page={}", nth / 4 + 1));
            event.request.remote_ip = Some(ELSEWHERE.to_owned());
            event.request.user_agent = Some("curl/8.16.0".to_owned());
            event.request.request_id = Some(format!("req_{}", self.dice.hex(12)));
            event.context = Some(json!({ "rows": self.dice.between(2000, 90_000) }));
            answer(&mut event, 200);
            self.say(event);
        }
        let morning = days_before(self.end, 1, BERLIN, 8, 51);
        let event = self.token(ingrid, morning, "tmp-export", Operation::TokenRevoked);
        self.say(event);
        let event = self.grant(ingrid, morning + MINUTE, dana, "admin", "viewer");
        self.say(event);
        let event =
            self.remove_member(ingrid, morning + 4 * MINUTE, CAST[dana].email, CAST[dana].name);
        self.say(event);
    }

    /// Yesterday afternoon: everybody looks at why the main cluster does not answer.
    fn outage_burst(&mut self, count: i64) {
        let (from, to) = (self.outage.start, self.outage.end);
        for _ in 0..count {
            let at = self.dice.between(from, to - 1);
            let duty = self.on_duty(at);
            let who = duty.choose(&mut self.dice);
            if !CAST[who].is_person() {
                continue;
            }
            let mut focus = self.focus(at);
            focus.app %= 12;
            let routes = if self.dice.permille(900) { READS } else { WRITES };
            let route = self.route(routes);
            let event = self.request(who, at, route, focus, Via::Usual);
            self.say(event);
        }
    }
}
