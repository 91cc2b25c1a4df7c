//! The way back: a patch that undoes the change, to copy.

use daybook_model::{
    Change,
    change::{holds_redacted, inverse},
};
use leptos::prelude::*;

use crate::ui::copy::CopyButton;

/// Copies the patch, or says why there is none.
#[component]
pub(super) fn Undo(
    /// The change.
    change: StoredValue<Change>,
) -> impl IntoView {
    let patch = move || change.with_value(inverse);
    // Only what was redacted stands in the way. Else the patch is made when it is wanted.
    let refused = change.with_value(holds_redacted).then(|| patch().err()).flatten();
    let copy = match refused {
        None => {
            let text = Signal::derive(move || {
                patch().map_or_else(
                    |unknown| unknown.to_string(),
                    |patch| serde_json::to_string_pretty(&patch).unwrap_or_default(),
                )
            });
            view! {
                <CopyButton text what="inverse patch" shown="Copy inverse patch" />
                <span class="muted">"JSON Patch (RFC 6902)"</span>
            }
            .into_any()
        }
        Some(unknown) => view! {
            <span class="muted">{format!("No inverse patch: {unknown}.")}</span>
        }
        .into_any(),
    };
    view! { <footer class="diff-undo">{copy}</footer> }
}
