//! What the parts of the chart share.

use std::time::Duration;

use daybook_model::{Bucket, Histogram, Previous, Scale as CountScale, Span};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::{
    follow::Selected,
    levels::Levels,
    scale::{Scale, edges},
    selection::{Brush, Phase, Selection},
    series::{Series, series},
    words::{self, Clock},
};
use crate::reactive::{effect, memo};
use crate::ui::{
    announce::announce,
    time::{Zone, browser_now},
};

/// A second click within this time makes a double click; a zoom by a click waits for it.
const DOUBLE_CLICK: Duration = Duration::from_millis(260);

/// The size of the place where bars are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Size {
    /// In CSS pixels.
    pub(crate) width: f64,
    /// In CSS pixels.
    pub(crate) height: f64,
    /// Screen pixels to a CSS pixel.
    pub(crate) density: f64,
}

/// The state of one chart.
#[derive(Clone, Copy)]
pub(crate) struct State {
    /// What is drawn. It holds still while the reader draws on it.
    pub(crate) shown: RwSignal<Option<Histogram>>,
    /// How large.
    pub(crate) size: RwSignal<Size>,
    /// From time to pixels.
    pub(crate) scale: Memo<Option<Scale>>,
    /// Where bars begin and end.
    pub(crate) edges: Memo<Vec<f64>>,
    /// What bars are made of, the lowest first.
    pub(crate) series: Memo<Vec<Series>>,
    /// The time before, where it is known of these very bars.
    pub(crate) before: Memo<Option<Previous>>,
    /// From entries to heights.
    pub(crate) levels: Memo<Levels>,
    /// The brush.
    pub(crate) brush: RwSignal<Brush>,
    /// The bar under the pointer.
    pub(crate) hover: RwSignal<Option<usize>>,
    /// What the brush selects, for others.
    pub(crate) selected: Selected,
    zone: Signal<Zone>,
    on_zoom: Callback<Span>,
    on_zoom_out: Callback<()>,
    click: StoredValue<Option<TimeoutHandle>>,
}

impl State {
    /// The state of a chart of these bars.
    pub(crate) fn new(
        histogram: Signal<Option<Histogram>>,
        previous: Signal<Option<Previous>>,
        count_scale: Memo<CountScale>,
        zone: Signal<Zone>,
        selected: Selected,
        on_zoom: Callback<Span>,
        on_zoom_out: Callback<()>,
    ) -> Self {
        let shown = RwSignal::new(None::<Histogram>);
        let size = RwSignal::new(Size::default());
        let scale = memo(move || {
            let Size { width, density, .. } = size.get();
            shown.with(|h| h.as_ref().map(|h| Scale::new(h.span, width, density)))
        });
        let edges = memo(move || {
            let scale = scale.get();
            shown
                .with(|h| h.as_ref().zip(scale.as_ref()).map(|(h, scale)| edges(h, scale)))
                .unwrap_or_default()
        });
        let series = memo(move || shown.with(|h| h.as_ref().map(series)).unwrap_or_default());
        let before = memo(move || {
            let of_these = |p: &&Previous| {
                shown.with(|h| {
                    h.as_ref().is_some_and(|h| {
                        (Some(p.span), p.as_of, p.counts.len())
                            == (h.span.before(), h.as_of, h.buckets.len())
                    })
                })
            };
            previous.with(|p| p.as_ref().filter(of_these).cloned())
        });
        let levels = memo(move || {
            let bars = shown.with(|h| h.iter().flat_map(|h| &h.buckets).map(Bucket::total).max());
            let line = before.with(|p| p.iter().flat_map(|p| &p.counts).copied().max());
            Levels::up_to(bars.max(line).unwrap_or(0), count_scale.get())
        });
        let click = StoredValue::new(None);
        let brush = RwSignal::new(Brush::default());
        let hover = RwSignal::new(None);
        let state = Self {
            shown,
            size,
            scale,
            edges,
            series,
            before,
            levels,
            brush,
            hover,
            selected,
            zone,
            on_zoom,
            on_zoom_out,
            click,
        };

        let drawing = memo(move || matches!(brush.read().phase, Phase::Pressed | Phase::Drawing));
        effect(move || {
            let new = histogram.get();
            if !drawing.get() && shown.with_untracked(|old| *old != new) {
                state.replace(new);
            }
        });
        on_cleanup(move || state.forget_click());
        state
    }

    /// By which clock times are written.
    pub(crate) fn clock(self) -> Clock {
        Clock { zone: self.zone.get(), now: browser_now() }
    }

    /// Whether bars are stacked by anything but the outcome.
    pub(crate) fn is_apart(self) -> bool {
        self.shown.with(|h| h.as_ref().is_some_and(|h| h.stack.is_some()))
    }

    /// How many bars there are.
    pub(crate) fn bars(self) -> usize {
        self.shown.with_untracked(|h| h.as_ref().map_or(0, |h| h.buckets.len()))
    }

    /// Other bars: a held selection stays where its time is, a sent one has its answer.
    fn replace(self, new: Option<Histogram>) {
        let brush = self.brush.get_untracked();
        let time = self
            .shown
            .with_untracked(|h| h.as_ref().and_then(|h| brush.selection?.span(&h.buckets)));
        match (brush.phase, time, &new) {
            (Phase::Held, Some(time), Some(new)) => {
                let start = new.buckets.partition_point(|b| b.to <= time.from);
                let end = new.buckets.partition_point(|b| b.from < time.to);
                self.brush.update(|b| {
                    if start < end { b.hold(Selection { start, end }) } else { b.clear() }
                });
            }
            (Phase::Sent, _, Some(new)) => {
                announce(&format!("Zoomed. {}", words::summary(new, self.clock_untracked())));
                self.brush.update(Brush::clear);
            }
            (Phase::Idle, ..) => {}
            _ => self.brush.update(Brush::clear),
        }
        self.hover.set(None);
        self.shown.set(new);
    }

    fn clock_untracked(self) -> Clock {
        untrack(|| self.clock())
    }

    /// Changes the brush, and tells those who look only where it really changed.
    pub(crate) fn change<T>(self, change: impl FnOnce(&mut Brush) -> T) -> T {
        let mut brush = self.brush.get_untracked();
        let result = change(&mut brush);
        if brush != self.brush.get_untracked() {
            self.brush.set(brush);
        }
        result
    }

    /// Zooms to what is selected. All of it would be no zoom.
    pub(crate) fn zoom(self) {
        self.forget_click();
        let selection = self.brush.get_untracked().selection;
        let span = self.shown.with_untracked(|h| {
            let h = h.as_ref()?;
            selection?.span(&h.buckets).filter(|span| *span != h.span)
        });
        match span {
            Some(span) => {
                self.change(Brush::send);
                self.on_zoom.run(span);
            }
            None => self.change(Brush::clear),
        }
    }

    /// Zooms to what is selected, unless a double click says otherwise.
    pub(crate) fn zoom_soon(self) {
        self.forget_click();
        self.click.set_value(set_timeout_with_handle(move || self.zoom(), DOUBLE_CLICK).ok());
    }

    /// A step back out.
    pub(crate) fn zoom_out(self) {
        self.forget_click();
        self.change(Brush::clear);
        self.on_zoom_out.run(());
    }

    /// The click that was waiting does nothing.
    pub(crate) fn forget_click(self) {
        if let Some(waiting) = self.click.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
    }

    /// The selection in words.
    pub(crate) fn in_words(self) -> Option<(String, String)> {
        let (selection, clock) = (self.brush.read().selection?, self.clock());
        self.shown.with(|h| words::selected(selection, h.as_ref()?, clock))
    }

    /// Says the selection to a reader who listens.
    pub(crate) fn say(self) {
        if let Some((time, entries)) = untrack(|| self.in_words()) {
            announce(&format!("{time}, {entries}"));
        }
    }
}
