//! The app: which page an address means.

use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    hooks::use_params_map,
    path,
};

use crate::{
    clock::Clock,
    later::{Later, later},
    pages::{home::HomePage, log::LogPage},
    preferences::Preferences,
    reactive::{dynamic, memo},
    session::Session,
    ui::lazy::loading,
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
    let session = Session::new(address);
    provide_context(session);
    provide_context(Preferences::recall(session));
    provide_context(Clock::start());
    view! {
        <div class="app" on:click=move |event| address.follow_link(&event)>
            <FlatRoutes fallback=door(|| Later::NotFound)>
                <Route path=path!("/") view=HomePage />
                <Route path=path!("/sign-in") view=door(|| Later::SignIn) />
                <Route path=path!("/set-up") view=door(|| Later::SetUp) />
                <Route path=path!("/projects/:project/log") view=ProjectLog />
            </FlatRoutes>
        </div>
    }
}

/// A page in front of the log.
fn door(page: fn() -> Later) -> impl Fn() -> AnyView + Clone + Send {
    move || view! { <main class="door">{later(page, loading)}</main> }.into_any()
}

/// The log page of the project in the path; another project is another page.
#[component]
fn ProjectLog() -> impl IntoView {
    let params = use_params_map();
    let project = memo(move || params.with(|params| params.get("project").unwrap_or_default()));
    dynamic(move || view! { <LogPage project=project.get() /> })
}
