//! The settings of a project: people, tokens, privacy, exports, and, for those who look after the instance, projects.

use daybook_model::account::Permission;
use leptos::prelude::*;

use crate::{
    log::places::SETTINGS,
    reactive::{dynamic, memo, when},
    session::Session,
    settings::{
        bar::PlainBar, exports::ExportsSection, people::PeopleSection, privacy::PrivacySection,
        projects::ProjectsSection, retention::RetentionSection, schedules::SchedulesSection,
        streams::StreamsSection, tokens::TokensSection,
    },
    ui::lazy::loading,
};

/// The page. What it may not show it does not ask for.
#[component]
pub(crate) fn SettingsPage(
    /// The project, by slug or number.
    project: String,
) -> impl IntoView {
    let session = expect_context::<Session>();
    session.look();
    document().set_title(&format!("Settings · {project} · Daybook"));
    let kept = StoredValue::new(project.clone());
    let may = memo(move || {
        let may = |v: &daybook_model::account::Viewer| {
            let may = |permission| kept.with_value(|project| v.may(project, permission));
            (may(Permission::Administer), may(Permission::KeepSchedules), v.instance_admin)
        };
        session.viewer.with(|viewer| viewer.as_ref().map(may))
    });
    view! {
        <PlainBar project=Some(project) here=SETTINGS />
        <main class="settings" id="content" tabindex="-1">
            <h1>"Settings"</h1>
            {dynamic(move || match may.get() {
                None => loading(),
                Some((false, schedules, _)) => view! {
                    <p>"Settings are for the admins of this project. Ask one of them for what you need."</p>
                    {when(move || schedules, move || view! { <SchedulesSection project=kept.get_value() /> })}
                }
                .into_any(),
                Some((true, _, instance)) => view! {
                    <nav class="settings-parts" aria-label="Parts of the settings">
                        <a href="#people" rel="external">"People"</a>
                        <a href="#tokens" rel="external">"Tokens"</a>
                        <a href="#privacy" rel="external">"Privacy"</a>
                        <a href="#exports" rel="external">"Exports"</a>
                        <a href="#streams" rel="external">"Streams"</a>
                        <a href="#schedules" rel="external">"Schedules"</a>
                        <a href="#retention" rel="external">"Retention"</a>
                        {instance.then(|| view! { <a href="#projects" rel="external">"Projects"</a> })}
                    </nav>
                    <PeopleSection project=kept.get_value() />
                    <TokensSection project=kept.get_value() />
                    <PrivacySection project=kept.get_value() />
                    <ExportsSection project=kept.get_value() />
                    <StreamsSection project=kept.get_value() />
                    <SchedulesSection project=kept.get_value() />
                    <RetentionSection project=kept.get_value() />
                    {when(move || instance, || view! { <ProjectsSection /> })}
                }
                .into_any(),
            })}
        </main>
    }
}
