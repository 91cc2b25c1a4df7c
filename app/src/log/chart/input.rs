//! The hand on the chart: what pointer and keys do to the brush, and what shows it. The bars are there
//! without it.

use leptos::{html, prelude::*};
use web_sys::{KeyboardEvent, PointerEvent};

use super::{
    before::Before,
    overlay::{Drawn, Hover},
    scale,
    selection::{Brush, Lifted},
    state::State,
    words,
};
use crate::{reactive::dynamic, ui::unique_id};

/// Lies over the bars.
#[component]
pub(crate) fn Input(
    /// The chart's state.
    state: State,
) -> impl IntoView {
    let plot = NodeRef::<html::Div>::new();
    let x = move |client: i32| {
        let left = plot.get_untracked().map_or(0.0, |plot| plot.get_bounding_client_rect().left());
        f64::from(client) - left
    };
    // Where a pointer went since the last frame, and whether it hovers. One place a frame is all that can be seen,
    // and at its beginning the page stands still, so that asking where the plot is lays nothing out.
    let went = StoredValue::new(None::<(i32, bool)>);
    let follow = move || {
        let Some((client, hovers)) = went.try_update_value(Option::take).flatten() else { return };
        let x = x(client);
        state.edges.with_untracked(|edges| {
            state.change(|b| b.drag(x, edges));
            let bar = (hovers && edges.len() > 1).then(|| scale::bar_at(edges, x));
            if bar != state.hover.get_untracked() {
                state.hover.set(bar);
            }
        });
    };
    let down = move |e: PointerEvent| {
        if !e.is_primary() || e.button() != 0 || state.bars() == 0 {
            return;
        }
        state.forget_click();
        went.set_value(None);
        if let Some(plot) = plot.get_untracked() {
            // Without capture a drag ends at the edge: less comfortable, not wrong.
            let _ = plot.set_pointer_capture(e.pointer_id());
        }
        let (x, touch) = (x(e.client_x()), e.pointer_type() == "touch");
        state.change(|b| state.edges.with_untracked(|edges| b.press(x, touch, edges)));
    };
    let moved = move |e: PointerEvent| {
        let at = (e.client_x(), e.pointer_type() != "touch");
        if went.try_update_value(|went| went.replace(at)) == Some(None) {
            request_animation_frame(follow);
        }
    };
    let up = move |_| {
        follow();
        match state.change(Brush::lift) {
            Lifted::Zoom => state.zoom(),
            Lifted::Click => state.zoom_soon(),
            Lifted::Nothing => {}
        }
    };
    let leave = move |_| {
        went.set_value(None);
        state.hover.set(None);
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
    state.selected.give_turns();
    let about = unique_id("chart");
    let summary = move || {
        let clock = state.clock();
        state.shown.with(|h| h.as_ref().map(|h| words::summary(h, clock)))
    };
    view! {
        <Before state />
        <p class="visually-hidden" id=about.clone()>
            {dynamic(summary)}
            " Arrow keys choose a bar, Shift extends, Enter zooms in, minus zooms out, Escape clears."
        </p>
        <div
            class="chart-input"
            role="group"
            tabindex="0"
            aria-label="Bars"
            aria-describedby=about
            node_ref=plot
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=move |_| {
                went.set_value(None);
                state.change(Brush::cancel);
            }
            on:pointerleave=leave
            on:dblclick=move |_| state.zoom_out()
            on:keydown=key
        >
            <Hover state />
            <Drawn state />
        </div>
    }
}
