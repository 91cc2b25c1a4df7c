//! Where it happens: chance, the state of the applications, and the events of the current scene.

use chrono_tz::Tz;
use daybook_model::{Actor, Event, Operation, Outcome, Request, Timestamp};

use super::{
    cast::{CAST, Player, Role},
    deploy::AppState,
    dice::{Dice, mix},
    habits::{self, HOUR, MINUTE},
    places::APPS,
};

pub(super) const BERLIN: Tz = chrono_tz::Europe::Berlin;

/// What the scenes share.
pub(super) struct Stage {
    pub(super) dice: Dice,
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) snapshots: bool,
    pub(super) apps: Vec<AppState>,
    /// When the main cluster fails.
    pub(super) outage: std::ops::Range<i64>,
    /// The local day on which each player last signed in.
    pub(super) signed_in: Vec<i64>,
    /// How many in a thousand sign-ins are told, so that a small set is not made of them.
    pub(super) sign_ins: u32,
    out: Vec<Event>,
}

impl Stage {
    pub(super) fn new(seed: u64, start: i64, end: i64) -> Self {
        let mut dice = Dice::new(seed);
        let apps = (0..APPS.len()).map(|app| AppState::new(app, &mut dice)).collect();
        let outage = habits::days_before(end, 1, BERLIN, 15, 20);
        Self {
            dice,
            start,
            end,
            snapshots: true,
            apps,
            outage: outage..outage + 24 * MINUTE,
            signed_in: vec![i64::MIN; CAST.len()],
            sign_ins: 1000,
            out: Vec::new(),
        }
    }

    /// Tells how many events a day there will be.
    pub(super) fn expect(&mut self, a_day: u64) {
        self.sign_ins = u32::try_from((a_day * 1000 / 1200).min(1000)).unwrap_or(1000);
    }

    /// A scene that this player begins at this moment. Its first event is at that moment.
    pub(super) fn act(&mut self, player: usize, at: i64) {
        match CAST[player].role {
            Role::Developer | Role::Operator | Role::Admin | Role::Reader => {
                self.person(player, at);
            }
            Role::Ci => self.ci(player, at),
            Role::Infrastructure => self.infrastructure(player, at),
            Role::Poller => self.poll(player, at),
            Role::Exporter | Role::Gitops => self.export_entities(player, at),
            Role::Webhook => self.webhook(player, at),
            Role::Automation => self.automation(player, at),
            Role::Aggregator => self.aggregate(player, at),
            Role::Timer => self.timer(player, at),
        }
    }

    pub(super) fn say(&mut self, event: Event) {
        self.out.push(event);
    }

    /// The events of the scene that lie before the end; the others have not happened yet.
    pub(super) fn take(&mut self, end: i64) -> Vec<Event> {
        let mut events = std::mem::take(&mut self.out);
        events.retain(|event| event.occurred_at.millis() < end);
        if !self.snapshots {
            for event in &mut events {
                event.change = None;
            }
        }
        events
    }

    /// Those who may act at a moment, by how active they are.
    pub(super) fn on_duty(&self, at: i64) -> Duty {
        let here = |player: &Player| player.left == 0 || at < self.end - player.left * HOUR;
        let mut sum = 0;
        let shares =
            CAST.iter().enumerate().filter(|(_, player)| here(player)).map(|(index, player)| {
                sum += player.activity(at);
                (sum, index)
            });
        Duty(shares.collect())
    }

    /// An event of this player at this moment, as far as every event of its is alike.
    pub(super) fn event(
        &mut self,
        player: usize,
        at: i64,
        action: &str,
        operation: Operation,
    ) -> Event {
        let who = &CAST[player];
        let mut event = self.event_of(who.actor(), who.source, at, action, operation);
        let text = |text: &str| Some(text).filter(|t| !t.is_empty()).map(str::to_owned);
        event.request.remote_ip = text(who.ip);
        event.request.user_agent = text(who.agent);
        if who.is_person() {
            let day = habits::local_day(at, who.zone);
            event.request.session_id = Some(session(player, day));
        }
        event
    }

    /// An event of whomever.
    pub(super) fn event_of(
        &mut self,
        actor: Actor,
        source: &str,
        at: i64,
        action: &str,
        operation: Operation,
    ) -> Event {
        Event {
            id: Some(uuid7(at, self.dice.bits(), self.dice.bits())),
            occurred_at: Timestamp::saturating(at),
            actor,
            source: Some(source.to_owned()),
            action: action.to_owned(),
            operation: Some(operation),
            outcome: Some(Outcome::Success),
            error: None,
            request: Request::default(),
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
        }
    }

    /// The number of a preview environment that is open at a moment: they count up.
    pub(super) fn preview(&mut self, at: i64) -> i64 {
        1100 + (at - self.start) / (4 * HOUR) + self.dice.between(0, 9)
    }
}

/// The players who may act, by the sums of their shares.
pub(super) struct Duty(Vec<(u64, usize)>);

impl Duty {
    pub(super) fn choose(&self, dice: &mut Dice) -> usize {
        let total = self.0.last().map_or(1, |(sum, _)| (*sum).max(1));
        let roll = dice.between(1, total);
        self.0[self.0.partition_point(|(sum, _)| *sum < roll).min(self.0.len() - 1)].1
    }

    /// How active all of them are together.
    pub(super) fn activity(&self) -> u64 {
        self.0.last().map_or(0, |(sum, _)| *sum)
    }
}

/// The session of a player on a day.
fn session(player: usize, day: i64) -> String {
    format!("ses_{:012x}", mix(&[player as u64, day.unsigned_abs()]) >> 16)
}

/// An id of the form of UUID version 7: it begins with the time.
fn uuid7(at: i64, a: u64, b: u64) -> String {
    let millis = at.unsigned_abs();
    let (high, low) = (millis >> 16 & 0xffff_ffff, millis & 0xffff);
    let (rand, variant, node) = (a & 0xfff, 0x8000 | (b >> 48 & 0x3fff), b & 0xffff_ffff_ffff);
    format!("{high:08x}-{low:04x}-7{rand:03x}-{variant:04x}-{node:012x}")
}
