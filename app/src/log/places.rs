//! The pages of a project beside its log, as the navigation has them.

use daybook_model::{account::Permission, paths};
use leptos::prelude::*;

use crate::{alerts::parts::may_see, reactive::dynamic, session::Session};

/// The pages of alerts.
pub(crate) const ALERTS: &str = "alerts";
/// The page of investigations.
pub(crate) const INVESTIGATIONS: &str = "investigations";
/// The page of settings.
pub(crate) const SETTINGS: &str = "settings";

/// The pages that the reader may open: what each is known by, what it is called, and where it is.
pub(crate) fn places(session: Session, project: &str) -> Vec<(&'static str, &'static str, String)> {
    let may = |permission| session.may(project, permission);
    [
        (may_see(session, project), ALERTS, "Alerts", paths::alerts(project)),
        (
            may(Permission::KeepViews),
            INVESTIGATIONS,
            "Investigations",
            paths::investigations_page(project),
        ),
        (may(Permission::Administer), SETTINGS, "Settings", paths::project_settings(project)),
    ]
    .into_iter()
    .filter(|(may, ..)| *may)
    .map(|(_, word, name, href)| (word, name, href))
    .collect()
}

/// Links to them.
#[component]
pub(crate) fn Places(
    /// The project, by slug or number.
    project: Signal<String>,
    /// The one that is shown, by its word.
    here: &'static str,
) -> impl IntoView {
    let session = expect_context::<Session>();
    dynamic(move || {
        let link = |(word, name, href): (&'static str, &'static str, String)| {
            view! { <a href=href aria-current=(word == here).then_some("page")>{name}</a> }
        };
        places(session, &project.read()).into_iter().map(link).collect_view()
    })
}
