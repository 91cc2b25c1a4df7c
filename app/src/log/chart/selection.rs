//! The brush without a browser: what pointer and keys make of the selection.

use daybook_model::{Bucket, Span};

use super::scale::{bar_at, edge_at};

/// Some bars side by side: those from edge `start` to edge `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Selection {
    /// The edge it begins at.
    pub(crate) start: usize,
    /// The edge it ends at, after `start`.
    pub(crate) end: usize,
}

impl Selection {
    /// All bars from one to another, whichever comes first.
    pub(crate) fn of_bars(a: usize, b: usize) -> Self {
        Self { start: a.min(b), end: a.max(b) + 1 }
    }

    /// The time it covers. `None` where there are no such bars.
    pub(crate) fn span(self, buckets: &[Bucket]) -> Option<Span> {
        Span::new(buckets.get(self.start)?.from, buckets.get(self.end.checked_sub(1)?)?.to)
    }

    /// The entries in it by severity.
    pub(crate) fn counts(self, buckets: &[Bucket]) -> [u64; 3] {
        let mut sum = [0; 3];
        for bucket in buckets.get(self.start..self.end).unwrap_or_default() {
            for (sum, count) in sum.iter_mut().zip(bucket.counts) {
                *sum += count;
            }
        }
        sum
    }
}

/// Where the brush is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Phase {
    /// Nothing is selected.
    #[default]
    Idle,
    /// A pointer is down and has not moved yet.
    Pressed,
    /// A pointer draws the selection, or one of its edges.
    Drawing,
    /// The selection stays, with handles, until it is confirmed.
    Held,
    /// The selection was confirmed; it stays in view until its answer comes.
    Sent,
}

/// Which edge a pointer has taken hold of.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Grip {
    /// None: it draws from the bar it came down on.
    Bar(usize),
    /// One of the edges; the other one stays.
    Edge(usize),
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Press {
    x: f64,
    touch: bool,
    grip: Grip,
    before: Option<Selection>,
}

/// What to do after a pointer was lifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lifted {
    /// Nothing.
    Nothing,
    /// Zoom.
    Zoom,
    /// Zoom, unless a second click makes it a double one.
    Click,
}

/// The brush.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Brush {
    /// What is selected.
    pub(crate) selection: Option<Selection>,
    /// Where it is in its life.
    pub(crate) phase: Phase,
    press: Option<Press>,
    /// The bars between which the keys select: the one that stays and the one that moves.
    keys: Option<(usize, usize)>,
}

impl Brush {
    /// A pointer comes down. On the handle of a held selection it takes that.
    pub(crate) fn press(&mut self, x: f64, touch: bool, edges: &[f64]) {
        if edges.len() < 2 {
            return;
        }
        let before = self.selection.filter(|_| self.phase == Phase::Held);
        let reach = if touch { 24.0 } else { 10.0 };
        let grip = before.and_then(|s| {
            let distance = |edge: usize| edges.get(edge).map_or(f64::MAX, |at| (at - x).abs());
            let (near, far) = if distance(s.start) <= distance(s.end) {
                (s.start, s.end)
            } else {
                (s.end, s.start)
            };
            (distance(near) <= reach).then_some(Grip::Edge(far))
        });
        let grip = grip.unwrap_or_else(|| Grip::Bar(bar_at(edges, x)));
        self.press = Some(Press { x, touch, grip, before });
        self.keys = None;
        if let Grip::Bar(_) = grip {
            self.phase = Phase::Pressed;
            self.selection = None;
        } else {
            self.phase = Phase::Drawing;
        }
    }

    /// The pointer moves.
    pub(crate) fn drag(&mut self, x: f64, edges: &[f64]) {
        let Some(press) = self.press else { return };
        let far = (x - press.x).abs() > if press.touch { 8.0 } else { 4.0 };
        match press.grip {
            Grip::Bar(bar) if far || self.phase == Phase::Drawing => {
                self.phase = Phase::Drawing;
                self.selection = Some(Selection::of_bars(bar, bar_at(edges, x)));
            }
            Grip::Bar(_) => {}
            Grip::Edge(other) => {
                let edge = edge_at(edges, x);
                if edge != other {
                    self.selection =
                        Some(Selection { start: edge.min(other), end: edge.max(other) });
                }
            }
        }
    }

    /// The pointer is lifted. A finger's selection stays, to be corrected; a mouse's is done.
    pub(crate) fn lift(&mut self) -> Lifted {
        let Some(press) = self.press.take() else { return Lifted::Nothing };
        let drawn = self.phase == Phase::Drawing;
        if let (Grip::Bar(bar), false) = (press.grip, drawn) {
            self.selection = Some(Selection::of_bars(bar, bar));
        }
        if press.touch || matches!(press.grip, Grip::Edge(_)) {
            self.phase = Phase::Held;
            return Lifted::Nothing;
        }
        self.phase = Phase::Sent;
        if drawn { Lifted::Zoom } else { Lifted::Click }
    }

    /// The browser takes the pointer away, for scrolling: as it was before.
    pub(crate) fn cancel(&mut self) {
        if let Some(press) = self.press.take() {
            self.selection = press.before;
            self.phase = if press.before.is_some() { Phase::Held } else { Phase::Idle };
        }
    }

    /// Nothing is selected any more.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Selects these bars and waits for them to be confirmed.
    pub(crate) fn hold(&mut self, selection: Selection) {
        *self = Self { selection: Some(selection), phase: Phase::Held, ..Self::default() };
    }

    /// The selection is confirmed.
    pub(crate) fn send(&mut self) -> Option<Selection> {
        self.selection.inspect(|_| self.phase = Phase::Sent)
    }

    /// A key that moves goes to another of `bars` bars; with Shift the selection follows, without
    /// it is that bar alone. Whether the key was one of those.
    pub(crate) fn key(&mut self, key: &str, shift: bool, bars: usize) -> bool {
        let Some(last) = bars.checked_sub(1) else { return false };
        let now = self.keys.or_else(|| self.selection.map(|s| (s.start, s.end - 1)));
        let head = now.map(|(_, head)| head.min(last));
        let to = match key {
            "ArrowRight" => head.map_or(0, |h| (h + 1).min(last)),
            "ArrowLeft" => head.map_or(last, |h| h.saturating_sub(1)),
            "PageDown" => head.map_or(0, |h| (h + 10).min(last)),
            "PageUp" => head.map_or(last, |h| h.saturating_sub(10)),
            "Home" => 0,
            "End" => last,
            _ => return false,
        };
        let anchor = if shift { now.map_or(to, |(anchor, _)| anchor.min(last)) } else { to };
        self.hold(Selection::of_bars(anchor, to));
        self.keys = Some((anchor, to));
        true
    }

    /// Moves one edge of the selection, which begins as all `bars` bars, by a key of a slider.
    /// Whether the key was one of those.
    pub(crate) fn slide(&mut self, start: bool, key: &str, bars: usize) -> bool {
        if bars == 0 {
            return false;
        }
        let now = self.selection.unwrap_or(Selection { start: 0, end: bars });
        let (edge, low, high) =
            if start { (now.start, 0, now.end - 1) } else { (now.end, now.start + 1, bars) };
        let to = match key {
            "ArrowRight" | "ArrowUp" => edge + 1,
            "ArrowLeft" | "ArrowDown" => edge.saturating_sub(1),
            "PageUp" => edge + 10,
            "PageDown" => edge.saturating_sub(10),
            "Home" => low,
            "End" => high,
            _ => return false,
        };
        let to = to.clamp(low, high);
        self.hold(if start {
            Selection { start: to, ..now }
        } else {
            Selection { end: to, ..now }
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDGES: [f64; 6] = [0.0, 20.0, 40.0, 60.0, 80.0, 100.0];

    fn bars(start: usize, end: usize) -> Option<Selection> {
        Some(Selection { start, end })
    }

    #[test]
    fn a_mouse_draws_and_sends() {
        let mut brush = Brush::default();
        brush.press(65.0, false, &EDGES);
        brush.drag(63.0, &EDGES);
        assert_eq!(brush.selection, None);
        brush.drag(25.0, &EDGES);
        assert_eq!(brush.selection, bars(1, 4));
        brush.drag(500.0, &EDGES);
        assert_eq!(brush.selection, bars(3, 5));
        assert_eq!(brush.lift(), Lifted::Zoom);
        assert_eq!(brush.phase, Phase::Sent);
    }

    #[test]
    fn a_click_takes_one_bar() {
        let mut brush = Brush::default();
        brush.press(65.0, false, &EDGES);
        assert_eq!((brush.lift(), brush.selection), (Lifted::Click, bars(3, 4)));
    }

    #[test]
    fn a_finger_draws_then_corrects() {
        let mut brush = Brush::default();
        brush.press(25.0, true, &EDGES);
        brush.drag(55.0, &EDGES);
        assert_eq!(brush.lift(), Lifted::Nothing);
        assert_eq!((brush.phase, brush.selection), (Phase::Held, bars(1, 3)));
        // The right handle, even across the left one.
        brush.press(62.0, true, &EDGES);
        brush.drag(82.0, &EDGES);
        assert_eq!(brush.selection, bars(1, 4));
        brush.drag(1.0, &EDGES);
        assert_eq!(brush.selection, bars(0, 1));
        brush.lift();
        assert_eq!(brush.phase, Phase::Held);
        // A scroll that began as a press leaves it alone.
        brush.press(90.0, true, &EDGES);
        brush.cancel();
        assert_eq!((brush.phase, brush.selection), (Phase::Held, bars(0, 1)));
    }

    #[test]
    fn keys_move_and_extend() {
        let mut brush = Brush::default();
        assert!(brush.key("ArrowLeft", false, 5));
        assert_eq!(brush.selection, bars(4, 5));
        brush.key("ArrowLeft", true, 5);
        brush.key("ArrowLeft", true, 5);
        assert_eq!(brush.selection, bars(2, 5));
        brush.key("ArrowRight", true, 5);
        assert_eq!(brush.selection, bars(3, 5));
        brush.key("Home", false, 5);
        assert_eq!(brush.selection, bars(0, 1));
        assert!(!brush.key("x", false, 5));
        assert!(!brush.key("Home", false, 0));
    }

    #[test]
    fn sliders_never_cross() {
        let mut brush = Brush::default();
        brush.slide(true, "ArrowRight", 5);
        assert_eq!(brush.selection, bars(1, 5));
        brush.slide(false, "Home", 5);
        assert_eq!(brush.selection, bars(1, 2));
        brush.slide(true, "End", 5);
        brush.slide(true, "ArrowRight", 5);
        assert_eq!(brush.selection, bars(1, 2));
    }
}
