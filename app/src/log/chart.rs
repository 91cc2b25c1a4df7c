//! The volume chart: how many entries when, of what, against what was before, and the brush that
//! narrows the time.
//!
//! ECharts paints bars and nothing else; lines, labels, tooltip and brush are ours. All places come
//! from one scale of time rounded to pixels of the screen (`scale`), so a selection begins and ends
//! exactly where bars do, also at a first or last bar that is cut, at months, and on the days the
//! clocks change.

use daybook_model::{Histogram, Previous, Scale as CountScale, Span};
use leptos::{html, prelude::*};
use web_sys::{KeyboardEvent, PointerEvent};

use crate::{
    load::Answer,
    reactive::{dynamic, effect, memo},
    ui::{
        icon::{Icon, icon},
        number::px,
        time::Zone,
        unique_id,
    },
    url::LogAddress,
};

mod ask;
mod bars;
mod canvas;
mod draw;
mod legend;
mod levels;
mod library;
mod options;
mod overlay;
mod scale;
mod selection;
mod series;
mod state;
mod ticks;
mod twin;
mod words;

pub(crate) use ask::{previous, restack};
use canvas::Bars;
use legend::Legend;
use options::Options;
use overlay::{Before, Drawn, Hover, Lines};
pub(crate) use selection::Selection;
use selection::{Brush, Lifted};
use state::State;
use twin::Twin;

/// The bars of an answer, to look at and to draw on.
#[component]
pub(crate) fn Chart(
    /// Where we are.
    log: LogAddress,
    /// The bars. Without any, the frame stands empty.
    #[prop(into)]
    histogram: Signal<Option<Histogram>>,
    /// What was there before.
    previous: Answer<Previous>,
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
    let count_scale = log.part(|view| view.chart.scale);
    let state =
        State::new(histogram, previous.value.into(), count_scale, zone, on_zoom, on_zoom_out);
    effect(move || selected.set(state.brush.read().selection));
    let about = unique_id("chart");
    let top = move || {
        let text = state.shown.with(|h| words::per(&h.as_ref().filter(|h| h.sum > 0)?.width))?;
        let log = (count_scale.get() == CountScale::Log).then(|| view! { <em>"log"</em> });
        Some(view! { {text} {log} })
    };
    let length = memo(move || state.shown.with(|h| h.as_ref().map(|h| h.span.millis())));
    let against = move || {
        let (length, total) = (length.get()?, state.shown.with(|h| h.as_ref().map(|h| h.total))?);
        state.before.with(|p| p.as_ref().map(|p| words::against(total, p, length)))
    };
    let missing = move || {
        previous.failure.with(|f| {
            f.as_ref().map(|f| format!("The time before could not be counted. {}", f.message()))
        })
    };
    let compared = move || {
        let text = missing().map(|text| view! { {icon(Icon::Warning)} {text} }.into_any());
        let text = text.or_else(|| {
            against().map(|text| view! { <i class="swatch before"></i> {text} }.into_any())
        });
        text.map(|text| view! { <p class="chart-against">{text}</p> })
    };
    let summary = move || {
        let clock = state.clock();
        state.shown.with(|h| h.as_ref().map(|h| words::summary(h, clock)))
    };
    view! {
        <section class="chart" class:dimmed=dimmed aria-label="Entries over time">
            <div class="chart-info">
                {dynamic(compared)}
                <Legend state log />
            </div>
            <div class="chart-frame">
                <span class="chart-top" aria-hidden="true">{dynamic(top)}</span>
                <Options log length=length.into() />
                <Plot state about=about.clone() />
            </div>
            <p class="visually-hidden" id=about>
                {dynamic(summary)}
                " Arrow keys choose a bar, Shift extends, Enter zooms in, minus zooms out, Escape clears."
            </p>
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
            <Lines state />
            <Bars state />
            <Before state />
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
