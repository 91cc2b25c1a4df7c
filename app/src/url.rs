//! The address bar: the only place that reads or writes it.
//!
//! The query string is read raw and by the model's own parser, so that the page and the API agree
//! on every character. Links are plain `<a href>`; a click on one that stays in the app is a
//! change of [`Place`] instead of a new document.

use daybook_model::{QueryError, View, paths, query};
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};

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
    fn current() -> Self {
        let location = window().location();
        let part = |text: Result<String, JsValue>, mark: &str| {
            let text = text.unwrap_or_default();
            text.strip_prefix(mark).map(str::to_owned).unwrap_or(text)
        };
        Self {
            path: location.pathname().unwrap_or_default(),
            search: part(location.search(), "?"),
            fragment: part(location.hash(), "#"),
        }
    }

    /// Path and query, as a link within the app.
    pub(crate) fn to_href(&self) -> String {
        if self.search.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.search) }
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

/// The address bar.
#[derive(Clone, Copy)]
pub(crate) struct Address {
    place: RwSignal<Place>,
}

impl Address {
    /// Reads the address and follows it from now on, whoever changes it.
    pub(crate) fn follow() -> Self {
        let address = Self { place: RwSignal::new(Place::current()) };
        let back = window_event_listener(ev::popstate, move |_| address.place.set(Place::current()));
        let click = window_event_listener(ev::click, move |event| address.follow_link(&event));
        on_cleanup(move || {
            back.remove();
            click.remove();
        });
        address
    }

    /// Where the reader is.
    pub(crate) fn place(self) -> Place {
        self.place.get()
    }

    /// Goes to a link within the app.
    pub(crate) fn go(self, href: &str, history: History) {
        let browser = window().history();
        let done = browser.and_then(|browser| match history {
            History::Push => browser.push_state_with_url(&JsValue::NULL, "", Some(href)),
            History::Replace => browser.replace_state_with_url(&JsValue::NULL, "", Some(href)),
        });
        // Browsers refuse when there are very many changes in a short time; a real load always works.
        if done.is_err() {
            let _ = window().location().set_href(href);
            return;
        }
        let place = Place::current();
        if self.place.with_untracked(|p| p.path != place.path) {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
        if self.place.with_untracked(|p| *p != place) {
            self.place.set(place);
        }
    }

    /// Makes a plain click on a link to this app a change of place. Whatever else the reader asks
    /// of a link (a new tab, a download, another site) is left to the browser.
    fn follow_link(self, event: &ev::MouseEvent) {
        if event.default_prevented() || event.button() != 0 {
            return;
        }
        if event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key() {
            return;
        }
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let link = target
            .and_then(|element| element.closest("a[href]").ok().flatten())
            .and_then(|element| element.dyn_into::<web_sys::HtmlAnchorElement>().ok());
        let Some(link) = link else { return };
        let here = window().location().origin().unwrap_or_default();
        let elsewhere = link.origin() != here || !link.target().is_empty() || link.has_attribute("download");
        if elsewhere || link.pathname().starts_with("/api/") {
            return;
        }
        event.prevent_default();
        self.go(&format!("{}{}", link.pathname(), link.search()), History::Push);
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
        let search = Memo::new(move |_| address.place().search);
        Self {
            address,
            project: StoredValue::new(project),
            search,
            view: Memo::new(move |_| search.with(|raw| View::read(raw).0)),
            errors: Memo::new(move |_| search.with(|raw| View::read(raw).1)),
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
        Memo::new(move |_| self.view.with(&part))
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
    let (pairs, _) = query::split(&place.search);
    let then = pairs.into_iter().find(|(key, _)| key == "then").map(|(_, value)| value);
    then.filter(|href| href.starts_with('/') && !href.starts_with("//") && !href.contains('\\'))
        .unwrap_or_else(|| "/".into())
}
