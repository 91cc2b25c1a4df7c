//! The facets that are not in view, to be opened.

use daybook_model::Field;
use leptos::prelude::*;

use crate::{
    preferences::Preferences,
    reactive::{each, memo, when},
    ui::icon::{Icon, icon},
};

/// A button for each.
#[component]
pub(crate) fn ClosedFacets(
    /// Which facets are in view.
    rail: Memo<Vec<Field>>,
) -> impl IntoView {
    let opened = expect_context::<Preferences>().facets;
    let closed = memo(move || {
        let rail = rail.get();
        Field::facets().iter().copied().filter(|f| !rail.contains(f)).collect::<Vec<_>>()
    });
    when(
        move || !closed.read().is_empty(),
        move || {
            view! {
                <ul class="closed-facets" role="list" aria-label="More facets">
                    {each(move || closed.get(), |field| field.key().into(), move |field| view! {
                        <li>
                            <button type="button" class="more" on:click=move |_| opened.update(|all| all.push(field))>
                                {icon(Icon::Plus)}{field.label()}
                            </button>
                        </li>
                    })}
                </ul>
            }
        },
    )
}
