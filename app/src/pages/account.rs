//! What is the reader's own: the password, and where they are signed in.

use leptos::prelude::*;

use crate::{
    reactive::{dynamic, when},
    session::Session,
    settings::{
        bar::PlainBar,
        password::PasswordSection,
        sessions::{Sessions, SessionsSection},
    },
};

/// The page.
#[component]
pub(crate) fn AccountPage() -> impl IntoView {
    let session = expect_context::<Session>();
    session.look();
    document().set_title("Your account · Daybook");
    let first = Signal::derive(move || {
        session.viewer.with(|viewer| Some(viewer.as_ref()?.projects.first()?.slug.clone()))
    });
    let email =
        move || session.viewer.with(|viewer| viewer.as_ref().map(|viewer| viewer.email.clone()));
    view! {
        <PlainBar project=first here="" />
        <main class="settings" id="content" tabindex="-1">
            <h1>"Your account"</h1>
            <p class="hint">{dynamic(email)}</p>
            {when(move || session.viewer.with(Option::is_some), || {
                let sessions = Sessions::new();
                view! {
                    <PasswordSection on_changed=Callback::new(move |()| sessions.look()) />
                    <SessionsSection sessions />
                }
            })}
        </main>
    }
}
