//! The volume chart: how many entries when, of what, against what was before, and the brush that
//! narrows the time.
//!
//! ECharts paints bars and nothing else; lines, labels, tooltip and brush are ours. All places come
//! from one scale of time rounded to pixels of the screen (`scale`), so a selection begins and ends
//! exactly where bars do, also at a first or last bar that is cut, at months, and on the days the
//! clocks change.

use daybook_model::{Histogram, Previous, Scale as CountScale, Span};
use leptos::prelude::*;

use crate::{
    later::{Later, patiently},
    load::Answer,
    reactive::{dynamic, effect, memo},
    ui::{lazy::nothing, number::px, time::Zone},
    url::LogAddress,
};

mod ask;
mod bars;
mod before;
mod canvas;
mod draw;
mod follow;
mod info;
mod input;
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

use canvas::Bars;
pub(crate) use follow::Selected;
pub(crate) use info::{Info, InfoProps};
pub(crate) use input::{Input, InputProps};
use options::Options;
pub(crate) use options::{OptionItems, OptionItemsProps};
use overlay::Lines;
pub(crate) use selection::Selection;
use state::State;
pub(crate) use twin::{More, MoreProps};

/// The bars of an answer, to look at and to draw on.
#[component]
pub(crate) fn Chart(
    /// Where we are.
    log: LogAddress,
    /// The bars. Without any, the frame stands empty.
    bars: Answer<Histogram>,
    /// What was there before.
    previous: Answer<Previous>,
    /// By whose clock times are written.
    zone: RwSignal<Zone>,
    /// What the brush selects, for others to follow.
    selected: Selected,
    /// The reader has chosen a time.
    #[prop(into)]
    on_zoom: Callback<Span>,
    /// The reader wants to see more around it.
    #[prop(into)]
    on_zoom_out: Callback<()>,
) -> impl IntoView {
    let count_scale = log.part(|view| view.chart.scale);
    let state = State::new(
        bars.value.into(),
        previous.value.into(),
        count_scale,
        zone.into(),
        selected,
        on_zoom,
        on_zoom_out,
    );
    let selection = memo(move || state.brush.read().selection);
    effect(move || selected.now.set(selection.get()));
    let top = move || {
        let text = state.shown.with(|h| words::per(&h.as_ref().filter(|h| h.sum > 0)?.width))?;
        let log = (count_scale.get() == CountScale::Log).then(|| view! { <em>"log"</em> });
        Some(view! { {text} {log} })
    };
    let length = memo(move || state.shown.with(|h| h.as_ref().map(|h| h.span.millis())));
    view! {
        <section class="chart" class:dimmed=Signal::derive(move || bars.is_stale()) aria-label="Entries over time">
            <div class="chart-info">
                {patiently(move || Later::ChartInfo(InfoProps { log, previous, state }), nothing)}
            </div>
            <div class="chart-frame">
                <span class="chart-top" aria-hidden="true">{dynamic(top)}</span>
                <Options log length=length.into() />
                <Plot state />
            </div>
            <Axis state zone=zone.into() />
            {patiently(move || Later::ChartMore(MoreProps { log, bars, previous, zone, state }), nothing)}
        </section>
    }
}

/// The place where bars stand and the pointer draws.
#[component]
fn Plot(
    /// The chart's state.
    state: State,
) -> impl IntoView {
    view! {
        <div class="chart-plot">
            <Lines state />
            <Bars state />
            {patiently(move || Later::ChartInput(InputProps { state }), nothing)}
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
