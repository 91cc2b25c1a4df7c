//! What the pages of alerts share: the way between them, who may see and change them, and how bad
//! something is.

use daybook_model::{
    Filter,
    account::{Permission, Viewer},
    alert::AlertSeverity,
    paths,
};
use leptos::prelude::*;

use crate::session::Session;

/// Whether the reader may see alerts: of whoever sees all of the log.
pub(crate) fn may_see(session: Session, project: &str) -> bool {
    let whole = |viewer: &Viewer| {
        viewer.grant(project).is_some_and(|grant| grant.filter == Filter::default())
    };
    session.may(project, Permission::ReadAlerts)
        && session.viewer.read().as_ref().is_some_and(whole)
}

/// Whether the reader may deal with alerts, and change rules and recipients.
pub(crate) fn may_change(session: Session, project: &str) -> bool {
    session.may(project, Permission::Administer)
}

/// The pages of alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// What was found.
    Firings,
    /// What is watched for.
    Rules,
    /// Who is told, and what was delivered.
    Deliveries,
}

/// The heading, and the way between the pages.
#[component]
pub(super) fn Parts(
    /// The project.
    project: StoredValue<String>,
    /// The page that is shown.
    here: Part,
) -> impl IntoView {
    let link = |part: Part, name: &'static str, href: String| {
        view! { <a href=href aria-current=(part == here).then_some("page")>{name}</a> }
    };
    let links = project.with_value(|project| {
        [
            link(Part::Firings, "What fired", paths::alerts(project)),
            link(Part::Rules, "Rules", paths::alert_rules_page(project)),
            link(Part::Deliveries, "Who is told", paths::alert_deliveries_page(project)),
        ]
    });
    view! {
        <h1>"Alerts"</h1>
        <nav class="settings-parts" aria-label="Pages of alerts">{links.into_iter().collect_view()}</nav>
    }
}

/// How bad it is: a word, and a mark before it.
pub(super) fn severity(severity: AlertSeverity) -> impl IntoView {
    view! { <span class="severity" data-severity=severity.as_str()><i></i>{severity.label()}</span> }
}
