//! The volume chart: how many entries when, by outcome, and the brush that narrows the time.
//!
//! ECharts paints bars and nothing else; lines, labels, tooltip and brush are ours. All places come
//! from one scale of time rounded to pixels of the screen (`scale`), so a selection begins and ends
//! exactly where bars do, also at a first or last bar that is cut, at months, and on the days the
//! clocks change.

use daybook_model::{Histogram, Severity, Span};
use leptos::{html, prelude::*};
use web_sys::{KeyboardEvent, PointerEvent};

use crate::{
    reactive::{dynamic, effect},
    ui::{number::px, time::Zone, unique_id},
};

mod bars;
mod canvas;
mod draw;
mod library;
mod overlay;
mod scale;
mod selection;
mod state;
mod ticks;
mod twin;
mod words;

use canvas::Bars;
use overlay::{Drawn, Hover, class};
pub(crate) use selection::Selection;
use selection::{Brush, Lifted};
use state::State;
use twin::Twin;

/// The bars of an answer, to look at and to draw on.
#[component]
pub(crate) fn Chart(
    /// The bars. Without any, the frame stands empty.
    #[prop(into)]
    histogram: Signal<Option<Histogram>>,
    /// By whose clock times are written.
    #[prop(into)]
    zone: Signal<Zone>,
    /// Whether newer bars are on their way.
    #[prop(into)]
    dimmed: Signal<bool>,
    /// What the brush selects, for others to follow.
    selected: RwSignal<Option<Selection>>,
    /// The reader has chosen a time.
    #[prop(into)]
    on_zoom: Callback<Span>,
    /// The reader wants to see more around it.
    #[prop(into)]
    on_zoom_out: Callback<()>,
) -> impl IntoView {
    let state = State::new(histogram, zone, on_zoom, on_zoom_out);
    effect(move || selected.set(state.brush.read().selection));
    let legend = NodeRef::<html::Ul>::new();
    let about = unique_id("chart");
    let top = move || {
        state.shown.with(|h| {
            h.as_ref().filter(|h| h.sum > 0).map(|h| words::top(canvas::top(h), &h.width))
        })
    };
    let summary = move || {
        let clock = state.clock();
        state.shown.with(|h| h.as_ref().map(|h| words::summary(h, clock)))
    };
    view! {
        <section class="chart" class:dimmed=dimmed aria-label="Entries over time">
            <div class="chart-head">
                <span class="chart-top">{dynamic(top)}</span>
                <ul class="chart-legend" node_ref=legend>
                    {Severity::ALL.map(|s| view! { <li><i class=format!("swatch {}", class(s))></i>{s.label()}</li> }).into_iter().collect_view()}
                </ul>
            </div>
            <p class="visually-hidden" id=about.clone()>
                {dynamic(summary)}
                " Arrow keys choose a bar, Shift extends, Enter zooms in, minus zooms out, Escape clears."
            </p>
            <Plot state legend about />
            <Axis state zone />
            <Twin state />
        </section>
    }
}

/// The place where bars stand and the pointer draws.
#[component]
fn Plot(
    /// The chart's state.
    state: State,
    /// Where the colours are.
    legend: NodeRef<html::Ul>,
    /// The id of what describes it.
    about: String,
) -> impl IntoView {
    let plot = NodeRef::<html::Div>::new();
    let x = move |e: &PointerEvent| {
        let left = plot.get_untracked().map_or(0.0, |plot| plot.get_bounding_client_rect().left());
        f64::from(e.client_x()) - left
    };
    let down = move |e: PointerEvent| {
        if !e.is_primary() || e.button() != 0 || state.bars() == 0 {
            return;
        }
        state.forget_click();
        if let Some(plot) = plot.get_untracked() {
            // Without capture a drag ends at the edge: less comfortable, not wrong.
            let _ = plot.set_pointer_capture(e.pointer_id());
        }
        let (x, touch) = (x(&e), e.pointer_type() == "touch");
        state.change(|b| state.edges.with_untracked(|edges| b.press(x, touch, edges)));
    };
    let moved = move |e: PointerEvent| {
        let x = x(&e);
        state.edges.with_untracked(|edges| {
            state.change(|b| b.drag(x, edges));
            let bar =
                (e.pointer_type() != "touch" && edges.len() > 1).then(|| scale::bar_at(edges, x));
            if bar != state.hover.get_untracked() {
                state.hover.set(bar);
            }
        });
    };
    let up = move |_| match state.change(Brush::lift) {
        Lifted::Zoom => state.zoom(),
        Lifted::Click => state.zoom_soon(),
        Lifted::Nothing => {}
    };
    let key = move |e: KeyboardEvent| {
        let escape = e.key() == "Escape";
        // Whatever has the focus, Esc ends a drag. The other keys belong to the plot itself.
        if !escape && e.target().as_ref() != plot.get_untracked().as_ref().map(AsRef::as_ref) {
            return;
        }
        let known = match e.key().as_str() {
            "Escape" => state.change(|b| (*b != Brush::default()).then(|| b.clear()).is_some()),
            _ if e.ctrl_key() || e.meta_key() || e.alt_key() => false,
            "Enter" => {
                state.zoom();
                true
            }
            "-" => {
                state.zoom_out();
                true
            }
            key => {
                let moved = state.change(|b| b.key(key, e.shift_key(), state.bars()));
                if moved {
                    state.say();
                }
                moved
            }
        };
        if known {
            e.prevent_default();
            e.stop_propagation();
        }
    };
    view! {
        <div
            class="chart-plot"
            role="group"
            tabindex="0"
            aria-label="Bars"
            aria-describedby=about
            node_ref=plot
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=move |_| state.change(Brush::cancel)
            on:pointerleave=move |_| state.hover.set(None)
            on:dblclick=move |_| state.zoom_out()
            on:keydown=key
        >
            <div class="chart-lines" aria-hidden="true"><i></i><i></i><i></i></div>
            <Bars state legend />
            <Hover state />
            <Drawn state />
        </div>
    }
}

/// The times under the bars.
#[component]
fn Axis(
    /// The chart's state.
    state: State,
    /// By whose clock.
    zone: Signal<Zone>,
) -> impl IntoView {
    let ticks = move || {
        let zone = zone.get();
        let scale = state.scale.get()?;
        let span = state.shown.with(|h| h.as_ref().map(|h| h.span))?;
        let tick = |tick: ticks::Tick| {
            let left = px(scale.x(tick.at.millis()));
            view! { <span class="chart-tick" class:mark=tick.mark class:major=tick.major style=("--left", left)>{tick.text}</span> }
        };
        Some(ticks::ticks(span, scale.width(), zone).into_iter().map(tick).collect_view())
    };
    view! { <div class="chart-axis" aria-hidden="true">{dynamic(ticks)}</div> }
}
