//! The app: which page an address means.

use leptos::prelude::*;
use leptos_router::{
    WildcardSegment,
    components::{FlatRoutes, Route, Router},
};

use crate::{
    clock::Clock,
    later::{Later, later},
    pages::log::LogPage,
    preferences::Preferences,
    reactive::{dynamic, memo},
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

/// The page that the path means. Another project is another page.
#[component]
fn PageHere() -> impl IntoView {
    let address = expect_context::<Address>();
    let page = memo(move || Page::at(&address.place().path));
    dynamic(move || match page.get() {
        Page::Home => door(|| Later::Home),
        Page::Log(project) => view! { <LogPage project /> }.into_any(),
        Page::SignIn => door(|| Later::SignIn),
        Page::SetUp => door(|| Later::SetUp),
        Page::NotFound => door(|| Later::NotFound),
    })
}

/// A page in front of the log.
fn door(page: fn() -> Later) -> AnyView {
    view! { <main class="door">{later(page, loading)}</main> }.into_any()
}
