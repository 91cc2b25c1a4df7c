//! The settings of a project, a part at a time: who may look, what leaves the log, how long it is kept.

use leptos::prelude::*;

use crate::{
    log::places::SETTINGS,
    reactive::{dynamic, effect, memo, when},
    session::Session,
    settings::{
        bar::PlainBar,
        exports::ExportsSection,
        parts::{Parts, PartsList},
        people::PeopleSection,
        privacy::PrivacySection,
        projects::ProjectsSection,
        retention::RetentionSection,
        schedules::SchedulesSection,
        streams::StreamsSection,
        tokens::TokensSection,
    },
    ui::lazy::loading,
    url::Address,
};

/// The page. What it may not show, or does not show now, it does not ask for.
#[component]
pub(crate) fn SettingsPage(
    /// The project, by slug or number.
    project: String,
) -> impl IntoView {
    let (session, address) = (expect_context::<Session>(), expect_context::<Address>());
    session.look();
    let kept = StoredValue::new(project.clone());
    let parts = memo(move || {
        let parts = |viewer: &_| kept.with_value(|project| Parts::of(viewer, project));
        session.viewer.with(|viewer| viewer.as_ref().map(parts))
    });
    let here = memo(move || parts.get().and_then(|parts| parts.at(&address.place().fragment)));
    let seen = StoredValue::new(None);
    effect(move || {
        let Some((part, name)) = here.get() else { return };
        document().set_title(
            &kept.with_value(|project| format!("{name} · Settings · {project} · Daybook")),
        );
        // Who went to another part is led there; who has just come reads from the top.
        if seen.get_value().is_some_and(|before| before != part) {
            request_animation_frame(move || lead_to(part));
        }
        seen.set_value(Some(part));
    });
    view! {
        <PlainBar project=Some(project) here=SETTINGS />
        <main class="settings in-parts" id="content" tabindex="-1">
            <h1>"Settings"</h1>
            {dynamic(move || match parts.get() {
                None => loading(),
                Some(parts) => view! {
                    {(!parts.administers).then(|| view! {
                        <p>"Settings are for the admins of this project. Ask one of them for what you need."</p>
                    })}
                    {when(move || here.with(Option::is_some), move || view! {
                        <PartsList parts here=Signal::derive(move || here.get().map_or("", |(part, _)| part)) />
                    })}
                    <div class="part">{dynamic(move || here.get().map(|(part, _)| section(part, kept.get_value())))}</div>
                }
                .into_any(),
            })}
        </main>
    }
}

fn section(part: &str, project: String) -> AnyView {
    match part {
        "people" => view! { <PeopleSection project /> }.into_any(),
        "tokens" => view! { <TokensSection project /> }.into_any(),
        "privacy" => view! { <PrivacySection project /> }.into_any(),
        "exports" => view! { <ExportsSection project /> }.into_any(),
        "streams" => view! { <StreamsSection project /> }.into_any(),
        "schedules" => view! { <SchedulesSection project /> }.into_any(),
        "retention" => view! { <RetentionSection project /> }.into_any(),
        _ => view! { <ProjectsSection /> }.into_any(),
    }
}

/// The focus goes to the heading of a part, as with a link within a page.
fn lead_to(part: &str) {
    use wasm_bindgen::JsCast as _;
    let heading = document().get_element_by_id(&format!("{part}-title"));
    if let Some(heading) =
        heading.and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = heading.focus();
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }
}
