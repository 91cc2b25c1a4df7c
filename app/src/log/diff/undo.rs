//! The way back: a patch that undoes the change, to copy.

use daybook_model::{Change, change::inverse};
use leptos::prelude::*;

use crate::ui::copy::CopyButton;

/// Copies the patch, or says why there is none.
#[component]
pub(super) fn Undo<'a>(
    /// The change.
    change: &'a Change,
) -> impl IntoView + use<> {
    let copy = match inverse(change) {
        Ok(patch) => {
            let text = serde_json::to_string_pretty(&patch).unwrap_or_default();
            view! {
                <CopyButton text what="inverse patch" shown="Copy inverse patch" />
                <span class="muted">"JSON Patch (RFC 6902)"</span>
            }
            .into_any()
        }
        Err(unknown) => view! {
            <span class="muted">{format!("No inverse patch: {unknown}.")}</span>
        }
        .into_any(),
    };
    view! { <footer class="diff-undo">{copy}</footer> }
}
