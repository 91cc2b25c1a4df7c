//! Keeps the canvas as large as its place, in the colours of the page, and up to date.

use daybook_model::Histogram;
use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, ResizeObserver};

use super::{
    bars::bars,
    draw::{Canvas, Drawing},
    library::library,
    scale::round_step,
    state::{Size, State},
};
use crate::{
    reactive::{dynamic, effect, memo},
    ui::{
        icon::{Icon, icon},
        theme::colours,
    },
};

/// The number of entries the top of the chart stands for.
pub(crate) fn top(histogram: &Histogram) -> u64 {
    3 * round_step(histogram.buckets.iter().map(daybook_model::Bucket::total).max().unwrap_or(0))
}

/// The place of the bars.
#[component]
pub(crate) fn Bars(
    /// The chart's state.
    state: State,
    /// The list of severities; its swatches have the colours.
    legend: NodeRef<html::Ul>,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    // Whether the library is there, once that is known.
    let ready = RwSignal::new(None::<bool>);
    let fetch = move || {
        ready.set(None);
        spawn_local(async move {
            let here = library().await;
            // The chart may be gone by now.
            let _ = ready.try_set(Some(here));
        });
    };
    // The rows are painted before the library is asked for.
    effect(move || {
        request_animation_frame(move || set_timeout(fetch, std::time::Duration::ZERO));
    });

    let colours = colours();
    let drawing = memo(move || {
        colours.track();
        let colours = swatches(legend.get()?.as_ref())?;
        let Size { width, height, density } = state.size.get();
        let (scale, edges) = (state.scale.get()?, state.edges.get());
        let bars = state
            .shown
            .with(|h| h.as_ref().map(|h| bars(h, &edges, height, top(h), |y| scale.snap(y))))?;
        Some(Drawing { bars, width: scale.width().min(width), height, density, colours })
    });
    let canvas = StoredValue::new_local(None::<Canvas>);
    effect(move || {
        let (Some(true), Some(drawing)) = (ready.get(), drawing.get()) else { return };
        let Some(place) = place.get() else { return };
        canvas.update_value(|canvas| {
            if canvas.as_mut().is_none_or(|c| !c.draw(&drawing)) {
                // The old one lets go of the place before there is a new one.
                *canvas = None;
                *canvas = Canvas::new(&place, &drawing);
            }
        });
    });
    watch_size(place, state.size);
    on_cleanup(move || drop(canvas.try_update_value(Option::take)));

    view! {
        <div class="chart-bars" aria-hidden="true" node_ref=place></div>
        {dynamic(move || {
            (ready.get() == Some(false)).then(|| view! {
                <p class="chart-missing">
                    {icon(Icon::Warning)} "The bars could not be loaded."
                    <button type="button" class="button" on:click=move |_| fetch() on:pointerdown=|e| e.stop_propagation()>"Try again"</button>
                </p>
            })
        })}
    }
}

/// The colours of the severities, as the browser resolves them.
fn swatches(legend: &Element) -> Option<[String; 3]> {
    let found = legend.query_selector_all(".swatch").ok()?;
    let colour = |i| {
        let swatch = found.item(i)?.dyn_into::<Element>().ok()?;
        window().get_computed_style(&swatch).ok()??.get_property_value("background-color").ok()
    };
    Some([colour(0)?, colour(1)?, colour(2)?])
}

/// Keeps the size of an element in a signal.
fn watch_size(place: NodeRef<html::Div>, size: RwSignal<Size>) {
    let measure = move || {
        let Some(place) = place.try_get_untracked().flatten() else { return };
        let rect = place.get_bounding_client_rect();
        let new = Size {
            width: rect.width().floor(),
            height: rect.height().floor(),
            density: window().device_pixel_ratio(),
        };
        if size.try_get_untracked().is_some_and(|old| old != new) {
            size.set(new);
        }
    };
    let changed = Closure::<dyn Fn()>::new(measure);
    let observer = ResizeObserver::new(changed.as_ref().unchecked_ref()).ok();
    let kept = StoredValue::new_local((observer, changed));
    effect(move || {
        if let Some(place) = place.get() {
            measure();
            kept.with_value(|(observer, _)| {
                observer.as_ref().inspect(|o| o.observe(&place)).is_some()
            });
        }
    });
    on_cleanup(move || {
        kept.with_value(|(observer, _)| observer.as_ref().inspect(|o| o.disconnect()).is_some());
    });
}
