//! The pages of a project beside its log and its settings.

use leptos::prelude::*;

use super::not_found::NotFoundPage;
use crate::{
    alerts::{
        deliveries::DeliveriesPage, firing::FiringPage, firings::FiringsPage, rule::RulePage,
        rules::RulesPage,
    },
    investigations::{list::InvestigationsPage, one::InvestigationPage},
    session::Session,
};

/// The page of the rest of a path.
#[component]
pub(crate) fn BesidePage(
    /// The project, by slug or number.
    project: String,
    /// What stands behind it in the path.
    rest: String,
) -> impl IntoView {
    expect_context::<Session>().look();
    let parts: Vec<_> = rest.trim_end_matches('/').split('/').collect();
    match (parts.as_slice(), parts.last().and_then(|last| last.parse().ok())) {
        (["investigations"], _) => view! { <InvestigationsPage project /> }.into_any(),
        (["investigations", _], Some(number)) => {
            view! { <InvestigationPage project number /> }.into_any()
        }
        (["alerts"], _) => view! { <FiringsPage project /> }.into_any(),
        (["alerts", "rules"], _) => view! { <RulesPage project /> }.into_any(),
        (["alerts", "rules", "new"], _) => view! { <RulePage project id=None /> }.into_any(),
        (["alerts", "rules", _], Some(id)) => view! { <RulePage project id=Some(id) /> }.into_any(),
        (["alerts", "deliveries"], _) => view! { <DeliveriesPage project /> }.into_any(),
        (["alerts", _], Some(id)) => view! { <FiringPage project id /> }.into_any(),
        _ => view! { <main class="door"><NotFoundPage /></main> }.into_any(),
    }
}
