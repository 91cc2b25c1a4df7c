//! The rest of the chart: what is asked for after the page's one question, and the bars as a table, for
//! those who do not see them.

use daybook_model::{Histogram, Previous, Span};
use leptos::prelude::*;

use super::{ask::ask_more, state::State, words};
use crate::{
    load::Answer,
    reactive::dynamic,
    ui::{number::grouped, time::Zone},
    url::LogAddress,
};

/// Keeps asking, and is the table.
#[component]
pub(crate) fn More(
    /// Where we are.
    log: LogAddress,
    /// The bars.
    bars: Answer<Histogram>,
    /// What was there before.
    previous: Answer<Previous>,
    /// By whose clock.
    zone: RwSignal<Zone>,
    /// The chart's state.
    state: State,
) -> impl IntoView {
    ask_more(log, bars, previous, zone);
    view! { <Twin state /> }
}

/// A table with a row for each bar that has entries.
#[component]
fn Twin(
    /// The chart's state.
    state: State,
) -> impl IntoView {
    let heads = move || {
        let length = state.shown.with(|h| h.as_ref().map_or(0, |h| h.span.millis()));
        let mut heads: Vec<String> =
            state.series.with(|all| all.iter().map(|s| s.label.clone()).collect());
        heads.extend(state.before.with(Option::is_some).then(|| words::before(length)));
        heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view()
    };
    let rows = move || {
        let (clock, series, before) = (state.clock(), state.series.read(), state.before.read());
        let row = |(i, bucket): (usize, &daybook_model::Bucket)| {
            let mut counts: Vec<u64> =
                series.iter().map(|s| s.counts.get(i).copied().unwrap_or(0)).collect();
            counts.extend(before.as_ref().and_then(|p| p.counts.get(i)));
            if counts.iter().all(|n| *n == 0) {
                return None;
            }
            let when = Span::new(bucket.from, bucket.to).map(|span| clock.span(span));
            let cells = counts.into_iter().map(|n| view! { <td>{grouped(n)}</td> });
            Some(view! { <tr><th scope="row">{when}</th>{cells.collect_view()}</tr> })
        };
        state.shown.with(|h| {
            let buckets = h.iter().flat_map(|h| &h.buckets).enumerate();
            buckets.filter_map(row).collect_view()
        })
    };
    view! {
        <div class="visually-hidden">
            <table>
                <caption>"Entries over time; times without entries are left out"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Time"</th>
                        {dynamic(heads)}
                    </tr>
                </thead>
                <tbody>{dynamic(rows)}</tbody>
            </table>
        </div>
    }
}
