//! The bar over every page of a project: which one, by whose clock, in which light, and who.

use daybook_model::{
    Field, Term, View,
    account::{Permission, Viewer},
};
use leptos::prelude::*;

use crate::{
    later::{Later, later, patiently},
    log::{
        live::{Live, LiveSwitchProps},
        menus::{AccountItemsProps, ProjectItemsProps},
        places::PlacesProps,
    },
    preferences::Preferences,
    reactive::{dynamic, memo},
    session::Session,
    ui::{
        icon::{Icon, icon},
        lazy::loading,
        menu::Menu,
        popover::Align,
        theme::ThemeSwitch,
        time::Zone,
    },
    url::log_href,
};

/// The bar.
#[component]
pub(crate) fn TopBar(
    /// The project.
    #[prop(into)]
    project: Signal<String>,
    /// Whether the rail is shown, where there is no room for it beside the list.
    rail: RwSignal<bool>,
    /// Shows the keys.
    keys: RwSignal<bool>,
    /// How the list stands to the log.
    live: Live,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let home = Signal::derive(move || log_href(&project.read(), &View::default()));
    let viewer = session.viewer;

    view! {
        <header class="top-bar">
            <button
                type="button"
                class="icon-button rail-toggle"
                aria-label="Tabs and filters"
                aria-expanded=Signal::derive(move || if rail.get() { "true" } else { "false" })
                on:click=move |_| rail.update(|shown| *shown = !*shown)
            >
                {dynamic(move || icon(if rail.get() { Icon::Close } else { Icon::Menu }))}
            </button>
            <a class="brand" href=home>"Daybook"</a>
            <Projects project viewer />
            <nav class="pages" aria-label="Pages of the project">
                <a href=Signal::derive(move || start(&project.read())) aria-current="page">"Log"</a>
                {patiently(move || Later::Places(PlacesProps { project, here: "" }), places_soon)}
            </nav>
            <span class="gap"></span>
            {dynamic(move || session.stuck.get().map(|why| view! { <p class="problem" role="alert">{why}</p> }))}
            {patiently(move || Later::LiveSwitch(LiveSwitchProps { live }), live_soon)}
            <ZoneMenu />
            <ThemeSwitch />
            <AccountMenu keys=Some(keys) />
        </header>
    }
}

/// By whose clock.
#[component]
pub(crate) fn ZoneMenu() -> impl IntoView {
    let zone = expect_context::<Preferences>().zone;
    let zone_words = move || match zone.get() {
        Zone::Local => view! { "Local"<span class="zone-more">" time"</span> }.into_any(),
        Zone::Utc => "UTC".into_any(),
    };
    let clock_name = Signal::derive(move || match zone.get() {
        Zone::Local => "Local time: change the clock".to_owned(),
        Zone::Utc => "UTC: change the clock".to_owned(),
    });
    view! {
        <Menu class="button quiet zone" label=clock_name align=Align::End trigger=move || view! { <span>{dynamic(zone_words)}</span> {icon(Icon::Chevron)} }>
            {later(|| Later::ZoneItems, loading)}
        </Menu>
    }
}

/// Who is signed in, and what is theirs.
#[component]
pub(crate) fn AccountMenu(
    /// Shows the keys, on the page that has some.
    keys: Option<RwSignal<bool>>,
) -> impl IntoView {
    let viewer = expect_context::<Session>().viewer;
    let email =
        Signal::derive(move || viewer.with(|viewer| viewer.as_ref().map(|v| v.email.clone())));
    let account_name =
        Signal::derive(move || format!("{}: account", email.get().unwrap_or_default()));
    view! {
        <Menu class="button quiet account" label=account_name align=Align::End trigger=move || view! { {icon(Icon::User)} <span class="account-name">{email}</span> {icon(Icon::Chevron)} }>
            {later(move || Later::AccountItems(AccountItemsProps { keys }), loading)}
        </Menu>
    }
}

/// Keeps the places of the other pages.
fn places_soon() -> AnyView {
    let session = expect_context::<Session>();
    [
        (Permission::ReadAlerts, "Alerts"),
        (Permission::KeepViews, "Investigations"),
        (Permission::Administer, "Settings"),
    ]
    .into_iter()
    .filter(|(needs, _)| session.may_yet_here(*needs))
    .map(|(_, name)| view! { <span class="soon" aria-hidden="true">{name}</span> })
    .collect_view()
    .into_any()
}

/// Keeps the places of the bell and the switch.
fn live_soon() -> AnyView {
    let bell = expect_context::<Session>().may_yet_here(Permission::ReadAlerts);
    let bell = bell.then(
        || view! { <span class="icon-button bell" aria-hidden="true">{icon(Icon::Bell)}</span> },
    );
    view! { {bell}<span class="button quiet live" aria-hidden="true"><i class="live-dot"></i><span>"Live"</span></span> }.into_any()
}

/// The project, and the way to the others where there are any.
#[component]
pub(crate) fn Projects(
    /// The one that is shown.
    project: Signal<String>,
    /// Whose they are.
    viewer: RwSignal<Option<Viewer>>,
) -> impl IntoView {
    let several =
        memo(move || viewer.with(|viewer| viewer.as_ref().is_some_and(|v| v.projects.len() > 1)));
    dynamic(move || {
        if !several.get() {
            return view! { <span class="project">{project}</span> }.into_any();
        }
        view! {
            <Menu class="button quiet project" label=Signal::derive(move || format!("{}: change the project", project.get())) trigger=move || view! { <span>{project}</span> {icon(Icon::Chevron)} }>
                {later(move || Later::ProjectItems(ProjectItemsProps { project }), loading)}
            </Menu>
        }
        .into_any()
    })
}

/// Where the navigation leads: changes, not reads.
pub(crate) fn start(project: &str) -> String {
    let mut view = View::default();
    if let Ok(get) = Field::Method.value("GET") {
        view.filter.add(Field::Method, true, Term::Is(get));
    }
    log_href(project, &view)
}
