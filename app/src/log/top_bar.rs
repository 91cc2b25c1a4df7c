//! The bar over every page of a project: which one, by whose clock, in which light, and who.

use daybook_model::{Field, Term, View, account::Viewer};
use leptos::prelude::*;

use crate::{
    preferences::Preferences,
    reactive::dynamic,
    session::Session,
    ui::{
        icon::{Icon, icon},
        menu::{Menu, MenuItem, MenuRule, MenuTitle},
        popover::Align,
        theme::ThemeSwitch,
        time::{Zone, local_zone_name},
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
) -> impl IntoView {
    let session = expect_context::<Session>();
    let zone = expect_context::<Preferences>().zone;
    let home = Signal::derive(move || log_href(&project.read(), &View::default()));
    let viewer = session.viewer;
    let zone_words = move || match zone.get() {
        Zone::Local => view! { "Local"<span class="zone-more">" time"</span> }.into_any(),
        Zone::Utc => "UTC".into_any(),
    };
    let clock_name = Signal::derive(move || match zone.get() {
        Zone::Local => "Local time: change the clock".to_owned(),
        Zone::Utc => "UTC: change the clock".to_owned(),
    });
    let email =
        Signal::derive(move || viewer.with(|viewer| viewer.as_ref().map(|v| v.email.clone())));
    let account_name =
        Signal::derive(move || format!("{}: account", email.get().unwrap_or_default()));

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
            </nav>
            <span class="gap"></span>
            {dynamic(move || session.stuck.get().map(|why| view! { <p class="problem" role="alert">{why}</p> }))}
            <Menu class="button quiet zone" label=clock_name align=Align::End trigger=move || view! { <span>{dynamic(zone_words)}</span> {icon(Icon::Chevron)} }>
                <MenuItem checked=Signal::derive(move || zone.get() == Zone::Local) hint=local_zone_name() on_select=Callback::new(move |()| zone.set(Zone::Local))>
                    "Local time"
                </MenuItem>
                <MenuItem checked=Signal::derive(move || zone.get() == Zone::Utc) on_select=Callback::new(move |()| zone.set(Zone::Utc))>
                    "UTC"
                </MenuItem>
            </Menu>
            <ThemeSwitch />
            <Menu class="button quiet account" label=account_name align=Align::End trigger=move || view! { {icon(Icon::User)} <span class="account-name">{email}</span> {icon(Icon::Chevron)} }>
                {dynamic(move || email.get().map(|email| view! { <MenuTitle>{email}</MenuTitle> }))}
                <MenuItem glyph=Icon::Keyboard hint="?" on_select=Callback::new(move |()| keys.set(true))>"Keyboard"</MenuItem>
                <MenuRule />
                <MenuItem glyph=Icon::SignOut on_select=Callback::new(move |()| session.sign_out())>"Sign out"</MenuItem>
            </Menu>
        </header>
    }
}

/// The project, and the way to the others where there are any.
#[component]
fn Projects(project: Signal<String>, viewer: RwSignal<Option<Viewer>>) -> impl IntoView {
    let others = move || {
        viewer
            .with(|viewer| {
                viewer
                    .as_ref()
                    .map(|v| v.projects.iter().map(|p| p.slug.clone()).collect::<Vec<_>>())
            })
            .unwrap_or_default()
    };
    dynamic(move || {
        let slugs = others();
        if slugs.len() < 2 {
            return view! { <span class="project">{project}</span> }.into_any();
        }
        let items = move || {
            slugs
                .iter()
                .cloned()
                .map(|slug| {
                    let (href, chosen) = (start(&slug), slug == project.get());
                    view! { <MenuItem href checked=chosen>{slug}</MenuItem> }
                })
                .collect_view()
        };
        view! {
            <Menu class="button quiet project" label=Signal::derive(move || format!("{}: change the project", project.get())) trigger=move || view! { <span>{project}</span> {icon(Icon::Chevron)} }>
                {dynamic(items.clone())}
            </Menu>
        }
        .into_any()
    })
}

/// Where the navigation leads: changes, not reads.
fn start(project: &str) -> String {
    let mut view = View::default();
    if let Ok(get) = Field::Method.value("GET") {
        view.filter.add(Field::Method, true, Term::Is(get));
    }
    log_href(project, &view)
}
