//! The app: which page an address means.

use leptos::prelude::*;
use leptos_router::{
    WildcardSegment,
    components::{FlatRoutes, Route, Router},
};

use crate::{
    clock::Clock,
    later::{Later, later},
    pages::{
        beside::BesidePageProps, log::LogPage, no_access::NoAccessPageProps,
        settings::SettingsPageProps,
    },
    preferences::Preferences,
    reactive::dynamic,
    session::Session,
    ui::lazy::{Arrived, loading},
    url::{Address, Page},
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
    provide_context(Preferences::recall());
    provide_context(Clock::start());
    provide_context(Arrived::nothing());
    view! {
        <div class="app" on:click=move |event| address.follow_link(&event)>
            // The router compiles each route into machinery of its own; one that takes every path leaves
            // it to us to tell them apart.
            <FlatRoutes fallback=|| ()>
                <Route path=WildcardSegment("page") view=PageHere />
            </FlatRoutes>
        </div>
    }
}

/// The page that the path means. Another project is another page. Whoever is known to have no role in it
/// gets a page that says so, and nothing is asked for.
#[component]
fn PageHere() -> impl IntoView {
    let address = expect_context::<Address>();
    let viewer = expect_context::<Session>().viewer;
    let here = Memo::new(move |before: Option<&Page>| {
        let page = Page::at(&address.place().path);
        let Some(project) = page.project() else { return page };
        let refused = Page::NoAccess(project.to_owned());
        let is_refused = match &*viewer.read() {
            Some(viewer) => viewer.grant(project).is_none(),
            // Whoever signs out is not shown what was kept from them meanwhile.
            None => before == Some(&refused),
        };
        if is_refused { refused } else { page }
    });
    dynamic(move || match here.get() {
        Page::Home => door(|| Later::Home),
        Page::Log(project) => view! { <LogPage project /> }.into_any(),
        Page::Settings(project) => {
            later(move || Later::Settings(SettingsPageProps { project: project.clone() }), loading)
                .into_any()
        }
        Page::Beside(project) => {
            later(move || Later::Beside(BesidePageProps { project: project.clone() }), loading)
                .into_any()
        }
        Page::Account => later(|| Later::Account, loading).into_any(),
        Page::Invitation => door(|| Later::Invitation),
        Page::SignIn => door(|| Later::SignIn),
        Page::SetUp => door(|| Later::SetUp),
        Page::NoAccess(project) => {
            door(move || Later::NoAccess(NoAccessPageProps { project: project.clone() }))
        }
        Page::NotFound => door(|| Later::NotFound),
    })
}

/// A page in front of the log.
fn door(page: impl Fn() -> Later + 'static) -> AnyView {
    view! { <main class="door">{later(page, loading)}</main> }.into_any()
}
