//! The pages of a project beside its log and its settings.

use daybook_model::paths;
use leptos::prelude::*;

use super::not_found::NotFoundPage;
use crate::{
    alerts::{
        deliveries::DeliveriesPage, firing::FiringPage, firings::FiringsPage, rule::RulePage,
        rules::RulesPage,
    },
    investigations::{list::InvestigationsPage, one::InvestigationPage},
    reactive::dynamic,
    session::Session,
    url::Address,
};

/// The page that the rest of the path says.
#[component]
pub(crate) fn BesidePage(
    /// The project, by slug or number.
    project: String,
) -> impl IntoView {
    expect_context::<Session>().look();
    let address = expect_context::<Address>();
    // Whoever leaves for another page of the app is there before this one is gone.
    let rest = Memo::new(move |before: Option<&String>| {
        let path = address.place().path;
        let rest = paths::page_of_project(path.trim_end_matches('/')).map(|(_, rest)| rest);
        let ours = rest.filter(|rest| !matches!(*rest, "log" | "settings")).map(str::to_owned);
        ours.or_else(|| before.cloned()).unwrap_or_default()
    });
    dynamic(move || rest.with(|rest| page(project.clone(), rest)))
}

/// The page of the rest of a path.
fn page(project: String, rest: &str) -> AnyView {
    let parts: Vec<_> = rest.split('/').collect();
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
