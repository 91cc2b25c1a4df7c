//! How changes are shown, to choose.

use leptos::prelude::*;

use crate::{
    preferences::{DiffStyle, Extent},
    ui::icon::{Icon, icon},
};

/// How much is shown, and in which layout. The choice is the reader's and holds for every entry.
#[component]
pub(super) fn Bar(
    /// The choice.
    style: DiffStyle,
    /// How many fields changed.
    changed: usize,
    /// How many did not.
    unchanged: usize,
) -> impl IntoView {
    let extents = [
        (Extent::Changed, "Changed", Some(changed), "Only the fields that changed"),
        (
            Extent::Fields,
            "All fields",
            Some(changed + unchanged),
            "Every field, what changed first",
        ),
        (Extent::States, "Whole state", None, "Both states whole, before and after"),
    ];
    let button = |(extent, label, count, tip): (Extent, _, Option<usize>, _)| {
        let pressed = move || if style.extent.get() == extent { "true" } else { "false" };
        view! {
            <button type="button" class="segment" aria-pressed=Signal::derive(pressed) data-tip=tip on:click=move |_| style.extent.set(extent)>
                {label}
                {count.map(|count| view! { " "<span class="segment-count">{count}</span> })}
            </button>
        }
    };
    let split = move || if style.split.get() { "true" } else { "false" };
    view! {
        <div class="diff-bar">
            <div class="segments" role="group" aria-label="How much is shown">
                {extents.map(button).into_iter().collect_view()}
            </div>
            <button type="button" class="icon-button" aria-label="Side by side" data-tip="Side by side" aria-pressed=Signal::derive(split) on:click=move |_| style.split.update(|split| *split = !*split)>
                {icon(Icon::Columns)}
            </button>
        </div>
    }
}
