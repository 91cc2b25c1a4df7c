//! The address bar: the only place that reads or writes it.
//!
//! The query string is read raw and by the model's own parser, so that the page and the API agree
//! on every character. Links are plain `<a href>`; a click on one that stays in the app is a
//! change of [`Place`] instead of a new document, by the router.

use daybook_model::{
    Filter, QueryError, View, account::SignInProblem, alert::FiringState, paths, query,
};
use leptos::{ev, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
    location::Location,
};
use wasm_bindgen::JsCast;

use crate::reactive::memo;

/// Where the reader is: the parts of the address, as they stand in the bar.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// `/projects/acme/log`
    pub(crate) path: String,
    /// Without the `?`, not decoded.
    pub(crate) search: String,
    /// Without the `#`.
    pub(crate) fragment: String,
}

impl Place {
    /// Path and query, as a link within the app.
    pub(crate) fn to_href(&self) -> String {
        if self.search.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.search)
        }
    }
}

/// The pages there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Page {
    /// Leads to the log of the first project.
    Home,
    /// The log of a project, by slug or number.
    Log(String),
    /// The settings of a project, by slug or number.
    Settings(String),
    /// Another page of a project, by slug or number: which one, the rest of the path says.
    Beside(String),
    /// Stands in the place of a project's page for whoever has no role in it.
    NoAccess(String),
    /// What is the reader's own.
    Account,
    /// Where an invitation leads.
    Invitation,
    /// Where one signs in.
    SignIn,
    /// Where the one-time link leads.
    SetUp,
    /// No such page.
    NotFound,
}

impl Page {
    /// The page of a path.
    pub(crate) fn at(path: &str) -> Self {
        match path.trim_end_matches('/') {
            "" => Self::Home,
            paths::SIGN_IN => Self::SignIn,
            paths::SET_UP => Self::SetUp,
            paths::ACCOUNT => Self::Account,
            paths::INVITATION => Self::Invitation,
            path => match paths::page_of_project(path) {
                Some((project, "log")) => Self::Log(project.to_owned()),
                Some((project, "settings")) => Self::Settings(project.to_owned()),
                Some((project, _)) => Self::Beside(project.to_owned()),
                None => Self::NotFound,
            },
        }
    }

    /// The project that it belongs to, by slug or number.
    pub(crate) fn project(&self) -> Option<&str> {
        match self {
            Self::Log(project) | Self::Settings(project) | Self::Beside(project) => Some(project),
            _ => None,
        }
    }
}

/// What a change of place does to the browser's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum History {
    /// A step that Back undoes.
    Push,
    /// A correction of the step before.
    Replace,
}

/// Goes to a link within the app.
type Navigate = Box<dyn Fn(&str, NavigateOptions)>;

/// The address bar. The router follows it; its own reading of the query is not used, because it
/// decodes values twice.
#[derive(Clone, Copy)]
pub(crate) struct Address {
    place: Memo<Place>,
    navigate: StoredValue<Navigate, LocalStorage>,
}

impl Address {
    /// Follows the address from now on, whoever changes it. Only within a router.
    pub(crate) fn follow() -> Self {
        let Location { pathname, search, hash, .. } = use_location();
        let place = memo(move || Place {
            path: pathname.get(),
            search: search.get(),
            fragment: hash.with(|hash| hash.trim_start_matches('#').to_owned()),
        });
        Self { place, navigate: StoredValue::new_local(Box::new(use_navigate())) }
    }

    /// Where the reader is.
    pub(crate) fn place(self) -> Place {
        self.place.get()
    }

    /// Goes to a link within the app. The page stays where it is scrolled to, unless it is another.
    pub(crate) fn go(self, href: &str, history: History) {
        let here = self.place.with_untracked(|place| place.path.clone());
        let scroll = href.split(['?', '#']).next() != Some(here.as_str());
        let options = NavigateOptions {
            replace: history == History::Replace,
            scroll,
            ..NavigateOptions::default()
        };
        self.navigate.with_value(|navigate| navigate(href, options));
    }

    /// Takes a plain click on a link to another view of this page before the router does, which
    /// would scroll to the top. All other clicks are the router's, or the browser's.
    pub(crate) fn follow_link(self, event: &ev::MouseEvent) {
        let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        if event.default_prevented() || event.button() != 0 || modified {
            return;
        }
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .and_then(|element| element.closest("a[href]").ok().flatten())
            .and_then(|element| element.dyn_into::<web_sys::HtmlAnchorElement>().ok());
        let Some(link) = link else { return };
        let same_page = link.origin() == window().location().origin().unwrap_or_default()
            && self.place.with_untracked(|place| place.path == link.pathname());
        // A link to a part of this page moves the focus too, which is the browser's work.
        let within = !link.hash().is_empty();
        if same_page && !within && link.target().is_empty() && !link.has_attribute("download") {
            event.prevent_default();
            self.go(&format!("{}{}", link.pathname(), link.search()), History::Push);
        }
    }
}

/// The address of a log page: its project and its view.
#[derive(Clone, Copy)]
pub(crate) struct LogAddress {
    address: Address,
    project: StoredValue<String>,
    search: Memo<String>,
    view: Memo<View>,
    errors: Memo<Vec<QueryError>>,
}

impl LogAddress {
    /// The log of this project, seen as the query string says.
    pub(crate) fn new(address: Address, project: String) -> Self {
        let search = memo(move || address.place().search);
        Self {
            address,
            project: StoredValue::new(project),
            search,
            view: memo(move || search.with(|raw| View::read(raw).0)),
            errors: memo(move || search.with(|raw| View::read(raw).1)),
        }
    }

    /// The project, by slug or number.
    pub(crate) fn project(self) -> String {
        self.project.get_value()
    }

    /// What is looked at.
    pub(crate) fn view(self) -> View {
        self.view.get()
    }

    /// What is looked at, without following it.
    pub(crate) fn view_untracked(self) -> View {
        self.view.get_untracked()
    }

    /// A part of what is looked at; whoever reads it follows only this part.
    pub(crate) fn part<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&View) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        memo(move || self.view.with(&part))
    }

    /// What is wrong with the address.
    pub(crate) fn errors(self) -> Vec<QueryError> {
        self.errors.get()
    }

    /// A link to the same view with a change.
    pub(crate) fn link(self, change: impl FnOnce(&mut View)) -> String {
        let mut view = self.view.get();
        change(&mut view);
        self.href(&view)
    }

    /// A link to the first page of the same view with a change to its filter. An opened entry
    /// stays open.
    pub(crate) fn filter_link(self, change: impl FnOnce(&mut View)) -> String {
        self.link(|view| {
            view.cursor = None;
            change(view);
        })
    }

    /// A link to this view.
    pub(crate) fn href(self, view: &View) -> String {
        self.project.with_value(|project| log_href(project, view))
    }

    /// This view as a link that works outside the browser too.
    pub(crate) fn absolute(self, view: &View) -> String {
        format!("{}{}", window().location().origin().unwrap_or_default(), self.href(view))
    }

    /// Goes to this view.
    pub(crate) fn go(self, view: &View, history: History) {
        self.address.go(&self.href(view), history);
    }

    /// Changes the view.
    pub(crate) fn change(self, history: History, change: impl FnOnce(&mut View)) {
        let mut view = self.view_untracked();
        change(&mut view);
        self.go(&view, history);
    }

    /// A link to the same address without this key, whatever else is in it.
    pub(crate) fn without_key(self, key: &str) -> String {
        let (pairs, _) = self.search.with(|raw| query::split(raw));
        let mut out = query::Writer::default();
        for (name, value) in pairs.iter().filter(|(name, _)| name != key) {
            out.push(name, value);
        }
        let path = self.project.with_value(|project| paths::log(project));
        Place { path, search: out.finish(), fragment: String::new() }.to_href()
    }
}

/// A link to a view of a project's log.
pub(crate) fn log_href(project: &str, view: &View) -> String {
    Place { path: paths::log(project), search: view.to_string(), fragment: String::new() }.to_href()
}

/// A link to the sign-in page that leads back here.
pub(crate) fn sign_in_href(back: &Place) -> String {
    let mut out = query::Writer::default();
    out.push("then", &back.to_href());
    format!("{}?{}", paths::SIGN_IN, out.finish())
}

/// Where the sign-in page leads to: within this app, never elsewhere.
pub(crate) fn after_sign_in(place: &Place) -> String {
    paths::within_site(&value_of(place, "then")).unwrap_or("/").to_owned()
}

/// Why single sign-on led back to the sign-in page.
pub(crate) fn sign_in_problem(place: &Place) -> Option<SignInProblem> {
    value_of(place, "problem").parse().ok()
}

/// A link that leads to single sign-on, and back to a link of this app.
pub(crate) fn single_sign_on_href(to: &str) -> String {
    let mut out = query::Writer::default();
    out.push("to", to);
    format!("{}?{}", paths::SINGLE_SIGN_ON, out.finish())
}

/// A link to the log with a query as it is.
pub(crate) fn query_href(project: &str, query: &str) -> String {
    Place { path: paths::log(project), search: query.to_owned(), fragment: String::new() }.to_href()
}

/// The alerts of which state the page shows: the open ones unless the address says so.
pub(crate) fn firing_state(place: &Place) -> FiringState {
    value_of(place, "state").parse().unwrap_or(FiringState::Open)
}

/// A link to the alerts of a state.
pub(crate) fn firings_href(project: &str, state: FiringState) -> String {
    let mut out = query::Writer::default();
    if state != FiringState::Open {
        out.push("state", state.as_str());
    }
    Place { path: paths::alerts(project), search: out.finish(), fragment: String::new() }.to_href()
}

/// A link to where a rule is made that watches for what matches a filter.
pub(crate) fn new_rule_href(project: &str, filter: &Filter) -> String {
    let path = paths::new_alert_rule_page(project);
    Place { path, search: filter.to_string(), fragment: String::new() }.to_href()
}

/// The filter that a rule is to be made with, and what is wrong with it.
pub(crate) fn filter_of_rule(place: &Place) -> (Filter, Option<QueryError>) {
    let (view, errors) = View::read(&place.search);
    (view.filter, errors.into_iter().next())
}

/// The value of a key that is not the log's; empty where there is none.
fn value_of(place: &Place, wanted: &str) -> String {
    let (pairs, _) = query::split(&place.search);
    pairs.into_iter().find(|(key, _)| key == wanted).map(|(_, value)| value).unwrap_or_default()
}
