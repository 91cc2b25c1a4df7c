//! Says that there is more in the log than the reader may see, and which part there is for them.

use daybook_model::account::Role;
use leptos::prelude::*;

use crate::{
    clock::Clock,
    log::names::Names,
    preferences::Preferences,
    reactive::dynamic,
    session::Session,
    settings::limit,
    ui::{
        icon::{Icon, icon},
        time::day_time,
    },
    url::LogAddress,
};

/// The note. It cannot be taken away.
#[component]
pub(crate) fn PartNote(
    /// Where we are.
    log: LogAddress,
    /// What values are called.
    names: Names,
) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let viewer = expect_context::<Session>().viewer;
    dynamic(move || {
        let grant = viewer.with(|viewer| viewer.as_ref()?.grant(&log.project()).cloned())?;
        let (now, zone) = (clock.now_untracked(), zone.get());
        let (what, which) = match (grant.role, grant.is_limited()) {
            (Role::Member, _) => {
                ("My activity", "Only your own activity and your runs.".to_owned())
            }
            (_, true) => {
                let words = limit::words(&grant.filter, names, now, zone);
                ("A part of the log", format!("Only what this holds for: {words}."))
            }
            (_, false) => ("For a time", String::new()),
        };
        let until = grant.until.map(|until| format!(" Until {}.", day_time(until, now, zone)));
        Some(view! {
            <p class="pinned part-note" role="note">
                {icon(Icon::User)}
                <span><strong>{what}</strong>" "{which}{until}</span>
            </p>
        })
    })
}
