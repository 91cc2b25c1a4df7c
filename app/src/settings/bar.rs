//! The bar over the pages beside the log.

use daybook_model::View;
use leptos::prelude::*;

use crate::{
    alerts::bell::Bell,
    log::{
        places::Places,
        top_bar::{AccountMenu, Projects, ZoneMenu, start},
    },
    reactive::{dynamic, memo, when},
    session::Session,
    ui::theme::ThemeSwitch,
    url::log_href,
};

/// Which project, where else, by whose clock, in which light, and who.
#[component]
pub(crate) fn PlainBar(
    /// The project; the first one that may be opened where the page belongs to none.
    #[prop(into)]
    project: Signal<Option<String>>,
    /// The word of the page, where the navigation has it.
    here: &'static str,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let viewer = session.viewer;
    let home = Signal::derive(move || {
        project.get().map_or("/".to_owned(), |project| log_href(&project, &View::default()))
    });
    let opens = memo(move || {
        viewer.with(|v| v.as_ref().zip(project.get()).is_some_and(|(v, p)| v.grant(&p).is_some()))
    });
    let slug = Signal::derive(move || project.get().unwrap_or_default());
    view! {
        <a class="skip" href="#content" rel="external">"Skip to the content"</a>
        <header class="top-bar plain">
            <a class="brand" href=home>"Daybook"</a>
            {when(move || opens.get(), move || view! { <Projects project=slug viewer /> })}
            <nav class="pages" aria-label="Pages of the project">
                {when(move || opens.get(), move || view! { <a href=Signal::derive(move || start(&slug.read()))>"Log"</a> })}
                {when(move || opens.get(), move || view! { <Places project=slug here /> })}
            </nav>
            <span class="gap"></span>
            {dynamic(move || session.stuck.get().map(|why| view! { <p class="problem" role="alert">{why}</p> }))}
            {when(move || opens.get(), move || view! { <Bell project=slug /> })}
            <ZoneMenu />
            <ThemeSwitch />
            <AccountMenu keys=None />
        </header>
    }
}
