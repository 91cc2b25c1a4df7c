//! What retention removed.

use leptos::prelude::*;

use super::{Kept, taken};
use crate::{
    clock::Clock,
    preferences::Preferences,
    reactive::{each, when},
    ui::time::day_time,
};

/// What was removed.
#[component]
pub(super) fn Runs(kept: Kept) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let runs =
        move || kept.seen.with(|seen| seen.as_ref().map(|s| s.runs.clone()).unwrap_or_default());
    view! {
        <h3 id="removed-title">"Removed"</h3>
        {when(move || runs().is_empty(), || view! { <p class="hint">"Nothing yet."</p> })}
        {when(move || !runs().is_empty(), move || view! {
            <table class="settings-table" role="table" aria-labelledby="removed-title">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"When"</th>
                        <th role="columnheader" scope="col">"What"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    {each(runs, |run| format!("{} {:?} {:?}", run.run, run.ended_at, run.taken), move |run| {
                        let (now, zone) = (clock.now_untracked(), zone.get_untracked());
                        let when = match run.ended_at {
                            Some(at) => day_time(at, now, zone),
                            None => "Under way".to_owned(),
                        };
                        let parts: Vec<_> = run.taken.iter().map(|part| view! { <p>{taken(part, now, zone)}</p> }).collect();
                        view! {
                            <tr role="row">
                                <td role="cell" data-label="When">{when}{run.stopped.then_some(", stopped because the rules were changed")}</td>
                                <td role="cell" data-label="What"><div class="cell">{parts}</div></td>
                            </tr>
                        }
                    })}
                </tbody>
            </table>
        })}
    }
}
