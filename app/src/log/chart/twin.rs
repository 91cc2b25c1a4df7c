//! The bars as a table, for those who do not see them.

use daybook_model::{Severity, Span};
use leptos::prelude::*;

use super::state::State;
use crate::ui::number::grouped;

/// A table with a row for each bar that has entries.
#[component]
pub(crate) fn Twin(
    /// The chart's state.
    state: State,
) -> impl IntoView {
    let rows = move || {
        let clock = state.clock();
        let row = move |bucket: &daybook_model::Bucket| {
            let when = Span::new(bucket.from, bucket.to).map(|span| clock.span(span));
            let counts = bucket.counts.map(|n| view! { <td>{grouped(n)}</td> });
            view! { <tr><th scope="row">{when}</th>{counts.into_iter().collect_view()}</tr> }
        };
        state.shown.with(|h| {
            let buckets = h.iter().flat_map(|h| &h.buckets).filter(|b| b.total() > 0);
            buckets.map(row).collect_view()
        })
    };
    view! {
        <div class="visually-hidden">
            <table>
                <caption>"Entries over time; times without entries are left out"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Time"</th>
                        {Severity::ALL.map(|s| view! { <th scope="col">{s.label()}</th> }).into_iter().collect_view()}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
