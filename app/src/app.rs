//! The app: which page an address means.

use daybook_model::paths;
use leptos::prelude::*;

use crate::{
    clock::Clock,
    pages::{home::HomePage, log::LogPage, not_found::NotFoundPage, set_up::SetUpPage, sign_in::SignInPage},
    preferences::Preferences,
    session::Session,
    url::Address,
};

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Route {
    Home,
    SignIn,
    SetUp,
    Log(String),
    NotFound,
}

impl Route {
    fn of(path: &str) -> Self {
        let path = if path.len() > 1 { path.trim_end_matches('/') } else { path };
        match path {
            "/" => Self::Home,
            paths::SIGN_IN => Self::SignIn,
            paths::SET_UP => Self::SetUp,
            _ => {
                let project = path.strip_prefix("/projects/").and_then(|rest| rest.strip_suffix("/log"));
                let project = project.filter(|name| !name.is_empty() && !name.contains('/'));
                project.map_or(Self::NotFound, |name| Self::Log(name.to_owned()))
            }
        }
    }
}

/// The whole app. A page lives as long as its route stays the same, whatever its query says.
#[component]
pub(crate) fn App() -> impl IntoView {
    let address = Address::follow();
    provide_context(address);
    provide_context(Session::new(address));
    provide_context(Preferences::recall());
    provide_context(Clock::start());

    let route = Memo::new(move |_| Route::of(&address.place().path));
    move || match route.get() {
        Route::Home => view! { <HomePage /> }.into_any(),
        Route::SignIn => view! { <SignInPage /> }.into_any(),
        Route::SetUp => view! { <SetUpPage /> }.into_any(),
        Route::Log(project) => view! { <LogPage project /> }.into_any(),
        Route::NotFound => view! { <NotFoundPage /> }.into_any(),
    }
}
