//! What lies over the bars: the bar under the pointer, the selection with its handles and label.
//!
//! All of it is moved by custom properties that the style sheet reads; nothing is drawn anew while
//! the pointer moves, and nothing changes at all until it reaches another bar.

use daybook_model::Span;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::{
    selection::{Phase, Selection},
    state::State,
    words,
};
use crate::{
    reactive::{dynamic, memo, when},
    ui::{
        icon::{Icon, icon},
        number::{grouped, px, short, whole},
    },
};

/// Left and right edge of some bars.
fn sides(state: State, of: Option<Selection>) -> Option<(f64, f64)> {
    let of = of?;
    state.edges.with(|edges| Some((*edges.get(of.start)?, *edges.get(of.end)?)))
}

/// The bar under the pointer, with what it stands for.
#[component]
pub(crate) fn Hover(
    /// The chart's state.
    state: State,
) -> impl IntoView {
    let quiet = memo(move || state.brush.read().phase == Phase::Idle);
    let bar = memo(move || state.hover.get().filter(|_| quiet.get()));
    let at = memo(move || sides(state, bar.get().map(|bar| Selection::of_bars(bar, bar))));
    let left = Signal::derive(move || at.get().map(|(left, _)| px(left)));
    let right = Signal::derive(move || at.get().map(|(_, right)| px(right)));
    let flips = Signal::derive(move || {
        at.get().is_some_and(|(left, right)| left + right > state.size.get().width)
    });
    let told = move || {
        let bar = bar.get()?;
        let clock = state.clock();
        let (when, length) = state.shown.with(|h| {
            let h = h.as_ref()?;
            let bucket = h.buckets.get(bar)?;
            Some((clock.span(Span::new(bucket.from, bucket.to)?), h.span.millis()))
        })?;
        let mut lines: Vec<(&'static str, String, u64)> = state.series.with(|all| {
            let here = all
                .iter()
                .rev()
                .map(|s| (s.class, s.label.clone(), s.counts.get(bar).copied().unwrap_or(0)));
            here.filter(|(.., n)| *n > 0).collect()
        });
        if lines.len() > 1 && state.is_apart() {
            lines.insert(0, ("none", "All".into(), lines.iter().map(|(.., n)| n).sum()));
        }
        if lines.is_empty() {
            lines.push(("none", "No entries".into(), 0));
        }
        let before = state.before.with(|p| p.as_ref()?.counts.get(bar).copied());
        lines.extend(before.map(|n| ("before", words::before(length), n)));
        Some((when, lines))
    };
    view! {
        <div class="chart-hover" aria-hidden="true" hidden=Signal::derive(move || at.get().is_none()) style=("--left", left) style=("--right", right) class:flip=flips>
            <div class="chart-tip">
                {dynamic(move || told().map(|(when, lines)| view! {
                    <p class="chart-tip-when">{when}</p>
                    {lines.into_iter().map(|(class, label, n)| view! {
                        <p class="chart-tip-line"><i class=format!("swatch {class}")></i><span>{label}</span><b>{grouped(n)}</b></p>
                    }).collect_view()}
                }))}
            </div>
        </div>
    }
}

/// The lines behind the bars, and what they stand for.
#[component]
pub(crate) fn Lines(
    /// The chart's state.
    state: State,
) -> impl IntoView {
    let lines = move || {
        let (levels, height) = (state.levels.get(), state.size.get().height);
        // Without entries nothing stands for anything.
        let some = state.shown.with(|h| h.as_ref().is_some_and(|h| h.sum > 0));
        let line = |n: u64| {
            let text = some.then(|| view! { <b>{short(n)}</b> });
            view! { <i style=("--at", px((1.0 - levels.share(n)) * height))>{text}</i> }
        };
        let lines = if some { levels.lines(height) } else { vec![levels.top] };
        lines.into_iter().map(line).collect_view()
    };
    view! { <div class="chart-lines" aria-hidden="true">{dynamic(lines)}</div> }
}

/// The selection: its ground, its two edges, which are sliders, and its label.
#[component]
pub(crate) fn Drawn(
    /// The chart's state.
    state: State,
) -> impl IntoView {
    let selection = move || state.brush.read().selection;
    let held = memo(move || state.brush.read().phase == Phase::Held);
    let sent = memo(move || state.brush.read().phase == Phase::Sent);
    let at = memo(move || sides(state, selection()));
    let all = move || state.edges.with(|edges| edges.last().copied().unwrap_or_default());
    let sides = move || at.get().unwrap_or((0.0, all()));
    let said = memo(move || state.in_words());
    let time = move || said.with(|said| said.as_ref().map(|(time, _)| time.clone()));
    let entries = move || said.with(|said| said.as_ref().map(|(_, entries)| entries.clone()));

    view! {
        <div
            class="chart-brush"
            class:none=Signal::derive(move || at.get().is_none())
            class:held=held
            class:sent=sent
            style=("--left", Signal::derive(move || px(sides().0)))
            style=("--right", Signal::derive(move || px(sides().1)))
            style=("--tenths", Signal::derive(move || whole((sides().1 - sides().0) * 10.0).to_string()))
        >
            <div class="chart-selected" aria-hidden="true"></div>
            <Edge state start=true />
            <Edge state start=false />
            <div class="chart-label" on:pointerdown=|e| e.stop_propagation() on:dblclick=|e| e.stop_propagation()>
                {when(move || said.with(Option::is_some), move || view! {
                    <span class="chart-label-text"><span>{dynamic(time)}</span><span class="chart-label-dot">" · "</span><span>{dynamic(entries)}</span></span>
                })}
                {dynamic(move || held.get().then(|| view! {
                    <button type="button" class="chart-zoom" on:click=move |_| state.zoom()>{icon(Icon::ZoomIn)}"Zoom"</button>
                    <button type="button" class="chart-drop" aria-label="Clear the selection" on:click=move |_| state.change(super::selection::Brush::clear)>
                        {icon(Icon::Close)}
                    </button>
                }))}
            </div>
        </div>
    }
}

/// One edge of the selection: a line, a handle, a slider.
#[component]
fn Edge(
    /// The chart's state.
    state: State,
    /// Whether it is the first.
    start: bool,
) -> impl IntoView {
    let bars = move || state.shown.with(|h| h.as_ref().map_or(0, |h| h.buckets.len()));
    let edge = move || {
        let selection = state.brush.read().selection.unwrap_or(Selection { start: 0, end: bars() });
        if start { selection.start } else { selection.end }
    };
    let text = Signal::derive(move || {
        let (edge, clock) = (edge(), state.clock());
        state.shown.with(|h| {
            let buckets = &h.as_ref()?.buckets;
            let at = buckets.get(edge).map(|b| b.from).or_else(|| buckets.last().map(|b| b.to))?;
            Some(crate::ui::time::brief(at, clock.now, clock.zone))
        })
    });
    let key = move |e: KeyboardEvent| {
        let known = match e.key().as_str() {
            "Enter" => {
                state.zoom();
                true
            }
            // Without a selection the key is not ours.
            "Escape" => state.change(|b| b.selection.is_some().then(|| b.clear()).is_some()),
            _ if e.ctrl_key() || e.meta_key() || e.alt_key() => false,
            key => {
                let bars = state.bars();
                state.change(|b| b.slide(start, key, bars))
            }
        };
        if known {
            e.prevent_default();
            e.stop_propagation();
        }
    };
    view! {
        <div
            class=if start { "chart-edge start" } else { "chart-edge end" }
            role="slider"
            tabindex="0"
            aria-label=if start { "Start of the selection" } else { "End of the selection" }
            aria-orientation="horizontal"
            aria-valuemin="0"
            aria-valuemax=Signal::derive(move || bars().to_string())
            aria-valuenow=Signal::derive(move || edge().to_string())
            aria-valuetext=text
            on:keydown=key
        ></div>
    }
}
