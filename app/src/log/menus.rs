//! What the menus of the top bar offer.

use daybook_model::{
    account::{Permission, Viewer},
    paths,
};
use leptos::prelude::*;

use crate::{
    log::{
        places::{ALERTS, INVESTIGATIONS, places},
        top_bar::start,
    },
    preferences::Preferences,
    reactive::dynamic,
    session::Session,
    ui::{
        icon::Icon,
        menu::{MenuItem, MenuRule, MenuTitle},
        time::{Zone, local_zone_name},
    },
    url::{Address, Page},
};

/// By whose clock.
#[component]
pub(crate) fn ZoneItems() -> impl IntoView {
    let zone = expect_context::<Preferences>().zone;
    view! {
        <MenuItem checked=Signal::derive(move || zone.get() == Zone::Local) hint=local_zone_name() on_select=Callback::new(move |()| zone.set(Zone::Local))>
            "Local time"
        </MenuItem>
        <MenuItem checked=Signal::derive(move || zone.get() == Zone::Utc) on_select=Callback::new(move |()| zone.set(Zone::Utc))>
            "UTC"
        </MenuItem>
    }
}

/// Who is signed in, and what is theirs.
#[component]
pub(crate) fn AccountItems(
    /// Shows the keys, on the page that has some.
    keys: Option<RwSignal<bool>>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    // The bar of a phone has no room for it.
    let place = untrack(|| expect_context::<Address>().place());
    let page = Page::at(&place.path);
    let schedules = page.project().map(str::to_owned).filter(|project| {
        let keeps = |viewer: &Viewer| {
            viewer.may(project, Permission::KeepSchedules)
                && !viewer.may(project, Permission::Administer)
        };
        session.viewer.with_untracked(|viewer| viewer.as_ref().is_some_and(keeps))
    });
    let schedules =
        schedules.map(|project| format!("{}#schedules", paths::project_settings(&project)));
    let project = page.project().unwrap_or_default();
    let others = untrack(|| places(session, project)).into_iter().map(|(word, name, href)| {
        let glyph = match word {
            ALERTS => Icon::Bell,
            INVESTIGATIONS => Icon::Pin,
            _ => Icon::Settings,
        };
        view! { <MenuItem glyph href>{name}</MenuItem> }
    });
    let email = move || session.viewer.with(|viewer| viewer.as_ref().map(|v| v.email.clone()));
    view! {
        {dynamic(move || email().map(|email| view! { <MenuTitle>{email}</MenuTitle> }))}
        <MenuItem glyph=Icon::User href=paths::ACCOUNT>"Your account"</MenuItem>
        {others.collect_view()}
        {schedules.map(|href| view! { <MenuItem glyph=Icon::Clock href>"Schedules"</MenuItem> })}
        {keys.map(|keys| view! {
            <MenuItem glyph=Icon::Keyboard hint="?" on_select=Callback::new(move |()| keys.set(true))>"Keyboard"</MenuItem>
        })}
        <MenuRule />
        <MenuItem glyph=Icon::SignOut on_select=Callback::new(move |()| session.sign_out())>"Sign out"</MenuItem>
    }
}

/// The projects that may be read.
#[component]
pub(crate) fn ProjectItems(
    /// The one that is shown.
    project: Signal<String>,
) -> impl IntoView {
    let viewer = expect_context::<Session>().viewer;
    let slugs =
        |viewer: &Viewer| viewer.projects.iter().map(|p| p.slug.clone()).collect::<Vec<_>>();
    dynamic(move || {
        let slugs = viewer.with(|viewer| viewer.as_ref().map(slugs)).unwrap_or_default();
        let item = |slug: String| {
            let (href, chosen) = (start(&slug), slug == project.get());
            view! { <MenuItem href checked=chosen>{slug}</MenuItem> }
        };
        slugs.into_iter().map(item).collect_view()
    })
}
