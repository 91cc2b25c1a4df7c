//! The pages of a project beside its log and its settings.

use leptos::prelude::*;

use super::not_found::NotFoundPage;
use crate::{
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
        _ => view! { <main class="door"><NotFoundPage /></main> }.into_any(),
    }
}
