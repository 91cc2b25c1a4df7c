//! Following what the brush selects: at once, or by turns.

use leptos::prelude::*;

use super::selection::Selection;
use crate::reactive::effect;

/// How many turns there are. At sixty frames a second each comes twenty times: faster than a number is read.
const TURNS: usize = 3;

/// What the brush selects, for others to follow.
#[derive(Clone, Copy)]
pub(crate) struct Selected {
    /// At once.
    pub(crate) now: RwSignal<Option<Selection>>,
    turns: [RwSignal<Option<Selection>>; TURNS],
}

impl Selected {
    /// Nothing is selected.
    pub(crate) fn nothing() -> Self {
        let nothing = || RwSignal::new(None);
        Self { now: nothing(), turns: std::array::from_fn(|_| nothing()) }
    }

    /// For what is too much to be counted and drawn anew in every frame: a part of it in each, by its number. All
    /// of them have come to what is selected soon after that stands still.
    pub(crate) fn by_turns(self, part: usize) -> RwSignal<Option<Selection>> {
        self.turns[part % TURNS]
    }

    /// Keeps giving turns.
    pub(super) fn give_turns(self) {
        let under_way = StoredValue::new(false);
        effect(move || {
            if self.now.get().is_none() {
                self.turns.iter().for_each(|turn| turn.set(None));
            } else if !under_way.get_value() {
                under_way.set_value(true);
                self.step(0, under_way);
            }
        });
    }

    /// Gives the next turn to one that is behind, and another in the next frame.
    fn step(self, next: usize, under_way: StoredValue<bool>) {
        let Some(now) = self.now.try_get_untracked() else { return };
        let behind = (next..next + TURNS).find(|&at| self.by_turns(at).get_untracked() != now);
        if let Some(at) = behind {
            self.by_turns(at).set(now);
            request_animation_frame(move || self.step(at + 1, under_way));
        } else {
            under_way.set_value(false);
        }
    }
}
