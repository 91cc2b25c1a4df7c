//! What there was in the time before: a faint line over the bars, and a sentence.

use daybook_model::Previous;
use leptos::prelude::*;

use super::{bars::line, state::State, words};
use crate::{
    load::Answer,
    reactive::{dynamic, memo},
    ui::icon::{Icon, icon},
};

/// How many there are against the time before, or why that is not known.
#[component]
pub(super) fn Against(
    /// What was there before.
    previous: Answer<Previous>,
    /// The chart's state.
    state: State,
) -> impl IntoView {
    let length = memo(move || state.shown.with(|h| h.as_ref().map(|h| h.span.millis())));
    let against = move || {
        let length = length.get()?;
        let (total, since) = state.shown.with(|h| h.as_ref().map(|h| (h.total, h.since)))?;
        state.before.with(|p| p.as_ref().map(|p| words::against(total, p, length, since)))
    };
    let missing = move || {
        previous.failure.with(|f| {
            f.as_ref().map(|f| format!("The time before could not be counted. {}", f.message()))
        })
    };
    dynamic(move || {
        let text = missing().map(|text| view! { {icon(Icon::Warning)} {text} }.into_any());
        let text = text.or_else(|| {
            against().map(|text| view! { <i class="swatch before"></i> {text} }.into_any())
        });
        text.map(|text| view! { <p class="chart-against">{text}</p> })
    })
}

/// The time before, as a faint line over the bars.
#[component]
pub(super) fn Before(
    /// The chart's state.
    state: State,
) -> impl IntoView {
    let path = move || {
        let (edges, levels) = (state.edges.read(), state.levels.get());
        let height = state.size.get().height;
        state.before.with(|p| p.as_ref().map(|p| line(&p.counts, &edges, height, levels)))
    };
    dynamic(move || {
        path().map(|path| {
            view! {
                <svg class="chart-before" aria-hidden="true"><path d=path></path></svg>
            }
        })
    })
}
