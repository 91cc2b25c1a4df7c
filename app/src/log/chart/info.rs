//! The line over the bars.

use daybook_model::Previous;
use leptos::prelude::*;

use super::{before::Against, legend::Legend, state::State};
use crate::{load::Answer, url::LogAddress};

/// What the bars are, and how many there are against the time before.
#[component]
pub(crate) fn Info(
    /// Where we are.
    log: LogAddress,
    /// What was there before.
    previous: Answer<Previous>,
    /// The chart's state.
    state: State,
) -> impl IntoView {
    view! {
        <Against previous state />
        <Legend state log />
    }
}
