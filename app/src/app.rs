//! The app: which page an address means.

use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    hooks::use_params_map,
    path,
};

use crate::{
    clock::Clock,
    pages::{
        home::HomePage, log::LogPage, not_found::NotFoundPage, set_up::SetUpPage,
        sign_in::SignInPage,
    },
    preferences::Preferences,
    reactive::{dynamic, memo},
    session::Session,
    url::Address,
};

/// The whole app.
#[component]
pub(crate) fn App() -> impl IntoView {
    view! { <Router><Pages /></Router> }
}

/// The pages. One lives as long as its route stays the same, whatever its query says.
#[component]
fn Pages() -> impl IntoView {
    let address = Address::follow();
    provide_context(address);
    provide_context(Session::new(address));
    provide_context(Preferences::recall());
    provide_context(Clock::start());
    view! {
        <div class="app" on:click=move |event| address.follow_link(&event)>
            <FlatRoutes fallback=NotFoundPage>
                <Route path=path!("/") view=HomePage />
                <Route path=path!("/sign-in") view=SignInPage />
                <Route path=path!("/set-up") view=SetUpPage />
                <Route path=path!("/projects/:project/log") view=ProjectLog />
            </FlatRoutes>
        </div>
    }
}

/// The log page of the project in the path; another project is another page.
#[component]
fn ProjectLog() -> impl IntoView {
    let params = use_params_map();
    let project = memo(move || params.with(|params| params.get("project").unwrap_or_default()));
    dynamic(move || view! { <LogPage project=project.get() /> })
}
