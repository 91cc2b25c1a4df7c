//! The platform goes on while somebody watches.

use daybook_model::{Event, Timestamp};

use super::{
    Demo,
    habits::{MINUTE, SECOND},
};

/// About how long it takes from one scene to the next at the busiest hour.
const PAUSE: i64 = 20 * SECOND;
/// How much is made up after a pause in which nobody asked.
const MOST: i64 = 10 * MINUTE;

impl Demo {
    /// A platform that goes on after `start`, for one that has its past already.
    pub fn live(seed: u64, start: Timestamp) -> Self {
        let run = super::dice::mix(&[seed, start.millis().unsigned_abs()]);
        Self::new(run, start, 1, 0)
    }

    /// What has happened since the last call, up to `now`, in order of time: a few events a minute
    /// by day, fewer by night.
    pub fn next_live(&mut self, now: Timestamp) -> Vec<Event> {
        let now = now.millis();
        let mut from = self.live_until.max(now - MOST);
        while from < now {
            let to = (from + 5 * SECOND).min(now);
            let duty = self.stage.on_duty(from);
            // The activity of a full cast is about three million.
            let busy = i64::try_from(duty.activity()).unwrap_or(i64::MAX).clamp(300_000, 3_000_000);
            let share = (to - from) * 1000 / PAUSE * busy / 3_000_000;
            if self.stage.dice.permille(u32::try_from(share).unwrap_or(0)) {
                let at = self.stage.dice.between(from, to - 1);
                let player = duty.choose(&mut self.stage.dice);
                self.stage.act(player, at);
                let events = self.stage.take(i64::MAX);
                self.push(events);
            }
            from = to;
        }
        self.live_until = self.live_until.max(now);
        std::iter::from_fn(|| self.pop_before(now)).collect()
    }
}
