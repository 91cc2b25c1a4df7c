//! Keeps the canvas as large as its place, in the colours of the page, and up to date.

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, ResizeObserver};

use super::{
    bars::bars,
    draw::{Canvas, Drawing},
    library::library,
    state::{Size, State},
};
use crate::{
    later::once_painted,
    reactive::{dynamic, effect, memo},
    ui::{
        icon::{Icon, icon},
        theme::colours,
    },
};

/// The place of the bars.
#[component]
pub(crate) fn Bars(
    /// The chart's state.
    state: State,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    // Takes on the colour of one series after the other, to be asked for it.
    let probe = NodeRef::<html::I>::new();
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
    effect(move || once_painted(fetch));

    let colours = colours();
    let drawing = memo(move || {
        colours.track();
        let probe = probe.get()?;
        let Size { width, height, density } = state.size.get();
        let (scale, edges) = (state.scale.get()?, state.edges.get());
        let series = state.series.read();
        let bars = bars(&series, &edges, height, state.levels.get(), |y| scale.snap(y));
        let colours = series.iter().map(|s| colour(&probe, s.class)).collect::<Option<_>>()?;
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
        <i hidden node_ref=probe></i>
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

/// The colour of a class, as the browser resolves it.
fn colour(probe: &Element, class: &str) -> Option<String> {
    probe.set_class_name(&format!("swatch {class}"));
    window().get_computed_style(probe).ok()??.get_property_value("background-color").ok()
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
    // What made the place another size is painted first: bars are drawn in the next frame.
    let changed = Closure::<dyn Fn()>::new(move || request_animation_frame(measure));
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
